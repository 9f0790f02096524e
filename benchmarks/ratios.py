"""The arithmetic of the timings: medians, ranges, ratios pair by pair, slopes."""

import statistics
from collections.abc import Sequence

import numpy as np


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median and range."""
    return {"median": statistics.median(values), "lowest": min(values), "highest": max(values)}


def pairwise(theirs: Sequence[float], ours: Sequence[float]) -> dict[str, float]:
    """Spread of theirs / ours, each pair from the same round.

    A change of the machine's speed between rounds affects both of a pair.
    """
    return spread([a / b for a, b in zip(theirs, ours, strict=True)])


def slope(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Exponent p of values ~ sizes^p: least squares on logarithmic axes."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])
