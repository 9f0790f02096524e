"""Results of the timings: a table beside the goals, and a figure."""
