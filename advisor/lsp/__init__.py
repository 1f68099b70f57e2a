"""A language server over `advisor.analysis`: findings, fixes and the graph in an editor."""
