"""What the paper says that can be checked: one file a subject, each with a tuple `CLAIMS`."""
