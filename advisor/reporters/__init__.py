"""One module for each format: pure functions from a report to text; nothing is decided here."""
