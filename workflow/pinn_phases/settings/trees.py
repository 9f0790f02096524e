"""Settings as nested mappings."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

# Settings of recording and execution, which do not change what a training computes.
NOT_COMPARED = (
    "training.record.*",
    "training.engine",
    "training.compiled",
    "training.checkpoint_seconds",
)


def leaves(tree: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value of nested blocks with its dotted key."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def differences(
    settings: Mapping[str, Any], paper: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Compare what a run computes with the paper's: dotted key -> value here, value there."""
    here, there = dict(leaves(settings)), dict(leaves(paper))
    compared = ("equation.", "method_constants.", "training.")
    return {
        key: (value, there.get(key))
        for key, value in here.items()
        if key.startswith(compared)
        and value != there.get(key)
        and not any(fnmatchcase(key, pattern) for pattern in NOT_COMPARED)
    }
