"""Page that compares runs with the authors' published curves: errors, phase boundaries and SNR."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pinn_phases.analysis.agreement import Agreement, Curve, Values, compare
from pinn_phases.analysis.seeds import Bound, Observation
from pinn_phases.files.published import BOUNDARIES, Departure, departures, other_sizes
from pinn_phases.files.storage import Content
from pinn_phases.plugins import PROBLEMS, plugin_class
from pinn_phases.problems.base import Problem
from pinn_phases.settings.method_names import method_title
from pinn_phases.summary.page import Page, Table

FINAL = "final error"
TITLE = "Agreement with the authors' curves"
NONE, NOT_FOUND = "–", "not found"
NOT_COMPARABLE = "not comparable"
TEXT = (
    "The authors published one training per benchmark and method. It is compared with our runs up "
    "to the last iteration at which all of them recorded an error. Errors: the first iteration at "
    "which the relative L2 error (Eq. 7) is below a level, using only iterations that all curves "
    "recorded; > marks a level that was not reached. The final error is the median over the last "
    "tenth of these iterations. Ratios in brackets are our value divided by the authors'.",
    "The authors drew the boundaries of the phases by hand; we find ours by a search in the SNR. "
    "The column 'authors, by our search' is the result of the same search in the authors' complete "
    "curve. Medians over seeds are Kaplan-Meier medians, as on the page with statistics over "
    "seeds; that page, however, uses all recorded iterations of a run.",
)


@dataclass(frozen=True)
class Comparison:
    """Our runs of one problem and method, compared with the authors' curve.

    Attributes
    ----------
    seeds
        Seeds of our runs, in the order of the values.
    boundaries
        Phase -> iteration at which it starts. The authors' values were drawn by hand; ours are
        None where the phase was not found.
    found
        Phase -> iteration at which our search finds its start in the authors' SNR, or None.
    departures
        Where the authors' code departs from the paper's text, which these runs follow.
    other_sizes
        Settings with a value that is neither the paper's nor the authors': key -> (value of the
        run, value in the paper). Unless empty, the runs are not comparable.
    """

    problem: str
    method: str
    seeds: tuple[int, ...]
    agreement: Agreement
    boundaries: Mapping[str, Values]
    found: Mapping[str, float | None]
    departures: tuple[Departure, ...]
    other_sizes: Mapping[str, tuple[Any, Any]]


def compare_with_published(
    published: Content, runs: Sequence[Content], phases: Sequence[Content]
) -> Comparison:
    """Compare runs and their phases with a published curve.

    Parameters
    ----------
    published
        The authors' curve for the problem and method of the runs.
    runs, phases
        One file per seed, in the same order. Only the history of a run is needed.
    """
    settings = [run.attributes["settings"] for run in runs]
    sizes: dict[str, tuple[Any, Any]] = {}
    for one in settings:
        sizes |= other_sizes(one, published.attributes["paper"])
    names = ("error/iteration", "error/relative_l2", "gradients/iteration", "gradients/snr")
    drawn, found = published.attributes["drawn"], published.attributes["found"]
    return Comparison(
        settings[0]["problem"],
        settings[0]["method"],
        tuple(one["seed"] for one in settings),
        compare(Curve(*(published.arrays[name] for name in names)), [_curve(run) for run in runs]),
        {
            name: Values(
                Observation(drawn[name]), tuple(_start(file.attributes[name]) for file in phases)
            )
            for name in BOUNDARIES
        },
        {name: (found[name] or {}).get("iteration") for name in BOUNDARIES},
        tuple(departures(settings[0])),
        sizes,
    )


def as_plain(comparisons: Sequence[Comparison]) -> list[dict[str, Any]]:
    """Convert the contents of the page to values that JSON can store."""
    return [
        {
            "problem": one.problem,
            "method": one.method,
            "comparable": not one.other_sizes,
            "other_sizes": {key: list(pair) for key, pair in one.other_sizes.items()},
            "departures": [asdict(departure) for departure in one.departures],
            "last": one.agreement.last,
            "errors": {name: _plain(one, v) for name, v in _errors(one.agreement).items()},
            "boundaries": {
                name: _plain(one, values) | {"authors_by_our_search": one.found[name]}
                for name, values in one.boundaries.items()
            },
            "snr": [
                {"first": first, "last": last} | _plain(one, values)
                for (first, last), values in one.agreement.snr.items()
            ],
        }
        for one in comparisons
    ]


def agreement_page(comparisons: Sequence[Comparison], scale: str) -> Page:
    """List errors, boundaries and SNR of authors and runs, then the differences in training."""
    seeds = sorted({seed for one in comparisons for seed in one.seeds})
    ours = (*(f"seed {seed}" for seed in seeds), *(("median",) if len(seeds) > 1 else ()))
    subject = ("benchmark", "method")
    errors = tuple(
        (*_titles(one), name, _number(one.agreement.last), *_cells(one, values, seeds, digits))
        for one in comparisons
        for name, values in _errors(one.agreement).items()
        for digits in (_three_digits if name == FINAL else _whole,)
    )
    boundaries = tuple(
        (*_titles(one), name.replace("_", " "), theirs, _number(one.found[name], NOT_FOUND), *cells)
        for one in comparisons
        for name, values in one.boundaries.items()
        for theirs, *cells in (_cells(one, values, seeds, _whole, NOT_FOUND),)
    )
    snr = tuple(
        (*_titles(one), f"{first:,} to {last:,}", *_cells(one, values, seeds, _three_digits))
        for one in comparisons
        for (first, last), values in one.agreement.snr.items()
    )
    searched = ("start of", "authors, by hand", "authors, by our search")
    tables = (
        Table("Errors", (*subject, "quantity", "up to iteration", "authors", *ours), errors),
        Table("Boundaries of the phases", (*subject, *searched, *ours), boundaries),
        Table("Median SNR by half decade", (*subject, "iterations", "authors", *ours), snr),
        _departures(comparisons),
        _other_sizes(comparisons),
    )
    text = (_comparability(comparisons, scale), *TEXT)
    return Page(TITLE, text, tuple(table for table in tables if table.rows))


def _comparability(comparisons: Sequence[Comparison], scale: str) -> str:
    """State whether the runs have the paper's sizes, so that a comparison is meaningful."""
    if not comparisons:
        return f"Scale {scale}: no problem and method for which the authors published a curve."
    differing = [", ".join(_names(one)) for one in comparisons if one.other_sizes]
    if not differing:
        return f"Scale {scale}: all runs have the paper's sizes, so the curves are comparable."
    return (
        f"Scale {scale}: not comparable with the authors' curves: {'; '.join(differing)}. These "
        "runs do not have the paper's sizes (last table), so agreement or disagreement with the "
        "authors' numbers means nothing."
    )


