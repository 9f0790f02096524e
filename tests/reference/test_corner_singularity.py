"""Tests of the flow in a corner of the cavity: boundary conditions and biharmonic equation."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pinn_phases.reference.numerics.corner_singularity import LidEnd, corner_flow


@pytest.mark.parametrize("lid", [LidEnd(1.0, 0.0), LidEnd(0.0, 8.0), LidEnd(0.7, -2.0)])
def test_the_corner_flow_meets_the_conditions_on_both_walls(lid):
    along = np.linspace(0.0, 2.0, 9)
    on_lid, on_wall = corner_flow(along, 0.0 * along, lid), corner_flow(0.0 * along, along, lid)
    # Only rounding, in sums of a few numbers up to 8 * 4.
    assert_allclose(on_lid.value, 0.0, atol=1e-13)
    assert_allclose(-on_lid.y, lid.speed + lid.slope * along, atol=1e-13)
    assert_allclose(on_wall.value, 0.0, atol=1e-13)
    assert_allclose(on_wall.x[1:], 0.0, atol=1e-13)  # without the corner, which belongs to the lid


def test_the_corner_flow_is_biharmonic_and_its_derivatives_are_right():
    lid, step = LidEnd(0.7, -2.0), 1e-4
    x, y = np.array([0.3, 0.5, 0.9]), np.array([0.8, 0.2, 0.4])
    at, east, west, north, south = (
        corner_flow(x + dx, y + dy, lid)
        for dx, dy in ((0, 0), (step, 0), (-step, 0), (0, step), (0, -step))
    )

    def check(quotient, exact):
        # Errors: step^2/6 times third derivatives of up to 1e2, and rounding, 1e-14/step^2.
        assert_allclose(quotient, exact, atol=3e-6)

    check((east.value - west.value) / (2.0 * step), at.x)
    check((north.value - south.value) / (2.0 * step), at.y)
    neighbours = east.value + west.value + north.value + south.value
    check((neighbours - 4.0 * at.value) / step**2, at.laplacian)
    check((east.laplacian - west.laplacian) / (2.0 * step), at.laplacian_x)
    check((north.laplacian - south.laplacian) / (2.0 * step), at.laplacian_y)
    twice = (east.laplacian_x - west.laplacian_x + north.laplacian_y - south.laplacian_y) / step
    check(0.5 * twice, 0.0)
