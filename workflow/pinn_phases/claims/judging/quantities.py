"""Quantities of a claim with their criteria, and the finding for one case and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.judging.predicates import Anything, Predicate


class Outcome(StrEnum):
    """Result of a claim for the runs of one seed."""

    HOLDS = "holds"
    IN_PART = "in part"
    FAILS = "fails"
    UNTESTABLE = "not testable"


class Untestable(Exception):
    """The runs cannot test the claim; the message says why."""


Value = float | Ratio | None  # a number, a bound, or nothing found


@dataclass(frozen=True)
class Quantity:
    """A number that decides a claim.

    Attributes
    ----------
    name
        Name in tables.
    measured
        Definition.
    must
        Condition for the claim to hold.
    in_part
        Weaker condition for the claim to hold in part, if any.
    """

    name: str
    measured: str
    must: Predicate
    in_part: Predicate | None = None

    @property
    def reported_only(self) -> bool:
        """Whether the number is not judged."""
        return isinstance(self.must, Anything) and self.in_part is None


@dataclass(frozen=True)
class Measured:
    """Values of the quantities of a claim, in their order, for one case and seed."""

    values: tuple[Value, ...]
    note: str = ""


def measured(*values: Value, note: str = "") -> Measured:
    """Return the measured values, with a note for the tables."""
    return Measured(values, note)


@dataclass(frozen=True)
class Finding:
    """Outcome for one case and seed, with the values that decided it (none if untestable)."""

    outcome: Outcome
    values: Mapping[str, Value] = field(default_factory=dict)
    note: str = ""


def graded(quantities: Sequence[Quantity], found: Measured) -> Finding:
    """Judge the measured values: the claim holds if every quantity holds.

    Raises
    ------
    Untestable
        If a number is not finite, or if only a bound is known and does not decide.
    """
    pairs = list(zip(quantities, found.values, strict=True))
    if not all(np.isfinite(_number(v)) for q, v in pairs if v is not None and not q.reported_only):
        raise Untestable("too few records for the value")
    must = [_holds(q.must, value) for q, value in pairs]
    weaker = [_holds(q.in_part or q.must, value) for q, value in pairs]
    values = {q.name: value for q, value in pairs}
    if all(must):
        return Finding(Outcome.HOLDS, values, found.note)
    if False not in must:
        return _bounded(pairs, weaker, Finding(Outcome.IN_PART, values, found.note))
    if False in weaker:
        return Finding(Outcome.FAILS, values, found.note)
    if None in weaker:
        raise Untestable("only a bound is known")
    return Finding(Outcome.IN_PART, values, found.note)


def _bounded(
    pairs: Sequence[tuple[Quantity, Value]], weaker: Sequence[bool | None], finding: Finding
) -> Finding:
    """Return the finding, which holds in part, if every bound satisfies the full condition."""
    if not all(weaker) or not all(q.must.holds(_number(v)) for q, v in pairs if v is not None):
        bounds = ", ".join(
            f"{q.name} {v.bound} {v.value:.3g}"
            for q, v in pairs
            if isinstance(v, Ratio) and v.value is not None
        )
        raise Untestable(f"{finding.note}; {bounds}" if finding.note else bounds)
    return finding


def _holds(predicate: Predicate, value: Value) -> bool | None:
    """Whether the predicate holds for a value; None if a bound does not decide."""
    if isinstance(predicate, Anything):
        return True
    if value is None:
        return False
    if not isinstance(value, Ratio):
        return predicate.holds(value)
    number = _number(value)
    if value.bound is Bound.AT_LEAST:
        return predicate.holds_above(number)
    return (
        predicate.holds_below(number) if value.bound is Bound.AT_MOST else predicate.holds(number)
    )


def _number(value: float | Ratio) -> float:
    number = value.value if isinstance(value, Ratio) else value
    return np.nan if number is None else number
