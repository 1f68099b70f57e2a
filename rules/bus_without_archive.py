"""A custom bus whose events nobody can replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, EventBus, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="ARC023",
    name="bus-without-archive",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=EventBus,
    summary="custom bus has no archive to replay its events from",
    rationale="""
        An event that a consumer has handled wrongly is gone: a bus keeps nothing. An archive keeps
        what passes the bus for as long as one likes and plays it again, to all rules or to some,
        once the consumer is mended or a new one is added.
        """,
    remediation="""
        Declare an `AWS::Events::Archive` for the bus, with RetentionDays.
        """,
    when_to_ignore="""
        The events can be made again from elsewhere, or a consumer keeps them all.
        """,
    bad="""
        Resources:
          Shop:  # <-- 'Shop' has no archive
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          Placed:
            Type: AWS::Events::Rule
            Properties:
              EventBusName: !Ref Shop
              EventPattern: {source: [shop.orders]}
              Targets:
                - Id: inbox
                  Arn: !GetAtt Inbox.Arn
          Inbox:
            Type: AWS::SQS::Queue
        """,
    good="""
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          History:
            Type: AWS::Events::Archive
            Properties:
              SourceArn: !GetAtt Shop.Arn
              RetentionDays: 30
        Outputs:
          Shop:
            Value: !Ref Shop
        """,
    references=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-archive.html",),
    aggregate="{count} custom buses have no archive: {names}",
    preview=True,
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    buses = architecture.all(EventBus)
    if not buses:
        return
    archived = {
        architecture.node_of(node.get("SourceArn"), "bus", node)
        for node in architecture.nodes()
        if node.type == "AWS::Events::Archive"
    }
    for bus in buses:
        # A bus without rules is used by nobody here; one that a partner feeds can send again.
        is_partner = bus.get("EventSourceName") is not None
        if bus in archived or is_partner or not architecture.outgoing(bus, EdgeKind.ROUTES):
            continue
        yield _finding(architecture, bus)


def _finding(architecture: Architecture, bus: EventBus) -> Finding:
    name = architecture.free_name(f"{bus.name}Archive", near=bus)
    return rule.finding(
        f"'{bus.name}' has no archive",
        at=bus.at(label="its events are kept nowhere"),
        why="an event that was handled wrongly cannot be replayed",
        remediation=f"""
            {name}:
              Type: AWS::Events::Archive
              Properties:
                SourceArn: !GetAtt {bus.name}.Arn
                RetentionDays: 30
            """,
    )
