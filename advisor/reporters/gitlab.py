"""The code quality report of GitLab: one JSON list.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from advisor.documents.location import format_pointer
from advisor.reporters.words import condition_words
from advisor.rules.finding import Pillar, Severity

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.report import Report
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "major", Severity.INFO: "minor"}


def render(report: Report, *, look: Look) -> str:
    """Return a list, empty where there is nothing: without one GitLab cannot compare."""
    seen: dict[str, int] = {}
    entries: list[Data] = []
    for finding in report.findings:
        entry = _entry(finding, look=look)
        identity = _identity(finding)
        seen[identity] = seen.get(identity, 0) + 1
        text = f"{identity}\0{seen[identity]}"
        entry["fingerprint"] = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        entries.append(entry)
    for error in report.errors:
        text = f"{error.path}\0{error.message}\0{len(entries)}"
        entries.append(
            {
                "description": error.message,
                "check_name": "error",
                "severity": "blocker",
                "location": {
                    "path": look.path(error.path) or ".",
                    "lines": {"begin": error.line or 1},
                },
                "fingerprint": sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
            }
        )
    return json.dumps(entries, indent=1) + "\n"


def _entry(finding: Finding, *, look: Look) -> dict[str, Data]:
    grave = finding.severity is Severity.ERROR and finding.rule.pillar is Pillar.SECURITY
    condition = f" (when {condition_words(finding)})" if finding.when else ""
    return {
        "description": f"{finding.message}{condition}",
        "check_name": f"{finding.rule.id} {finding.rule.name}",
        "severity": "blocker" if grave else _SEVERITIES[finding.severity],
        "location": {
            "path": look.path(finding.location.path),
            "lines": {"begin": finding.location.span.start.line},
        },
    }


def _identity(finding: Finding) -> str:
    if finding.fingerprint:
        return finding.fingerprint
    pointer = tuple(key for key in finding.location.pointer if isinstance(key, str))
    parts = (finding.location.path, finding.rule.id, *finding.about, format_pointer(pointer))
    return "\0".join(parts)
