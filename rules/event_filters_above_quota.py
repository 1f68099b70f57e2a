"""More filters on a mapping than the default quota allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EventSourceMapping, Evidence, Pillar, Rule, Severity, Unknown, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE031",
    name="event-filters-above-quota",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping has more filters than the default quota allows",
    rationale="""
        A mapping may have five filters. With a raised quota there may be ten; beyond what the
        quota allows the mapping is refused.
        """,
    remediation="""
        Join alternatives into one pattern, with several values for a field or with `$or`.
        """,
    when_to_ignore="""
        The quota of the account was raised.
        """,
    bad="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              FilterCriteria:
                Filters:  # <-- 'FromOrders' has 6 filters
                  - Pattern: '{"body": {"status": ["paid"]}}'
                  - Pattern: '{"body": {"status": ["sent"]}}'
                  - Pattern: '{"body": {"status": ["back"]}}'
                  - Pattern: '{"body": {"status": ["lost"]}}'
                  - Pattern: '{"body": {"status": ["void"]}}'
                  - Pattern: '{"body": {"status": ["held"]}}'
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
              FilterCriteria:
                Filters:
                  - Pattern: '{"body": {"status": ["paid", "sent", "back", "lost", "void"]}}'
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    usual = int(limit("mapping-filters").value)
    most = int(limit("mapping-filters-raised").value)
    for mapping in architecture.all(EventSourceMapping):
        patterns = mapping.filter_patterns
        if isinstance(patterns, Unknown) or len(patterns) <= usual:
            continue
        count = len(patterns)
        yield rule.finding(
            f"'{mapping.title}' has {count} filters, the default quota allows {usual}",
            at=mapping.at("FilterCriteria", "Filters", label=f"{count} filters"),
            why=(
                f"the deployment fails: a raised quota allows {most}"
                if count > most
                else "the deployment fails where the quota was not raised"
            ),
            remediation="# join patterns that differ in one field: several values are alternatives",
            severity=Severity.WARNING if count > most else None,
            evidence=Evidence.DECLARED,
        )
