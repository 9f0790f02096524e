"""The base class of all settings, and the error for an invalid setting."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

MAX_VALUE_LENGTH = 60  # characters of an invalid value in a message
MAX_KEY_LENGTH = 200  # characters of a key in a message; a key may be a path
MAX_INTEGER = 10**9  # except seeds; more points, modes or iterations are a typing error
SEED_BITS = 63  # torch's generators accept no larger seeds
MAX_DEPTH = 20  # levels of nested blocks
EXPECTED_BLOCK = "expected a block of keys and values"
# Messages for types of pydantic's errors whose own message does not suit a YAML file.
MESSAGES = {
    "missing": "missing",
    "model_type": EXPECTED_BLOCK,
    "dict_type": EXPECTED_BLOCK,
    "tuple_type": "expected a list",
    "bool_type": "expected true or false",
    "int_type": "expected a whole number",
    "float_type": "expected a number (YAML reads 1e-4 as text, 1.0e-4 as a number)",
    "too_short": "expected at least one entry",
}
# Replacements in all other messages of pydantic.
PHRASES = {
    "Input should be": "expected",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
}

Tree = Mapping[str, Any]
KeyPath = tuple[str, ...]


class StrictModel(BaseModel):
    """A typed, immutable model that rejects unknown keys, NaN and values of another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=StrictModel)


class SettingsError(ValueError):
    """An invalid setting; the message is one line with the key, the value and what was expected.

    If the value is `...`, the message leaves it out: the key is missing, or not allowed at all.
    """

    def __init__(self, path: Iterable[object], value: object, expected: str) -> None:
        self.path = tuple(str(part) for part in path)
        self.value = value
        self.expected = expected
        shown = "" if value is ... else f" = {_formatted(value)}"
        message = f"setting {'.'.join(map(_formatted_key, self.path))}{shown}: {expected}"
        super().__init__(" ".join(message.splitlines()))


def validated(model: type[Model], tree: object, path: KeyPath = ()) -> Model:
    """Create a `model` from plain data; SettingsError names the first invalid key, below `path`."""
    return validated_json(model, json.dumps(tree), path)


def validated_block(model: type[Model], block: object) -> Model:
    """Create a `model` from a block of another one, inside its validator; no path is added."""
    try:
        return model.model_validate(block)
    except ValidationError as error:
        raise _settings_error(model, error, ()) from None


def validated_json(model: type[Model], text: str, path: KeyPath = ("--settings",)) -> Model:
    """Create a `model` from JSON; SettingsError names the first invalid key, below `path`."""
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise _settings_error(model, error, path) from None


def _settings_error(model: type[Model], error: ValidationError, path: KeyPath) -> SettingsError:
    """Convert the first of pydantic's errors, but prefer one about an unknown key.

    A misspelt key gives two errors: the misspelt one is unknown, and the correct one is missing.
    """
    errors = error.errors(include_url=False)
    unknown = [details for details in errors if details["type"] == "extra_forbidden"]
    details = (unknown or errors)[0]
    location = tuple(str(part) for part in details["loc"] if part != "[key]")
    value = details["input"]
    if isinstance(value, SettingsError):  # returned by `pinn_phases.plugins.build_plugin`
        return SettingsError((*path, *location, *value.path), value.value, value.expected)
    is_about_key = details["type"] == "missing" or len(location) != len(details["loc"])
    return SettingsError(
        (*path, *location), ... if is_about_key else value, _expected(model, details)
    )


def require_plain_data(tree: object, path: KeyPath = ()) -> None:
    """Reject values that cannot be settings, such as dates, numeric keys and huge integers."""
    if len(path) > MAX_DEPTH:
        raise SettingsError(path[:MAX_DEPTH], ..., f"expected at most {MAX_DEPTH} levels of blocks")
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if not isinstance(key, str):
                raise SettingsError((*path, key), ..., "expected a string as the key")
            if not _is_unicode(key):
                raise SettingsError((*path, key), ..., "expected valid Unicode in the key")
            require_plain_data(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            require_plain_data(value, (*path, str(index)))
    elif not (tree is None or isinstance(tree, str | int | float)):
        raise SettingsError(path, tree, "expected a number, a string, a list or a block")
    elif isinstance(tree, str) and not _is_unicode(tree):
        raise SettingsError(path, tree, "expected valid Unicode")
    elif isinstance(tree, int) and abs(tree) > MAX_INTEGER and not _is_seed(path):
        raise SettingsError(path, tree, f"expected at most {MAX_INTEGER}")
    elif isinstance(tree, int) and tree.bit_length() > SEED_BITS:
        raise SettingsError(path, tree, f"expected less than 2^{SEED_BITS}")


def _expected(model: type[StrictModel], details: Mapping[str, Any]) -> str:
    """Reword the message of one of pydantic's errors."""
    kind: str = details["type"]
    message: str = details["msg"].removeprefix("Value error, ")
    if kind == "json_invalid":
        return f"expected JSON ({message})"
    if kind == "extra_forbidden":
        return f"unknown key; expected one of {', '.join(_keys(model, details['loc'][:-1]))}"
    for phrase, replacement in PHRASES.items():
        message = message.replace(phrase, replacement)
    return MESSAGES.get(kind, message)


def _keys(model: type[StrictModel], location: Iterable[object]) -> Iterable[str]:
    """Return the allowed keys of the block at `location` in the data of a `model`."""
    block: Any = model
    for part in location:
        is_model = isinstance(block, type) and issubclass(block, StrictModel)
        block = block.model_fields[part].annotation if is_model else get_args(block)[-1]
    keys: Mapping[str, Any] = block.model_fields
    return keys


def _is_unicode(text: str) -> bool:
    """Whether a string has no lone surrogates, which UTF-8 cannot encode."""
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _is_seed(path: KeyPath) -> bool:
    key = next((part for part in reversed(path) if not part.isdigit()), "")
    return key == "seeds" or key.endswith("seed")


def _formatted(value: object) -> str:
    """Format a value as one short line."""
    if isinstance(value, int) and value.bit_length() > MAX_VALUE_LENGTH * 4:
        return f"a number of {value.bit_length()} bits"  # Python refuses to print very large ones
    text = "{...}" if isinstance(value, Mapping | BaseModel) else repr(value)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[:MAX_VALUE_LENGTH]}..."


def _formatted_key(key: str) -> str:
    """Return a key unchanged, unless it is long or contains control characters."""
    return key if key.isprintable() and len(key) <= MAX_KEY_LENGTH else _formatted(key)
