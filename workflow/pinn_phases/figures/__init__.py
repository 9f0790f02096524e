"""One file per figure, drawn only from stored files; all styles are in `style`."""
