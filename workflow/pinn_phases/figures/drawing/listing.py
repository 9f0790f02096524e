"""Section, labels and file name of a figure in the report.

The module of a figure has its section of the paper in `SECTION`, and its number and subject in the
first line of its docstring, "Figure 9: what it shows.". Benchmarks and methods follow from its
`REQUIREMENT`.
"""

import ast
import re
import sys
from enum import StrEnum
from inspect import getsource
from typing import TYPE_CHECKING

from pinn_phases.figures.base import figure_module, requirement
from pinn_phases.plugins import FIGURES, PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title

if TYPE_CHECKING:
    from pinn_phases.settings.config import Settings

NOT_NAMES = ("all", "computed")  # entries of the column "benchmark" that name no benchmark
HEADING = re.compile(r"Figure (?P<number>[A-Z.\d]+): (?P<subject>.+)\.")


class Section(StrEnum):
    """Sections of the paper that have figures; the report sorts them alphabetically.

    They contain no colons, because the report turns them into link targets, whose names end at a
    colon.
    """

    INTRODUCTION = "1 Introduction"
    SIGNAL_AND_NOISE = "2.1 Gradient signal and noise"
    SENSITIVITY = "2.3 Training dynamics and parameter sensitivity"
    TOTAL_DIFFUSION = "3.1 Total diffusion and convergence"
    ADAM_AND_BATCHES = "3.2 Correlation of Adam and batch SNR"
    INFORMATION = "3.3 Information compression"
    SNR_DETAILS = "Appendix A, SNR details"
    NOT_IN_THE_PAPER = "Appendix S, not in the paper"


def section(name: str) -> str:
    """Return the section that the figure `name` belongs to."""
    result = getattr(figure_module(name), "SECTION", None)
    if not isinstance(result, Section):
        raise TypeError(f"{FIGURES}.{name}: expected SECTION, a member of `listing.Section`")
    return result.value


def heading(name: str) -> tuple[str, str]:
    """Return number and subject of the figure `name`, from the first line of its docstring.

    Raises
    ------
    ValueError
        If the line does not have the form "Figure 9: what it shows."
    """
    module = figure_module(name)
    docstring = module.__doc__
    if sys.flags.optimize > 1:  # python -OO removes docstrings
        docstring = ast.get_docstring(ast.parse(getsource(module)))
    first_line = (docstring or "").partition("\n")[0]
    match = HEADING.fullmatch(first_line)
    if match is None:
        expected = "expected a docstring that starts with a line 'Figure N: what it shows.'"
        raise ValueError(f"{name}: {expected}; received {first_line!r}")
    return match["number"], match["subject"]


def labels(name: str, settings: "Settings") -> dict[str, str]:
    """Return the labels of the figure in the report, by column."""
    number, subject = heading(name)
    shown = requirement(name)
    methods = dict.fromkeys(method for _, _, method, _ in shown.files(settings))
    problems = shown.problems
    if shown.any_problem:
        problems = tuple(dict.fromkeys(problem for problem, _ in shown.pairs(settings)))
    return {
        "figure": number,
        "shows": subject,
        "benchmark": _benchmarks(problems),
        "methods": ", ".join(method_title(m) for m in methods) or "none",
        # A second column, like `shows`, that differs in every row. If exactly one column had
        # two values, each in half of the rows, Snakemake's report would turn it into a switch,
        # which fails unless every row exists with both values.
        "PDF": f"{name}.pdf",
    }


def file_name(name: str, settings: "Settings") -> str:
    """Return a descriptive file name without suffix.

    It contains the benchmarks, because users search for them, and the search of Snakemake's report
    covers file names but not labels.
    """
    row = labels(name, settings)
    benchmarks = [] if row["benchmark"] in NOT_NAMES else row["benchmark"].split(", ")
    missing = [title for title in benchmarks if title.lower() not in row["shows"].lower()]
    words = [name, row["shows"], *missing]
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")


def _benchmarks(problems: tuple[str, ...]) -> str:
    if not problems:
        return "computed"
    if len(problems) == len(names(PROBLEMS)):
        return "all"
    return ", ".join(plugin_class(PROBLEMS, problem, Problem).title for problem in problems)
