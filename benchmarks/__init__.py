"""Slow obvious code to compare with, and timings."""
