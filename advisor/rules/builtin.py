"""Rules that the engine itself speaks for: what is wrong with a document or a suppression.

They stand in no rule file because they judge the text, not the architecture; in everything else
they are rules like any other: listed, explained, selected and remapped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes import Node
from advisor.rules.finding import Confidence, Pillar, Severity
from advisor.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.rules.finding import Finding, NotJudged

_SUPPRESSIONS = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html"
_RESOURCE_METADATA = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-metadata.html"
)
_GOOD = """
    Resources:
      Orders:  # advise: ignore[duplicate-key] the second value is the one that is meant
        Type: AWS::SQS::Queue
        Properties:
          DelaySeconds: 5
          DelaySeconds: 5
    """

DUPLICATE_KEY = Rule(
    id="DOC001",
    name="duplicate-key",
    pillar=Pillar.OPERATIONS,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="key stands twice in one mapping, so that the first value is lost",
    rationale="""
        A mapping holds one value for each key. Where a key is repeated the last value wins and
        the first one, often a whole resource, is dropped without a word.
        """,
    remediation="Rename or remove one of the two keys, or merge their values.",
    when_to_ignore="Never: whoever reads the file believes in both values.",
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: 5
              DelaySeconds: 10  # <-- 'DelaySeconds' stands twice
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: 10
        """,
    references=("https://yaml.org/spec/1.2.2/#3213-node-comparison",),
)

SUPPRESSION_WITHOUT_REASON = Rule(
    id="SUP001",
    name="suppression-without-reason",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="suppression gives no reason and has no effect",
    rationale="""
        A finding that is hidden without a reason cannot be reviewed: nobody knows later whether
        it was judged harmless or only silenced.
        """,
    remediation="Write the reason behind the bracket: `# advise: ignore[rule] why it is harmless`.",
    when_to_ignore="Set `require-ignore-reason = false` where reasons are kept elsewhere.",
    bad="""
        Resources:
          Orders:  # advise: ignore[duplicate-key]
            Type: AWS::SQS::Queue
        """,
    bad_marks=((2, "gives no reason"),),
    good=_GOOD,
    references=(_SUPPRESSIONS, _RESOURCE_METADATA),
)

UNUSED_SUPPRESSION = Rule(
    id="SUP002",
    name="unused-suppression",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="suppression hides nothing",
    rationale="""
        The fault that it was written for is gone, or it stands in the wrong place. Left where it
        is, it hides the next fault of the same kind.
        """,
    remediation="Remove the suppression, or move it to the line of the finding.",
    when_to_ignore="While a rule that speaks only in some runs is being adopted.",
    bad="""
        Resources:
          Orders:  # advise: ignore[duplicate-key] no longer so
            Type: AWS::SQS::Queue
        """,
    bad_marks=((2, "'duplicate-key' hides nothing"),),
    good=_GOOD,
    references=(_SUPPRESSIONS, _RESOURCE_METADATA),
)

EXPIRED_SUPPRESSION = Rule(
    id="SUP003",
    name="expired-suppression",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="suppression has passed its date and has no effect",
    rationale="""
        Whoever wrote it agreed to bear the fault until a day that has passed. The finding is
        shown again from the day after.
        """,
    remediation="Mend the fault, or agree on a later date: `until=2030-01-31`.",
    when_to_ignore="Never: a later date says the same and says until when.",
    bad="""
        Resources:
          Orders:  # advise: ignore[duplicate-key] until the move until=2020-01-31
            Type: AWS::SQS::Queue
        """,
    bad_marks=((2, "ended on 2020-01-31"),),
    good=_GOOD,
    references=(_SUPPRESSIONS, _RESOURCE_METADATA),
)

UNKNOWN_SUPPRESSED_RULE = Rule(
    id="SUP004",
    name="suppression-of-unknown-rule",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="suppression names a rule that does not exist",
    rationale="A misspelt name hides nothing, and the finding that it was meant for stays.",
    remediation="Write the id or the name of the rule as the finding shows it.",
    when_to_ignore="Where the rule comes from a directory that this run does not load.",
    bad="""
        Resources:
          Orders:  # advise: ignore[duplicate-keys] meant so
            Type: AWS::SQS::Queue
        """,
    bad_marks=((2, "did you mean 'duplicate-key'"),),
    good=_GOOD,
    references=(_SUPPRESSIONS, _RESOURCE_METADATA),
)

MALFORMED_SUPPRESSION = Rule(
    id="SUP005",
    name="malformed-suppression",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="suppression cannot be read and has no effect",
    rationale="What looks like a suppression and is none gives a false sense of agreement.",
    remediation="""
        Write `# advise: ignore[rule] reason`, or in Metadata
        `advise: {ignore: [{rule: name, reason: why}]}`.
        """,
    when_to_ignore="Never: reword a comment that is meant for readers.",
    bad="""
        Resources:
          Orders:  # advise: ignore duplicate-key because of the move
            Type: AWS::SQS::Queue
        """,
    bad_marks=((2, "cannot be read"),),
    good=_GOOD,
    references=(_SUPPRESSIONS, _RESOURCE_METADATA),
)

BUILTIN = (
    DUPLICATE_KEY,
    SUPPRESSION_WITHOUT_REASON,
    UNUSED_SUPPRESSION,
    EXPIRED_SUPPRESSION,
    UNKNOWN_SUPPRESSED_RULE,
    MALFORMED_SUPPRESSION,
)


def _said_by_the_engine(_architecture: Architecture) -> Iterator[Finding | NotJudged]:
    yield from ()


for _rule in BUILTIN:
    _rule.check(_said_by_the_engine)


def speaks_for(rule: Rule) -> bool:
    """Tell whether a rule is one of the engine's own."""
    return any(rule is own for own in BUILTIN)
