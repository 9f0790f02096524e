"""Folders of results: progress of trainings, and archives."""
