"""Training of one network: points, loss, gradient statistics, loop and checkpoints."""
