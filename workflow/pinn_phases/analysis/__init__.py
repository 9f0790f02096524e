"""Analysis of stored runs: phases, fields, information, gradients of the loss terms."""
