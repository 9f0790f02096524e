"""Optimisers, one file each: how a step follows from the gradient of the full-batch loss."""
