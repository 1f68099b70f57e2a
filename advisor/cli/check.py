"""`advise check`, the default: analyse, write what was found, say how it went."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.cli.places import placed, said
from advisor.cli.services import with_service
from advisor.cli.settings import STDIN, config_for
from advisor.cli.streams import Progress, complain, look_for, write
from advisor.errors import ConfigError, LoadError
from advisor.reporters.formats import FORMATS, render
from advisor.reporters.look import Look

if TYPE_CHECKING:
    from advisor.cli.options import Options
    from advisor.config import Config
    from advisor.fixes.apply import FixResult
    from advisor.report import Problem, Report

OK, FOUND, FAILED = 0, 1, 2

STDIN_NAME = "stdin.yaml"
"""What standard input is called where no name is given."""


def check(options: Options) -> int:
    """Return the exit code: 2 where something could not be done, else 1 for findings, else 0."""
    outputs = [_output(each) for each in options.output]
    if not options.paths:
        # A hook may have nothing to hand over; a person has forgotten something.
        if options.from_hook:
            return OK
        raise ConfigError("no path is given; '.' is this directory")
    look = look_for(options)
    config = config_for(options)
    if options.diff:
        from advisor.cli.fixing import show_difference

        return show_difference(_fixed(options, config), options)
    unwritten: list[Problem] = []
    if options.fix:
        from advisor.cli.fixing import write_fixes

        result = _fixed(options, config)
        report, unwritten = result.report, write_fixes(result, quiet=look.quiet)
    else:
        report = _analysed(options, config)
    name = options.format or "text"
    if options.summary and name == "text":
        from advisor.reporters import summary

        text = summary.render(report, look=placed(look, name, report))
    else:
        text = render(name, report, look=placed(look, name, report))
    write(with_service(text, report, options=options, look=look))
    for error in report.errors:
        complain(f"error: {said(error, options.paths, look=placed(look, 'text', report))}")
        if options.debug:
            for line in error.detail.splitlines():
                complain(line)
    if not look.quiet:
        for note in (*report.notes, *(report.unread if look.verbose else ())):
            complain(f"note: {note}")
    failed = bool(report.errors or unwritten)
    for name, file in outputs:
        in_file = placed(Look(verbose=options.verbose), name, report)
        failed |= not _written(file, render(name, report, look=in_file))
    if failed:
        return FAILED
    return FOUND if report.fails(config.fail_on) and not options.exit_zero else OK


def _analysed(options: Options, config: Config) -> Report:
    from advisor.analysis import analyze

    paths, texts = _inputs(options)
    progress = Progress(wanted=not options.quiet)
    try:
        return analyze(paths, config, texts=texts, forced=options.from_hook, progress=progress)
    finally:
        progress.done()


def _fixed(options: Options, config: Config) -> FixResult:
    from advisor.fixes.apply import fix_all

    paths, texts = _inputs(options)
    if texts and not options.diff:
        raise ConfigError("'--fix' cannot write to standard input; '--diff' shows the changes")
    progress = Progress(wanted=not options.quiet)
    try:
        return fix_all(
            paths,
            config,
            unsafe=options.unsafe_fixes,
            texts=texts,
            forced=options.from_hook,
            progress=progress,
        )
    finally:
        progress.done()


def _inputs(options: Options) -> tuple[list[str], dict[Path, str]]:
    """Return the paths of a run, and the text of standard input by the name that it goes by."""
    paths = list(options.paths)
    texts = {}
    if STDIN in paths:
        name = Path(options.stdin_filename or STDIN_NAME)
        paths = [str(name) if path == STDIN else path for path in paths]
        texts[name] = _stdin_text(str(name))
    return paths, texts


def _stdin_text(name: str) -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LoadError(name, f"is not UTF-8: {error.reason}") from error


def _output(text: str) -> tuple[str, Path]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise ConfigError(f"'{text}' is no value of '--output': FORMAT=FILE")
    if name not in FORMATS:
        raise ConfigError(f"'{name}' is no format: {', '.join(FORMATS)}")
    return name, Path(file)


def _written(file: Path, text: str) -> bool:
    try:
        file.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        complain(f"error: {file}: {error.strerror or 'cannot be written'}")
        return False
    return True
