"""Settings as nested mappings."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

# Settings of recording and execution, which do not change the trained network.
NOT_COMPARED = (
    "training.record.*",
    "training.engine",
    "training.compiled",
    "training.checkpoint_seconds",
)


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted key and value of each leaf of nested blocks."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def differences(
    settings: Mapping[str, Any], paper: Mapping[str, Any]
) -> dict[str, tuple[Any, Any]]:
    """Find settings of a run that differ from the paper's: dotted key -> (run, paper)."""
    paper_values = dict(leaves(paper))
    compared = ("equation.", "method_constants.", "training.")
    return {
        key: (value, paper_values.get(key))
        for key, value in leaves(settings)
        if key.startswith(compared)
        and value != paper_values.get(key)
        and not any(fnmatchcase(key, pattern) for pattern in NOT_COMPARED)
    }
