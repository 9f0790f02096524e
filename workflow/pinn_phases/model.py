"""The base class of all settings, and the error for a setting that cannot be used."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

SHOWN_LENGTH = 60  # characters of a bad value that a message repeats
KEY_LENGTH = 200  # characters of a key, which may be a path
LARGEST = 10**9  # whole number but a seed: more points, modes or iterations are a slip of the key
SEED_BITS = 63  # what torch's generators take
DEEPEST = 20  # blocks within blocks
A_BLOCK = "expected a block of keys and values"
# Pydantic's kinds of mistakes in the words of config.yaml, where its own words are not.
MESSAGES = {
    "missing": "missing",
    "model_type": A_BLOCK,
    "dict_type": A_BLOCK,
    "tuple_type": "expected a list",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "float_type": "expected a number (YAML reads 1e-4 as text, 1.0e-4 as a number)",
    "too_short": "expected at least one entry",
}
WORDS = {
    "Input should be": "expected",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}

Tree = Mapping[str, Any]
KeyPath = tuple[str, ...]


class StrictModel(BaseModel):
    """A typed, immutable record: unknown keys, NaN and values of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=StrictModel)


class SettingsError(ValueError):
    """A setting that cannot be used: one line with key, value and what is allowed.

    The value `...` stands for one that is not shown: of a key that is missing, or not allowed.
    """

    def __init__(self, path: Iterable[object], value: object, expected: str) -> None:
        self.path = tuple(str(part) for part in path)
        self.value = value
        self.expected = expected
        shown = "" if value is ... else f" = {_shown(value)}"
        message = f"setting {'.'.join(map(_shown_key, self.path))}{shown}: {expected}"
        super().__init__(" ".join(message.splitlines()))


def validated(model: type[Model], tree: object, path: KeyPath = ()) -> Model:
    """Make `model` from plain data; SettingsError names the first bad key, under `path`."""
    return validated_json(model, json.dumps(tree), path)


def validated_block(model: type[Model], block: object) -> Model:
    """Make `model` from a block of another model's data; as `validated`, without JSON."""
    try:
        return model.model_validate(block)
    except ValidationError as error:
        raise _settings_error(model, error, ()) from None


def validated_json(model: type[Model], text: str, path: KeyPath = ("--settings",)) -> Model:
    """Make `model` from JSON; SettingsError names the first bad key, under `path`."""
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise _settings_error(model, error, path) from None


def _settings_error(model: type[Model], error: ValidationError, path: KeyPath) -> SettingsError:
    """Return the first mistake as one line."""
    mistakes = error.errors(include_url=False)
    unknown = [mistake for mistake in mistakes if mistake["type"] == "extra_forbidden"]
    mistake = (unknown or mistakes)[0]  # a misspelt key is unknown, and missing under its name
    where = tuple(str(part) for part in mistake["loc"] if part != "[key]")
    cause = mistake["input"]
    if isinstance(cause, SettingsError):  # in place of a plugin: see `pinn_phases.plugins.made`
        return SettingsError((*path, *where, *cause.path), cause.value, cause.expected)
    about_the_key = mistake["type"] == "missing" or len(where) != len(mistake["loc"])
    value = ... if about_the_key else mistake["input"]
    return SettingsError((*path, *where), value, _expected(model, mistake))


def require_plain(tree: object, path: KeyPath = ()) -> None:
    """Refuse what no setting is: a date, a number as a key, a number beyond all bounds."""
    if len(path) > DEEPEST:
        raise SettingsError(path[:DEEPEST], ..., f"expected at most {DEEPEST} levels")
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if not isinstance(key, str):
                raise SettingsError((*path, key), ..., "expected a word as the key")
            if not _is_text(key):
                raise SettingsError((*path, key), ..., "expected text as the key")
            require_plain(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            require_plain(value, (*path, str(index)))
    elif not (tree is None or isinstance(tree, str | int | float)):
        raise SettingsError(path, tree, "expected a number, a word, a list or a block")
    elif isinstance(tree, str) and not _is_text(tree):
        raise SettingsError(path, tree, "expected text")
    elif isinstance(tree, int) and abs(tree) > LARGEST and not _is_seed(path):
        raise SettingsError(path, tree, f"expected at most {LARGEST}")
    elif isinstance(tree, int) and tree.bit_length() > SEED_BITS:
        raise SettingsError(path, tree, f"expected less than 2^{SEED_BITS}")


def _expected(model: type[StrictModel], mistake: Mapping[str, Any]) -> str:
    """Pydantic's explanation in the words of config.yaml."""
    kind: str = mistake["type"]
    message: str = mistake["msg"].removeprefix("Value error, ")
    if kind == "json_invalid":
        return f"expected JSON ({message})"
    if kind == "extra_forbidden":
        return f"unknown key; expected one of {', '.join(_keys(model, mistake['loc'][:-1]))}"
    for theirs, ours in WORDS.items():
        message = message.replace(theirs, ours)
    return MESSAGES.get(kind, message)


def _keys(model: type[StrictModel], where: Iterable[object]) -> Iterable[str]:
    """Keys of the block at `where` in what `model` is made from."""
    block: Any = model
    for part in where:
        is_model = isinstance(block, type) and issubclass(block, StrictModel)
        block = block.model_fields[part].annotation if is_model else get_args(block)[-1]
    keys: Mapping[str, Any] = block.model_fields
    return keys


def _is_text(word: str) -> bool:
    """Whether the word has no halves of characters, which no file can hold."""
    return word.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in word)


def _is_seed(path: KeyPath) -> bool:
    key = next((part for part in reversed(path) if not part.isdigit()), "")
    return key == "seeds" or key.endswith("seed")


def _shown(value: object) -> str:
    """Show a value in one short line."""
    if isinstance(value, int) and value.bit_length() > SHOWN_LENGTH * 4:  # Python shows no such
        return f"a number of {value.bit_length()} bits"
    text = "{...}" if isinstance(value, Mapping | BaseModel) else repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."


def _shown_key(key: str) -> str:
    """Show a key as it is, unless it is long or would do something to a terminal."""
    return key if key.isprintable() and len(key) <= KEY_LENGTH else _shown(key)
