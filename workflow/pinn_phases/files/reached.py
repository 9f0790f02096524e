"""Number of iterations of a run, which may come from an unfinished training.

A run from the checkpoint of an unfinished training keeps the settings of that training. Its
attribute `reached` is its last iteration.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

REACHED = "reached"

Attributes = Mapping[str, Any]


def about_run(attributes: Attributes) -> dict[str, Any]:
    """Return the attributes of a run that files made from it repeat."""
    return {key: attributes[key] for key in ("settings", REACHED) if key in attributes}


def last_iteration(attributes: Attributes) -> int:
    """Return the last iteration of a run."""
    last: int = attributes.get(REACHED, attributes["settings"]["training"]["iterations"])
    return last


def is_unfinished(attributes: Attributes) -> bool:
    """Return whether a run comes from an unfinished training."""
    return REACHED in attributes


def length_in_words(runs: Iterable[Attributes]) -> str:
    """Length of runs in words: "300,000 iterations", or "to iteration 96,811 of 300,000"."""
    reached: dict[int, set[int]] = {}
    for run in runs:
        wanted = run["settings"]["training"]["iterations"]
        reached.setdefault(wanted, set()).add(last_iteration(run))
    return " and ".join(_of(wanted, last) for wanted, last in sorted(reached.items()))


def _of(wanted: int, reached: Collection[int]) -> str:
    """Length in words of runs with the same intended number of iterations."""
    first, last = min(reached), max(reached)
    if first == wanted:
        return f"{wanted:,} iterations"
    span = f"{last:,}" if first == last else f"{first:,}\N{EN DASH}{last:,}"
    return f"to iteration {span} of {wanted:,}"
