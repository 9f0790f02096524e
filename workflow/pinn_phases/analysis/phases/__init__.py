"""Search for the phases of learning in the curve of the SNR."""
