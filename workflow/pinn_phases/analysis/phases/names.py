"""Names of the phases in files."""

PHASES = ("diffusion", "total_diffusion", "late_decrease")  # without fitting, the first phase
