"""The network: parameters, input features, derivatives, and the solution u = A + B N."""
