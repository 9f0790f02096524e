"""Curves over iterations: one method's files of several seeds, as median and range."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from pinn_phases.analysis.trajectories import moving_average
from pinn_phases.arrays import Real
from pinn_phases.files.storage import Content

BINS_PER_DECADE = 40  # of iterations: a bin is one or two points wide in print
FEW = 10  # rows: as many say nothing of what is between them
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

    Rows without a value that a logarithmic axis can show (finite and positive, in each run) are
    left out. Runs of different length are drawn up to the shortest.

    Parameters
    ----------
    layer
        Column of an array of shape (rows, layers); None for one of shape (rows,).
    window
        Rows in the moving average.
    band
        Whether the range is drawn.
    style
        Of the line, as matplotlib names it; the range gets its colour.
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
    """Draw one layer of `information/{name}`, changed by a function, as `plot_runs` does.

    Snapshots without a finite value, in any of the files, are left out.
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
    """Draw values of shape (files, rows), all that fall into a bin of iterations as one place.

    The line is the median of the bin, the band reaches from its smallest to its largest value, of
    all files: oscillations that are finer than a bin become a band, not a solid block of lines.
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
    """Rows of each bin of iterations, increasing and from 1 on, that a figure can tell apart."""
    if not len(iteration):
        return []
    bins = np.floor(np.log10(iteration) * BINS_PER_DECADE)
    edges = [0, *(np.flatnonzero(np.diff(bins)) + 1), len(iteration)]
    return [slice(a, b) for a, b in pairwise(edges)]


def layer_count(runs: Sequence[Content]) -> int:
    """Layers of the networks of these runs, the largest number if they differ."""
    return max(int(run.arrays["history/layers/snr"].shape[1]) for run in runs)


def last_iteration(runs: Sequence[Content]) -> float:
    """Last iteration of the longest run, or of its snapshots."""
    return float(max(_iterations(run)[-1] for run in runs))
