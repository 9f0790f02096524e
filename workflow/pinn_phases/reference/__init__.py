"""Reference solutions in float64, one solver a problem, each with a measured error."""
