"""One file for each training method; the file's stem is the method's name."""
