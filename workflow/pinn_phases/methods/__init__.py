"""One file per training method; the file's stem is the method's name."""
