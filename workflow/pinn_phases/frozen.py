"""The base of everything that is made from config.yaml, and the error for what cannot be made."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

SHOWN_LENGTH = 60  # characters of a bad value that a message repeats

Tree = Mapping[str, Any]
Path = tuple[str, ...]


class Frozen(BaseModel):
    """A typed, immutable record: unknown keys, NaN and values of another type are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Frozen)


class SettingsError(ValueError):
    """A setting that cannot be used: one line with key, value and what is allowed."""

    def __init__(self, path: Iterable[str], value: object, expected: str) -> None:
        self.path = tuple(path)
        self.value = value
        self.expected = expected
        super().__init__(f"setting {'.'.join(self.path)} = {_shown(value)}: {expected}")


def validated(model: type[Model], tree: object, path: Path = ()) -> Model:
    """Make `model` from plain data; SettingsError names the first bad key, under `path`."""
    try:
        return model.model_validate_json(json.dumps(tree), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = (*path, *(str(part) for part in first["loc"]))
        raise SettingsError(where, first["input"], _allowed(first["type"], first["msg"])) from None
    except TypeError as error:  # not JSON: a date, for example
        raise SettingsError(path, "...", f"expected numbers, words and lists ({error})") from None


def validated_json(model: type[Model], text: str) -> Model:
    """Make `model` from JSON, as the command line gets it."""
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise SettingsError(("--settings",), text, f"expected JSON ({error})") from None
    return validated(model, tree)


def _allowed(kind: str, message: str) -> str:
    """Pydantic's message in the words of config.yaml."""
    if kind == "extra_forbidden":
        return "unknown key"
    if kind == "missing":
        return "missing"
    return message.removeprefix("Value error, ").replace("Input should be", "expected")


def _shown(value: object) -> str:
    """Show a value in one short line."""
    text = "{...}" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."
