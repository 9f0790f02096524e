"""What became of one fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """One fault: its kind, and what was found not to hold; nothing if all held."""

    kind: str
    broken: str = ""


def first_broken(**held: object) -> str:
    """Name the first claim that does not hold; underscores stand for spaces."""
    return next((name.replace("_", " ") for name, holds in held.items() if not holds), "")
