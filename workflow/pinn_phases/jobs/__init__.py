"""GPUs and signals of jobs, and the messages at the end of a call."""
