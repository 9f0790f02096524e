"""Claims of the paper that runs can test: one module per subject, each with a tuple `CLAIMS`."""
