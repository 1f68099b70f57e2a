"""Decides what a command line asks for, and turns every outcome into an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from advisor.cli.commands import COMMANDS
from advisor.errors import AdviseError

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED = 2
INTERRUPTED = 130

_HELP = {"--help", "-h"}
_VERSION = {"--version", "-V"}
_FRAMEWORK = {"--install-completion", "--show-completion"}
_COMPLETING = "_ADVISE_COMPLETE"
"""The shell sets it when it asks how a word may go on."""


def main() -> None:
    """Run the command line of this process and exit."""
    try:
        for stream in (sys.stdout, sys.stderr):
            # A character that the terminal's encoding lacks is no reason to fail.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        # What is read is kept to the end. The collector walks all of it again and again to free
        # next to nothing, a fifth of the time over a few hundred templates.
        gc.disable()
        _end(run(sys.argv[1:]))
    except KeyboardInterrupt:  # before or after the work itself
        os._exit(INTERRUPTED)


def _end(code: int) -> NoReturn:
    """End the process without taking everything apart, a seventh of a run over one template."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # which says what is wrong with the stream
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Return the exit code: 0 nothing found, 1 findings, 2 not done, 130 interrupted."""
    try:
        return _dispatched(arguments)
    except KeyboardInterrupt:
        return INTERRUPTED
    except AdviseError as error:
        from advisor.cli.streams import complain

        complain(f"error: {error}")
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last place that can keep a traceback from a user
        return _crashed(error, debug="--debug" in arguments)


def _dispatched(arguments: Sequence[str]) -> int:
    first = arguments[0] if arguments else ""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if not arguments and _COMPLETING not in os.environ:
        from advisor.cli.app import run_app

        run_app(["--help"], COMMANDS)
        return FAILED
    if _COMPLETING in os.environ or first in _FRAMEWORK | _HELP:
        from advisor.cli.app import run_app

        return run_app(arguments, COMMANDS)
    if first in _VERSION:
        return _version()
    if _HELP & set(options) or (first in COMMANDS and first != "check"):
        from advisor.cli.app import run_app

        asked = first if first in COMMANDS else "check"
        words = arguments if first in COMMANDS else ["check", *arguments]
        return run_app(words, [asked])
    from advisor.cli.check import check
    from advisor.cli.parse import parse

    return check(parse(arguments[1:] if first == "check" else arguments))


def _version() -> int:
    from advisor import __version__
    from advisor.cli.streams import write
    from advisor.data import DATA_DATE

    write(f"advise {__version__} (data of {DATA_DATE.isoformat()})\n")
    return 0


def _crashed(error: Exception, *, debug: bool) -> int:
    from advisor.cli.streams import complain

    if debug:
        import traceback

        for line in "".join(traceback.format_exception(error)).splitlines():
            complain(line)
    complain(
        f"internal error: {type(error).__name__}: {error} "
        "(please report it with what --debug shows)"
    )
    return FAILED
