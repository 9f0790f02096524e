"""Training of one network: points, engines, gradient statistics, loop and checkpoints."""
