"""Fourth-order exponential time differencing (ETDRK4) for u_t = L u + N(u) with diagonal L.

The linear part is integrated exactly, so stiff diffusion in Fourier space does not limit the step.
The nonlinear part is integrated by a four-stage Runge-Kutta scheme.

===========  =====================================================================
symbol       name here
===========  =====================================================================
L, N(u)      linear, nonlinear
h            step
phi_j(z)     value j of `phi_functions`
a, b, c      first, second, third (the stages at t + h/2, t + h/2 and t + h)
===========  =====================================================================

References
----------
S. M. Cox, P. C. Matthews, Exponential time differencing for stiff systems, J. Comput. Phys. 176
(2002) 430-455, Eqs. 26-29 (the scheme).
A.-K. Kassam, L. N. Trefethen, Fourth-order time-stepping for stiff PDEs, SIAM J. Sci. Comput. 26
(2005) 1214-1233, Section 2 (coefficients as means over a contour).
M. Hochbruck, A. Ostermann, Exponential integrators, Acta Numerica 19 (2010) 209-286 (the
coefficients in terms of the phi functions).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = NDArray[Any]  # float64 or complex128
Nonlinear = Callable[[State], State]

# The error of the trapezoidal rule on a circle is radius**points / points!, far below rounding.
CONTOUR_POINTS = 32
CONTOUR_RADIUS = 1.0


@dataclass(frozen=True, eq=False)
class Coefficients:
    """Coefficients of an ETDRK4 step, arrays of the shape of the linear part.

    Attributes
    ----------
    decay_half, decay : ndarray
        exp(hL/2) and exp(hL), dimensionless.
    stage : ndarray
        Weight of the nonlinear part in the three stages, (h/2) phi_1(hL/2), in units of time.
    start, middle, end : ndarray
        Weights of N at the start, at the two half-step stages and at the last stage, in the final
        combination; in units of time.
    """

    decay_half: State
    decay: State
    stage: State
    start: State
    middle: State
    end: State


def phi_functions(z: State) -> tuple[State, State, State]:
    """Evaluate phi_1, phi_2 and phi_3, where phi_j(z) = (phi_{j-1}(z) - 1/(j-1)!)/z, phi_0 = exp.

    Near z = 0 the formula suffers from cancellation, although the functions are entire. So each
    value is computed as the mean over a circle around z (Cauchy's integral formula), on which the
    formula is accurate.

    Parameters
    ----------
    z : ndarray, shape (...)
        Arguments, dimensionless.

    Returns
    -------
    tuple of three ndarray, shape (...)
        phi_1(z), phi_2(z), phi_3(z); real where `z` is real. Accurate to about 1e-14, relative.
    """
    # The first angle is half a spacing, so that no contour point is at the origin if z is real.
    angles = 2.0 * np.pi * (np.arange(CONTOUR_POINTS) + 0.5) / CONTOUR_POINTS
    contour = z[..., None] + CONTOUR_RADIUS * np.exp(1j * angles)  # (..., CONTOUR_POINTS)
    phi_1 = (np.exp(contour) - 1.0) / contour
    phi_2 = (phi_1 - 1.0) / contour
    phi_3 = (phi_2 - 0.5) / contour
    means = [phi.mean(axis=-1) for phi in (phi_1, phi_2, phi_3)]
    if not np.iscomplexobj(z):
        means = [mean.real for mean in means]
    return means[0], means[1], means[2]


def coefficients(linear: State, step: float) -> Coefficients:
    """Compute the coefficients of a step of fixed length.

    Parameters
    ----------
    linear : ndarray, shape (...)
        Diagonal of L, per unit of time.
    step : float
        Length h of a step, in units of time, positive.

    Returns
    -------
    Coefficients
        Arrays of the shape of `linear`.

    Raises
    ------
    ValueError
        If `step` is not positive and finite.
    """
    if not (np.isfinite(step) and step > 0.0):
        raise ValueError(f"step: expected a positive finite number, received {step!r}")
    exponent = step * np.asarray(linear)
    half_phi_1, _, _ = phi_functions(0.5 * exponent)
    phi_1, phi_2, phi_3 = phi_functions(exponent)
    return Coefficients(
        decay_half=np.exp(0.5 * exponent),
        decay=np.exp(exponent),
        stage=0.5 * step * half_phi_1,
        start=step * (phi_1 - 3.0 * phi_2 + 4.0 * phi_3),
        middle=step * (2.0 * phi_2 - 4.0 * phi_3),
        end=step * (4.0 * phi_3 - phi_2),
    )


def advance(state: State, nonlinear: Nonlinear, weights: Coefficients) -> State:
    """Advance the state by one step.

    Parameters
    ----------
    state : ndarray, shape (...)
        State at the start of the step.
    nonlinear : callable
        Maps a state to N(state), both of shape (...). N must not depend on time.
    weights : Coefficients
        Coefficients of the step, broadcast against the state.

    Returns
    -------
    ndarray, shape (...)
        State at the end of the step; the local error is of fifth order in the step.
    """
    at_start = nonlinear(state)
    half_decayed = weights.decay_half * state
    first = half_decayed + weights.stage * at_start
    at_first = nonlinear(first)
    second = half_decayed + weights.stage * at_first
    at_second = nonlinear(second)
    third = weights.decay_half * first + weights.stage * (2.0 * at_second - at_start)
    at_third = nonlinear(third)
    end: State = weights.decay * state + weights.start * at_start + weights.end * at_third
    end += weights.middle * (at_first + at_second)
    return end


def integrate(
    initial: State,
    linear: State,
    nonlinear: Nonlinear,
    *,
    step: float,
    steps_per_output: int,
    outputs: int,
) -> State:
    """Integrate u_t = L u + N(u) and keep every `steps_per_output`-th state.

    Parameters
    ----------
    initial : ndarray, shape (...)
        State at the initial time.
    linear : ndarray, shape (...)
        Diagonal of L, per unit of time.
    nonlinear : callable
        Maps a state to N(state), both of shape (...).
    step : float
        Length of a step, in units of time.
    steps_per_output : int
        Number of steps between two stored states, at least 1.
    outputs : int
        Number of states stored after the initial one, at least 1.

    Returns
    -------
    ndarray, shape (outputs + 1, ...)
        The stored states, the initial one first. The global error is of fourth order in the step
        if the solution is smooth in time.

    Raises
    ------
    ValueError
        If `step` is not positive and finite, or a count is below 1.
    """
    for name, count in (("steps_per_output", steps_per_output), ("outputs", outputs)):
        if count < 1:
            raise ValueError(f"{name}: expected at least 1, received {count!r}")
    weights = coefficients(linear, step)
    states = np.empty((outputs + 1, *initial.shape), dtype=np.result_type(initial, linear))
    states[0] = initial
    for output in range(outputs):
        state = states[output]
        for _ in range(steps_per_output):
            state = advance(state, nonlinear, weights)
        states[output + 1] = state
    return states
