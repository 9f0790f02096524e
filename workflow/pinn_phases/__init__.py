"""Learning phases of physics-informed neural networks, from the equation to the figure."""

__version__ = "0.1.0"
