"""Solvers of the lid-driven cavity, and published values to compare with."""
