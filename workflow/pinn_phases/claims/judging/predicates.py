"""Predicates: conditions on a number that can be evaluated and printed.

>>> str(WithinFactor(2, of=500)), WithinFactor(2, of=500).holds(300)
('between 250 and 1,000', True)
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from math import inf


class Predicate(ABC):
    """A condition that holds between two ends, `low` and `high`."""

    low: float = -inf
    high: float = inf

    def holds(self, value: float) -> bool:
        """Return whether the number is between the ends, including them."""
        return self.low <= value <= self.high

    def holds_above(self, value: float) -> bool | None:
        """Return whether the condition holds for every number from a lower bound on.

        True if it holds for all of them, False if for none, None otherwise.
        """
        if self.holds(value):
            return True if self.high == inf else None
        return False if value >= self.high else None

    def holds_below(self, value: float) -> bool | None:
        """Return whether the condition holds for every number up to an upper bound, or None."""
        if self.holds(value):
            return True if self.low == -inf else None
        return False if value <= self.low else None

    @abstractmethod
    def __str__(self) -> str:
        """Return the condition in words that can follow "must be"."""


@dataclass(frozen=True)
class AtLeast(Predicate):
    """At least the level."""

    low: float = field()

    def __str__(self) -> str:
        """Return the words."""
        return f"at least {in_words(self.low)}"


@dataclass(frozen=True)
class AtMost(Predicate):
    """At most the level."""

    high: float = field()

    def __str__(self) -> str:
        """Return the words."""
        return f"at most {in_words(self.high)}"


@dataclass(frozen=True)
class Above(Predicate):
    """More than the level."""

    low: float = field()

    def holds(self, value: float) -> bool:
        """Return whether the number is larger than the level."""
        return value > self.low

    def __str__(self) -> str:
        """Return the words."""
        return f"above {in_words(self.low)}"


@dataclass(frozen=True)
class Below(Predicate):
    """Less than the level."""

    high: float = field()

    def holds(self, value: float) -> bool:
        """Return whether the number is smaller than the level."""
        return value < self.high

    def __str__(self) -> str:
        """Return the words."""
        return f"below {in_words(self.high)}"


@dataclass(frozen=True)
class Between(Predicate):
    """Between two levels, including both."""

    low: float = field()
    high: float = field()

    def __str__(self) -> str:
        """Return the words."""
        return f"between {in_words(self.low)} and {in_words(self.high)}"


@dataclass(frozen=True)
class WithinFactor(Predicate):
    """Within a factor of a positive number, in either direction."""

    factor: float
    of: float = field(kw_only=True)

    def __post_init__(self) -> None:
        """Compute the ends."""
        object.__setattr__(self, "low", self.of / self.factor)
        object.__setattr__(self, "high", self.of * self.factor)

    def __str__(self) -> str:
        """Return the words."""
        return f"between {in_words(self.low)} and {in_words(self.high)}"


@dataclass(frozen=True)
class Anything(Predicate):
    """Always holds, even without a number: the number is only reported."""

    def __str__(self) -> str:
        """Return the words."""
        return "any value"


def in_words(level: float) -> str:
    """Format a number for prose: 1,000 and 0.95."""
    return f"{level:,.3g}" if abs(level) < 1000 else f"{level:,.0f}"
