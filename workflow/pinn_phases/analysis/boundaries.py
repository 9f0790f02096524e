"""What the boundaries between phases are called in files."""

PHASES = ("diffusion", "total_diffusion", "late_decrease")  # that have a start
