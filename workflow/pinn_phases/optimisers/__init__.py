"""One file per optimiser; the file's stem is the optimiser's name."""
