"""One file an engine; the file's stem is its name. A peer's needs that peer and NumPy alone."""
