"""Derivatives of a solution on a grid, for putting it into its equation."""

import numpy as np


def spectral_derivative(u, order):
    """Derivative along the last axis, period 2, by the Fourier series of each row."""
    points = u.shape[-1]
    wave_numbers = np.pi * np.fft.rfftfreq(points, 1 / points)
    return np.fft.irfft((1j * wave_numbers) ** order * np.fft.rfft(u), n=points)


def time_derivative(u, step):
    """Sixth-order central difference in the first axis; three rows are lost at either end."""
    stencil = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60
    return sum(c * u[i : len(u) - 6 + i] for i, c in enumerate(stencil)) / step


def central_derivative(u, axis, step):
    """Sixth-order central difference along an axis; NaN at three points of either end."""
    d = np.full_like(u, np.nan)
    np.moveaxis(d, axis, 0)[3:-3] = time_derivative(np.moveaxis(u, axis, 0), step)
    return d
