"""Spectral methods, time stepping and closed forms for the reference solvers."""
