"""Synthetic SNR curves: with the phases of the paper, or of several kinds without a rise.

All fall at first, as in trainings, and have random noise and recording intervals. Positions and
durations are in decades of iterations, levels in decades of SNR. The random ranges are wider than
those of trainings: levels from 10^-4 to 10^4, records at each iteration or at each hundredth.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Generator = np.random.Generator


@dataclass(frozen=True)
class Made:
    """A synthetic curve.

    Attributes
    ----------
    at, snr
        Shape (n,).
    elbow
        Iteration at which its fall ends.
    rise
        Iteration of its rise, None if it has none.
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
class Frame:
    """The common part of all curves: a fall to level 0, and noise."""

    at: Array
    x: Array
    y: Array
    elbow: float
    length: float

    @property
    def later(self) -> NDArray[np.bool_]:
        """Records after the elbow."""
        return self.x >= self.elbow

    def made(self, change: Array, rng: Generator, rise: float | None = None) -> Made:
        """Add a change after the elbow, shape (n,), and shift the curve to a random level."""
        y = self.y + np.where(self.later, change, 0.0) + rng.uniform(-3, 1)
        return Made(self.at, 10**y, 10**self.elbow, None if rise is None else 10**rise)


def frame(rng: Generator, shortest: float = 3.8) -> Frame:
    """Return a fall by one to seven decades that ends between iterations 100 and 1,000."""
    length = rng.uniform(shortest, 5.4)
    at = records(rng, length)
    x, elbow = np.log10(at), rng.uniform(2, 3)
    fall = rng.uniform(1, 7)
    y = np.interp(x, [elbow - rng.uniform(0.3, 1.2), elbow], [fall, 0.0])
    return Frame(at, x, y + noise(rng, x.size), elbow, length)


def drift(rng: Generator) -> Made:
    """A steady drift up or down, by at most a decade per decade."""
    of = frame(rng)
    return of.made(rng.uniform(-1, 1) * (of.x - of.elbow), rng)


def walk_by_records(rng: Generator) -> Made:
    """A random walk with equal steps per record, by 0.5 to 5 decades in total."""
    of = frame(rng)
    steps = rng.normal(size=of.x.size) * 10 ** rng.uniform(-0.3, 0.7) / np.sqrt(of.x.size)
    return of.made(np.cumsum(np.where(of.later, steps, 0.0)), rng)


def walk_by_decades(rng: Generator) -> Made:
    """A random walk with equal steps on the logarithmic axis, by 0.3 to 3 in a decade."""
    of = frame(rng)
    steps = rng.normal(size=of.x.size) * np.sqrt(np.diff(of.x, prepend=of.x[0]))
    steps *= 10 ** rng.uniform(-0.5, 0.5)
    return of.made(np.cumsum(np.where(of.later, steps, 0.0)), rng)


def oscillation(rng: Generator) -> Made:
    """Oscillations like Adam's: growing dips, peaks or both, with a constant or growing period."""
    of = frame(rng)
    return of.made(growing_oscillation(rng, of), rng)


def growing_oscillation(rng: Generator, of: Frame) -> Array:
    """Return dips, peaks or both that grow to one to three decades, shape (n,)."""
    if rng.random() < 0.5:
        turns = of.at / 10 ** rng.uniform(1.5, min(3.5, of.length - 1))  # a constant period
    else:
        turns = of.x / rng.uniform(0.02, 0.15)  # a period that grows with the iteration
    sharpness = rng.uniform(0.3, 3)
    shape = ((1 + np.cos(2 * np.pi * turns)) / 2) ** sharpness  # in [0, 1]
    growth = np.clip((of.x - of.elbow) / (of.length - of.elbow), 0, 1) ** rng.uniform(0.3, 2)
    return rng.uniform(1, 3) * growth * (shape - rng.choice([0.0, 0.5, 1.0]))


def spike(rng: Generator) -> Made:
    """One spike of up to three decades, a hundredth to a tenth of a decade wide."""
    of = frame(rng)
    place = rng.uniform(of.elbow + 0.1, of.length)
    width = 10 ** rng.uniform(-2, -1) / 2.355  # full width at half its height
    return of.made(rng.uniform(0.3, 3) * np.exp(-(((of.x - place) / width) ** 2) / 2), rng)


def fall_back(rng: Generator) -> Made:
    """A step up by up to three decades that falls back after 0.02 to 0.2 decades."""
    of = frame(rng)
    place = rng.uniform(of.elbow + 0.2, of.length)
    step = (of.x >= place) & (of.x < place + rng.uniform(0.02, 0.2))
    return of.made(rng.uniform(0.3, 3) * step, rng)


def training(rng: Generator) -> Made:
    """All phases: oscillations, an abrupt rise, dips, and often a late decrease."""
    of = frame(rng, shortest=4.2)
    place = rng.uniform(of.elbow + 0.4, min(of.length, np.log10(of.at[-1])) - 0.5)
    rise = rng.uniform(0.5, 3)
    up = np.clip((of.x - place) / 10 ** rng.uniform(-2.5, -0.8) + 0.5, 0, 1)
    before = growing_oscillation(rng, of) * (1 - up) * rng.uniform(0, 0.7)
    dips = -rng.uniform(0, rise) * (rng.random(of.x.size) < rng.uniform(0, 0.3))
    end = place + rng.uniform(0.45, 1.5)
    late = -rise * np.clip((of.x - end) / 0.1, 0, 1)
    return of.made(before + up * (rise + dips) + late, rng, place)


WITHOUT_A_RISE: dict[str, Callable[[Generator], Made]] = {
    "drift": drift,
    "random walk, by records": walk_by_records,
    "random walk, by decades": walk_by_decades,
    "oscillation of growing depth": oscillation,
    "single spike": spike,
    "step that falls back": fall_back,
}
