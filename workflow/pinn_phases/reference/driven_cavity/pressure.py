r"""Pressure of a flow in the lid-driven cavity, computed from its stream function.

With Lap psi = -vorticity, the momentum equations in terms of the total head are

    head = pressure + (u^2 + v^2)/2
    grad head = Lap psi grad psi + viscosity (Lap psi_y, -Lap psi_x)

The head is the polynomial whose gradient is closest to the right-hand side in L2, plus the pressure
of the corner flow in closed form.
"""

import numpy as np
from scipy import linalg

from pinn_phases.arrays import Real
from pinn_phases.reference.driven_cavity.galerkin import evaluate_series
from pinn_phases.reference.driven_cavity.stream_function import Flow
from pinn_phases.reference.numerics import chebyshev
from pinn_phases.reference.numerics.corner_singularity import corner_pressure

# A lid with a smaller velocity at its end is at rest there, up to rounding.
AT_REST = 1e-9
# The pressure is infinite in the upper corners. There the value at this distance is stored; any
# choice is fine, because no error is measured at these two points of the grid.
NEAREST = 1e-3


def pressure(flow: Flow, x: Real, y: Real) -> Real:
    """Evaluate the pressure on a grid.

    Parameters
    ----------
    flow : Flow
        A solution with a lid that is at rest in both corners.
    x, y : ndarray, shape (m,) and (n,)
        Positions in [0, 1].

    Returns
    -------
    ndarray, shape (m, n)
        Pressure in units of density times the square of the velocity, with zero mean over the
        grid. If the velocity of the lid has a slope at an upper corner, the pressure is infinite
        there; points closer than `NEAREST` have the value at that distance.

    Raises
    ------
    ValueError
        If the lid moves in a corner, which makes the pressure too singular for a polynomial.
    """
    left, right = flow.cavity.left, flow.cavity.right
    if max(abs(left.speed), abs(right.speed)) > AT_REST:
        raise ValueError(f"lid: expected zero at both ends, received {left.speed}, {right.speed}")
    degree = len(flow.coefficients) - 1
    along_x, along_y = (chebyshev.derivatives_at(points, degree, 0) for points in (x, y))
    psi = flow.evaluate(x, y)
    corners = corner_pressure(x[:, None], y, left, right, nearest=NEAREST) / flow.reynolds
    head = along_x @ head_coefficients(flow) @ along_y.T + corners
    values = head - 0.5 * (psi.x**2 + psi.y**2)
    result: Real = values - values.mean()
    return result


def head_coefficients(flow: Flow) -> Real:
    """Return the Chebyshev coefficients of the head, without the pressure of the corner flow.

    Parameters
    ----------
    flow : Flow
        A solution with a lid that is at rest in both corners.

    Returns
    -------
    ndarray, shape (modes + 3, modes + 3)
        Coefficients; the constant term is arbitrary.
    """
    nodes = chebyshev.nodes(len(flow.coefficients) - 1)
    psi = flow.evaluate(nodes, nodes)
    polynomial = evaluate_series(flow.coefficients, nodes, nodes)  # without the corner flow
    head_x = psi.laplacian * psi.x + polynomial.laplacian_y / flow.reynolds
    head_y = psi.laplacian * psi.y - polynomial.laplacian_x / flow.reynolds
    head = integrate_gradient(head_x, head_y)
    return chebyshev.interpolate(chebyshev.interpolate(head).T).T


def integrate_gradient(along_x: Real, along_y: Real) -> Real:
    """Find the function whose gradient is closest to a given vector field in the L2 norm.

    Parameters
    ----------
    along_x, along_y : ndarray, shape (degree + 1, degree + 1)
        Components of the vector field along x and y, at the Chebyshev nodes.

    Returns
    -------
    ndarray, shape (degree + 1, degree + 1)
        Values at the nodes, with zero mean over the square. They are exact if the field is the
        gradient of a polynomial up to `degree`.
    """
    degree = len(along_x) - 1
    derivative = chebyshev.differentiation_matrix(degree)
    weights = chebyshev.quadrature_weights(degree)
    weighted = derivative.T * weights
    # The normal equations are diagonal in the eigenvectors along each coordinate:
    # weighted @ derivative @ vector = eigenvalue * weights * vector.
    eigenvalues, vectors = linalg.eigh(weighted @ derivative, np.diag(weights))
    right = weighted @ along_x * weights + weights[:, None] * along_y @ weighted.T
    sums = eigenvalues[:, None] + eigenvalues
    sums[0, 0] = np.inf  # the constant, which the gradient does not determine, is set to zero
    values: Real = vectors @ ((vectors.T @ right @ vectors) / sums) @ vectors.T
    return values
