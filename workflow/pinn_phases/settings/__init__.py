"""Settings: config.yaml as validated, immutable objects."""
