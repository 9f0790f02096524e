"""The network: parameters, input features, derivatives, approximate solution u = A + B N."""
