"""Cheap functions of stored runs: phases, fields."""
