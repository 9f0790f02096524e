"""How config.yaml and the command line are merged into the settings of a scale.

Each of the two sources is a tree of blocks, with one block per scale under `scales`. It is resolved
in two steps. First the block of the scale overrides the source, key by key. Then the block of each
problem overrides the general blocks, such as `training`. The resolved command line overrides the
resolved config.yaml, so a value on the command line always wins.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pinn_phases.model import A_BLOCK, KeyPath, SettingsError, Tree

GENERAL_BLOCKS = ("training", "execution", "methods", "optimisers")
NOT_OF_A_SCALE = ("scale", "scales")  # keys that say which blocks there are
NUMBER = re.compile(r"[-+]?\d+(\.\d*([eE][-+]\d+)?)?")  # what YAML reads as one, and no more
NUMBER_LENGTH = 400  # the longest word that is one; Python reads no digits beyond 4,300
CONSTANTS = {"true": True, "false": False, "null": None}


class CommandLineError(SettingsError):
    """A setting that cannot be used, and that the command line gave."""


@contextmanager
def from_the_command_line() -> Iterator[None]:
    """Say of a setting found here that the command line gave it."""
    try:
        yield
    except SettingsError as error:
        raise CommandLineError(error.path, error.value, error.expected) from None


def words_to_values(tree: Any) -> Any:
    """Read numbers and constants again: after --config, those in blocks and lists are words."""
    if isinstance(tree, Mapping):
        return {key: words_to_values(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [words_to_values(value) for value in tree]
    if isinstance(tree, str) and len(tree) <= NUMBER_LENGTH and NUMBER.fullmatch(tree):
        return float(tree) if "." in tree else int(tree)
    return CONSTANTS.get(tree, tree) if isinstance(tree, str) else tree


@dataclass(frozen=True)
class Layers:
    """Two sources of settings, the second over the first.

    Attributes
    ----------
    file
        As config.yaml has it.
    command_line
        Settings of the same form, of which nothing has to be there.
    """

    file: Tree
    command_line: Tree = field(default_factory=dict)

    def at(self, scale: str, keys: Collection[str]) -> dict[str, Any]:
        """Resolve at a scale, with nothing left of the general blocks.

        Parameters
        ----------
        keys
            What there may be besides the general blocks.
        """
        tree = _laid_over({}, source_at(self.file, scale), keys)
        if self.command_line:
            tree = _laid_over(tree, source_at(self.command_line, scale), keys)
        return tree

    def place(self, scale: str, path: KeyPath) -> KeyPath:
        """Where the value at `path` of the settings at a scale comes from, or is missing."""
        candidates = _places(scale, path)
        sources = (self.command_line, self.file)
        there = [place for source in sources for place in candidates if holds(source, place)]
        missing = [place for place in reversed(candidates) if holds(self.file, place[:-1])]
        return [*there, *missing, path][0]

    def is_given(self, scale: str, path: KeyPath) -> bool:
        """Whether the command line gives the value at `path` of the settings at a scale."""
        return any(holds(self.command_line, place) for place in _places(scale, path))

    def placed(self, scale: str, error: SettingsError) -> SettingsError:
        """Return the error about settings at a scale with the place that holds the value."""
        kind = CommandLineError if self.is_given(scale, error.path) else SettingsError
        return kind(self.place(scale, error.path), error.value, error.expected)


def source_at(source: Tree, scale: str) -> dict[str, Any]:
    """Lay the block that a source has for a scale, if any, over the whole source."""
    base = {key: value for key, value in source.items() if key not in NOT_OF_A_SCALE}
    result: dict[str, Any] = merged(base, source.get("scales", {}).get(scale, {}))
    return result


def merged(base: Any, over: Any) -> Any:
    """Lay one tree over another, key by key."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def _laid_over(below: Tree, tree: Tree, keys: Collection[str]) -> dict[str, Any]:
    """Lay a tree over another: its general blocks over every problem, then its problems."""
    allowed = {*GENERAL_BLOCKS, *keys}
    for key, value in tree.items():
        if key not in allowed:
            expected = f"unknown key; expected one of {', '.join(sorted(allowed))}"
            raise SettingsError((key,), value, expected)
        if key in GENERAL_BLOCKS and not isinstance(value, Mapping):
            raise SettingsError((key,), value, A_BLOCK)
    general = {key: tree[key] for key in GENERAL_BLOCKS if key in tree}
    result = {key: value for key, value in tree.items() if key not in general}
    under, over = below.get("problems", {}), tree.get("problems", {})
    if isinstance(under, Mapping) and isinstance(over, Mapping) and (under or "problems" in tree):
        result["problems"] = {
            name: merged(merged(under.get(name, {}), general), over.get(name, {}))
            for name in {**under, **over}
        }
    whole: dict[str, Any] = merged(below, result)
    return whole


def _places(scale: str, path: KeyPath) -> list[KeyPath]:
    """Places in a source that may hold the value at `path` of its settings, the strongest first."""
    places: list[KeyPath] = [("scales", scale, *path), path]
    if path[0] == "problems" and path[2:3] and path[2] in GENERAL_BLOCKS:
        general = path[2:]
        places += [("scales", scale, *general), general]
    return places


def holds(tree: object, path: KeyPath) -> bool:
    """Whether there is something at the path."""
    for key in path:
        if isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, Mapping) and key in tree:
            tree = tree[key]
        else:
            return False
    return True
