"""Standard streams and what the environment says of them."""

from __future__ import annotations

import os
import sys
from time import monotonic
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.reporters.look import WIDEST, Look
from advisor.reporters.safe import no_command, safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from advisor.cli.options import Options

_PATIENCE = 1.0
"""Seconds that a run may take before it says where it is."""
_BETWEEN = 0.1
"""Seconds between two signs of progress."""


def look_for(
    options: Options, *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ
) -> Look:
    """Return how to write to a stream, standard output unless another is given."""
    stream = stream or sys.stdout
    terminal = _is_terminal(stream)
    dumb = environ.get("TERM") == "dumb"
    return Look(
        width=_width(stream, environ),
        ascii_only=options.ascii or dumb or not _speaks_unicode(stream),
        colour=_in_colour(options.color, environ, terminal=terminal),
        verbose=options.verbose,
        quiet=options.quiet or options.from_hook,
        timed=terminal,
        show_suppressed=options.show_suppressed,
    )


def _in_colour(wish: str | None, environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Follow the option, then NO_COLOR, FORCE_COLOR and TERM, then whether it is a terminal.

    https://no-color.org and https://force-color.org
    """
    if wish in {"always", "never"}:
        return wish == "always"
    if environ.get("NO_COLOR"):
        return False
    forced = environ.get("FORCE_COLOR", "")
    if forced:
        return forced not in {"0", "false"}
    return terminal and environ.get("TERM") != "dumb"


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def _speaks_unicode(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "").startswith("utf")


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(stream.fileno()).columns or WIDEST
    except (OSError, ValueError):
        return WIDEST


def write(text: str) -> None:
    """Write to standard output; a reader that has had enough is no error."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)
    except OSError as error:
        _silence(sys.stdout)
        reason = (error.strerror or "cannot be written").lower()
        raise LoadError("standard output", reason) from error


def complain(text: str) -> None:
    """Write one line to standard error, without anything in it that acts on a terminal."""
    line = safe(text, ascii_only=not _speaks_unicode(sys.stderr))
    try:
        sys.stderr.write(f"{no_command(line)}\n")
    except BrokenPipeError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Send what is left in a stream nowhere, so that the interpreter's exit does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


class Progress:
    """Says on standard error which file a long run has come to; only to a person at a terminal."""

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted and _is_terminal(sys.stderr) and os.environ.get("TERM") != "dumb"
        self._next = monotonic() + _PATIENCE
        self._written = False

    def __call__(self, doing: str) -> None:
        """Say what is being done."""
        if not self._wanted or monotonic() < self._next:
            return
        self._next = monotonic() + _BETWEEN
        self._written = True
        room = _width(sys.stderr, os.environ) - 1
        line = safe(doing, ascii_only=not _speaks_unicode(sys.stderr))[:room]
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()

    def done(self) -> None:
        """Take the line away."""
        if self._written:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
