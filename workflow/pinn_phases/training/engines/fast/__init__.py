"""The fast engine: derivatives carried forward, batches tile by tile, compiled code."""
