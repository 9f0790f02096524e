"""config.yaml as typed objects."""
