"""Arithmetic of operators, and the search for the operators that an expression applies."""

import numpy as np
import pytest

from pinn_phases.operators import Jet, d, operators_in
from pinn_phases.plugins import PROBLEMS, names, plugin_class
from pinn_phases.problems.base import Problem
from tests.problems.differences import field
from tests.training.conftest import EQUATIONS


def test_arithmetic_of_operators_acts_on_their_coefficients():
    operator = 2.0 * (d("t") - 3.0 * d("x", "x")) + d("x", "x")
    assert dict(operator.terms) == {("t",): 2.0, ("x", "x"): -5.0}


def test_the_order_of_terms_and_of_differentiation_does_not_matter():
    assert d("x", "y") == d("y", "x")
    assert d("x") + d("t") == d("t") + d("x")


def test_an_operator_is_applied_to_a_field():
    u = field(np.zeros(3), lambda *term: np.full(3, float(len(term))))
    np.testing.assert_array_equal((2.0 * d("t") + 10.0 * d("x", "x"))(u), 22.0)


def test_a_missing_operator_is_an_error_and_not_zero():
    with pytest.raises(KeyError):
        d("x")(Jet(np.zeros(3), {}))


def test_operators_of_an_expression_are_unique_and_sorted():
    def expression(fields):
        u = fields["u"]
        return u.value * d("x")(u) + d("t")(u) - d("x")(u) ** 2

    assert operators_in(expression, ("u",)) == (d("t"), d("x"))


@pytest.mark.parametrize("name", names(PROBLEMS))
def test_all_operators_of_a_problem_are_found(name):
    """Residual and observables can be evaluated with only these operators."""
    problem = plugin_class(PROBLEMS, name, Problem).model_validate(EQUATIONS[name])
    halves = np.full(5, 0.5)
    source = dict.fromkeys(problem.source(np.zeros((1, 2))), halves)

    def fields(operators):
        derivatives = {operator.terms: halves for operator in operators}
        return dict.fromkeys(problem.fields, Jet(halves, derivatives))

    residual = problem.residual(fields(problem.residual_operators), source)
    observables = problem.observables(fields(problem.observed_operators))
    assert len(residual) == len(problem.equations) and problem.observable in observables
