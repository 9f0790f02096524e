"""Page of the agreement with the authors' curves: errors, boundaries, SNR, and differences."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pinn_phases.analysis.agreement import Agreement, Curve, Values, compare
from pinn_phases.analysis.seeds import Bound, Observation
from pinn_phases.files.published import BOUNDARIES, Departure, departures, other_sizes
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.summary.page import Page, Table
from pinn_phases.trained_with import method_title

FINAL = "final error"
TITLE = "Agreement with the authors' curves"
NONE, NOT_FOUND = "–", "not found"
NO_TEST = "no test"
TEXT = (
    "The authors have one training per benchmark and method. All are compared up to the last "
    "iteration that all have. Errors: the first iteration at which the relative L2 error (Eq. 7) "
    "is below a level, among the iterations that all recorded; > marks a level that was not "
    "reached. The final error is the median of the last tenth of these iterations. In brackets: "
    "ours over theirs.",
    "The authors drew boundaries by hand; ours are found in the SNR. Their whole curve was "
    "searched in the same way. Medians over seeds are Kaplan-Meier medians, as in the statistics "
    "over seeds, which use all records of a run.",
)


@dataclass(frozen=True)
class Compared:
    """Runs of one problem and method compared with the authors' curve.

    Attributes
    ----------
    seeds
        Seeds of our runs, in the order of the values.
    boundaries
        Iterations at which phases start, theirs as drawn; None where a phase is not found.
    found
        Iteration at which our search finds the start in their SNR, or None.
    departures
        Where their code departs from the paper's text, which these runs follow.
    other_sizes
        Settings that are neither the paper's nor the authors': key -> value here, in the paper.
    """

    problem: str
    method: str
    seeds: tuple[int, ...]
    agreement: Agreement
    boundaries: Mapping[str, Values]
    found: Mapping[str, float | None]
    departures: tuple[Departure, ...]
    other_sizes: Mapping[str, tuple[Any, Any]]


def beside(theirs: Content, runs: Sequence[Content], phases: Sequence[Content]) -> Compared:
    """Compare runs and their phases with a published curve.

    Parameters
    ----------
    runs, phases
        One file per seed, in the same order. Runs need only their history.
    """
    settings = [run.attributes["settings"] for run in runs]
    sizes: dict[str, tuple[Any, Any]] = {}
    for one in settings:
        sizes |= other_sizes(one, theirs.attributes["paper"])
    names = ("error/iteration", "error/relative_l2", "gradients/iteration", "gradients/snr")
    return Compared(
        settings[0]["problem"],
        settings[0]["method"],
        tuple(one["seed"] for one in settings),
        compare(Curve(*(theirs.arrays[name] for name in names)), [_curve(run) for run in runs]),
        {
            name: Values(
                Observation(theirs.attributes["drawn"][name]),
                tuple(_start(of.attributes[name]) for of in phases),
            )
            for name in BOUNDARIES
        },
        {name: (theirs.attributes["found"][name] or {}).get("iteration") for name in BOUNDARIES},
        tuple(departures(settings[0])),
        sizes,
    )


def as_plain(compared: Sequence[Compared]) -> list[dict[str, Any]]:
    """Convert the contents of the page to values that JSON can store."""
    return [
        {
            "problem": one.problem,
            "method": one.method,
            "is_a_test": not one.other_sizes,
            "other_sizes": {key: list(pair) for key, pair in one.other_sizes.items()},
            "departures": [asdict(departure) for departure in one.departures],
            "last": one.agreement.last,
            "errors": {name: _plain(one, v) for name, v in _errors(one.agreement).items()},
            "boundaries": {
                name: _plain(one, values) | {"theirs_by_our_search": one.found[name]}
                for name, values in one.boundaries.items()
            },
            "snr": [
                {"first": first, "last": last} | _plain(one, values)
                for (first, last), values in one.agreement.snr.items()
            ],
        }
        for one in compared
    ]


def agreement_page(compared: Sequence[Compared], scale: str) -> Page:
    """List errors, boundaries and SNR of both, then the differences in training."""
    seeds = sorted({seed for one in compared for seed in one.seeds})
    ours = (*(f"seed {seed}" for seed in seeds), *(("median",) if len(seeds) > 1 else ()))
    who = ("benchmark", "method")
    errors = tuple(
        (*_titles(one), name, _number(one.agreement.last), *_cells(one, values, seeds, shown))
        for one in compared
        for name, values in _errors(one.agreement).items()
        for shown in (_small if name == FINAL else _whole,)
    )
    boundaries = tuple(
        (*_titles(one), name.replace("_", " "), theirs, _number(one.found[name], NOT_FOUND), *cells)
        for one in compared
        for name, values in one.boundaries.items()
        for theirs, *cells in (_cells(one, values, seeds, _whole, NOT_FOUND),)
    )
    snr = tuple(
        (*_titles(one), f"{first:,} to {last:,}", *_cells(one, values, seeds, _small))
        for one in compared
        for (first, last), values in one.agreement.snr.items()
    )
    searched = ("start of", "authors, by hand", "authors, by our search")
    tables = (
        Table("Errors", (*who, "what", "up to iteration", "authors", *ours), errors),
        Table("Boundaries of the phases", (*who, *searched, *ours), boundaries),
        Table("Median SNR by half decade", (*who, "iterations", "authors", *ours), snr),
        _departures(compared),
        _other_sizes(compared),
    )
    return Page(TITLE, (_verdict(compared, scale), *TEXT), tuple(t for t in tables if t.rows))


def _verdict(compared: Sequence[Compared], scale: str) -> str:
    """Say whether the numbers are a test of agreement."""
    if not compared:
        return f"Scale {scale}: no problem and method for which the authors published a curve."
    of_other_size = [", ".join(_names(one)) for one in compared if one.other_sizes]
    if not of_other_size:
        return f"Scale {scale}: runs of the paper's sizes, compared with the authors'."
    return (
        f"Scale {scale}: no test of agreement for {'; '.join(of_other_size)}. The sizes of these "
        "runs are not the paper's; the last table lists them. So agreement with the authors' "
        "numbers, or disagreement, is meaningless."
    )


def _curve(run: Content) -> Curve:
    at, error, snr = (run.arrays[f"history/{n}"] for n in ("iteration", "relative_l2", "snr"))
    return Curve(at, error, at, snr)


def _start(boundary: Mapping[str, float] | None) -> Observation | None:
    return None if boundary is None else Observation(boundary["iteration"])


def _errors(agreement: Agreement) -> dict[str, Values]:
    levels = {f"below {level:.0%}": values for level, values in agreement.reached.items()}
    return {**levels, FINAL: agreement.final_error}


def _plain(one: Compared, values: Values) -> dict[str, Any]:
    by_seed = zip(one.seeds, values.ours, strict=True)
    return {
        "theirs": values.theirs and asdict(values.theirs),
        "ours": {str(seed): _with_ratio(values, ours) for seed, ours in by_seed},
        "median": _with_ratio(values, values.median),
    }


def _with_ratio(values: Values, ours: Observation | None) -> dict[str, Any]:
    ratio = values.over_theirs(ours)
    known = {"value": None, "censored": None} if ours is None else asdict(ours)
    return {**known, "over_theirs": ratio.value, "bound": ratio.bound}


def _cells(
    one: Compared,
    values: Values,
    seeds: Sequence[int],
    number: Callable[[float], str],
    unknown: str = NONE,
) -> Iterator[str]:
    """Yield theirs, each of ours with its ratio, and the median of several."""

    def shown(value: Observation | None) -> str:
        if value is None:
            return unknown
        return f"{'> ' if value.censored else ''}{number(value.value)}"

    yield shown(values.theirs)
    by_seed = dict(zip(one.seeds, values.ours, strict=True))
    ours = [(seed in by_seed, by_seed.get(seed)) for seed in seeds]
    for there, value in [*ours, *([(True, values.median)] if len(seeds) > 1 else [])]:
        ratio = values.over_theirs(value)
        bound = "" if ratio.bound is Bound.EXACT else f"{ratio.bound} "
        brackets = "" if ratio.value is None else f" ({bound}{_small(ratio.value)})"
        yield f"{shown(value)}{brackets}" if there else NONE


def _departures(compared: Sequence[Compared]) -> Table:
    problems: dict[Departure, dict[str, None]] = {}
    for one in compared:
        for departure in one.departures:
            problems.setdefault(departure, {})[_problem(one.problem)] = None
    rows = tuple((d.name, d.theirs, d.text, ", ".join(of)) for d, of in problems.items())
    head = ("what", "authors' code", "the paper's text", "benchmarks")
    return Table("Where the authors' code departs from the text, which ours follows", head, rows)


def _other_sizes(compared: Sequence[Compared]) -> Table:
    rows = tuple(
        (*_titles(one), key, str(here), str(there))
        for one in compared
        for key, (here, there) in one.other_sizes.items()
    )
    head = ("benchmark", "method", "setting", "here", "in the paper")
    return Table("Sizes that are not the paper's", head, rows)


def _names(one: Compared) -> tuple[str, str]:
    return _problem(one.problem), method_title(one.method)


def _titles(one: Compared) -> tuple[str, str]:
    """Return problem and method; the problem is marked if the row is no test."""
    problem, method = _names(one)
    return f"{problem} ({NO_TEST})" if one.other_sizes else problem, method


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _small(value: float) -> str:
    return f"{value:#.3g}".rstrip(".")


def _number(value: float | None, unknown: str = NONE) -> str:
    return unknown if value is None else _whole(value)
