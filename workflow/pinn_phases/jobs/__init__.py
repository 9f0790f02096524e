"""What a job needs of the machine, and how its end is reported."""
