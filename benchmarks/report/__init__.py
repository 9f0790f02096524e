"""Results of the timings: a table that compares them with the goals, and a figure."""
