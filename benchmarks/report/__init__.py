"""What the timings came to: a table beside the goals, and a figure."""
