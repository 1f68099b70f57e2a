"""One server on one pair of streams, from start to end."""

from __future__ import annotations

import gc
import logging
import os
import sys

from advisor.lsp.server import server

_COLLECTIONS = (50_000, 20, 5)
"""New objects before the youngest are looked at, and how often before older ones are."""


class _Lines(logging.Formatter):
    """What the protocol's library has to say, without the way there."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message and the error it is about, in one line."""
        error = record.exc_info[1] if record.exc_info else None
        return f"{record.getMessage()}{f': {error}' if error else ''}".partition("\n")[0]


def _log_in_lines() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logger = logging.getLogger("pygls")
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    logger.propagate = False


def serve() -> int:
    """Speak with an editor over standard input and output; return the exit code."""
    _log_in_lines()
    if sys.stdin.isatty():
        sys.stderr.write("advise lsp speaks with an editor: see the page on editors\n")
    # Short runs collect nothing; this one lasts for days. What a judgement makes is hardly ever
    # garbage before its end, so that looking often costs a third of its time and finds nothing.
    gc.enable()
    gc.set_threshold(*_COLLECTIONS)
    made = server()
    gc.freeze()
    # Whatever a user's rule may print must not come between two messages.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as wire:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        made.start_io(stdout=wire)
    made.session.end()
    return 0 if made.is_shut_down else 1


__all__ = ["serve"]
