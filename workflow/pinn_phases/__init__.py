"""Learning phases of physics-informed neural networks, from the equations to the figures."""
