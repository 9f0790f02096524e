"""Folders of results: live views and archives."""
