"""A queue that drops a message while its consumer may still be working on it."""
# Copy this file to `rules/<name_of_your_rule>.py`, fill in the blanks, run the tests.
# A file whose name starts with an underscore, such as this one, is not loaded.

from __future__ import annotations

from typing import TYPE_CHECKING

# Everything that a rule may import comes from `advisor` or the standard library.
from advisor import Confidence, Pillar, Queue, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    # Three letters of the family (FUN functions, QUE queues, …: see README.md) and three digits
    # that no rule ever had.
    id="QUE999",
    # Kebab-case; names the pattern, not the cure; the file has the same name with underscores.
    name="queue-forgets-while-processing",
    pillar=Pillar.RELIABILITY,
    # ERROR: it can never work or certainly loses data. WARNING: a documented failure mode.
    # INFO: advice.
    severity=Severity.WARNING,
    # How sure the files alone make us.
    confidence=Confidence.HIGH,
    # The class of what is judged, or a tuple of classes.
    applies_to=Queue,
    # The fault as a fact: one line, lower-case start, no full stop.
    summary="queue keeps a message for a shorter time than it hides it",
    rationale="""
        A message that has been received is hidden for the visibility timeout. Where the retention
        period ends before that, a consumer that fails never gets the message a second time.
        """,
    remediation="""
        Set MessageRetentionPeriod to several times VisibilityTimeout; four days is the default.
        """,
    when_to_ignore="""
        A message is worthless after the retention period, and losing it costs nothing.
        """,
    # A line that ends in `# <-- words` is flagged, with those words in the message; no other
    # line may be. Examples are tests: they are run. An example of several files is a mapping of
    # file names to texts; where no comment can stand, `bad_marks=((line, "words"),)` says it.
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 300
              MessageRetentionPeriod: 60  # <-- 'Orders' keeps a message for 60 s
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: 300
              MessageRetentionPeriod: 345600
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html",
    ),
    # Where needed: preview=True (not in the default profile), aliases (former names), options
    # ({"factor": 6}, read with `architecture.option(rule, "factor")`), aggregate ("{count} queues
    # …: {names}" makes one finding per template), supersedes (names of weaker rules).
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for queue in architecture.all(Queue):
        kept, hidden = queue.retention, queue.visibility_timeout
        # What the files do not say is never a finding.
        if isinstance(kept, Unknown) or isinstance(hidden, Unknown):
            yield rule.not_judged(queue, because="its times are not known from the template")
        elif kept < hidden:
            # A fact in one line: lower-case start, no full stop, culprits in single quotes.
            yield rule.finding(
                f"'{queue.name}' keeps a message for {kept} s but hides it for {hidden} s",
                at=queue.at("MessageRetentionPeriod", label="how long a message is kept"),
                related=[queue.at("VisibilityTimeout", label="how long it is hidden")],
                why="a message whose consumer fails is gone before it can be received again",
                # Written for this template: its own ids and exact keys, ready to paste.
                remediation=f"""
                    {queue.name}:
                      Properties:
                        MessageRetentionPeriod: {max(hidden * 6, 345_600)}
                    """,
            )
