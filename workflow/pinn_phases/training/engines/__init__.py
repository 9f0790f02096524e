"""Engines: computation of the loss and its gradient for each batch of points."""
