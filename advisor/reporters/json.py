"""JSON, version 1: the whole report for machines, described by data/report.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.documents.location import format_pointer
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.documents.document import Data
    from advisor.documents.location import Location, Position
    from advisor.fixes.documents import Documents
    from advisor.report import Report
    from advisor.rules.finding import Finding, Fix

VERSION = 1
TOOL = "advise"


def render(report: Report) -> str:
    """Return the report as one JSON object, in ASCII, ended by a line feed."""
    return json.dumps(report_data(report), indent=2) + "\n"


def render_lines(report: Report) -> str:
    """Return one JSON object a line, one line a finding; nothing where there is none."""
    documents = _documents(report)
    return "".join(f"{json.dumps(finding_data(each, documents))}\n" for each in report.findings)


def report_data(report: Report) -> Mapping[str, Data]:
    """Return the report as plain data."""
    documents = _documents(report)
    return {
        "version": VERSION,
        "tool": {
            "name": TOOL,
            "version": report.version,
            "data_date": report.data_date.isoformat(),
        },
        "files": [
            {"path": file.path, "kind": file.kind.value, "resources": file.resources}
            for file in report.files
        ],
        "findings": [finding_data(finding, documents) for finding in report.findings],
        "errors": [
            {
                "path": error.path,
                "line": error.line or None,
                "column": error.column or None,
                "message": error.message,
            }
            for error in report.errors
        ],
        "suppressed": [
            {
                "finding": finding_data(each.finding, documents),
                "reason": each.reason,
                "location": location_data(each.at) if each.at else None,
                "until": each.until.isoformat() if each.until else None,
            }
            for each in report.suppressed
        ],
        "summary": _summary(report),
    }


def _documents(report: Report) -> Documents | None:
    findings = (*report.findings, *(each.finding for each in report.suppressed))
    if not any(each.fix for each in findings):
        return None
    from advisor.fixes.documents import Documents

    return Documents(report)


def finding_data(finding: Finding, documents: Documents | None = None) -> dict[str, Data]:
    """Return one finding as plain data; its fix in terms of the documents' texts."""
    data: dict[str, Data] = {
        "rule": {"id": finding.rule.id, "name": finding.rule.name},
        "severity": finding.severity.word,
        "confidence": finding.confidence.word,
        "message": finding.message,
        "resource": finding.location.resource,
        "location": location_data(finding.location),
        "related": [{**location_data(each), "resource": each.resource} for each in finding.related],
        "resources": list(finding.resources),
        "when": dict(finding.when),
        "evidence": finding.evidence.word if finding.evidence else None,
        "why": finding.why,
        "remediation": finding.remediation,
        "fix": _fix(finding.fix, documents) if finding.fix and documents else None,
        "pillar": finding.rule.pillar.value,
        "fingerprint": finding.fingerprint,
    }
    if finding.context:
        data["context"] = list(finding.context)
    return data


def location_data(location: Location) -> dict[str, Data]:
    """Return a place as plain data; lines and columns from one, the end exclusive."""
    data: dict[str, Data] = {
        "path": location.path,
        "pointer": format_pointer(location.pointer),
        "start": _position(location.span.start),
        "end": _position(location.span.end),
        "label": location.label,
    }
    if location.construct:
        data["construct"] = location.construct
    return data


def _position(position: Position) -> Data:
    return {"line": position.line, "column": position.column}


def _fix(fix: Fix, documents: Documents) -> Data:
    """Return a fix as edits of the texts; null where it cannot be made as the texts are."""
    from advisor.fixes.plan import written

    made = written(fix, documents)
    if made.refused:
        return None
    return {
        "title": fix.title,
        "safe": not made.unsafe,
        "edits": [
            {
                "path": edit.path,
                "start": _position(edit.span.start),
                "end": _position(edit.span.end),
                "text": edit.text,
            }
            for edit in made.edits
        ],
    }


def _summary(report: Report) -> dict[str, Data]:
    from advisor.reporters.summary import summary_data

    return {
        "error": report.count(Severity.ERROR),
        "warning": report.count(Severity.WARNING),
        "info": report.count(Severity.INFO),
        "hidden": {"info": report.hidden_info, "low_confidence": report.hidden_unsure},
        "suppressed": len(report.suppressed),
        "baselined": len(report.baselined),
        "not_judged": [
            {
                "rule": {"id": each.rule.id, "name": each.rule.name},
                "resource": each.location.resource,
                "location": location_data(each.location),
                "because": each.because,
            }
            for each in report.not_judged
        ],
        "files": len(report.files),
        "skipped": len(report.skipped),
        "rules": report.rules_run,
        "today": report.today.isoformat(),
        "notes": list(report.notes),
        **(summary_data(report) if report.judged else {}),
    }
