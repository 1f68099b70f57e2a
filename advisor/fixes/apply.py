"""Fixes what can be fixed, in rounds: judge, edit, judge again, until nothing is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.analysis import analyze
from advisor.fixes.documents import Documents
from advisor.fixes.plan import Refusal, plan
from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from advisor.config import Config
    from advisor.report import Report
    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry

MOST_ROUNDS = 10
"""A fix may make room for another; what goes on longer than this goes round in circles."""


@record(frozen=True)
class ChangedFile:
    """A file that fixes change; texts are without a byte order mark."""

    path: str
    file: Path | None
    """None for what stands nowhere, such as standard input."""
    before: str
    after: str


@record()
class FixResult:
    """What fixing leads to; nothing is written yet."""

    report: Report
    """What is still to be said once the fixes are made."""
    changed: list[ChangedFile] = field(default_factory=list)
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    unsafe: list[Refusal] = field(default_factory=list)
    """Fixes that were left out because they are not safe."""
    rounds: int = 0


def fix_all(
    paths: Sequence[str | Path],
    config: Config,
    *,
    unsafe: bool = False,
    texts: Mapping[Path, str] | None = None,
    forced: bool = False,
    registry: Registry | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> FixResult:
    """Make all fixes of what paths name, in memory. Raises what `analyze` raises."""
    current = dict(texts or {})
    originals: dict[str, ChangedFile] = {}
    seen: set[str] = set()

    def judged() -> Report:
        return analyze(
            paths, config, texts=current, forced=forced, registry=registry, progress=progress
        )

    result = FixResult(judged())
    while result.rounds < MOST_ROUNDS:
        documents = Documents(result.report, current)
        fixable = [each for each in result.report.findings if each.fix is not None]
        tried = [each for each in fixable if _key(each) not in seen]
        made = plan(tried, documents, unsafe=unsafe)
        result.refused = made.refused + [
            Refusal(finding, "it is made and the finding is still there")
            for finding in fixable
            if _key(finding) in seen
        ]
        result.unsafe = made.unsafe
        if not made.texts:
            result.refused += [Refusal(f, "it contradicts another fix") for f in made.waiting]
            break
        result.rounds += 1
        result.applied += made.applied
        seen.update(map(_key, made.applied))
        for path, text in made.texts.items():
            file = documents.file(path)
            document = documents.get(path)
            before = document.text if document is not None else ""
            first = originals.get(path) or ChangedFile(path, file, before, text)
            originals[path] = ChangedFile(path, first.file, first.before, text)
            if file is not None:
                current[file] = text
        result.report = judged()
    result.changed = [each for each in originals.values() if each.before != each.after]
    result.changed.sort(key=lambda each: each.path)
    return result


def _key(finding: Finding) -> str:
    """Return what makes a fix the same one in the next round, wherever its text moves to."""
    made = finding.fix.changes if finding.fix else ()
    changes = [(each.path, each.pointer, each.inside, each.remove, each.value) for each in made]
    return repr((finding.fingerprint, finding.message, changes))
