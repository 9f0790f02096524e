"""Curves over iterations: one method's runs with several seeds, smoothed, as median and range."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pinn_phases.figures.style import PHASE_SHADES, SMALL_POINTS
from pinn_phases.storage import Content

Real = NDArray[np.float64]

LATE = 0.2  # share of a logarithmic axis that the name of a phase needs


def moving_average(values: Real, window: int) -> Real:
    """Mean of the last `window` values, of fewer at the start; shape (n,)."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    end = np.arange(1, len(values) + 1)
    start = np.maximum(end - window, 0)
    mean: Real = (sums[end] - sums[start]) / (end - start)
    return mean


def plot_runs(
    axes: Axes, runs: Sequence[Content], name: str, *, window: int = 1, **style: Any
) -> None:
    """Draw `history/{name}`: the median over the runs, and the range between the quartiles.

    Rows without a value are left out. Runs of different length are drawn up to the shortest.
    """
    rows = min(len(run.arrays["history/iteration"]) for run in runs)
    iteration = runs[0].arrays["history/iteration"][:rows]
    values = np.stack([run.arrays[f"history/{name}"][:rows] for run in runs])  # (runs, rows)
    there = np.isfinite(values).all(0)
    smooth = np.stack([moving_average(run[there], window) for run in values])
    lower, middle, upper = np.quantile(smooth, (0.25, 0.5, 0.75), axis=0)
    axes.plot(iteration[there], middle, **style)
    if len(runs) > 1:
        axes.fill_between(
            iteration[there], lower, upper, color=style.get("color"), alpha=0.25, linewidth=0
        )


def median_boundary(phases: Sequence[Content], name: str) -> float | None:
    """Median over the runs of the iteration where a phase starts; None if most do not reach it."""
    found = [p.attributes[name]["iteration"] for p in phases if p.attributes[name]]
    return float(np.median(found)) if 2 * len(found) > len(phases) else None


def shade_phases(axes: Axes, phases: Sequence[Content], last: float, *, named: bool) -> None:
    """Shade fitting, diffusion and total diffusion behind the curves, as far as reached."""
    starts = {
        "Fitting": 1.0,
        "Diffusion": median_boundary(phases, "diffusion"),
        "Total diffusion": median_boundary(phases, "total_diffusion"),
    }
    reached = [(name, start) for name, start in starts.items() if start is not None]
    ends = [start for _, start in reached[1:]] + [last]
    for (name, start), end in zip(reached, ends, strict=True):
        axes.axvspan(start, end, color=PHASE_SHADES[name], zorder=0, linewidth=0)
        if start > 1:
            axes.axvline(start, color="0.35", linestyle="--", linewidth=0.7, zorder=1)
        if named:
            # The name stands over the middle, but one that begins late ends with the axes.
            late = end == last and np.log(end / start) < LATE * np.log(last)
            axes.annotate(
                name,
                (end if late else np.sqrt(start * end), 1.02),
                xycoords=("data", "axes fraction"),
                ha="right" if late else "center",
                va="bottom",
                fontsize=SMALL_POINTS,
            )
