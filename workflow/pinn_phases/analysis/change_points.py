"""Where a noisy curve changes its level or its slope, with an interval from a block bootstrap."""

import numpy as np
import ruptures
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Interval = tuple[float, float, float]  # estimate, lower end, upper end

STEADY = 0.75  # the fall is at least so steep, relative to the time before: else it has ended
KNEE = 0.5  # the fall has ended where its slope on log-log axes drops at least by this factor
REFINED_POINTS = 250  # into which two windows are condensed: finer than rises; quick to split
MIN_SIZE = 2  # points on either side of a step
FEWEST_POINTS = 2 * MIN_SIZE  # in which a step is located
COVERAGE = 0.9  # nominal, of the intervals


def locate_elbow(
    x: Array, y: Array, crossing: int, resamples: int, rng: np.random.Generator
) -> Interval:
    """Return where the fall of y through 0, at the index `crossing`, comes to its end.

    Least squares of a continuous curve of three straight pieces that meet at points of x: the
    second falls through 0, the third much less. The interval repeats the fit on resampled
    residuals. Without such a fit the crossing itself, and anything later is possible.
    """
    if crossing == 0:
        return float(x[0]), float(x[0]), float(x[0])
    unknown = float(x[crossing]), float(x[crossing]), float(x[-1])
    if crossing == 1 or x.size < crossing + 3:  # too few points on one side for a line
        return unknown
    pairs, basis, to_coefficients = _hinges(x, crossing)
    best = _best_hinges(basis, to_coefficients, y[:, None])
    if best.size == 0:
        return unknown
    fit = basis[best[0]] @ (basis[best[0]].T @ y)
    again = fit[:, None] + _block_resamples(y - fit, resamples, rng)
    elbows = pairs[_best_hinges(basis, to_coefficients, again), 1]
    return _with_interval(x, int(pairs[best[0], 1]), elbows)


def _hinges(x: Array, crossing: int) -> tuple[Indices, Array, Array]:
    """Return pairs of knots a < crossing <= b, their orthonormal bases and the way back.

    Shapes (pairs, 2), (pairs, n, 4) and (pairs, 4, 4). A basis spans 1, x, (x - a)+, (x - b)+;
    the way back leads to the coefficients of these.
    """
    fall = np.arange(1, crossing)  # with at least one point before
    elbow = np.arange(crossing, x.size - 2)  # with at least two points after
    pairs = np.stack(np.meshgrid(fall, elbow, indexing="ij"), axis=-1).reshape(-1, 2)
    columns = np.maximum(x[:, None] - x[pairs][:, None, :], 0)  # (pairs, n, 2)
    line = np.broadcast_to(np.stack([np.ones_like(x), x], axis=-1), columns.shape)
    basis, triangle = np.linalg.qr(np.concatenate([line, columns], axis=-1))
    return pairs, basis, np.linalg.inv(triangle)


def _best_hinges(basis: Array, to_coefficients: Array, y: Array) -> Indices:
    """Return the index of the best pair for each column of y (n, curves) that has a fall."""
    projection = basis.transpose(0, 2, 1) @ y  # (pairs, 4, curves)
    _, slope, change, second_change = (to_coefficients @ projection).transpose(1, 0, 2)
    fall = slope + change
    feasible = (fall < 0) & (fall < STEADY * slope) & (fall + second_change > KNEE * fall)
    explained = np.where(feasible, np.sum(projection**2, axis=1), -np.inf)
    best: Indices = np.argmax(explained, axis=0)[feasible.any(axis=0)]
    return best


def locate_step(x: Array, y: Array, resamples: int, rng: np.random.Generator) -> Interval:
    """Return where the level of y changes; the interval repeats this on resampled residuals."""
    at, condensed = condense(x, y)
    best = best_split(condensed)
    levels = [condensed[:best].mean(), condensed[best:].mean()]
    fit = np.repeat(levels, [best, condensed.size - best])
    again = fit[:, None] + _block_resamples(condensed - fit, resamples, rng)
    return _with_interval(at, best, np.array([best_split(curve) for curve in again.T]))


def condense(x: Array, y: Array) -> tuple[Array, Array]:
    """Return first x and median of y of at most REFINED_POINTS equal numbers of records."""
    parts = np.array_split(np.arange(x.size), min(x.size, REFINED_POINTS))
    return np.array([x[part[0]] for part in parts]), np.array([np.median(y[p]) for p in parts])


def best_split(y: Array) -> int:
    """Return the index that splits y into two levels with the least squares of deviations."""
    search = ruptures.KernelCPD(kernel="linear", min_size=MIN_SIZE).fit(y[:, None])
    return int(search.predict(n_bkps=1)[0])


def _block_resamples(residual: Array, resamples: int, rng: np.random.Generator) -> Array:
    """Return resampled residuals, shape (n, resamples), in circular blocks of sqrt(n) points.

    References
    ----------
    Politis, D. N. and Romano, J. P. (1992). A circular block-resampling procedure for stationary
    data. In Exploring the Limits of Bootstrap, 263-270. Wiley.
    """
    n = residual.size
    block = int(np.ceil(np.sqrt(n)))
    starts = rng.integers(n, size=(-(-n // block), resamples))
    index = starts[:, None, :] + np.arange(block)[None, :, None]  # (blocks, block, resamples)
    resampled: Array = residual[index.reshape(-1, resamples)[:n] % n]
    return resampled


def _with_interval(x: Array, estimate: int, again: Indices) -> Interval:
    """Return x at an estimated index and at the ends of the percentile interval of its resamples.

    The interval holds the estimate and one point on either side, the resolution of x.
    """
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(np.append(again, estimate), [tail, 1 - tail]).round().astype(int)
    low, high = min(low, estimate) - 1, max(high, estimate) + 1
    return float(x[estimate]), float(x[max(low, 0)]), float(x[min(high, x.size - 1)])
