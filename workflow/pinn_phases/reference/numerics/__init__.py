"""Spectral methods and time stepping of the reference solvers."""
