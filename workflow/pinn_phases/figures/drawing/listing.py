"""Section, labels and file name of a figure in the report.

A figure states its section of the paper as `SECTION`; number and subject are the first line of its
docstring, "Figure 9: what it shows."; benchmarks and methods follow from its `REQUIREMENT`.
"""

import ast
import re
import sys
from enum import StrEnum
from inspect import getsource
from typing import TYPE_CHECKING

from pinn_phases.figures.base import figure_module, requirement
from pinn_phases.plugins import PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.trained_with import method_title

if TYPE_CHECKING:
    from pinn_phases.settings.config import Settings

ALONE = ("all", "computed")  # of a benchmark, meaningless without its column
HEADING = re.compile(r"Figure (?P<number>[A-Z.\d]+): (?P<subject>.+)\.")


class Section(StrEnum):
    """Sections that have figures; the report sorts them alphabetically.

    No colons: the report makes link targets of them, in which a colon ends the name.
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
    stated = figure_module(name).SECTION
    assert isinstance(stated, Section)
    return stated.value


def heading(name: str) -> tuple[str, str]:
    """Return number and subject of the figure `name`, from the first line of its docstring.

    Raises
    ------
    ValueError
        If the line is not of the form "Figure 9: what it shows."
    """
    module = figure_module(name)
    said = module.__doc__
    if sys.flags.optimize > 1:  # leaves modules without docstrings
        said = ast.get_docstring(ast.parse(getsource(module)))
    first_line = (said or "").partition("\n")[0]
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
    there = tuple(dict.fromkeys(problem for problem, _ in shown.pairs(settings)))
    return {
        "figure": number,
        "shows": subject,
        "benchmark": _benchmarks(there if shown.any_problem else shown.problems),
        "methods": ", ".join(method_title(m) for m in methods) or "none",
        # No two figures have the same entry here (after `shows`). Snakemake's report turns a single
        # column with two values, each in half of the rows, into a switch, which fails where a row
        # does not have both.
        "PDF": f"{name}.pdf",
    }


def file_name(name: str, settings: "Settings") -> str:
    """Return a descriptive file name without suffix.

    Snakemake's report searches file names, not labels, and users search for benchmarks.
    """
    said = labels(name, settings)
    benchmarks = [] if said["benchmark"] in ALONE else said["benchmark"].split(", ")
    unsaid = [one for one in benchmarks if one.lower() not in said["shows"].lower()]
    words = [name, said["shows"], *unsaid]
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")


def _benchmarks(problems: tuple[str, ...]) -> str:
    if not problems:
        return "computed"
    if len(problems) == len(names(PROBLEMS)):
        return "all"
    return ", ".join(plugin_class(PROBLEMS, problem, Problem).title for problem in problems)
