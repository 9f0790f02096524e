"""Equations and conditions of the cavity, compared with its reference solution."""

import numpy as np
import pytest

from pinn_phases.operators import Jet, d
from pinn_phases.problems.cavity import Cavity
from pinn_phases.reference.cavity import CavityReference
from tests.problems.differences import central_derivative, field

PROBLEM = Cavity(reynolds=100.0, lid_width=0.125)
MARGIN = 0.25  # from the walls: differences fail in the upper corners, where vorticity jumps


def solve(modes):
    """Return the reference solution on 161 x 161 points."""
    solver = CavityReference(grid={"x": 161, "y": 161}, largest_error=1e-5, modes=modes)
    return solver.solve(PROBLEM)


@pytest.fixture(scope="module")
def solution():
    """The reference solution with 32 modes."""
    return solve(modes=32)


def on_grid(values, step):
    """Return a field on a grid, with derivatives by repeated central differences."""

    def partial(*term):
        derivative = values
        for name in term:
            derivative = central_derivative(derivative, "xy".index(name), step)
        return derivative

    return field(values, partial)


def residuals_of(problem, solution, stride=1):
    """Return the residuals of the momentum equations away from the walls."""
    x = solution.axes["x"][::stride]
    fields = {
        name: on_grid(solution.fields[name][::stride, ::stride], x[1]) for name in problem.fields
    }
    inner = (x > MARGIN) & (x < 1 - MARGIN)
    return [r[inner][:, inner] for r in problem.residual(fields, {})]


def test_residuals_of_the_reference_vanish_as_its_resolution_grows(solution):
    # The differences are of sixth order; their error is below that of the reference.
    coarse, fine = (residuals_of(PROBLEM, solved) for solved in (solve(modes=16), solution))
    for pair in zip(coarse, fine, strict=True):
        rms = [np.sqrt(np.mean(residual**2)) for residual in pair]
        assert rms[1] < 2e-5  # of terms of order 1
        assert rms[0] > 16 * rms[1]  # at least of fourth order


def test_residuals_detect_another_reynolds_number_and_a_pressure_gradient(solution):
    other = residuals_of(Cavity(reynolds=101.0, lid_width=0.125), solution)
    assert min(np.abs(part).max() for part in other) > 1e-3
    tilted = solution.fields | {"p": solution.fields["p"] + solution.axes["x"][:, None]}
    along_x, along_y = residuals_of(PROBLEM, type(solution)(**vars(solution) | {"fields": tilted}))
    np.testing.assert_allclose(along_x, 1, atol=1e-3)
    assert np.abs(along_y).max() < 1e-3


def test_constants_of_pressure_and_stream_function_are_free(solution):
    shifted = {
        name: values + (3.0 if name in PROBLEM.free_constant else 0.0)
        for name, values in solution.fields.items()
    }
    expected = residuals_of(PROBLEM, solution, 4)
    actual = residuals_of(PROBLEM, type(solution)(**vars(solution) | {"fields": shifted}), 4)
    for found, wanted in zip(actual, expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-9)  # rounding of 3, over the step cubed


def test_observables_are_those_of_the_reference(solution):
    psi = on_grid(solution.fields["psi"], solution.axes["x"][1])
    observables = PROBLEM.observables({"psi": psi, "p": Jet(solution.fields["p"], {})})
    assert observables.keys() == solution.fields.keys()
    for name, values in observables.items():
        inner = (slice(24, -24), slice(24, -24))
        np.testing.assert_allclose(values[inner], solution.fields[name][inner], atol=1e-5)
    assert PROBLEM.observable in observables and set(PROBLEM.free_constant) <= observables.keys()


def test_lid_is_at_rest_at_its_ends_and_moves_to_the_right():
    x = np.linspace(0, 1, 101)
    velocity = PROBLEM.lid(x)
    assert velocity[0] == velocity[-1] == 0
    assert velocity[50] == pytest.approx(np.tanh(4) ** 2)
    np.testing.assert_allclose(velocity, velocity[::-1], atol=1e-15)


def test_conditions_set_the_velocity_on_all_edges(solution):
    slopes = {d("x").terms: np.full(5, 2.0), d("y").terms: np.full(5, 3.0)}
    jet = Jet(np.zeros(5), slopes)
    lid = PROBLEM.condition("lid", 5)
    (top,) = lid.points
    np.testing.assert_array_equal(top, [[x, 1.0] for x in np.linspace(0, 1, 5)])
    np.testing.assert_allclose(lid.targets[0], PROBLEM.lid(top[:, 0]))
    np.testing.assert_array_equal(lid.targets[1], 0)
    u, v = lid.expressions({"psi": jet, "p": jet})
    assert (u == 3).all() and (v == -2).all()
    walls = PROBLEM.condition("walls", 5)
    (points,) = walls.points
    assert points.shape == (15, 2)
    assert ((points == 0).any(1) | (points[:, 0] == 1)).all()
    for column, end in ((0, 0.0), (0, 1.0), (1, 0.0)):
        on_edge = points[points[:, column] == end]
        assert set(np.linspace(0, 1, 5)) <= set(on_edge[:, 1 - column])
    np.testing.assert_array_equal(walls.targets, np.zeros((2, 15)))
    for condition in (lid, walls):
        assert condition.operators(PROBLEM.fields) == (d("x"), d("y"))
    # the reference satisfies them
    np.testing.assert_allclose(
        solution.fields["u"][:, -1], PROBLEM.lid(solution.axes["x"]), atol=1e-10
    )
