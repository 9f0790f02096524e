"""Learning phases of physics-informed neural networks, from the equation to the figure."""
