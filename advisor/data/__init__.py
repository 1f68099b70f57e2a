"""Facts that move, each row with its date and source."""

from datetime import date

DATA_DATE = date(2026, 11, 21)
"""The day on which the rows were last compared with their sources."""
