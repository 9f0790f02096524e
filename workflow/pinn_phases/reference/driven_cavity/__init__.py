"""Solvers for the lid-driven cavity, and published values for comparison."""
