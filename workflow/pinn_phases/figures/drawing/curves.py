"""Curves over iterations: median and range over the seeds of one method."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pinn_phases.analysis.trajectories import moving_average
from pinn_phases.arrays import Real
from pinn_phases.files.storage import Content

BINS_PER_DECADE = 40  # of iterations; a bin is one or two points wide in print
FEW = 10  # rows; with so few, nothing is known between them
DOTS = {"linestyle": "none", "marker": "o", "markersize": 2.2, "markeredgewidth": 0}


def plot_runs(
    axes: Axes,
    runs: Sequence[Content],
    name: str,
    *,
    layer: int | None = None,
    window: int = 1,
    band: bool = True,
    **style: Any,
) -> None:
    """Draw `history/{name}`: the median over the runs, and the range of their values.

    Rows in which a run has no finite, positive value are omitted. Runs of different length are
    drawn up to the end of the shortest.

    Parameters
    ----------
    layer
        Column of an array of shape (rows, layers); None for one of shape (rows,).
    window
        Rows in the moving average.
    band
        Whether the range is drawn.
    style
        Keywords of Matplotlib for the line; the range has the same colour.
    """
    iteration, values = _common_rows(runs, f"history/{name}")
    if layer is not None:
        values = values[:, :, layer]  # (runs, rows, layers) to (runs, rows)
    there = (np.isfinite(values) & (values > 0)).all(0)
    smooth = np.stack([moving_average(run[there], window) for run in values])
    _plot_binned(axes, iteration[there], smooth, style, band=band)


def plot_curve(
    axes: Axes, iteration: NDArray[np.integer], values: Real, *, window: int = 1, **style: Any
) -> None:
    """Draw one curve, shape (rows,), as `plot_runs` draws the median of several."""
    there = np.isfinite(values) & (values > 0)
    smooth = moving_average(values[there], window)
    _plot_binned(axes, iteration[there], smooth[None], style)  # (rows,) to (1, rows)


def plot_rows(
    axes: Axes,
    curves: Sequence[Mapping[str, NDArray[Any]]],
    name: str,
    *,
    positive: bool = True,
    **style: Any,
) -> None:
    """Draw one curve of each of several runs: median and range, if all have the same rows.

    Else runs are drawn one by one. Runs with few rows, as in archives, are drawn as dots.

    Parameters
    ----------
    curves
        "iteration" and `name` of each run, shape (rows,).
    positive
        Omit values that are not positive, for a logarithmic axis.
    """
    first = curves[0]["iteration"]
    few = len(first) <= FEW
    alike = all(np.array_equal(one["iteration"], first) for one in curves)
    looks = style | DOTS if few else style
    for group in [curves] if alike and not few else [[one] for one in curves]:
        values = np.stack([one[name] for one in group])
        there = (np.isfinite(values) & ((values > 0) | (not positive))).all(0)
        _plot_binned(axes, group[0]["iteration"][there], values[:, there], looks)


def plot_snapshots(
    axes: Axes,
    files: Sequence[Content],
    name: str,
    *,
    layer: int,
    change: Callable[[Real], Real] = np.asarray,
    **style: Any,
) -> None:
    """Draw one layer of `information/{name}`, transformed by a function, like `plot_runs`.

    Snapshots in which a file has no finite value are omitted.
    """
    iteration, values = _common_rows(files, f"information/{name}")
    values = values[:, :, layer]  # (files, snapshots, layers) to (files, snapshots)
    there = np.isfinite(values).all(0)
    _plot_binned(axes, iteration[there], change(values[:, there]), style)


def _iterations(content: Content) -> NDArray[np.integer]:
    """Return the iteration of each row of a run, or of each snapshot of another file."""
    of_a_run: NDArray[np.integer] | None = content.arrays.get("history/iteration")
    return content.arrays["iterations"] if of_a_run is None else of_a_run


def _common_rows(files: Sequence[Content], name: str) -> tuple[NDArray[np.integer], Real]:
    """Return the iterations that all files have, and the values of each file there."""
    rows = min(len(_iterations(content)) for content in files)
    values = np.stack([content.arrays[name][:rows] for content in files])
    return _iterations(files[0])[:rows], values


def _plot_binned(
    axes: Axes,
    iteration: NDArray[np.integer],
    values: Real,
    style: Mapping[str, Any],
    *,
    band: bool = True,
) -> None:
    """Draw values of shape (files, rows), one point per bin of iterations.

    The line is the median of a bin over all files, the band its range. So oscillations finer than
    a bin become a band, not a solid block of lines.
    """
    bins = binned(iteration)
    middle, lower, upper = (np.empty(len(bins)) for _ in range(3))
    for i, rows in enumerate(bins):
        inside = values[:, rows]
        middle[i] = np.median(np.median(inside, axis=1))
        lower[i], upper[i] = inside.min(), inside.max()
    at = np.array([np.median(iteration[rows]) for rows in bins])
    at[-1:] = iteration[-1:]  # the curve reaches its end
    axes.plot(at, middle, **style)
    if band and (lower < upper).any():
        looks: dict[str, Any] = {"color": style.get("color"), "alpha": 0.25, "linewidth": 0}
        axes.fill_between(at, lower, upper, zorder=1.5, **looks)


def binned(iteration: NDArray[np.integer]) -> list[slice]:
    """Rows of each bin of iterations (increasing, from 1) that a figure can resolve."""
    if not len(iteration):
        return []
    bins = np.floor(np.log10(iteration) * BINS_PER_DECADE)
    edges = [0, *(np.flatnonzero(np.diff(bins)) + 1), len(iteration)]
    return [slice(a, b) for a, b in pairwise(edges)]


def layer_count(runs: Sequence[Content]) -> int:
    """Largest number of layers of the networks of these runs."""
    return max(int(run.arrays["history/layers/snr"].shape[1]) for run in runs)


def last_iteration(runs: Sequence[Content]) -> float:
    """Last iteration of the longest run or of its snapshots."""
    return float(max(_iterations(run)[-1] for run in runs))
