"""Files of results: what they hold, where they are, and what made them."""
