"""Derivatives of a solution on a grid, to substitute into its equation."""

import numpy as np

from pinn_phases.operators import Jet


def spectral_derivative(u, order):
    """Return the derivative along the last axis, of period 2, by Fourier series of each row."""
    points = u.shape[-1]
    wave_numbers = np.pi * np.fft.rfftfreq(points, 1 / points)
    return np.fft.irfft((1j * wave_numbers) ** order * np.fft.rfft(u), n=points)


def time_derivative(u, step):
    """Return sixth-order central differences along the first axis, without three rows per end."""
    stencil = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
    return sum(c * u[i : len(u) - 6 + i] for i, c in enumerate(stencil)) / step


def central_derivative(u, axis, step):
    """Return sixth-order central differences along an axis; NaN at three points of each end."""
    derivative = np.full_like(u, np.nan)
    np.moveaxis(derivative, axis, 0)[3:-3] = time_derivative(np.moveaxis(u, axis, 0), step)
    return derivative


class _OnDemand(dict):
    """Values of operators on a field, computed from partial derivatives on demand."""

    def __init__(self, partial):
        self.partial = partial

    def __missing__(self, terms):
        return sum(coefficient * self.partial(*term) for term, coefficient in terms)


def field(values, partial):
    """Return a field that any operator can be applied to.

    Parameters
    ----------
    values
        Values of the field on a grid.
    partial
        Function of coordinate names that returns this partial derivative, of the same shape.
    """
    return Jet(values, _OnDemand(partial))
