"""Length of runs, finished or not.

A run from the checkpoint of an unfinished training has the settings of that training, with the
intended number of iterations. Its attribute `reached` is its last iteration.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

REACHED = "reached"

Attributes = Mapping[str, Any]


def run_attributes(attributes: Attributes) -> dict[str, Any]:
    """Return the attributes of a run that are copied to files computed from it."""
    return {key: attributes[key] for key in ("settings", REACHED) if key in attributes}


def last_iteration(attributes: Attributes) -> int:
    """Return the last iteration of a run."""
    last: int = attributes.get(REACHED, attributes["settings"]["training"]["iterations"])
    return last


def is_unfinished(attributes: Attributes) -> bool:
    """Whether a run comes from an unfinished training."""
    return REACHED in attributes


def length_in_words(runs: Iterable[Attributes]) -> str:
    """Format the length of runs: "300,000 iterations", or "to iteration 96,811 of 300,000"."""
    reached: dict[int, set[int]] = {}
    for run in runs:
        intended = run["settings"]["training"]["iterations"]
        reached.setdefault(intended, set()).add(last_iteration(run))
    return " and ".join(_length(intended, last) for intended, last in sorted(reached.items()))


def _length(intended: int, reached: Collection[int]) -> str:
    """Format the length of runs with the same intended number of iterations."""
    first, last = min(reached), max(reached)
    if first == intended:
        return f"{intended:,} iterations"
    span = f"{last:,}" if first == last else f"{first:,}\N{EN DASH}{last:,}"
    return f"to iteration {span} of {intended:,}"
