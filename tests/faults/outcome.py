"""The outcome of one fault."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The kind of a fault, and the claim that does not hold; empty if all hold."""

    kind: str
    broken: str = ""


def first_broken(**held: object) -> str:
    """Name the first claim that does not hold; underscores stand for spaces."""
    return next((name.replace("_", " ") for name, holds in held.items() if not holds), "")
