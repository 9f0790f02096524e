"""Curves over iterations: median and range of the runs (seeds) of one method."""

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
FEW = 10  # up to this number of rows are drawn as dots, because a line would suggest values between
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

    Rows in which any run has no finite, positive value are omitted. Runs of different lengths are
    drawn up to the end of the shortest one.

    Parameters
    ----------
    layer
        Column of an array of shape (rows, layers); None for an array of shape (rows,).
    window
        Number of rows in the moving average.
    band
        Whether to draw the range.
    style
        Keyword arguments of Matplotlib for the line; the range has the same colour.
    """
    iteration, values = _common_rows(runs, f"history/{name}")
    if layer is not None:
        values = values[:, :, layer]  # (runs, rows, layers) to (runs, rows)
    valid = (np.isfinite(values) & (values > 0)).all(0)
    smooth = np.stack([moving_average(run[valid], window) for run in values])
    _plot_binned(axes, iteration[valid], smooth, style, band=band)


def plot_curve(
    axes: Axes, iteration: NDArray[np.integer], values: Real, *, window: int = 1, **style: Any
) -> None:
    """Draw a single curve of shape (rows,) in the same way as `plot_runs`."""
    valid = np.isfinite(values) & (values > 0)
    smooth = moving_average(values[valid], window)
    _plot_binned(axes, iteration[valid], smooth[None], style)  # (rows,) to (1, rows)


def plot_rows(
    axes: Axes,
    curves: Sequence[Mapping[str, NDArray[Any]]],
    name: str,
    *,
    positive: bool = True,
    **style: Any,
) -> None:
    """Draw one quantity of several runs: median and range, if all have the same iterations.

    Otherwise, each run is drawn by itself. Runs with few rows, as in archives, are drawn as dots.

    Parameters
    ----------
    curves
        For each run, arrays of shape (rows,) with the keys "iteration" and `name`.
    positive
        Whether to omit values that are not positive, which a logarithmic axis cannot show.
    """
    first = curves[0]["iteration"]
    few = len(first) <= FEW
    same = all(np.array_equal(curve["iteration"], first) for curve in curves)
    looks = style | DOTS if few else style
    for group in [curves] if same and not few else [[curve] for curve in curves]:
        values = np.stack([curve[name] for curve in group])
        valid = (np.isfinite(values) & ((values > 0) | (not positive))).all(0)
        _plot_binned(axes, group[0]["iteration"][valid], values[:, valid], looks)


def plot_snapshots(
    axes: Axes,
    files: Sequence[Content],
    name: str,
    *,
    layer: int,
    change: Callable[[Real], Real] = np.asarray,
    **style: Any,
) -> None:
    """Draw one layer of `information/{name}` in the same way as `plot_runs`.

    Snapshots in which any file has no finite value are omitted.

    Parameters
    ----------
    change
        Function that is applied to the values before they are drawn.
    """
    iteration, values = _common_rows(files, f"information/{name}")
    values = values[:, :, layer]  # (files, snapshots, layers) to (files, snapshots)
    valid = np.isfinite(values).all(0)
    _plot_binned(axes, iteration[valid], change(values[:, valid]), style)


def _iterations(content: Content) -> NDArray[np.integer]:
    """Return the iterations of the history of a run, or of the snapshots of another file."""
    name = "history/iteration" if "history/iteration" in content.arrays else "iterations"
    iterations: NDArray[np.integer] = content.arrays[name]
    return iterations


def _common_rows(files: Sequence[Content], name: str) -> tuple[NDArray[np.integer], Real]:
    """Return the iterations of the shortest file, and the values of all files at them."""
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

    In each bin, the line is the median over all files and the band is their range. So oscillations
    within a bin appear as a band, not as a solid block of lines.
    """
    bins = binned(iteration)
    middle, lower, upper = (np.empty(len(bins)) for _ in range(3))
    for i, rows in enumerate(bins):
        inside = values[:, rows]
        middle[i] = np.median(np.median(inside, axis=1))
        lower[i], upper[i] = inside.min(), inside.max()
    x = np.array([np.median(iteration[rows]) for rows in bins])
    x[-1:] = iteration[-1:]  # so that the curve ends at the last iteration
    axes.plot(x, middle, **style)
    if band and (lower < upper).any():
        looks: dict[str, Any] = {"color": style.get("color"), "alpha": 0.25, "linewidth": 0}
        axes.fill_between(x, lower, upper, zorder=1.5, **looks)


def binned(iteration: NDArray[np.integer]) -> list[slice]:
    """Return the rows of each bin; iterations are increasing, and at least 1."""
    if not len(iteration):
        return []
    bins = np.floor(np.log10(iteration) * BINS_PER_DECADE)
    edges = [0, *(np.flatnonzero(np.diff(bins)) + 1), len(iteration)]
    return [slice(a, b) for a, b in pairwise(edges)]


def layer_count(runs: Sequence[Content]) -> int:
    """Return the largest number of layers of the networks of these runs."""
    return max(int(run.arrays["history/layers/snr"].shape[1]) for run in runs)


def last_iteration(runs: Sequence[Content]) -> float:
    """Return the last iteration of the longest run, or of the snapshots of other files."""
    return float(max(_iterations(run)[-1] for run in runs))
