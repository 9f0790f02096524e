"""Reference solutions in float64: one solver per problem, each with an error estimate."""
