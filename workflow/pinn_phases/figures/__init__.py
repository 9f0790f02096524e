"""One file for each figure of the paper, drawn from stored files alone; all looks in `style`."""
