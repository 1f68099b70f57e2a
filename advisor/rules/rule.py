"""The form of a rule: one typed value with everything a person wants to know, and one function."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from advisor.records import field, record
from advisor.rules.finding import Finding, NotJudged

if TYPE_CHECKING:
    from pathlib import Path
    from types import MemberDescriptorType

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.edges import Evidence
    from advisor.architecture.nodes import Node
    from advisor.documents.location import Location
    from advisor.rules.finding import Confidence, Fix, Pillar, Severity

Example = str | Mapping[str, str]
"""A template, or several files by name (a state machine or source code beside the template)."""

Check = Callable[["Architecture"], Iterable[Finding | NotJudged]]

FAMILIES = {
    "FUN": "functions",
    "QUE": "queues, dead-letter sinks and event source mappings",
    "STR": "streams",
    "EVT": "topics, buses, schedules, pipes and notifications",
    "API": "APIs and synchronous callers",
    "WFL": "state machines",
    "ARC": "the shape of the architecture",
    "NET": "VPCs and subnets",
    "DAT": "databases and caches",
    "PKG": "packages and code",
    "EDG": "Lambda@Edge and CloudFront",
    "SEC": "permissions and secrets",
    "OBS": "logs, traces and alarms",
    "CST": "cost",
    "DOC": "what is written twice or cannot be read as meant",
    "SUP": "suppressions",
}

_ID = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@record(eq=False)
class Rule:
    """One rule of the catalogue, or of a user's own directory.

    Raises ValueError when a blank is missing or malformed: no example, no rule.
    """

    id: str
    name: str
    pillar: Pillar
    severity: Severity
    confidence: Confidence
    applies_to: type[Node] | tuple[type[Node], ...]
    """What it judges: "rules met of those that apply" is counted from this."""
    summary: str
    """One line: the fault as a fact, lower-case start, no full stop."""
    rationale: str
    remediation: str
    when_to_ignore: str
    bad: Example
    good: Example
    references: tuple[str, ...]
    since: str = "0.1"
    preview: bool = False
    aliases: tuple[str, ...] = ()
    """Former names, which go on working."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Names of settings with their defaults; read with `architecture.option(rule, name)`."""
    aggregate: str = ""
    """For advice: the message of one finding per template, with {count} and {names}."""
    supersedes: tuple[str, ...] = ()
    """Names of weaker rules that stay silent about what this one has spoken of."""
    reads_code: bool = False
    """Whether it says nothing of a function whose code is not read: that one is not judged."""
    bad_marks: tuple[tuple[int, str], ...] = ()
    """For JSON and block scalars, where a mark cannot stand: (line of `bad`, words)."""
    file: Path | None = field(default=None, repr=False)
    """Where it was loaded from; filled in by the registry."""
    _check: Check | None = field(default=None, repr=False)
    _later: Callable[[Rule], Rule] | None = field(init=False, default=None, repr=False)
    """Returns the rule as its file says it, where only an index of it is known so far."""
    _plain: dict[str, object] = field(init=False, repr=False, default_factory=dict)
    """Texts that were asked for, without the indentation of the file they stand in."""

    def __post_init__(self) -> None:
        """Refuse a rule with a blank left open."""
        if not _ID.fullmatch(self.id):
            raise ValueError(f"id '{self.id}' is not three capitals and three digits")
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name '{self.name}' is not kebab-case")
        # Read as written: taking off the indentation can wait.
        for blank in ("summary", "rationale", "remediation", "when_to_ignore", "bad", "good"):
            written = type(self).__dict__[blank]
            if not (
                written.raw(self) if isinstance(written, _Unindented) else getattr(self, blank)
            ):
                raise ValueError(f"{blank} is empty")
        if not self.references:
            raise ValueError("references are empty")

    @classmethod
    def deferred(cls, known: Mapping[str, object], load: Callable[[Rule], Rule]) -> Rule:
        """Return a rule of which some blanks are known; `load` is given it for the others."""
        rule = cls.__new__(cls)
        for name, value in {**known, "_later": load, "_plain": {}}.items():
            setattr(rule, name, value)
        return rule

    @property
    def is_deferred(self) -> bool:
        """Whether the file is still to be read: only what the index holds is known."""
        return self._later is not None

    if not TYPE_CHECKING:  # for a type checker, each blank is there

        def __getattr__(self, name: str) -> object:
            """Fill in the blanks of a deferred rule: called where a slot is empty."""
            if name not in type(self).__slots__ or name in {"_later", "_plain"}:
                raise AttributeError(f"a rule has no '{name}'")
            load, self._later = self._later, None
            if load is None:
                raise AttributeError(f"rule {self.id} has no '{name}'")
            full = load(self)
            for each in type(self).__slots__:
                if each not in {"_later", "_plain"}:
                    written = type(self).__dict__[each]
                    raw = written.raw(full) if isinstance(written, _Unindented) else None
                    setattr(self, each, getattr(full, each) if raw is None else raw)
            return getattr(self, name)

    def check(self, function: Check) -> Check:
        """Make `function` the judge of this rule; used as a decorator."""
        self._check = function
        return function

    @property
    def is_complete(self) -> bool:
        """Whether the rule has a check."""
        return self._check is not None

    def run(self, architecture: Architecture) -> Iterable[Finding | NotJudged]:
        """Judge one architecture."""
        if self._check is None:
            raise ValueError(f"rule {self.id} has no check")
        return self._check(architecture)

    def finding(  # noqa: PLR0913  # one blank for everything that a finding says; all named
        self,
        message: str,
        *,
        at: Location,
        why: str,
        remediation: str,
        related: Iterable[Location] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        evidence: Evidence | None = None,
        fix: Fix | None = None,
        about: Iterable[str] = (),
    ) -> Finding:
        """Say that the rule is broken at a place.

        `about` are the logical ids that make up the finding's identity where the resource of
        the place is not enough, such as all hops of a chain.
        """
        ids = tuple(about) or ((at.resource,) if at.resource else ())
        return Finding(
            rule=self,
            message=message,
            location=at,
            why=why,
            remediation=_in_loop(textwrap.dedent(remediation).strip("\n"), at),
            severity=self.severity if severity is None else severity,
            confidence=self.confidence if confidence is None else confidence,
            related=tuple(related),
            evidence=evidence,
            fix=fix,
            about=ids,
        )

    def not_judged(self, subject: Node, *, because: str) -> NotJudged:
        """Say that the files do not tell whether the rule is met, and what is missing."""
        return NotJudged(rule=self, location=subject.at(), because=because)


