"""One file per engine, named after it. A peer's file needs only that peer and NumPy."""
