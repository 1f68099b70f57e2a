"""What a rule says: a finding, or that it could not judge; and how a fault can be mended."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from advisor.documents.change import Change
from advisor.records import field, record

if TYPE_CHECKING:
    from advisor.architecture.edges import Evidence
    from advisor.documents.location import Location, Span
    from advisor.rules.rule import Rule


class Severity(IntEnum):
    """A promise about the consequence.

    error: AWS rejects it, it can never work, or it certainly loses data or runs away.
    warning: a documented failure mode. info: advice, counted but shown only when asked for.
    """

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The name in lower case, as every output writes it."""
        return self.name.lower()


class Confidence(IntEnum):
    """How sure the files alone make us; `low` is shown only when asked for."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3

    @property
    def word(self) -> str:
        """The name in lower case, as every output writes it."""
        return self.name.lower()


class Pillar(StrEnum):
    """Pillars of the AWS Well-Architected Framework."""

    RELIABILITY = "reliability"
    SECURITY = "security"
    PERFORMANCE = "performance"
    COST = "cost"
    OPERATIONS = "operations"
    SUSTAINABILITY = "sustainability"


@record(frozen=True)
class TextEdit:
    """Other text for a span, where no pointer leads: in comments."""

    path: str
    span: Span
    text: str


@record(frozen=True)
class Fix:
    """A mechanical edit that mends the fault.

    Safe means: the same behaviour but for the stated improvement, no new resource and no
    replacement of a physical resource.
    """

    title: str
    changes: tuple[Change, ...]
    safe: bool = False
    edits: tuple[TextEdit, ...] = ()
    """For comments only; what is data is changed by pointer."""


@record(frozen=True)
class Finding:
    """One fault at one place, with all that a reader needs to act on it."""

    rule: Rule
    message: str
    location: Location
    why: str
    remediation: str
    severity: Severity
    confidence: Confidence
    related: tuple[Location, ...] = ()
    evidence: Evidence | None = None
    """The weakest evidence that the finding rests on; None where no edge is involved."""
    fix: Fix | None = None
    about: tuple[str, ...] = ()
    """Logical ids that make up its identity: the resource of the place, or all hops of a path."""
    resources: tuple[str, ...] = ()
    """The logical ids that an aggregated finding lists; empty for all others."""
    when: tuple[tuple[str, bool], ...] = ()
    """Conditions under which it holds, such as (("IsProd", False),); empty where always."""
    context: tuple[str, ...] = ()
    """What the template's authors noted of the resource: why it is as it is, what must hold."""
    fingerprint: str = field(default="", compare=False)
    """Identity across edits of the file; filled in by the engine."""
    members: tuple[str, ...] = field(default=(), compare=False)
    """The fingerprints that an aggregated finding stands for; empty for all others."""

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Reading order: file, line, column, rule, the longest path first, then the message."""
        start = self.location.span.start
        place = (self.location.path, start.line, start.column)
        return (*place, self.rule.id, -len(self.about), self.message)


@record(frozen=True)
class NotJudged:
    """A rule applies to something and cannot be decided from the files alone."""

    rule: Rule
    location: Location
    because: str


__all__ = [
    "Change",
    "Confidence",
    "Finding",
    "Fix",
    "NotJudged",
    "Pillar",
    "Severity",
    "TextEdit",
]
