"""SARIF 2.1.0 as GitHub code scanning reads it, and as viewers in editors do.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html and
https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

from advisor.documents.location import format_pointer
from advisor.reporters.excerpt import Sources
from advisor.reporters.json import TOOL
from advisor.reporters.line_hash import line_hashes
from advisor.reporters.rule_pages import markdown, sentence
from advisor.reporters.words import condition_words
from advisor.rules.finding import Pillar, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.report import Report, Suppressed
    from advisor.reporters.look import Look
    from advisor.rules.finding import Finding
    from advisor.rules.rule import Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
INFORMATION = "https://pypi.org/project/serverless-advisor/"
_ROOT = "%SRCROOT%"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
_SCORES = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.INFO: "2.0"}
"""GitHub calls 7.0 and more high, 4.0 and more medium, the rest low."""
_LONGEST_TEXT = 1024
_MOST_RELATED = 100
_MOST_RESULTS = 25_000


def render(report: Report, *, look: Look) -> str:
    """Return one run with all findings, those that are suppressed marked as such."""
    findings = list(_merged(report.findings))[:_MOST_RESULTS]
    rules = {each.rule.id: each.rule for each in findings}
    rules |= {each.finding.rule.id: each.finding.rule for each in report.suppressed}
    ordered = [rules[id_] for id_ in sorted(rules)]
    writer = _Writer(report, look, {rule.id: index for index, rule in enumerate(ordered)})
    results = [writer.result(finding) for finding in findings]
    results += [writer.suppressed(each) for each in report.suppressed]
    run: dict[str, Data] = {
        "tool": {
            "driver": {
                "name": TOOL,
                "semanticVersion": report.version,
                "version": report.version,
                "informationUri": INFORMATION,
                "rules": [_rule(rule) for rule in ordered],
            }
        },
        "automationDetails": {"id": f"{TOOL}/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report, writer)],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _merged(findings: Iterable[Finding]) -> Iterable[Finding]:
    """Return the findings without those that GitHub would take for one alert: same rule and line.

    A difference in the message keeps both; only true repetitions are dropped.
    """
    seen: set[tuple[object, ...]] = set()
    for finding in findings:
        start = finding.location.span.start
        key = (finding.rule.id, finding.location.path, start.line, finding.message)
        if key not in seen:
            seen.add(key)
            yield finding


def _rule(rule: Rule) -> Data:
    security = rule.pillar is Pillar.SECURITY
    properties: dict[str, Data] = {
        "tags": [rule.pillar.value, "serverless"],
        "precision": rule.confidence.word,
    }
    if security:
        properties["security-severity"] = _SCORES[rule.severity]
    else:
        properties["problem.severity"] = _PROBLEMS[rule.severity]
    summary = _escaped(sentence(rule.summary))
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": summary[:_LONGEST_TEXT]},
        "fullDescription": {"text": _escaped(" ".join(rule.rationale.split()))[:_LONGEST_TEXT]},
        "help": {
            "text": _escaped(f"{rule.rationale}\n\n{rule.remediation}"),
            "markdown": _braces(markdown(rule)),
        },
        "helpUri": rule.references[0],
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _invocation(report: Report, writer: _Writer) -> Data:
    if not report.errors:
        return {"executionSuccessful": True}
    notifications: list[Data] = []
    for error in report.errors:
        notification: dict[str, Data] = {
            "level": "error",
            "message": {"text": _escaped(error.message)},
        }
        if error.path and not error.path.startswith("/"):
            physical: dict[str, Data] = {"artifactLocation": writer.artifact(error.path)}
            if error.line:
                physical["region"] = {"startLine": error.line, "startColumn": error.column or 1}
            notification["locations"] = [{"physicalLocation": physical}]
        notifications.append(notification)
    return {"executionSuccessful": False, "toolExecutionNotifications": notifications}


class _Writer:
    """Writes the results of one run."""

    def __init__(self, report: Report, look: Look, indexes: dict[str, int]) -> None:
        self._look = look
        self._sources = Sources(report.sources)
        self._texts = report.sources
        self._indexes = indexes
        self._hashes: dict[str, list[str]] = {}

    def result(self, finding: Finding) -> Data:
        """Return one finding."""
        return self._result(finding)

    def suppressed(self, each: Suppressed) -> Data:
        """Return one suppressed finding."""
        result = self._result(each.finding)
        suppression: dict[str, Data] = {"kind": "inSource", "justification": each.reason}
        if each.at is not None:
            suppression["location"] = self._location(each.at)
        result["suppressions"] = [suppression]
        return result

    def _result(self, finding: Finding) -> dict[str, Data]:
        related = list(dict.fromkeys(finding.related))[:_MOST_RELATED]
        result: dict[str, Data] = {
            "ruleId": finding.rule.id,
            "ruleIndex": self._indexes[finding.rule.id],
            "level": _LEVELS[finding.severity],
            "kind": "fail",
            "message": {"text": _message(finding, related)},
            "locations": [self._location(finding.location)],
            "partialFingerprints": self._fingerprints(finding),
            "properties": {
                "confidence": finding.confidence.word,
                "pillar": finding.rule.pillar.value,
            },
        }
        if related:
            result["relatedLocations"] = [
                {"id": number, **self._location(place)}
                for number, place in enumerate(related, start=1)
            ]
        if len(finding.about) > 1 and related:
            steps: list[Data] = [
                {"location": self._location(each)} for each in (finding.location, *related)
            ]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        return result

    def _fingerprints(self, finding: Finding) -> dict[str, Data]:
        found: dict[str, Data] = {}
        path = finding.location.path
        if path in self._texts:
            if path not in self._hashes:
                self._hashes[path] = line_hashes(self._texts[path])
            line = finding.location.span.start.line
            if line <= len(self._hashes[path]):
                found["primaryLocationLineHash"] = self._hashes[path][line - 1]
        if finding.fingerprint:
            found[f"{TOOL}/v1"] = finding.fingerprint
        return found

    def artifact(self, path: str) -> Data:
        """Return where a file is, from the root of the repository."""
        return {"uri": quote(self._look.path(path)), "uriBaseId": _ROOT}

    def _location(self, place: Location) -> dict[str, Data]:
        start, end = place.span.start, place.span.end
        source = self._sources.line(place.path, start.line)
        # An alert is shown in a pull request only if all its lines are in the diff: one line.
        last = end.column if end.line == start.line else len(source or "") + 1
        region: dict[str, Data] = {
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": start.line,
            "endColumn": max(last, start.column),
        }
        physical: dict[str, Data] = {
            "artifactLocation": self.artifact(place.path),
            "region": region,
        }
        if source is not None:
            region["snippet"] = {"text": source[start.column - 1 : last - 1]}
            around = range(max(1, start.line - 1), start.line + 2)
            lines = {n: self._sources.line(place.path, n) for n in around}
            known = {n: text for n, text in lines.items() if text is not None}
            physical["contextRegion"] = {
                "startLine": min(known),
                "endLine": max(known),
                "snippet": {"text": "\n".join(known.values())},
            }
        location: dict[str, Data] = {"physicalLocation": physical}
        if place.pointer or place.resource:
            location["logicalLocations"] = [
                {
                    "name": place.resource or str(place.pointer[-1]),
                    "fullyQualifiedName": format_pointer(place.pointer) or place.resource or "",
                    "kind": "resource" if place.resource else "element",
                }
            ]
        if place.label:
            location["message"] = {"text": _escaped(place.label)}
        return location


def _message(finding: Finding, related: list[Location]) -> str:
    """Return the finding as sentences, the first one for itself, with links to related places."""
    condition = condition_words(finding)
    when = f" when {condition}" if condition else ""
    sentences = [f"{_escaped(_capital(finding.message) + when)}."]
    if finding.why:
        sentences.append(f"{_escaped(_capital(' '.join(finding.why.split())))}.")
    links = [
        f"[{_escaped(place.label or place.resource or place.path)}]({number})"
        for number, place in enumerate(related, start=1)
    ]
    if links:
        sentences.append(f"See {', '.join(links)}.")
    return " ".join(sentences)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _escaped(text: str) -> str:
    """Return text in which nothing is a link (3.11.6) or a placeholder (3.11.5)."""
    for character in "\\[]":
        text = text.replace(character, f"\\{character}")
    return _braces(text)


def _braces(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
