"""Page of statistics over seeds: iterations to reach error levels, medians, ratios of methods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from pinn_phases.analysis.seeds import (
    LEVELS,
    Bound,
    Observation,
    Ratio,
    final_error,
    mean_ratio,
    median,
    observed,
    reached,
)
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title, split_name
from pinn_phases.summary.page import Page, Table

ERROR = "final error"
BELOW = tuple(f"below {level:.0%}" for level in LEVELS)
PHASES = {"diffusion": "diffusion from", "total_diffusion": "total diffusion from"}
MEASURED = (*BELOW, ERROR, *PHASES.values())
BASELINE = "vanilla"  # the method that others are compared with
TEXT = (
    "For each run: the first recorded iteration at which the relative L2 error (Eq. 7) is below a "
    "level; the final error, which is the median over the last tenth of the iterations; and the "
    "iterations at which the phases start. A value with > is censored: the run did not reach the "
    "level or phase up to this iteration, its last. A dash marks a value that is not known.",
    "Medians are Kaplan-Meier medians: the first value that at most half of the runs exceed. "
    "'Not reached' means that more than half of the runs do not reach the level or phase.",
    "A ratio of two methods is the geometric mean of the ratios of runs with the same seed, which "
    "share points and initial weights. Above 1, the second method is earlier or has a lower error. "
    "Brackets contain the 95 % bootstrap interval; '?' marks an end that is unknown because of "
    "censoring. With three seeds the interval extends from the smallest to the largest ratio, and "
    "covers the mean in about 75 % of cases instead of 95 %. One seed has no interval.",
)


@dataclass(frozen=True)
class Measured:
    """Observations of one run: a value for each of `MEASURED`, or None if it is not known."""

    problem: str
    method: str
    seed: int
    values: Mapping[str, Observation | None]


def measure(run: Content, phases: Content | None) -> Measured:
    """Measure a run by its history, and by its phases if there is a file of them."""
    iteration, error = (run.arrays[f"history/{name}"] for name in ("iteration", "relative_l2"))
    settings, last = run.attributes["settings"], int(iteration[-1])
    values: dict[str, Observation | None] = {
        name: reached(iteration, error, level) for name, level in zip(BELOW, LEVELS, strict=True)
    }
    final = final_error(iteration, error, last)
    values[ERROR] = Observation(final) if np.isfinite(final) else None
    for phase, name in PHASES.items():
        values[name] = None
        if phases is not None:
            start = phases.attributes[phase]
            values[name] = observed(None if start is None else start["iteration"], last)
    return Measured(settings["problem"], settings["method"], settings["seed"], values)


Groups = dict[tuple[str, str], list[Measured]]


def grouped(runs: Sequence[Measured]) -> Groups:
    """Return the runs of each problem and method, in the order given."""
    groups: Groups = {}
    for run in runs:
        groups.setdefault((run.problem, run.method), []).append(run)
    return groups


def ratios(groups: Groups) -> dict[tuple[str, str, str], dict[str, Ratio]]:
    """Return the ratios of each pair of methods of a problem, the baseline as the numerator.

    Returns
    -------
    dict
        (problem, method of the numerator, method of the denominator) -> ratio for each of
        `MEASURED`.
    """
    result = {}
    for problem in dict.fromkeys(problem for problem, _ in groups):
        methods = sorted((m for p, m in groups if p == problem), key=_baseline_first)
        for above, below in combinations(methods, 2):
            numerators, denominators = (
                {run.seed: run.values for run in groups[problem, method]}
                for method in (above, below)
            )
            seeds = sorted(numerators.keys() & denominators.keys())
            result[problem, above, below] = {
                name: _mean_ratio(
                    [(numerators[seed][name], denominators[seed][name]) for seed in seeds]
                )
                for name in MEASURED
            }
    return result


def as_plain(runs: Sequence[Measured]) -> dict[str, Any]:
    """Convert the contents of the page to values that JSON can store."""
    groups = grouped(runs)
    plain: dict[str, Any] = {
        "runs": [run.__dict__ | {"values": _plain(run.values)} for run in runs]
    }
    plain["medians"] = [
        {
            "problem": problem,
            "method": method,
            "seeds": len(group),
            "values": _plain({name: _median(group, name) for name in MEASURED}),
        }
        for (problem, method), group in groups.items()
    ]
    plain["ratios"] = [
        {"problem": problem, "above": above, "below": below, "values": _plain(values)}
        for (problem, above, below), values in ratios(groups).items()
    ]
    return plain


def seeds_page(runs: Sequence[Measured]) -> Page:
    """List runs, then medians, then ratios."""
    groups = grouped(runs)
    rows = tuple(
        (
            _problem(run.problem),
            method_title(run.method),
            str(run.seed),
            *(_cell(name, run.values[name]) for name in MEASURED),
        )
        for run in runs
    )
    medians = tuple(
        (
            _problem(problem),
            method_title(method),
            str(len(group)),
            *(_median_cell(group, name) for name in MEASURED),
        )
        for (problem, method), group in groups.items()
    )
    compared = tuple(
        (
            _problem(problem),
            f"{method_title(above)} over {method_title(below)}",
            *map(_ratio_cell, values.values()),
        )
        for (problem, above, below), values in ratios(groups).items()
    )
    tables = (
        Table("Runs", ("benchmark", "method", "seed", *MEASURED), rows),
        Table("Medians", ("benchmark", "method", "seeds", *MEASURED), medians),
        Table("Ratios of methods", ("benchmark", "methods", *MEASURED), compared),
    )
    return Page("Statistics over seeds", TEXT, tables)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value is None else value.__dict__ for name, value in values.items()}


def _mean_ratio(pairs: Sequence[tuple[Observation | None, Observation | None]]) -> Ratio:
    known = [(above, below) for above, below in pairs if above is not None and below is not None]
    # Omitting pairs with an unknown value would bias the ratio towards a method that diverges.
    return mean_ratio(known if len(known) == len(pairs) else [])


def _baseline_first(name: str) -> tuple[bool, str]:
    """Sort key of methods with any optimiser."""
    return split_name(name)[0] != BASELINE, name


def _median(runs: Sequence[Measured], name: str) -> Observation | None:
    """Return the median, censored at the largest value if most runs exceed it; None if unknown."""
    known = [value for run in runs if (value := run.values[name]) is not None]
    if len(known) < len(runs):
        return None
    middle = median(known)
    largest = max(observation.value for observation in known)
    return Observation(largest, censored=True) if middle is None else Observation(middle)


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title


def _number(name: str, value: float) -> str:
    return f"{value:#.3g}" if name == ERROR else f"{value:,.0f}"


def _cell(name: str, observation: Observation | None) -> str:
    if observation is None:
        return "–"
    return f"{'> ' if observation.censored else ''}{_number(name, observation.value)}"


def _median_cell(runs: Sequence[Measured], name: str) -> str:
    value = _median(runs, name)
    return "not reached" if value and value.censored else _cell(name, value)


def _ratio_cell(ratio: Ratio) -> str:
    if ratio.value is None:
        return "unknown"
    prefix = "" if ratio.bound is Bound.EXACT else f"{ratio.bound} "
    if ratio.pairs == 1:
        return f"{prefix}{ratio.value:.3g}, one seed"
    ends = ("?" if end is None else f"{end:.3g}" for end in (ratio.lower, ratio.upper))
    return f"{prefix}{ratio.value:.3g} [{', '.join(ends)}]"
