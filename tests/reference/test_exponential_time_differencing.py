"""Tests of ETDRK4: coefficients against quadrature, convergence to an exact Burgers solution."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pinn_phases.reference.numerics.exponential_time_differencing import (
    advance,
    coefficients,
    integrate,
    phi_functions,
)

# Each phi function is a mean of 32 values. Their error is about 1e-15/0.1^3 at worst, if the
# contour is within 0.1 of the origin.
PHI_TOLERANCE = 1e-12


def phi_by_quadrature(order, z):
    """Integrate exp((1 - s) z) s^(order-1)/(order-1)! over [0, 1], without any cancellation."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    s = 0.5 * (nodes + 1.0)
    factorial = (1.0, 1.0, 2.0)[order - 1]
    return 0.5 * np.exp(np.multiply.outer(z, 1.0 - s)) @ (weights * s ** (order - 1) / factorial)


@pytest.mark.parametrize(
    "z",
    [
        np.array([-40.0, -3.0, -1.0, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 1.0, 5.0]),
        np.array([1e-9j, 1j, 6j, -2.0 + 3.0j]),
    ],
    ids=["real", "complex"],
)
def test_phi_functions_match_their_integrals(z):
    """Near zero, where the definition has cancellation, and far away; real z gives real values."""
    for order, phi in enumerate(phi_functions(z), start=1):
        assert_allclose(phi, phi_by_quadrature(order, z), rtol=PHI_TOLERANCE)
        assert np.iscomplexobj(phi) == np.iscomplexobj(z)


@given(st.floats(min_value=-1e6, max_value=10.0))
def test_phi_functions_satisfy_their_recurrence(z):
    """The definition, multiplied by z, holds at any stiffness."""
    phi_1, phi_2, phi_3 = (float(phi[0]) for phi in phi_functions(np.array([z])))
    assert np.isclose(1.0 + z * phi_1, np.exp(z), rtol=PHI_TOLERANCE, atol=PHI_TOLERANCE)
    assert np.isclose(1.0 + z * phi_2, phi_1, rtol=PHI_TOLERANCE, atol=PHI_TOLERANCE)
    assert np.isclose(0.5 + z * phi_3, phi_2, rtol=PHI_TOLERANCE, atol=PHI_TOLERANCE)


def test_linear_part_is_exact():
    """Without a nonlinear part, a step of any length is the exponential."""
    # Stiff decay, growth and rotation in one step.
    linear = np.array([-1e5, -2.0, 0.0, 1.5, 4j])
    state = advance(np.ones(5, complex), np.zeros_like, coefficients(linear, 1.0))
    assert_allclose(state, np.exp(linear), rtol=1e-14)


def test_constant_forcing_is_exact():
    """A constant nonlinear part is integrated exactly: the weights sum to h phi_1."""
    linear = np.array([-1e5, -2.0, -1e-7, 1.5])
    state = advance(np.zeros(4), np.ones_like, coefficients(linear, 1.0))
    # expm1 is the closed form without cancellation; the weights have the error of phi functions.
    assert_allclose(state, np.expm1(linear) / linear, rtol=PHI_TOLERANCE)


VISCOSITY = 0.05
OFFSET = 1.5  # above 1, so that the potential below has no zero
POINTS = 128  # truncated Fourier coefficients of the solution are below 1e-16


def burgers_solution(t, x):
    """Return -2 nu phi_x/phi (Cole-Hopf) for the heat solution phi = OFFSET + exp(-nu t) cos x."""
    decay = np.exp(-VISCOSITY * t)
    return 2.0 * VISCOSITY * decay * np.sin(x) / (OFFSET + decay * np.cos(x))


def burgers_error(steps, end=8.0):
    """Solve u_t = nu u_xx - (u^2/2)_x on [0, 2 pi), and return the relative L2 error at the end."""
    x = 2.0 * np.pi * np.arange(POINTS) / POINTS
    wave_numbers = np.arange(POINTS // 2 + 1)

    def advection(coefficients):
        return -0.5j * wave_numbers * np.fft.rfft(np.fft.irfft(coefficients) ** 2)

    states = integrate(
        np.fft.rfft(burgers_solution(0.0, x)),
        -VISCOSITY * wave_numbers**2.0,
        advection,
        step=end / steps,
        steps_per_output=steps,
        outputs=1,
    )
    exact = burgers_solution(end, x)
    return np.linalg.norm(np.fft.irfft(states[-1]) - exact) / np.linalg.norm(exact)


def test_convergence_is_of_fourth_order():
    """The error of a coupled, stiff problem falls with the fourth power of the step."""
    steps = np.array([8, 16, 32, 64, 128])
    errors = np.array([burgers_error(count) for count in steps])
    slope = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    # The coarsest steps are not yet asymptotic; orders 3 and 5 are five times as far away.
    assert slope == pytest.approx(4.0, abs=0.2)
    # With the largest step, diffusion has nu k^2 h = 205, which is unstable in explicit methods.
    assert errors[0] < 1e-5


def test_stored_states_do_not_depend_on_the_output_interval():
    """Storing fewer states does not change those that are stored."""
    linear, initial = np.array([-1.0, 2.0]), np.array([0.3, -0.2])

    def cubic(state):
        return -(state**3)

    every = integrate(initial, linear, cubic, step=0.1, steps_per_output=1, outputs=6)
    third = integrate(initial, linear, cubic, step=0.1, steps_per_output=3, outputs=2)
    assert every.shape == (7, 2)
    np.testing.assert_array_equal(third, every[::3])


@pytest.mark.parametrize(
    ("name", "value"),
    [("step", 0.0), ("step", np.nan), ("steps_per_output", 0), ("outputs", 0)],
)
def test_integrate_rejects_bad_arguments(name, value):
    """Steps and counts must be positive."""
    arguments = {"step": 0.1, "steps_per_output": 1, "outputs": 1} | {name: value}
    with pytest.raises(ValueError, match=rf"{name}: expected .* received"):
        integrate(np.zeros(2), np.zeros(2), np.zeros_like, **arguments)
