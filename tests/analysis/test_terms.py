"""Norms, cosines, alignment score and SNR of gradients with known answers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinn_phases.analysis.term_curves import is_recorded, term_curves
from pinn_phases.analysis.terms import term_statistics


def statistics(residual, *conditions, std=1.0):
    """Statistics of gradients, each of shape (n,)."""
    names = ("initial", "boundary", "lid")[: len(conditions)]
    terms = [np.asarray(gradient, float) for gradient in (residual, *conditions)]
    all_conditions = sum(terms[1:], np.zeros_like(terms[0]))
    rows = np.stack([*terms, all_conditions, terms[0] + all_conditions])
    return term_statistics(names, rows @ rows.T, np.float64(std))


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=50, deadline=None, derandomize=True)
def test_against_the_definitions(seed, count):
    terms = np.random.default_rng(seed).standard_normal((count + 1, 8))
    found = statistics(*terms, std=0.3)
    residual, conditions = terms[0], terms[1:].sum(0)

    def cosine(a, b):
        return a @ b / np.linalg.norm(a) / np.linalg.norm(b)

    units = terms / np.linalg.norm(terms, axis=1, keepdims=True)
    expected = {
        "snr": np.linalg.norm(residual + conditions) / 0.3,
        "snr_residual": np.linalg.norm(residual) / 0.3,
        "cosine": cosine(residual, conditions),
        "cosine_residual_initial": cosine(residual, terms[1]),
        "alignment": 2 * np.linalg.norm(units.mean(0)) ** 2 - 1,
        "gradient_mean": np.linalg.norm(residual + conditions),
        "gradient_conditions": np.linalg.norm(conditions),
        "gradient_initial": np.linalg.norm(terms[1]),
    }
    for name, value in expected.items():  # sums of eight products of order 1
        assert found[name] == pytest.approx(value, rel=1e-10, abs=1e-12), name


@pytest.mark.parametrize(
    ("terms", "cosine", "alignment"),
    [
        (([3, 0], [-2, 0]), -1, -1),
        (([3, 0], [0, 2]), 0, 0),
        (([3, 0], [5, 0]), 1, 1),
        (([1, 0, 0], [0, 2, 0], [0, 0, 3]), 0, -1 / 3),
        (([2, 0], [-1, 3**0.5], [-2, -2 * 3**0.5]), None, -1),  # three at 120 degrees
        (([2, 1], [4, 2], [6, 3]), 1, 1),
    ],
)
def test_known_angles(terms, cosine, alignment):
    found = statistics(*terms)
    assert cosine is None or found["cosine"] == pytest.approx(cosine, abs=1e-15)
    assert found["alignment"] == pytest.approx(alignment, abs=1e-14)


def test_the_score_of_two_terms_is_their_cosine():
    found = statistics([1.0, 2.0, -1.0], [0.5, -3.0, 2.0])
    assert found["alignment"] == pytest.approx(found["cosine"], rel=1e-14)


def test_terms_that_cancel_leave_no_signal_although_batches_agree():
    found = statistics([3.0, 4.0], [-3.0, -4.0], std=0.5)
    assert found["snr"] == 0 and found["snr_residual"] == 10


def test_the_cosine_with_a_vanishing_gradient_is_undefined():
    for found in (statistics([1.0, 2.0]), statistics([1.0, 2.0], [0.0, 0.0])):
        assert np.isnan(found["cosine"]) and found["gradient_conditions"] == 0
        assert found["snr"] == found["snr_residual"]
    assert np.isnan(found["alignment"])


def test_equal_batches_have_no_noise():
    assert statistics([1.0, 0.0], [0.0, 1.0], std=0.0)["snr_residual"] == np.inf


def test_curves_come_from_the_history_where_it_has_them():
    names = ("snr", "snr_residual", "cosine", "gradient_std", "gradient_conditions")
    terms = {f"terms/{name}": np.full(2, 2.0) for name in names} | {"iterations": np.array([1, 9])}
    older = {"history/iteration": np.arange(4), "history/snr": np.ones(4)}
    newer = {f"history/{name}": np.full(4, 3.0) for name in ("iteration", *names)}
    assert not is_recorded(older) and is_recorded(newer)
    np.testing.assert_array_equal(term_curves(older, terms)["iteration"], [1, 9])
    np.testing.assert_array_equal(term_curves(older, terms)["gradient_residual"], [4, 4])
    np.testing.assert_array_equal(term_curves(newer, terms)["gradient_residual"], [9] * 4)
