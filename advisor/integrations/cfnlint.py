"""Our rules inside cfn-lint: `cfn-lint template.yaml -a advisor.integrations.cfnlint`.

Each rule becomes one of cfn-lint's, called by the letter of its severity and its id: `WQUE001`,
`EQUE010`, `IOBS003`. So `-i WQUE001`, `-i WQUE`, `-c I` and `ignore_checks` in a template's
Metadata work as for cfn-lint's own, and so do our suppressions and our configuration.

A template is judged once, by its file; where there is none, as in some editors, by the data that
cfn-lint has read. Works with cfn-lint before and after 1.54, which ceased to expand SAM.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cfnlint.rules import CloudFormationLintRule, RuleMatch

from advisor.errors import AdviseError
from advisor.records import replace
from advisor.rules.finding import Severity
from advisor.rules.registry import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cfnlint.template import Template

    from advisor.documents.location import Location
    from advisor.report import Report
    from advisor.rules.finding import Finding
    from advisor.rules.rule import Rule

TROUBLE = "EADV000"
"""The id under which a template that cannot be judged is reported."""

_HOME = "https://pypi.org/project/serverless-advisor/"
_Judged = tuple[object, "Report | None", str]
_last: list[_Judged] = []
"""What was judged last, so that all rules share one run."""


class _OurRule(CloudFormationLintRule):  # type: ignore[misc]  # cfn-lint has no types
    """One rule of ours, as cfn-lint wants it."""

    rule: Rule | None = None
    """None for what cannot be judged at all."""
    least = Severity.INFO

    def match(self, cfn: Template) -> list[RuleMatch]:
        """Return what the rule finds in a template."""
        return list(self._matches(cfn))

    def _matches(self, cfn: Template) -> Iterator[RuleMatch]:
        path, report, trouble = _judged(cfn)
        if self.rule is None:
            if trouble:
                yield RuleMatch([], f"advise: {trouble}")
            return
        for finding in report.findings if report else ():
            # Advice of a rule that mostly warns would be shown as a warning.
            if finding.rule.id == self.rule.id and finding.severity >= self.least:
                yield _match(finding, path)


def _judged(cfn: Template) -> tuple[str, Report | None, str]:
    """Return the path of a template in its report, the report, and why there is none."""
    from advisor.analysis import analyze
    from advisor.config import load as configured

    key = (cfn.filename, id(cfn))
    if not _last or _last[0][0] != key:
        report, trouble = None, ""
        name = cfn.filename or ""
        # Advice is left to cfn-lint to show; and it is not to be run again from here.
        try:
            file = Path(name) if name and Path(name).is_file() else None
            if file is not None:
                config = replace(configured(file), cfn_lint=False, severity=Severity.INFO)
                report = analyze([file], config)
            else:
                file = Path(name or "template.json").with_suffix(".json")
                text = json.dumps(cfn.template, default=str)
                config = replace(configured(), cfn_lint=False, severity=Severity.INFO)
                report = analyze([file], config, texts={file: text})
            trouble = "; ".join(str(error) for error in report.errors)
        except AdviseError as error:
            trouble = str(error)
        _last[:] = [(key, report, trouble)]
    _, report, trouble = _last[0]
    given = report.files[0].path if report and report.files else ""
    return given, report, trouble


def _match(finding: Finding, path: str) -> RuleMatch:
    place = _place(finding, path)
    message = f"{finding.message} ({finding.rule.name})"
    if place is None:
        return RuleMatch(["Resources"], message)
    start, end = place.span.start, place.span.end
    pointer = list(place.pointer)
    if not _has_lines(path):
        return RuleMatch(pointer, message)
    # cfn-lint counts from zero here and from one when it prints.
    location = (start.line - 1, start.column - 1, end.line - 1, end.column - 1)
    return RuleMatch(pointer, message, location=location)


def _place(finding: Finding, path: str) -> Location | None:
    """Return where the template itself has to do with a finding: it may stand in code."""
    places = (finding.location, *finding.related)
    return next((each for each in places if each.path == path), None)


def _has_lines(path: str) -> bool:
    """Tell whether places are those of the user's file, not of our copy of the data."""
    report = _last[0][1] if _last else None
    return report is not None and Path(report.base, path).is_file()


def _class_of(rule: Rule | None) -> type[_OurRule]:
    if rule is None:
        about = {
            "id": TROUBLE,
            "shortdesc": "The template cannot be judged",
            "description": "A file or the configuration of advise cannot be read",
            "source_url": _HOME,
            "tags": ["advise"],
        }
    else:
        about = {
            "id": f"{rule.severity.word[0].upper()}{rule.id}",
            "shortdesc": rule.summary,
            "description": " ".join(rule.rationale.split()),
            "source_url": rule.references[0],
            "tags": ["advise", rule.pillar.value, rule.name],
        }
    words = (rule.name if rule else "trouble").split("-")
    name = "Advise" + "".join(word.title() for word in words)
    least = min(rule.severity, Severity.WARNING) if rule else Severity.INFO
    body = {**about, "rule": rule, "least": least, "__doc__": about["shortdesc"]}
    return type(name, (_OurRule,), body)


def _add_classes() -> None:
    """Give this module a class for each rule: cfn-lint makes rules of the classes that it finds."""
    module = sys.modules[__name__]
    for rule in (None, *load().rules):
        made = _class_of(rule)
        made.__module__ = __name__
        setattr(module, made.__name__, made)


_add_classes()
