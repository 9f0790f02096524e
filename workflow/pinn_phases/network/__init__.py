"""The network: its parameters, its input features, its derivatives, and the solution made of it."""
