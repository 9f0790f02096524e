"""Reference solvers in float64: one module per problem, each with an error estimate."""
