"""One file per benchmark problem; the file's stem is the problem's name."""
