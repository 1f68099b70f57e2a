"""`advise baseline`: write down what is found today, check that it is still there, forget the rest.

`write` accepts all that a run reports, `check` fails where entries are gone, `prune` takes them
out.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.options import Options
from advisor.cli.settings import config_for
from advisor.cli.streams import complain, write
from advisor.errors import ConfigError
from advisor.records import replace
from advisor.reporters.safe import safe
from advisor.reporters.words import counted

if TYPE_CHECKING:
    from advisor.config import Config
    from advisor.report import Report
    from advisor.rules.baseline import Baseline

OK, FOUND, FAILED = 0, 1, 2

_Paths = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]…", help="Files and directories; this directory by default."),
]
_File = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="The file; by default the configured one."),
]
_Configuration = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="This configuration file and no other."),
]
_Rules = Annotated[
    list[str], typer.Option("--rules", metavar="DIR", help="A directory of further rules.")
]
_Severity = Annotated[
    str | None,
    typer.Option("--severity", metavar="error|warning|info", help="The lowest severity taken in."),
]


def register(app: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
    group.command("write", help="Write all that is found now into the baseline.")(write_baseline)
    group.command("check", help="Fail where the baseline lists what is no longer found.")(check)
    group.command("prune", help="Take what is no longer found out of the baseline.")(prune)
    app.add_typer(group, name="baseline", help="Findings that are known: write, check, prune.")


def write_baseline(
    *,
    paths: _Paths = None,
    file: _File = None,
    config: _Configuration = None,
    rules: _Rules = [],  # noqa: B006 - typer copies defaults
    severity: _Severity = None,
) -> int:
    """Write the file anew; nothing is written where something could not be judged."""
    from advisor.known import home, paths_from
    from advisor.rules import baseline

    settings = _settings(paths, file, config, rules, severity)
    report = _report(paths, replace(settings, baseline=None))
    if _complained(report):
        return FAILED
    base = Path(report.base or Path.cwd())
    start = home(base)
    target = settings.baseline or start / baseline.FILE_NAME
    before = baseline.read(target) if target.exists() else baseline.Baseline()
    root = os.path.relpath(start, os.path.realpath(target.parent)).replace(os.sep, "/")
    made = baseline.of_findings(report.findings, root=root, path_of=paths_from(start, base))
    _write(target, made)
    new, gone = len(made.without(before).entries), len(before.without(made).entries)
    known = counted(len(made.entries), "finding")
    write(f"{_here(target)}: {known}, {new:,} of them new, {gone:,} gone\n")
    if settings.file is None or settings.baseline is None:
        complain(f'note: it counts with --baseline, or with baseline = "{target.name}" configured')
    return OK


def check(
    *,
    paths: _Paths = None,
    file: _File = None,
    config: _Configuration = None,
    rules: _Rules = [],  # noqa: B006 - typer copies defaults
) -> int:
    """List entries that no finding accounts for, and fail where there are any."""
    found = _gone(paths, file, config, rules)
    if found is None:
        return FAILED
    target, known, gone = found
    for entry in gone.entries.values():
        place = entry.get("resource") or entry.get("pointer") or ""
        write(f"{safe(entry.get('path', ''))}: {safe(entry.get('rule', ''))} {safe(place)}\n")
    total = counted(len(known.entries), "finding")
    write(f"{_here(target)}: {total}, {len(gone.entries):,} of them gone\n")
    return FOUND if gone.entries else OK


def prune(
    *,
    paths: _Paths = None,
    file: _File = None,
    config: _Configuration = None,
    rules: _Rules = [],  # noqa: B006 - typer copies defaults
) -> int:
    """Take out entries that no finding accounts for; nothing is ever added."""
    found = _gone(paths, file, config, rules)
    if found is None:
        return FAILED
    target, known, gone = found
    left = known.without(gone)
    if gone.entries:
        _write(target, left)
    total = counted(len(left.entries), "finding")
    write(f"{_here(target)}: {total}, {len(gone.entries):,} taken out\n")
    return OK


def _settings(
    paths: list[str] | None,
    file: str | None,
    config: str | None,
    rules: list[str],
    severity: str | None = None,
) -> Config:
    if severity not in {None, "error", "warning", "info"}:
        raise ConfigError(f"'{severity}' is no value of '--severity': error, warning, info")
    options = Options(
        paths=tuple(paths or ["."]), baseline=file, config=config, rules=tuple(rules),
        severity=severity,
    )  # fmt: skip
    return config_for(options)


def _report(paths: list[str] | None, config: Config) -> Report:
    from advisor.analysis import analyze

    return analyze(paths or ["."], config)


def _gone(
    paths: list[str] | None, file: str | None, config: str | None, rules: list[str]
) -> tuple[Path, Baseline, Baseline] | None:
    """Return the file, what it lists, and what of that is gone; None where that cannot be said."""
    from advisor.known import home
    from advisor.rules import baseline
    from advisor.templates.discovery import find_root

    settings = _settings(paths, file, config, rules)
    start = Path(os.path.realpath((paths or ["."])[0]))
    target = settings.baseline or home(find_root(start)) / baseline.FILE_NAME
    known = baseline.read(target)
    report = _report(paths, replace(settings, baseline=target))
    if _complained(report):
        return None
    root = Path(os.path.realpath(target.parent / known.root))
    looked_at = [Path(os.path.realpath(path)) for path in paths or ["."]]
    gone = known.gone(report.baselined)

    def is_judged(path: str) -> bool:
        place = root / path
        return not place.exists() or any(place.is_relative_to(each) for each in looked_at)

    entries = {k: v for k, v in gone.entries.items() if is_judged(v.get("path", ""))}
    return target, known, replace(gone, entries=entries)


def _complained(report: Report) -> bool:
    for error in report.errors:
        complain(f"error: {error}")
    return bool(report.errors)


def _write(file: Path, made: Baseline) -> None:
    try:
        file.write_text(made.to_text(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror or 'cannot be written'}") from error


def _here(file: Path) -> str:
    """Return a file as a reader can use it: from here where that is not far."""
    way = os.path.relpath(file) if file.drive == Path.cwd().drive else str(file)
    return way if len(way) <= len(str(file)) else str(file)
