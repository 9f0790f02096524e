"""Tests of the reference solution of the cavity, as stored for trainings."""

import numpy as np
import pytest

from pinn_phases.grids import relative_l2
from pinn_phases.problems.cavity import Cavity as Problem
from pinn_phases.reference import cavity
from tests.reference.cavity_flows import GRID, Benchmark, flow


def test_the_reference_has_the_fields_of_the_problem():
    solver = cavity.CavityReference(grid={"x": 33, "y": 17}, largest_error=1e-5, modes=24)
    solution = solver.solve(Problem(reynolds=100.0, lid_width=0.125))
    assert tuple(solution.fields) == ("speed", "u", "v", "psi", "p")
    assert all(values.shape == (33, 17) for values in solution.fields.values())
    assert solution.resolution == {"modes": 24}
    x, y = solution.axes["x"], solution.axes["y"]
    assert (x[0], x[-1], y[0], y[-1]) == (0.0, 1.0, 0.0, 1.0)
    fine = flow(100.0, 48).evaluate(x, y)
    estimate = solution.error_estimate["relative_l2"]
    error = relative_l2(solution.fields["speed"], np.hypot(fine.x, fine.y))
    # The estimate compares with 36 modes, whose own error is far smaller.
    assert estimate == pytest.approx(error, rel=0.2)
    assert 1e-8 < estimate < 1e-4
    for name, exact in (("u", fine.y), ("v", -fine.x), ("psi", fine.value)):
        assert relative_l2(solution.fields[name], exact) < 1e-4  # the same limit as for the speed


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("modes", {"modes": 7}),
        ("modes", {"modes": 86}),
        ("x", {"x": np.array([0.0, 1.1])}),
        ("y", {"y": np.array([[0.0, 1.0]])}),
    ],
)
def test_bad_arguments_of_the_reference_are_rejected(name, changes):
    arguments = {"x": GRID, "y": GRID, "modes": 16} | changes
    with pytest.raises(ValueError, match=rf"^{name}: expected .* received"):
        cavity.solve_with_error_estimate(Benchmark(), **arguments)


@pytest.mark.parametrize("changes", [{"modes": 4}, {"grid": {"t": 3, "x": 3}}])
def test_bad_settings_of_the_reference_are_rejected(changes):
    with pytest.raises(ValueError, match="modes|expected x, y"):
        good = {"grid": {"x": 3, "y": 3}, "largest_error": 1e-5, "modes": 16}
        cavity.CavityReference(**(good | changes))
