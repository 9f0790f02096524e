"""Result files: their contents, paths and provenance."""
