"""One file for each benchmark problem; the file's stem is the problem's name."""
