"""What `--fix` and `--diff` write: files, differences, and how many fixes there were."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from advisor.cli.streams import complain, write
from advisor.fixes.write import unified_diff, write_all
from advisor.reporters.safe import no_command, safe
from advisor.reporters.words import counted

if TYPE_CHECKING:
    from advisor.cli.options import Options
    from advisor.fixes.apply import FixResult
    from advisor.fixes.plan import Refusal
    from advisor.report import Problem

OK, FOUND, FAILED = 0, 1, 2


def show_difference(result: FixResult, options: Options) -> int:
    """Show what would change; return 1 where anything would, 2 where work could not be done."""
    lines = unified_diff(result.changed).split("\n")
    if sys.stdout.isatty():  # elsewhere it is a patch, and has to stay one
        lines = [safe(line.removesuffix("\r"), ascii_only=options.ascii) for line in lines]
    write("\n".join(map(no_command, lines)))
    for error in result.report.errors:
        complain(f"error: {error}")
    if not (options.quiet or options.from_hook):
        _say(result, "would fix")
    if result.report.errors:
        return FAILED
    return FOUND if result.changed and not options.exit_zero else OK


def write_fixes(result: FixResult, *, quiet: bool) -> list[Problem]:
    """Write the changed files and say so; return what could not be written."""
    problems = write_all(result.changed)
    for problem in problems:
        complain(f"error: {problem}")
    if not quiet and not problems:
        _say(result, "fixed")
    return problems


def _say(result: FixResult, verb: str) -> None:
    if result.applied:
        files = counted(len(result.changed), "file")
        complain(f"{verb} {counted(len(result.applied), 'finding')} in {files}")
    for refusal in result.refused:
        complain(f"not fixed: {_shown(refusal)}")
    if result.unsafe:
        more = counted(len(result.unsafe), "more fix", plural="more fixes")
        complain(f"{more} with --unsafe-fixes")


def _shown(refusal: Refusal) -> str:
    place = refusal.finding.location
    start = place.span.start
    rule = refusal.finding.rule.id
    return f"{place.path}:{start.line}:{start.column}: {rule} {refusal.reason}"
