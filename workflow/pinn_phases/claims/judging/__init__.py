"""Judge claims by stored runs: criteria, findings and verdicts."""
