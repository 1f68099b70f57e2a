"""What was known before a run: the findings of a baseline, and those of a git revision."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.config import Config
    from advisor.inputs import Inputs
    from advisor.report import Report
    from advisor.rules.baseline import Baseline
    from advisor.rules.registry import Registry


@record(frozen=True)
class Before:
    """The findings that are no news, and how they count their paths."""

    baseline: Baseline | None = None
    path_of: Callable[[str], str] = str
    """Returns a path of the report as fingerprints count it."""
    report: Report | None = None
    """The whole run over the revision compared with; None where there is none."""


def known_before(
    paths: Sequence[str | Path],
    inputs: Sequence[Inputs],
    config: Config,
    *,
    registry: Registry | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Before:
    """Return what a configuration says is known of paths. Raises ConfigError."""
    if not inputs:
        return Before()
    known: Baseline | None = None
    then: Report | None = None
    said: Path | None = None
    if config.baseline is not None:
        from advisor.rules import baseline

        known = baseline.read(config.baseline)
        said = config.baseline.parent / known.root
    base = inputs[0].files.base
    start = home(base, said=said)
    if config.since:
        progress(f"reading {config.since}")
        from advisor.rules.baseline import of_findings

        then = at_revision(paths, config, start, registry=registry)
        # What a suppression hid then is news once the suppression is gone.
        old = of_findings((*then.findings, *then.hidden))
        known = known.united(old) if known else old
    return Before(known, paths_from(start, base), then)


def home(base: Path, *, said: Path | None = None) -> Path:
    """Return the folder that the paths in fingerprints start from, the same in every run.

    It is where a baseline says that its paths start, else the top of the repository, else where
    the paths of the report start.
    """
    if said is not None:
        return Path(os.path.realpath(said))
    return next((each for each in (base, *base.parents) if (each / ".git").exists()), base)


def paths_from(start: Path, base: Path) -> Callable[[str], str]:
    """Return what turns paths from one folder into paths from another."""
    if start == base or start.drive != base.drive:
        return str

    def path_of(path: str) -> str:
        return os.path.relpath(base / path, start).replace(os.sep, "/") if path else path

    return path_of


def at_revision(
    paths: Sequence[str | Path], config: Config, start: Path, *, registry: Registry | None = None
) -> Report:
    """Return the run over the tree of the revision `config.since`, with the rules of today.

    Paths in it count from `start`, as `home` gives it. Raises ConfigError where git cannot tell.
    """
    from advisor.analysis import analyze
    from advisor.revisions import laid_out

    then = replace(config, since="", baseline=None)
    with laid_out(config.since, [Path(path) for path in paths], start) as there:
        return analyze(there, then, registry=registry)
