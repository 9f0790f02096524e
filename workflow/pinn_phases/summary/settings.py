"""Page of the settings: every value of a scale, with the paper's value where it differs."""

import json
from typing import Any

from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import split_name
from pinn_phases.settings.trees import leaves
from pinn_phases.strict_model import Tree
from pinn_phases.summary.page import Page, Table

ABSENT = "not set"


def settings_page(chosen: Tree, paper: Tree) -> Page:
    """Compare the settings of a scale with the paper's.

    Parameters
    ----------
    chosen, paper
        Complete settings as nested mappings, with a block per problem.
    """
    tables = [_table("General", _general(chosen), _general(paper))]
    for name, block in chosen["problems"].items():
        title = plugin_class(PROBLEMS, name, Problem).title
        tables.append(_table(title, block, _paper_block(block, paper["problems"].get(name, {}))))
    changed = sum(len(table.marked) for table in tables)
    total = sum(len(table.rows) for table in tables)
    text = (
        f"Scale {chosen['scale']} changes {changed} of {total} values; they are marked.",
        "The last column has the value that config.yaml sets outside its scales: the paper's value "
        "or, where the paper states none, our choice, with its source in that file. Quantities "
        "without a unit in their name are dimensionless.",
    )
    return Page("Settings", text, tuple(tables))


def _general(settings: Tree) -> Tree:
    """Return the settings outside the blocks of problems."""
    return {key: value for key, value in settings.items() if key not in ("scale", "problems")}


def _paper_block(block: Tree, paper: Tree) -> Tree:
    """Return the paper's block of a problem, with the same methods and optimisers as `block`."""
    if not paper:
        return {}
    return {
        **paper,
        "methods": {name: paper["methods"][split_name(name)[0]] for name in block["methods"]},
        "optimisers": {name: paper["optimisers"][name] for name in block["optimisers"]},
    }


def _table(title: str, chosen: Tree, paper: Tree) -> Table:
    chosen_values, paper_values = (
        {key: _as_text(value) for key, value in leaves(tree)} for tree in (chosen, paper)
    )
    rows: list[tuple[str, str, str]] = []
    marked: set[int] = set()
    for key in chosen_values | paper_values:
        value, in_paper = chosen_values.get(key, ABSENT), paper_values.get(key, ABSENT)
        if value != in_paper:
            marked.add(len(rows))
        rows.append((key, value, "" if value == in_paper else in_paper))
    head = ("setting", "value", "value in the paper, if different")
    return Table(title, head, tuple(rows), frozenset(marked))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
