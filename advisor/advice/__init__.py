"""Summaries over the graph and the findings."""
