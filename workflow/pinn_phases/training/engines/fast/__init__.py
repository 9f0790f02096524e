"""The fast engine: forward-mode derivatives, batches in tiles, compiled code."""
