"""Curves over iterations: one method's files of several seeds, as median and range."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pinn_phases.analysis.trajectories import moving_average
from pinn_phases.storage import Content

Real = NDArray[np.float64]

BINS_PER_DECADE = 200  # a bin is half to one dot of a PNG; PDFs stay small, whatever the run
FEW = 10  # rows: as many say nothing of what is between them
DOTS = {"linestyle": "none", "marker": "o", "markersize": 2.2, "markeredgewidth": 0}


def plot_runs(
    axes: Axes,
    runs: Sequence[Content],
    name: str,
    *,
    layer: int | None = None,
    window: int = 1,
    **style: Any,
) -> None:
    """Draw `history/{name}`: the median over the runs, and the range between the quartiles.

    Rows without a value that a logarithmic axis can show (finite and positive, in each run) are
    left out. Runs of different length are drawn up to the shortest.

    Parameters
    ----------
    layer
        Column of an array of shape (rows, layers); None for one of shape (rows,).
    window
        Rows in the moving average.
    style
        Of the line, as matplotlib names it; the range gets its colour.
    """
    iteration, values = _common_rows(runs, f"history/{name}")
    if layer is not None:
        values = values[:, :, layer]  # (runs, rows, layers) to (runs, rows)
    there = (np.isfinite(values) & (values > 0)).all(0)
    smooth = np.stack([moving_average(run[there], window) for run in values])
    _plot_quartiles(axes, iteration[there], smooth, style)


def plot_curve(
    axes: Axes, iteration: NDArray[np.integer], values: Real, *, window: int = 1, **style: Any
) -> None:
    """Draw one curve, shape (rows,), as `plot_runs` draws the median of several."""
    there = np.isfinite(values) & (values > 0)
    smooth = moving_average(values[there], window)
    _plot_quartiles(axes, iteration[there], smooth[None], style)  # (rows,) to (1, rows)


def plot_rows(
    axes: Axes,
    curves: Sequence[Mapping[str, NDArray[Any]]],
    name: str,
    *,
    positive: bool = True,
    **style: Any,
) -> None:
    """Draw one curve of each of several runs: median and range where all have the same rows.

    Runs of other rows are drawn one by one, and of few rows, as an archive may keep, as dots.

    Parameters
    ----------
    curves
        Of each run: "iteration" and `name`, shape (rows,).
    positive
        Leave out what a logarithmic axis cannot show.
    """
    first = curves[0]["iteration"]
    few = len(first) <= FEW
    alike = all(np.array_equal(one["iteration"], first) for one in curves)
    looks = style | DOTS if few else style
    for group in [curves] if alike and not few else [[one] for one in curves]:
        values = np.stack([one[name] for one in group])
        there = (np.isfinite(values) & ((values > 0) | (not positive))).all(0)
        _plot_quartiles(axes, group[0]["iteration"][there], values[:, there], looks)


def plot_snapshots(
    axes: Axes, files: Sequence[Content], name: str, *, layer: int, **style: Any
) -> None:
    """Draw one layer of `information/{name}` as `plot_runs` does.

    Snapshots without a finite value, in any of the files, are left out.
    """
    iteration, values = _common_rows(files, f"information/{name}")
    values = values[:, :, layer]  # (files, snapshots, layers) to (files, snapshots)
    there = np.isfinite(values).all(0)
    _plot_quartiles(axes, iteration[there], values[:, there], style)


def _iterations(content: Content) -> NDArray[np.integer]:
    """Return the iteration of each row of a run, or of each snapshot of another file."""
    of_a_run: NDArray[np.integer] | None = content.arrays.get("history/iteration")
    return content.arrays["iterations"] if of_a_run is None else of_a_run


def _common_rows(files: Sequence[Content], name: str) -> tuple[NDArray[np.integer], Real]:
    """Return the iterations that all files have, and the values of each file there."""
    rows = min(len(_iterations(content)) for content in files)
    values = np.stack([content.arrays[name][:rows] for content in files])
    return _iterations(files[0])[:rows], values


def _plot_quartiles(
    axes: Axes, iteration: NDArray[np.integer], values: Real, style: Mapping[str, Any]
) -> None:
    """Draw the median of values of shape (files, rows), and the range between the quartiles."""
    quartiles = np.quantile(values, (0.25, 0.5, 0.75), axis=0)
    seen = _distinct(iteration, quartiles[1])
    at, (lower, middle, upper) = iteration[seen], quartiles[:, seen]
    axes.plot(at, middle, **style)
    if len(values) > 1:
        axes.fill_between(at, lower, upper, color=style.get("color"), alpha=0.25, linewidth=0)


def _distinct(iteration: NDArray[np.integer], values: Real) -> NDArray[np.integer]:
    """Rows that a figure can tell apart: the smallest and the largest value of each bin."""
    bins = np.floor(np.log10(iteration) * BINS_PER_DECADE)
    order = np.lexsort((values, bins))  # by bins, and by values within
    edge = np.flatnonzero(np.diff(bins))  # last row of each bin but the last
    ends = np.concatenate([order[:1], order[edge], order[edge + 1], order[-1:]])
    return np.unique(ends)


def layer_count(runs: Sequence[Content]) -> int:
    """Layers of the networks of these runs, the largest number if they differ."""
    return max(int(run.arrays["history/layers/snr"].shape[1]) for run in runs)


def last_iteration(runs: Sequence[Content]) -> float:
    """Last iteration of the longest run, or of its snapshots."""
    return float(max(_iterations(run)[-1] for run in runs))
