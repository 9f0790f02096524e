"""Predicates judge numbers and bounds; the values of all quantities give the outcome."""

import numpy as np
import pytest

from pinn_phases.analysis.seeds import Bound, Ratio
from pinn_phases.claims.judging.predicates import (
    Above,
    Anything,
    AtLeast,
    AtMost,
    Below,
    Between,
    WithinFactor,
)
from pinn_phases.claims.judging.quantities import (
    Measured,
    Quantity,
    Untestable,
    judge_values,
    measured,
)
from tests.claims.conftest import FAILS, HOLDS, IN_PART


@pytest.mark.parametrize(
    ("predicate", "words", "holds", "fails"),
    [
        (AtLeast(0.95), "at least 0.95", [0.95, 2], [0.9]),
        (AtMost(1e-6), "at most 1e-06", [1e-6, -1], [1e-5]),
        (Above(1), "above 1", [1.1], [1, 0.5]),
        (Below(-0.9), "below -0.9", [-1], [-0.9, 0]),
        (Between(250, 1000), "between 250 and 1,000", [250, 1000], [249, 1001]),
        (WithinFactor(2, of=500), "between 250 and 1,000", [250, 1000], [249, 1001]),
        (Anything(), "any value", [-1e9, 1e9], []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_predicate_judges_and_prints_itself(predicate, words, holds, fails):
    assert str(predicate) == words
    assert all(predicate.holds(value) for value in holds)
    assert not any(predicate.holds(value) for value in fails)


@pytest.mark.parametrize(
    ("predicate", "bound", "value", "holds"),
    [
        (Above(1), Bound.AT_LEAST, 1.5, True),
        (Above(1), Bound.AT_LEAST, 0.5, None),
        (Above(1), Bound.AT_MOST, 0.5, False),
        (Above(1), Bound.AT_MOST, 1.5, None),
        (Below(1), Bound.AT_LEAST, 1.0, False),
        (Below(1), Bound.AT_MOST, 0.5, True),
        (WithinFactor(2, of=10), Bound.AT_LEAST, 8.0, None),
        (WithinFactor(2, of=10), Bound.AT_LEAST, 30.0, False),
        (WithinFactor(2, of=10), Bound.AT_MOST, 3.0, False),
        (Above(1), Bound.EXACT, 1.5, True),
    ],
)
def test_a_bound_decides_only_if_all_numbers_beyond_it_agree(predicate, bound, value, holds):
    judge = {
        Bound.AT_LEAST: predicate.holds_above,
        Bound.AT_MOST: predicate.holds_below,
        Bound.EXACT: predicate.holds,
    }
    assert judge[bound](value) is holds


TWO = (Quantity("a", "words", Above(1), in_part=Above(0)), Quantity("b", "words", Below(1)))


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ((2.0, 0.5), HOLDS),
        ((0.5, 0.5), IN_PART),
        ((2.0, 2.0), FAILS),
        ((-1.0, 0.5), FAILS),
        ((None, 0.5), FAILS),
        ((Ratio(2.0, Bound.AT_LEAST), 0.5), HOLDS),
        ((Ratio(0.5, Bound.AT_MOST), Ratio(0.5, Bound.AT_MOST)), None),
        ((Ratio(0.5, Bound.AT_LEAST), 0.5), None),
        ((np.nan, 0.5), None),
        ((Ratio(None, Bound.UNKNOWN), 0.5), None),
    ],
)
def test_every_quantity_has_to_hold(values, outcome):
    if outcome is None:
        with pytest.raises(Untestable):
            judge_values(TWO, Measured(values))
    else:
        found = judge_values(TWO, Measured(values, "a note"))
        assert (found.outcome, found.note) == (outcome, "a note")
        assert found.values == dict(zip("ab", values, strict=True))


def test_the_numbers_of_values_and_quantities_must_match():
    with pytest.raises(ValueError, match="zip"):
        judge_values(TWO, measured(1.0))


def test_a_reported_number_that_is_not_finite_is_not_known():
    reported = Quantity("reported", "words", Anything())
    for value in (np.nan, np.inf):
        found = judge_values([reported], measured(np.float64(value)))
        assert found.outcome is HOLDS and found.values == {"reported": None}
    assert judge_values([reported], measured(0.5)).values == {"reported": 0.5}
