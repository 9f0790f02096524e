"""Draw the timings.

    python -m benchmarks.report.figure results/benchmarks/*.json --pdf FILE.pdf --png FILE.png

Points are medians, bars the range over the rounds.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.goals import GROWTH, TITLES, Reports, conditions, read
from pinn_phases.figures.drawing import style

PROBLEMS = {  # in the order of the paper
    "allen_cahn": "Allen-Cahn",
    "helmholtz": "Helmholtz",
    "burgers": "Burgers",
    "cavity": "Lid-driven cavity",
}
OTHERS = ("nested", "deepxde", "pina", "jax")
OWN = {"products": "matrix products\nalone", "ours_statistics": "with statistics\neach iteration"}
POINTS: style.Looks = {"fmt": "o", "markersize": 3, "elinewidth": 1.0, "capsize": 1.5}
HEIGHT = 5.0  # inches
ROWS = (1.0, 0.95, 0.35)  # relative heights: ratios, growth, words
OFFSET = 0.16  # between the problems of an engine
COLOUR = style.PARAMETER_COLOURS[0]  # of our engine


def draw(reports: Reports) -> Figure:
    """Draw ratios, parts of our iteration, and growth."""
    style.set_style()
    figure = Figure(figsize=(style.TEXT_WIDTH, HEIGHT), layout="constrained")
    upper, lower, words = figure.subfigures(3, 1, height_ratios=ROWS, squeeze=False).flat
    left, right = upper.subplots(1, 2, width_ratios=(2, 1))
    compared = {name: title for name, title in PROBLEMS.items() if name in reports}
    _ratios(left, reports, compared, {name: TITLES[name] for name in OTHERS})
    left.set_xscale("log")
    style.plain_log_ticks(left.xaxis)
    left.set_xlabel("Time of an iteration, relative to ours")
    left.legend(frameon=False)
    _ratios(right, reports, compared, OWN)
    right.set_xlim(left=0)
    right.set_xlabel("Time, relative to an iteration of ours")
    for axes, size in zip(lower.subplots(1, 3), ("points", "width", "iterations"), strict=True):
        _growth(axes, reports[GROWTH][size], size)
    _memory(lower.axes[0].twinx(), reports[GROWTH]["points"])
    looks: style.Looks = {"fontsize": 5.5, "color": "0.35", "va": "bottom"}
    words.text(0.01, 0.03, conditions(reports).replace("- ", "").strip(), **looks)
    return figure


def _ratios(
    axes: Axes, reports: Reports, compared: Mapping[str, str], engines: Mapping[str, str]
) -> None:
    """Draw median and range over the rounds, one row per engine."""
    colours = style.problem_colours(list(compared))
    for i, (problem, title) in enumerate(compared.items()):
        ratios = {name: reports[problem]["engines"].get(name) for name in engines}
        there = {row: r["ratio"] for row, r in enumerate(ratios.values()) if r is not None}
        median = [ratio["median"] for ratio in there.values()]
        below = [ratio["median"] - ratio["lowest"] for ratio in there.values()]
        above = [ratio["highest"] - ratio["median"] for ratio in there.values()]
        rows = [row + OFFSET * (i - (len(compared) - 1) / 2) for row in there]
        colour = colours[problem]
        axes.errorbar(median, rows, xerr=(below, above), color=colour, label=title, **POINTS)
    axes.axvline(1, color="0.5", linewidth=style.THIN, linestyle=":")
    axes.set_yticks(range(len(engines)), list(engines.values()))
    axes.set_ylim(len(engines) - 0.5, -0.5)


def _growth(axes: Axes, measured: Any, size: str) -> None:
    """Draw seconds against one size."""
    sizes, seconds = measured["sizes"], measured["seconds"]
    axes.loglog(sizes, seconds, "o-", color=COLOUR, markersize=3)
    axes.set_xlabel(size.capitalize())
    axes.set_ylabel("Time, s" if size == "iterations" else "Time of an iteration, s")
    axes.set_title(f"slope {measured['slope']:.2f}", loc="left")
    axes.set_xticks(sizes, [f"{value:,}" for value in sizes], minor=False)
    axes.minorticks_off()
    style.plain_log_ticks(axes.yaxis)


def _memory(axes: Axes, measured: Any) -> None:
    """Draw the peak of memory against the number of points."""
    colour = style.PARAMETER_COLOURS[1]
    gigabytes = [peak / 1000 for peak in measured["peak_memory_mb"]]
    axes.plot(measured["sizes"], gigabytes, "s--", color=colour, markersize=3)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("Peak memory, GB", color=colour)


def main() -> None:
    """Draw and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", type=Path, nargs="+", help="JSON of the benchmarks")
    parser.add_argument("--pdf", type=Path, required=True)
    parser.add_argument("--png", type=Path, required=True)
    options = parser.parse_args()
    figure = draw(read(options.reports))
    style.save(figure, options.pdf, options.png, {"figure": "Benchmarks"})


if __name__ == "__main__":
    main()
