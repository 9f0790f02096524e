"""From numbers to verdicts: predicates judge numbers, quantities a run, verdicts all runs."""