def _curve(run: Content) -> Curve:
    iteration, error, snr = (
        run.arrays[f"history/{name}"] for name in ("iteration", "relative_l2", "snr")
    )
    return Curve(iteration, error, iteration, snr)


def _start(boundary: Mapping[str, float] | None) -> Observation | None:
    return None if boundary is None else Observation(boundary["iteration"])


def _errors(agreement: Agreement) -> dict[str, Values]:
    levels = {f"below {level:.0%}": values for level, values in agreement.reached.items()}
    return {**levels, FINAL: agreement.final_error}


def _plain(one: Comparison, values: Values) -> dict[str, Any]:
    by_seed = zip(one.seeds, values.ours, strict=True)
    return {
        "authors": values.theirs and asdict(values.theirs),
        "ours": {str(seed): _with_ratio(values, ours) for seed, ours in by_seed},
        "median": _with_ratio(values, values.median),
    }


def _with_ratio(values: Values, ours: Observation | None) -> dict[str, Any]:
    ratio = values.over_theirs(ours)
    observation = {"value": None, "censored": None} if ours is None else asdict(ours)
    return {**observation, "over_authors": ratio.value, "bound": ratio.bound}


def _cells(
    one: Comparison,
    values: Values,
    seeds: Sequence[int],
    number: Callable[[float], str],
    unknown: str = NONE,
) -> Iterator[str]:
    """Yield the authors' value, each of ours with its ratio, and the median if several seeds."""

    def formatted(value: Observation | None) -> str:
        if value is None:
            return unknown
        return f"{'> ' if value.censored else ''}{number(value.value)}"

    def with_ratio(value: Observation | None) -> str:
        ratio = values.over_theirs(value)
        bound = "" if ratio.bound is Bound.EXACT else f"{ratio.bound} "
        brackets = "" if ratio.value is None else f" ({bound}{_three_digits(ratio.value)})"
        return f"{formatted(value)}{brackets}"

    yield formatted(values.theirs)
    by_seed = dict(zip(one.seeds, values.ours, strict=True))
    for seed in seeds:
        yield with_ratio(by_seed[seed]) if seed in by_seed else NONE
    if len(seeds) > 1:
        yield with_ratio(values.median)


def _departures(comparisons: Sequence[Comparison]) -> Table:
    benchmarks: dict[Departure, dict[str, None]] = {}  # a dict keeps their order, unlike a set
    for one in comparisons:
        for departure in one.departures:
            benchmarks.setdefault(departure, {})[_problem(one.problem)] = None
    rows = tuple(
        (departure.name, departure.theirs, departure.text, ", ".join(names))
        for departure, names in benchmarks.items()
    )
    head = ("subject", "authors' code", "the paper's text", "benchmarks")
    title = "Where the authors' code departs from the paper's text, which our runs follow"
    return Table(title, head, rows)


def _other_sizes(comparisons: Sequence[Comparison]) -> Table:
    rows = tuple(
        (*_titles(one), key, str(here), str(in_paper))
        for one in comparisons
        for key, (here, in_paper) in one.other_sizes.items()
    )
    head = ("benchmark", "method", "setting", "value here", "value in the paper")
    return Table("Sizes that differ from the paper's", head, rows)


def _names(one: Comparison) -> tuple[str, str]:
    return _problem(one.problem), method_title(one.method)


def _titles(one: Comparison) -> tuple[str, str]:
    """Return the names of problem and method; problems that are not comparable are marked."""
    problem, method = _names(one)
    return f"{problem} ({NOT_COMPARABLE})" if one.other_sizes else problem, method


def _problem(name: str) -> str:
    return plugin_class(PROBLEMS, name, Problem).title


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _three_digits(value: float) -> str:
    return f"{value:#.3g}".rstrip(".")


def _number(value: float | None, unknown: str = NONE) -> str:
    return unknown if value is None else _whole(value)
