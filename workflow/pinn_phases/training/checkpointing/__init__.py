"""Checkpoints of trainings: how they are saved, found and resumed, and what computed them."""
