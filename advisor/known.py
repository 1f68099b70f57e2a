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
    from advisor.rules.baseline import Baseline
    from advisor.rules.registry import Registry


@record(frozen=True)
class Before:
    """The findings that are no news, and how they count their paths."""

    baseline: Baseline | None = None
    path_of: Callable[[str], str] = str
    """Returns a path of the report as fingerprints count it."""


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
    said: Path | None = None
    if config.baseline is not None:
        from advisor.rules import baseline

        known = baseline.read(config.baseline)
        said = config.baseline.parent / known.root
    base = inputs[0].files.base
    start = home(base, said=said)
    if config.since:
        progress(f"reading {config.since}")
        old = _at_revision([Path(path) for path in paths], config, start, registry)
        known = known.united(old) if known else old
    return Before(known, paths_from(start, base))


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


def _at_revision(
    paths: Sequence[Path], config: Config, start: Path, registry: Registry | None
) -> Baseline:
    """Return the findings that the tree of a revision has, with the rules of today."""
    from advisor.analysis import analyze
    from advisor.revisions import laid_out
    from advisor.rules.baseline import Baseline, of_findings

    then = replace(config, since="", baseline=None)
    with laid_out(config.since, paths, start) as there:
        if not there:
            return Baseline()
        report = analyze(there, then, registry=registry)
        # What a suppression hid then is news once the suppression is gone.
        return of_findings((*report.findings, *report.hidden))