def _dedented(example: Example) -> Example:
    if isinstance(example, str):
        return textwrap.dedent(example).strip("\n") + "\n"
    return {name: textwrap.dedent(text).strip("\n") + "\n" for name, text in example.items()}


_LOOP = "Fn::ForEach::"


def _in_loop(text: str, place: Location) -> str:
    """Return a remediation with the key of the loop's body for the id of one of its copies."""
    steps = [str(step) for step in place.pointer]
    loop = next((index for index, step in enumerate(steps) if step.startswith(_LOOP)), None)
    if loop is None or place.resource is None:
        return text
    body = [step for step in steps[loop + 1 :] if not step.isdigit() and step[:4] != "Fn::"]
    head = f"# in the body of {steps[loop]}\n{body[0]}:" if body else f"{place.resource}:"
    return re.sub(rf"(?m)^{re.escape(place.resource)}:$", lambda _: head, text, count=1)


class _Unindented:
    """A text of a rule; its indentation is taken off when it is first asked for.

    A run over one template loads every rule and shows the texts of few.
    """

    def __init__(self, name: str, slot: MemberDescriptorType, clean: Callable[..., object]) -> None:
        self._name = name
        self._slot = slot
        self._clean = clean

    def __get__(self, rule: Rule | None, owner: type[Rule]) -> object:
        if rule is None:
            return self
        known = rule._plain  # noqa: SLF001  # a part of the rule that stands outside it
        if self._name not in known:
            known[self._name] = self._clean(self._slot.__get__(rule, owner))
        return known[self._name]

    def raw(self, rule: Rule) -> object:
        """Return the text as it stands in the file."""
        return self._slot.__get__(rule, type(rule))

    def __set__(self, rule: Rule, value: object) -> None:
        self._slot.__set__(rule, value)


def _stripped(text: str) -> str:
    return textwrap.dedent(text).strip()


for _name in ("rationale", "remediation", "when_to_ignore"):
    setattr(Rule, _name, _Unindented(_name, Rule.__dict__[_name], _stripped))
for _name in ("bad", "good"):
    setattr(Rule, _name, _Unindented(_name, Rule.__dict__[_name], _dedented))
