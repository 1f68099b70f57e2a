"""The words that are commands, each with the module of `advisor.cli` that does it."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "check": "check_help",
    "graph": "graph",
    "report": "report",
    "patterns": "patterns",
    "explain": "explain",
    "cost": "cost",
    "rules": "rules",
    "rule": "rules",
    "baseline": "baseline",
    "config": "config",
    "init": "init",
    "lsp": "lsp",
}
"""A module has a function `register(app)`; it is imported when its command is asked for."""
