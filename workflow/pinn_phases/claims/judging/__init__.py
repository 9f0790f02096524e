"""Whether a claim holds in the runs at hand."""
