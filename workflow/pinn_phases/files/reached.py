"""How far the training of a run has come: to its end, or to an iteration before.

A run that was taken from the checkpoint of an unfinished training keeps the settings of that
training. Its attribute `reached` is the iteration up to which it has come.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

REACHED = "reached"

Attributes = Mapping[str, Any]


def about_run(attributes: Attributes) -> dict[str, Any]:
    """Return what a file that is made from a run repeats of the run's attributes."""
    return {key: attributes[key] for key in ("settings", REACHED) if key in attributes}


def last_iteration(attributes: Attributes) -> int:
    """Return the iteration up to which a run has come."""
    last: int = attributes.get(REACHED, attributes["settings"]["training"]["iterations"])
    return last


def is_unfinished(attributes: Attributes) -> bool:
    """Whether a file says that its training goes on after what it holds."""
    return REACHED in attributes


def length_in_words(runs: Iterable[Attributes]) -> str:
    """Say how long runs are: "300,000 iterations", or "to iteration 96,811 of 300,000"."""
    reached: dict[int, set[int]] = {}
    for run in runs:
        wanted = run["settings"]["training"]["iterations"]
        reached.setdefault(wanted, set()).add(last_iteration(run))
    return " and ".join(_of(wanted, last) for wanted, last in sorted(reached.items()))


def _of(wanted: int, reached: Collection[int]) -> str:
    """Say how far runs have come that were to have the same number of iterations."""
    first, last = min(reached), max(reached)
    if first == wanted:
        return f"{wanted:,} iterations"
    span = f"{last:,}" if first == last else f"{first:,}\N{EN DASH}{last:,}"
    return f"to iteration {span} of {wanted:,}"
