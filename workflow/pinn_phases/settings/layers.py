"""How config.yaml and the command line are merged into the settings of a scale.

Both sources are trees of blocks, with one block per scale under `scales`. Each source is resolved
in two steps: the block of the scale overrides the rest of the source, key by key; then the block of
each problem overrides the general blocks, such as `training`. Finally, the resolved command line
overrides the resolved config.yaml, so a value on the command line always wins.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pinn_phases.strict_model import EXPECTED_BLOCK, KeyPath, SettingsError, Tree

GENERAL_BLOCKS = ("training", "execution", "methods", "optimisers")
SCALE_KEYS = ("scale", "scales")  # keys that define and choose scales, and are not part of one
NUMBER = re.compile(r"[-+]?\d+(\.\d*([eE][-+]\d+)?)?")  # numbers of YAML, and nothing else
MAX_NUMBER_LENGTH = 400  # longer strings are not parsed; Python's limit for int() is 4,300 digits
CONSTANTS = {"true": True, "false": False, "null": None}


class CommandLineError(SettingsError):
    """An invalid setting that comes from the command line."""


@contextmanager
def from_the_command_line() -> Iterator[None]:
    """Attribute an error in the `with` block to the command line."""
    try:
        yield
    except SettingsError as error:
        raise CommandLineError(error.path, error.value, error.expected) from None


def parse_strings(tree: Any) -> Any:
    """Convert strings to the numbers, booleans and null that YAML would read.

    Snakemake's --config leaves values inside blocks and lists as strings.
    """
    if isinstance(tree, Mapping):
        return {key: parse_strings(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [parse_strings(value) for value in tree]
    if isinstance(tree, str) and len(tree) <= MAX_NUMBER_LENGTH and NUMBER.fullmatch(tree):
        return float(tree) if "." in tree else int(tree)
    return CONSTANTS.get(tree, tree) if isinstance(tree, str) else tree


@dataclass(frozen=True)
class Layers:
    """Two sources of settings; the command line overrides the file.

    Attributes
    ----------
    file
        Contents of config.yaml.
    command_line
        Settings in the structure of config.yaml; all of them are optional.
    """

    file: Tree
    command_line: Tree = field(default_factory=dict)

    def resolve(self, scale: str, keys: Collection[str]) -> dict[str, Any]:
        """Merge all blocks for a scale; the general blocks become part of each problem.

        Parameters
        ----------
        keys
            Allowed top-level keys, in addition to the general blocks.
        """
        tree = _override({}, at_scale(self.file, scale), keys)
        if self.command_line:
            tree = _override(tree, at_scale(self.command_line, scale), keys)
        return tree

    def origin(self, scale: str, path: KeyPath) -> KeyPath:
        """Key path in a source that sets the resolved `path`, or where it should be set."""
        candidates = _candidates(scale, path)
        sources = (self.command_line, self.file)
        found = [origin for source in sources for origin in candidates if contains(source, origin)]
        missing = [origin for origin in reversed(candidates) if contains(self.file, origin[:-1])]
        return [*found, *missing, path][0]

    def is_on_command_line(self, scale: str, path: KeyPath) -> bool:
        """Whether the command line sets the resolved `path`."""
        return any(contains(self.command_line, origin) for origin in _candidates(scale, path))

    def with_origin(self, scale: str, error: SettingsError) -> SettingsError:
        """Replace the resolved path in an error by its origin."""
        kind = CommandLineError if self.is_on_command_line(scale, error.path) else SettingsError
        return kind(self.origin(scale, error.path), error.value, error.expected)


def at_scale(source: Tree, scale: str) -> dict[str, Any]:
    """Return a source with the block of a scale, if it has one, merged into it."""
    base = {key: value for key, value in source.items() if key not in SCALE_KEYS}
    result: dict[str, Any] = merged(base, source.get("scales", {}).get(scale, {}))
    return result


def merged(base: Any, over: Any) -> Any:
    """Override the values of one tree by those of another, key by key."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{key: merged(base.get(key), value) for key, value in over.items()}}


def _override(base: Tree, tree: Tree, keys: Collection[str]) -> dict[str, Any]:
    """Override `base`: all its problems by the general blocks of `tree`, then by its problems."""
    allowed = {*GENERAL_BLOCKS, *keys}
    for key, value in tree.items():
        if key not in allowed:
            expected = f"unknown key; expected one of {', '.join(sorted(allowed))}"
            raise SettingsError((key,), value, expected)
        if key in GENERAL_BLOCKS and not isinstance(value, Mapping):
            raise SettingsError((key,), value, EXPECTED_BLOCK)
    general = {key: tree[key] for key in GENERAL_BLOCKS if key in tree}
    overrides = {key: value for key, value in tree.items() if key not in general}
    old, new = base.get("problems", {}), tree.get("problems", {})
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (old or "problems" in tree):
        overrides["problems"] = {
            name: merged(merged(old.get(name, {}), general), new.get(name, {}))
            for name in {**old, **new}
        }
    result: dict[str, Any] = merged(base, overrides)
    return result


def _candidates(scale: str, path: KeyPath) -> list[KeyPath]:
    """Key paths in a source that may set the resolved `path`, highest precedence first."""
    candidates: list[KeyPath] = [("scales", scale, *path), path]
    if path[0] == "problems" and path[2:3] and path[2] in GENERAL_BLOCKS:
        general = path[2:]
        candidates += [("scales", scale, *general), general]
    return candidates


def contains(tree: object, path: KeyPath) -> bool:
    """Whether a key path exists in a tree of blocks and lists."""
    for key in path:
        if isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        elif isinstance(tree, Mapping) and key in tree:
            tree = tree[key]
        else:
            return False
    return True
