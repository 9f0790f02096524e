"""Engines, which compute the loss of a training and its gradient for each batch of points."""
