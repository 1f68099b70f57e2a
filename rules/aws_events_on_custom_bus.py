"""A rule on a custom bus that waits for events which AWS sends to the default bus alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventBus,
    EventRule,
    Evidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="EVT012",
    name="aws-events-on-custom-bus",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventRule,
    summary="rule waits on a custom bus for events that AWS sends to the default bus",
    rationale="""
        Services of AWS send their events to the default bus of the account. On a bus of one's own
        a pattern for `aws.s3` or `aws.ec2` matches nothing, unless a rule on the default bus
        forwards such events or another account sends them. Nothing tells that the rule is
        never triggered.
        """,
    remediation="""
        Take EventBusName off the rule, so that it is one of the default bus.
        """,
    when_to_ignore="""
        Something outside these templates forwards the events to the bus.
        """,
    bad="""
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          Uploaded:
            Type: AWS::Events::Rule
            Properties:
              EventBusName: !Ref Shop  # <-- 'Uploaded' waits on 'Shop' for events of aws.s3
              EventPattern:
                source: [aws.s3]
                detail-type: [Object Created]
              Targets:
                - Id: scan
                  Arn: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Uploaded:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:
                source: [aws.s3]
                detail-type: [Object Created]
              Targets:
                - Id: scan
                  Arn: !GetAtt Inbox.Arn
                  DeadLetterConfig: {Arn: !GetAtt Failed.Arn}
          Inbox:
            Type: AWS::SQS::Queue
          Failed:
            Type: AWS::SQS::Queue
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html",
    ),
)

_PARTNER = "aws.partner"
_BUS_POLICY = "AWS::Events::EventBusPolicy"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    fed = {
        architecture.node_of(node.get("EventBusName"), "bus", node)
        for node in architecture.nodes()
        if node.type == _BUS_POLICY
    }
    for each in architecture.all(EventRule):
        services = _services(each)
        bus = next((e.source for e in architecture.incoming(each, EdgeKind.ROUTES)), None)
        if not services or not isinstance(bus, EventBus) or bus in fed:
            continue
        if bus.get("EventSourceName") is not None or bus.get("Policy") is not None:
            continue
        forwarded = architecture.incoming(bus, EdgeKind.PUBLISHES)
        if any(edge.evidence is Evidence.DECLARED for edge in forwarded):
            continue
        yield _finding(architecture, each, bus, services)


def _services(each: EventRule) -> list[str]:
    """Return the services that a pattern asks for, where it asks for nothing else."""
    sources = sources_of(each) or []
    services = [source for source in sources if isinstance(source, str)]
    if len(services) < len(sources):
        return []
    if any(not source.startswith("aws.") or source.startswith(_PARTNER) for source in services):
        return []
    return services


def _finding(
    architecture: Architecture, each: EventRule, bus: EventBus, services: list[str]
) -> Finding:
    exported = architecture.is_exported(bus)
    change = each.removal("EventBusName")
    return rule.finding(
        f"'{each.title}' waits on '{bus.name}' for events of {services[0]}, which AWS sends to the "
        "default bus",
        at=each.at("EventBusName", label="a bus that no service of AWS sends to"),
        related=[each.at("EventPattern", label="asks for events of AWS alone")],
        why="the pattern never matches, and nothing tells",
        remediation=f"# take EventBusName off {each.title}: it is a rule of the default bus then",
        confidence=Confidence.MEDIUM if exported else None,
        evidence=Evidence.DECLARED,
        fix=Fix(f"Move '{each.title}' to the default bus", (change,)) if change else None,
    )
