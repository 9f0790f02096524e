"""What is measured of runs, what has to hold of it, and what follows for one case and seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.judging.predicates import Anything, Predicate


class Outcome(StrEnum):
    """What the runs of one seed say of a claim."""

    HOLDS = "holds"
    IN_PART = "in part"
    FAILS = "fails"
    UNTESTABLE = "not testable"


class Untestable(Exception):
    """These runs cannot decide; the message says why."""


Value = float | Ratio | None  # a number, a bound of one, or nothing found


@dataclass(frozen=True)
class Quantity:
    """A number that a claim rests on.

    Attributes
    ----------
    name
        In a table.
    measured
        What it is.
    must
        What has to hold of it.
    in_part
        What is enough for the claim to hold in part; None: nothing less.
    """

    name: str
    measured: str
    must: Predicate
    in_part: Predicate | None = None

    @property
    def reported_only(self) -> bool:
        """Whether the number decides nothing."""
        return isinstance(self.must, Anything) and self.in_part is None


@dataclass(frozen=True)
class Measured:
    """Values of the quantities of a claim, in their order, for one case and seed."""

    values: tuple[Value, ...]
    note: str = ""


def measured(*values: Value, note: str = "") -> Measured:
    """Return what was measured, with a note for whoever looks it up."""
    return Measured(values, note)


@dataclass(frozen=True)
class Finding:
    """Outcome for one case and seed, with the values that decided it (none if untestable)."""

    outcome: Outcome
    values: Mapping[str, Value] = field(default_factory=dict)
    note: str = ""


def graded(quantities: Sequence[Quantity], found: Measured) -> Finding:
    """Judge what was measured: every quantity has to hold; or to hold in part.

    Raises
    ------
    Untestable
        If a number is not finite, or only a bound is known that decides nothing.
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
    """Return the finding that holds in part, if bounds lie where the claim would hold."""
    if not all(weaker) or not all(q.must.holds(_number(v)) for q, v in pairs if v is not None):
        bounds = ", ".join(
            f"{q.name} {v.bound} {v.value:.3g}"
            for q, v in pairs
            if isinstance(v, Ratio) and v.value is not None
        )
        raise Untestable(f"{finding.note}; {bounds}" if finding.note else bounds)
    return finding


def _holds(predicate: Predicate, value: Value) -> bool | None:
    """Whether it holds of a value; None if that cannot be told from a bound."""
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
