"""Events of an application among those of AWS, on the default bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventBus,
    Evidence,
    External,
    Function,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="EVT024",
    name="own-events-on-default-bus",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=(Function, StateMachine),
    summary="application puts events of its own on the default bus",
    rationale="""
        The default bus carries the events of all AWS services of an account, and every stack of
        the account has its rules there. A bus of one's own has its own policy, archive, limits
        and metrics, and a rule that is too wide matches no event of AWS or of another application.
        """,
    remediation="""
        Declare an `AWS::Events::EventBus` and name it in PutEvents and in EventBusName of the
        rules.
        """,
    when_to_ignore="""
        The account belongs to this one application.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Checkout:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: checkout/
              Policies:
                - EventBridgePutEventsPolicy:  # <-- 'Checkout' puts events on the default bus
                    EventBusName: default
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          ShopArchive:
            Type: AWS::Events::Archive
            Properties:
              SourceArn: !GetAtt Shop.Arn
          Checkout:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: checkout/
              Policies:
                - EventBridgePutEventsPolicy:
                    EventBusName: !Ref Shop
        Outputs:
          Bus:
            Value: !Ref Shop
        """,
    references=("https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus.html",),
    aggregate="{count} functions or state machines put events on the default bus: {names}",
    preview=True,
)

_DEFAULT = "default event bus"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    sources: list[Function | StateMachine] = [
        *architecture.all(Function),
        *architecture.all(StateMachine),
    ]
    for source in sources:
        for edge in architecture.outgoing(source, EdgeKind.PUBLISHES):
            # What Lambda itself sends to a bus is no event of the application.
            own = edge.evidence is not Evidence.DECLARED or isinstance(source, StateMachine)
            if own and isinstance(edge.target, External) and edge.target.value == _DEFAULT:
                yield _finding(architecture, edge)
                break


def _finding(architecture: Architecture, edge: Edge) -> Finding:
    buses = architecture.all(EventBus)
    name = buses[0].name if buses else architecture.free_name("Bus", near=edge.source)
    declared = f"""
{name}:
  Type: AWS::Events::EventBus
  Properties:
    Name: <name of the application>
"""
    return rule.finding(
        f"'{edge.source.title}' puts events on the default bus",
        at=edge.at(label="the default bus"),
        why="every rule of the account looks at them, and theirs are matched by its rules",
        remediation=f"{'' if buses else declared}# and name !Ref {name} in PutEvents and in the "
        "EventBusName of the rules",
        evidence=edge.evidence,
    )
