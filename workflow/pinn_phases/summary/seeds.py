"""Page of statistics over seeds: levels that each run reaches, medians, and ratios of methods."""

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
from pinn_phases.summary.page import Page, Table
from pinn_phases.trained_with import method_title

ERROR = "final error"
BELOW = tuple(f"below {level:.0%}" for level in LEVELS)
PHASES = {"diffusion": "diffusion from", "total_diffusion": "total diffusion from"}
MEASURED = (*BELOW, ERROR, *PHASES.values())
FIRST = "vanilla"  # the method that others are compared with
TEXT = (
    "The first recorded iteration at which the relative L2 error (Eq. 7) is below a level; the "
    "final error, the median of the last tenth of the iterations; and the starts of the phases. > "
    "marks a level that a run did not reach: it is censored at the last iteration. A dash: not "
    "known.",
    "Medians are Kaplan-Meier medians, the first value that at most half of the runs exceed; not "
    "reached, if more than half do not reach the level.",
    "A ratio is the geometric mean over seeds. It is paired, because runs with the same seed share "
    "points and initial weights. Above 1, the second method is earlier or lower. In brackets the "
    "95 % bootstrap interval, open where censoring leaves it unknown. With three seeds it ends at "
    "the extremes and covers about 75 % rather than 95 %; with one seed there is none.",
)


@dataclass(frozen=True)
class Measured:
    """Observations of one run, one for each of `MEASURED`; None if it is not known."""

    problem: str
    method: str
    seed: int
    values: Mapping[str, Observation | None]


def measure(run: Content, phases: Content | None) -> Measured:
    """Measure a run, which needs only its history, and its phases if known."""
    at, error = (run.arrays[f"history/{name}"] for name in ("iteration", "relative_l2"))
    settings, last = run.attributes["settings"], int(at[-1])
    values: dict[str, Observation | None] = {
        name: reached(at, error, level) for name, level in zip(BELOW, LEVELS, strict=True)
    }
    final = final_error(at, error, last)
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
    """Return the ratios of every two methods of a problem: (problem, above, below) -> measured."""
    found = {}
    for problem in dict.fromkeys(problem for problem, _ in groups):
        methods = sorted((m for p, m in groups if p == problem), key=lambda m: (m != FIRST, m))
        for above, below in combinations(methods, 2):
            one, other = (
                {run.seed: run.values for run in groups[problem, m]} for m in (above, below)
            )
            seeds = sorted(one.keys() & other.keys())
            found[problem, above, below] = {
                name: _mean_ratio([(one[seed][name], other[seed][name]) for seed in seeds])
                for name in MEASURED
            }
    return found


def as_plain(runs: Sequence[Measured]) -> dict[str, Any]:
    """Convert the contents of the page to values that JSON can store."""
    groups = grouped(runs)
    plain: dict[str, Any] = {
        "runs": [run.__dict__ | {"values": _plain(run.values)} for run in runs]
    }
    plain["medians"] = [
        {
            "problem": p,
            "method": m,
            "seeds": len(of),
            "values": {n: _median(of, n) for n in MEASURED},
        }
        for (p, m), of in groups.items()
    ]
    plain["ratios"] = [
        {"problem": p, "above": a, "below": b, "values": _plain(of)}
        for (p, a, b), of in ratios(groups).items()
    ]
    return plain


def seeds_page(runs: Sequence[Measured]) -> Page:
    """List runs, then medians, then ratios."""
    groups = grouped(runs)
    rows = tuple(
        (*_titles(r.problem, r.method), str(r.seed), *(_shown(n, r.values[n]) for n in MEASURED))
        for r in runs
    )
    medians = tuple(
        (*_titles(p, m), str(len(of)), *(_shown_median(of, name) for name in MEASURED))
        for (p, m), of in groups.items()
    )
    compared = tuple(
        (
            _titles(p, a)[0],
            f"{_titles(p, a)[1]} over {_titles(p, b)[1]}",
            *map(_interval, of.values()),
        )
        for (p, a, b), of in ratios(groups).items()
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
    known = [(one, other) for one, other in pairs if one is not None and other is not None]
    # Omitting unknown values, such as those of a diverged run, would favour a method.
    return mean_ratio(known if len(known) == len(pairs) else [])


def _median(of: Sequence[Measured], name: str) -> float | None:
    known = [one for run in of if (one := run.values[name]) is not None]
    return median(known) if len(known) == len(of) else None


def _titles(problem: str, method: str) -> tuple[str, str]:
    return (
        plugin_class(PROBLEMS, problem, Problem).title,
        method_title(method),
    )


def _number(name: str, value: float) -> str:
    return f"{value:#.3g}" if name == ERROR else f"{value:,.0f}"


def _shown(name: str, one: Observation | None) -> str:
    if one is None:
        return "–"
    return f"{'> ' if one.censored else ''}{_number(name, one.value)}"


def _shown_median(of: Sequence[Measured], name: str) -> str:
    if any(run.values[name] is None for run in of):
        return "–"
    value = _median(of, name)
    return "not reached" if value is None else _number(name, value)


def _interval(one: Ratio) -> str:
    if one.value is None:
        return "unknown"
    prefix = "" if one.bound is Bound.EXACT else f"{one.bound} "
    if one.pairs == 1:
        return f"{prefix}{one.value:.3g}, one seed"
    ends = ("" if end is None else f"{end:.3g}" for end in (one.lower, one.upper))
    return f"{prefix}{one.value:.3g} [{', '.join(end or '?' for end in ends)}]"
