"""JUnit XML as GitLab, CodeBuild, Jenkins and Azure read it: one case a finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from advisor.reporters.concise import line_of
from advisor.reporters.json import TOOL
from advisor.reporters.look import Look
from advisor.reporters.words import condition_words
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.rules.finding import Finding

_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML 1.0 document may hold."""


def render(report: Report, *, look: Look) -> str:
    """Return one suite a file; a file without findings is one passing case."""
    names: dict[tuple[str, str], int] = {}
    suites: dict[str, ET.Element] = {}

    def case(path: str, name: str) -> ET.Element:
        shown = look.path(path)
        if shown not in suites:
            suites[shown] = ET.Element("testsuite", name=_plain(shown or TOOL))
        # A name that comes twice is dropped by GitLab.
        count = names[shown, name] = names.get((shown, name), 0) + 1
        unique = name if count == 1 else f"{name} #{count}"
        attributes = {"name": _plain(unique), "classname": _plain(shown or TOOL), "time": "0"}
        if shown:
            attributes["file"] = _plain(shown)
        return ET.SubElement(suites[shown], "testcase", attributes)

    for finding in report.findings:
        element = case(finding.location.path, _name(finding, look=look))
        if finding.severity is Severity.INFO:
            ET.SubElement(element, "system-out").text = _plain(_text(finding, look=look))
            continue
        failure = ET.SubElement(
            element, "failure", message=_plain(finding.message), type=finding.severity.word
        )
        failure.text = _plain(_text(finding, look=look))
    for each in report.suppressed:
        element = case(each.finding.location.path, _name(each.finding, look=look))
        ET.SubElement(element, "skipped", message=_plain(each.reason))
    for error in report.errors:
        element = case(error.path, "can be read and judged")
        ET.SubElement(element, "error", message=_plain(error.message), type="error").text = _plain(
            str(error)
        )
    for file in report.files:
        if look.path(file.path) not in suites:
            case(file.path, "no findings")
    return _document(list(suites.values()))


def _document(suites: list[ET.Element]) -> str:
    root = ET.Element("testsuites", name=TOOL)
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        counts = {
            "tests": len(suite),
            "failures": len(suite.findall("testcase/failure")),
            "errors": len(suite.findall("testcase/error")),
            "skipped": len(suite.findall("testcase/skipped")),
        }
        for key, value in counts.items():
            suite.set(key, str(value))
            totals[key] += value
        suite.set("time", "0")
        root.append(suite)
    for key, value in totals.items():
        root.set(key, str(value))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _name(finding: Finding, *, look: Look) -> str:
    subject = finding.location.resource or "/".join(map(str, finding.location.pointer)) or "file"
    place = f"{look.path(finding.location.path)}:{finding.location.span.start.line}"
    return f"{finding.rule.id} {finding.rule.name}: {subject} ({place})"


def _text(finding: Finding, *, look: Look) -> str:
    lines = [line_of(finding, look=Look(base=look.base, start=look.start))]
    for place in finding.related:
        start = place.span.start
        lines.append(f"{look.path(place.path)}:{start.line}:{start.column}: {place.label}")
    if finding.when:
        lines.append(f"when: {condition_words(finding)}")
    lines += [f"why: {finding.why}", f"fix: {finding.remediation}"]
    return "\n".join(lines)


def _plain(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
