"""Page of the settings: every value of a scale, and beside it the paper's where it is another."""

import json
from typing import Any

from pinn_phases.model import Tree
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.trees import leaves
from pinn_phases.summary.page import Page, Table

ABSENT = "not there"


def settings_page(chosen: Tree, paper: Tree) -> Page:
    """Compare the settings of a scale with those that no scale has changed.

    Parameters
    ----------
    chosen, paper
        Complete settings, as plain values: nested mappings, with a block for each problem.
    """
    tables = [_table("General", _general(chosen), _general(paper))]
    for name, block in chosen["problems"].items():
        title = plugin_class(PROBLEMS, name, Problem).title
        tables.append(_table(title, block, _beside(block, paper["problems"].get(name, {}))))
    changed = sum(len(table.marked) for table in tables)
    every = sum(len(table.rows) for table in tables)
    text = (
        f"Scale {chosen['scale']} changes {changed} of {every} values; they are marked.",
        "The last column is what config.yaml says outside its scales: the paper's value or, where "
        "the paper states none, a choice whose source stands beside it in that file. All "
        "quantities are dimensionless unless the name has a unit.",
    )
    return Page("Settings", text, tuple(tables))


def _general(settings: Tree) -> Tree:
    """Return what belongs to no problem."""
    return {key: value for key, value in settings.items() if key not in ("scale", "problems")}


def _beside(block: Tree, paper: Tree) -> Tree:
    """Return the paper's block of a problem without the methods that are not compared."""
    methods = {name: paper["methods"][name] for name in block["methods"] if paper}
    return {**paper, "methods": methods}


def _table(title: str, chosen: Tree, paper: Tree) -> Table:
    here, there = (
        {key: _as_text(value) for key, value in leaves(tree)} for tree in (chosen, paper)
    )
    rows: list[tuple[str, str, str]] = []
    marked: set[int] = set()
    for key in here | there:
        ours, theirs = here.get(key, ABSENT), there.get(key, ABSENT)
        if ours != theirs:
            marked.add(len(rows))
        rows.append((key, ours, "" if ours == theirs else theirs))
    head = ("setting", "value", "the paper's, where another")
    return Table(title, head, tuple(rows), frozenset(marked))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
