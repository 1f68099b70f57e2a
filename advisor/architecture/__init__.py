"""The graph of an architecture: typed nodes and edges, and the questions that rules ask."""
