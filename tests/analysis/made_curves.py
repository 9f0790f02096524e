"""Synthetic SNR curves: with all phases of the paper, or of several kinds without a rise.

All curves fall at first, as in trainings, and have random noise and recording intervals. Positions
and durations are in decades of iterations, levels in decades of SNR. The random ranges are wider
than those of trainings: levels from 10^-4 to 10^4, records from every iteration to every hundredth.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Generator = np.random.Generator


@dataclass(frozen=True)
class SyntheticCurve:
    """A synthetic curve.

    Attributes
    ----------
    at, snr
        Iteration and SNR of each record, shape (n,).
    elbow
        Iteration at which the fall ends.
    rise
        Iteration of the rise, None if there is none.
    """

    at: Array
    snr: Array
    elbow: float
    rise: float | None = None


def records(rng: Generator, length: float) -> Array:
    """Return recorded iterations up to 10^length."""
    last = int(10**length)
    match rng.choice(["each", "tenth", "hundredth", "logarithmic"], p=[0.1, 0.5, 0.2, 0.2]):
        case "each":
            return np.arange(1.0, min(last, 30_000))
        case "tenth":  # as in this project
            return np.concatenate([np.arange(1.0, 100), np.arange(100.0, last, 10)])
        case "hundredth":  # as in the authors' code
            return np.concatenate([np.arange(2.0, 300, 2), np.arange(300.0, last, 100)])
        case _:
            return np.unique(np.geomspace(1, last, int(rng.uniform(60, 200) * length)).round())


def noise(rng: Generator, n: int) -> Array:
    """Return white or correlated noise with a standard deviation of 0.01 to 0.3 decades."""
    size = 10 ** rng.uniform(-2, -0.5)
    white = rng.normal(size=n + 100)
    if rng.random() < 0.5:
        return size * white[100:]
    weights = rng.uniform(0.3, 0.95) ** np.arange(100)
    return size * np.convolve(white, weights / np.sqrt(np.sum(weights**2)))[100 : n + 100]


@dataclass(frozen=True)
class RandomFall:
    """The common part of all curves: a fall to level 0, with noise."""

    at: Array
    x: Array
    y: Array
    elbow: float
    length: float

    @property
    def later(self) -> NDArray[np.bool_]:
        """Whether each record is after the elbow, shape (n,)."""
        return self.x >= self.elbow

    def with_change(
        self, change: Array, rng: Generator, rise: float | None = None
    ) -> SyntheticCurve:
        """Add a change after the elbow, shape (n,), and shift the curve to a random level."""
        y = self.y + np.where(self.later, change, 0.0) + rng.uniform(-3, 1)
        return SyntheticCurve(self.at, 10**y, 10**self.elbow, None if rise is None else 10**rise)


def random_fall(rng: Generator, shortest: float = 3.8) -> RandomFall:
    """Return a fall by one to seven decades that ends between iterations 100 and 1,000."""
    length = rng.uniform(shortest, 5.4)
    at = records(rng, length)
    x, elbow = np.log10(at), rng.uniform(2, 3)
    fall = rng.uniform(1, 7)
    y = np.interp(x, [elbow - rng.uniform(0.3, 1.2), elbow], [fall, 0.0])
    return RandomFall(at, x, y + noise(rng, x.size), elbow, length)


def drift(rng: Generator) -> SyntheticCurve:
    """A steady drift up or down, by at most a decade per decade."""
    base = random_fall(rng)
    return base.with_change(rng.uniform(-1, 1) * (base.x - base.elbow), rng)


def walk_by_records(rng: Generator) -> SyntheticCurve:
    """A random walk with equal steps per record, by 0.5 to 5 decades in total."""
    base = random_fall(rng)
    steps = rng.normal(size=base.x.size) * 10 ** rng.uniform(-0.3, 0.7) / np.sqrt(base.x.size)
    return base.with_change(np.cumsum(np.where(base.later, steps, 0.0)), rng)


def walk_by_decades(rng: Generator) -> SyntheticCurve:
    """A random walk with equal steps on the logarithmic axis, by 0.3 to 3 in a decade."""
    base = random_fall(rng)
    steps = rng.normal(size=base.x.size) * np.sqrt(np.diff(base.x, prepend=base.x[0]))
    steps *= 10 ** rng.uniform(-0.5, 0.5)
    return base.with_change(np.cumsum(np.where(base.later, steps, 0.0)), rng)


def oscillation(rng: Generator) -> SyntheticCurve:
    """Oscillations as with Adam: growing dips, peaks or both, with a constant or growing period."""
    base = random_fall(rng)
    return base.with_change(growing_oscillation(rng, base), rng)


def growing_oscillation(rng: Generator, base: RandomFall) -> Array:
    """Return dips, peaks or both that grow to a height of one to three decades, shape (n,)."""
    if rng.random() < 0.5:
        turns = base.at / 10 ** rng.uniform(1.5, min(3.5, base.length - 1))  # constant period
    else:
        turns = base.x / rng.uniform(0.02, 0.15)  # period that grows with the iteration
    sharpness = rng.uniform(0.3, 3)
    shape = ((1 + np.cos(2 * np.pi * turns)) / 2) ** sharpness  # in [0, 1]
    growth = np.clip((base.x - base.elbow) / (base.length - base.elbow), 0, 1) ** rng.uniform(
        0.3, 2
    )
    return rng.uniform(1, 3) * growth * (shape - rng.choice([0.0, 0.5, 1.0]))


def spike(rng: Generator) -> SyntheticCurve:
    """One spike, up to three decades high and a hundredth to a tenth of a decade wide."""
    base = random_fall(rng)
    place = rng.uniform(base.elbow + 0.1, base.length)
    width = 10 ** rng.uniform(-2, -1) / 2.355  # full width at half its height
    return base.with_change(
        rng.uniform(0.3, 3) * np.exp(-(((base.x - place) / width) ** 2) / 2), rng
    )


def fall_back(rng: Generator) -> SyntheticCurve:
    """A step up by up to three decades that falls back after 0.02 to 0.2 decades."""
    base = random_fall(rng)
    place = rng.uniform(base.elbow + 0.2, base.length)
    step = (base.x >= place) & (base.x < place + rng.uniform(0.02, 0.2))
    return base.with_change(rng.uniform(0.3, 3) * step, rng)


def training(rng: Generator) -> SyntheticCurve:
    """All phases: oscillations, an abrupt rise, dips, and often a late decrease."""
    base = random_fall(rng, shortest=4.2)
    place = rng.uniform(base.elbow + 0.4, min(base.length, np.log10(base.at[-1])) - 0.5)
    rise = rng.uniform(0.5, 3)
    up = np.clip((base.x - place) / 10 ** rng.uniform(-2.5, -0.8) + 0.5, 0, 1)
    before = growing_oscillation(rng, base) * (1 - up) * rng.uniform(0, 0.7)
    dips = -rng.uniform(0, rise) * (rng.random(base.x.size) < rng.uniform(0, 0.3))
    end = place + rng.uniform(0.45, 1.5)
    late = -rise * np.clip((base.x - end) / 0.1, 0, 1)
    return base.with_change(before + up * (rise + dips) + late, rng, place)


WITHOUT_A_RISE: dict[str, Callable[[Generator], SyntheticCurve]] = {
    "drift": drift,
    "random walk, by records": walk_by_records,
    "random walk, by decades": walk_by_decades,
    "oscillation of growing depth": oscillation,
    "single spike": spike,
    "step that falls back": fall_back,
}
