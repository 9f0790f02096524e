"""Mathematics on stored runs: phases, fields, information, gradients of the loss terms."""
