"""Timings, and slow, obvious code to compare with."""
