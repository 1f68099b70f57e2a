"""What adds edges, one module per family of services; each has a function `build`."""
