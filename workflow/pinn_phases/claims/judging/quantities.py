"""Quantities of a claim with their criteria, and the finding for a case and seed."""

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


Value = float | Ratio | None  # a number, a ratio that may be a bound, or None if nothing was found


@dataclass(frozen=True)
class Quantity:
    """A number on which the outcome of a claim depends.

    Attributes
    ----------
    name
        Name in tables.
    measured
        Definition, as a phrase for tables.
    must
        Condition under which the claim holds.
    in_part
        Weaker condition under which the claim holds in part; None if there is none.
    """

    name: str
    measured: str
    must: Predicate
    in_part: Predicate | None = None

    @property
    def reported_only(self) -> bool:
        """Whether the number is only reported, without a criterion."""
        return isinstance(self.must, Anything) and self.in_part is None


@dataclass(frozen=True)
class Measured:
    """Values of the quantities of a claim, in their order, for one case and seed."""

    values: tuple[Value, ...]
    note: str = ""


def measured(*values: Value, note: str = "") -> Measured:
    """Return measured values with a note for the tables."""
    return Measured(values, note)


@dataclass(frozen=True)
class Finding:
    """Outcome for one case and seed, and the values behind it (none if not testable)."""

    outcome: Outcome
    values: Mapping[str, Value] = field(default_factory=dict)
    note: str = ""


def judge_values(quantities: Sequence[Quantity], measured: Measured) -> Finding:
    """Judge measured values: the claim holds if the criteria of all quantities are satisfied.

    Raises
    ------
    Untestable
        If a number is not finite, or if the outcome is undecided because only a bound is known.
    """
    pairs = list(zip(quantities, measured.values, strict=True))
    if not all(np.isfinite(_number(v)) for q, v in pairs if v is not None and not q.reported_only):
        raise Untestable("too few records for the value")
    full = [_holds(q.must, value) for q, value in pairs]
    weaker = [_holds(q.in_part or q.must, value) for q, value in pairs]
    values = {q.name: _if_finite(value) for q, value in pairs}
    if all(full):
        return Finding(Outcome.HOLDS, values, measured.note)
    if False not in full:
        _require_possible(pairs, weaker, measured.note)
        return Finding(Outcome.IN_PART, values, measured.note)
    if False in weaker:
        return Finding(Outcome.FAILS, values, measured.note)
    if None in weaker:
        raise Untestable("only a bound is known")
    return Finding(Outcome.IN_PART, values, measured.note)


def _require_possible(
    pairs: Sequence[tuple[Quantity, Value]], weaker: Sequence[bool | None], note: str
) -> None:
    """Raise `Untestable` unless the claim holds in part and every bound itself meets `must`."""
    if not all(weaker) or not all(q.must.holds(_number(v)) for q, v in pairs if v is not None):
        bounds = ", ".join(
            f"{q.name} {v.bound} {v.value:.3g}"
            for q, v in pairs
            if isinstance(v, Ratio) and v.value is not None
        )
        raise Untestable(f"{note}; {bounds}" if note else bounds)


def _holds(predicate: Predicate, value: Value) -> bool | None:
    """Return whether the predicate holds for a value; None if a bound leaves it undecided."""
    if isinstance(predicate, Anything):
        return True
    if value is None:
        return False
    if not isinstance(value, Ratio):
        return predicate.holds(value)
    number = _number(value)
    if value.bound is Bound.AT_LEAST:
        return predicate.holds_above(number)
    if value.bound is Bound.AT_MOST:
        return predicate.holds_below(number)
    return predicate.holds(number)


def _if_finite(value: Value) -> Value:
    """Return None in place of a number that is not finite."""
    return value if value is None or isinstance(value, Ratio) or np.isfinite(value) else None


def _number(value: float | Ratio) -> float:
    """Return a value as a number, NaN for an unknown ratio."""
    number = value.value if isinstance(value, Ratio) else value
    return np.nan if number is None else number
