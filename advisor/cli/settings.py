"""What was typed, as settings of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.config import load
from advisor.errors import ConfigError
from advisor.records import replace
from advisor.rules.finding import Confidence, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from advisor.cli.options import Options
    from advisor.config import Config

STDIN = "-"


def config_for(options: Options) -> Config:
    """Return the configuration that counts for the paths, with the options on top of it.

    Raises ConfigError for a value that cannot be used.
    """
    overrides: dict[str, object] = {
        "select": options.select or None,
        "extend_select": options.extend_select or None,
        "ignore": options.ignore or None,
        "exclude": options.exclude or None,
        "severity": Severity[options.severity.upper()] if options.severity else None,
        "confidence": Confidence[options.confidence.upper()] if options.confidence else None,
        "parameters": _parameters(options.parameter, options.parameter_file) or None,
        "samconfig_env": options.samconfig_env,
        "rule_directories": tuple(Path(each) for each in options.rules) or None,
        "rule_packages": options.rule_package or None,
        "baseline": Path(os.path.abspath(options.baseline)) if options.baseline else None,  # noqa: PTH100 - a link stays where it stands
        "cfn_lint": True if options.cfn_lint else None,
        "since": options.since,
        "jobs": _jobs(options.jobs) if options.jobs else None,
        "ignores": False if options.no_ignores else None,
        "today": _date(options.today) if options.today else None,
        "isolated": True if options.isolated else None,
    }
    never = options.fail_on == "never"
    if options.fail_on and not never:
        overrides["fail_on"] = Severity[options.fail_on.upper()]
    if options.isolated and options.config:
        raise ConfigError("'--config' and '--isolated' exclude each other")
    file = Path(options.config) if options.config else None
    config = load(_start(options), overrides, file=file)
    if never:
        origins = {**config.origins, "fail-on": "command line"}
        return replace(config, fail_on=None, origins=origins)
    return config


def _jobs(text: str) -> int:
    """Return a number of processes, that of the cores for zero."""
    if not text.isascii() or not text.isdigit() or len(text) > 4:  # thousands help nobody
        raise ConfigError(f"'{text}' is no number of processes for '--jobs': 0, 1, 2 …")
    return int(text) or os.cpu_count() or 1


def _start(options: Options) -> Path:
    """Return where to look for a configuration: what all paths have in common."""
    named = [path for path in options.paths if path != STDIN]
    if options.stdin_filename and STDIN in options.paths:
        named.append(options.stdin_filename)
    if not named:
        return Path.cwd()
    try:
        common = Path(os.path.commonpath([os.path.abspath(path) for path in named]))  # noqa: PTH100 - a link is looked for where it stands
    except ValueError:  # different drives
        return Path.cwd()
    return common if common.exists() else common.parent


def _parameters(given: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    values: dict[str, str] = {}
    for file in files:
        from advisor.templates.parameters import read_file

        values.update(read_file(Path(file)))
    for each in given:
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise ConfigError(f"'{each}' is no value of '--parameter': KEY=VALUE")
        values[name] = value
    return values


def _date(text: str) -> date:
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"'{text}' is no value of '--today': YYYY-MM-DD") from None
