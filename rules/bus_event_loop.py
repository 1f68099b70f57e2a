"""A function that may put events on the bus whose rule invokes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventBus,
    EventRule,
    Evidence,
    External,
    Function,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Loop, NotJudged

rule = Rule(
    id="ARC015",
    name="bus-event-loop",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may put events on the bus whose rule invokes it",
    rationale="""
        A rule that does not say whose events it is for, nor which kind, matches those that its own
        target puts on the bus: each invocation causes the next one, and Lambda's detection of
        loops does not see through EventBridge.
        """,
    remediation="""
        Name `source` and `detail-type` in the pattern, and let the function use another of
        either.
        """,
    when_to_ignore="""
        The code puts no events on the bus for those that it made itself.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          Audit:  # <-- 'Audit' may put events on 'Shop', which invokes it again
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - EventBridgePutEventsPolicy:
                    EventBusName: !Ref Shop
              Events:
                Any:
                  Type: EventBridgeRule
                  Properties:
                    EventBusName: !Ref Shop
                    Pattern:
                      detail:
                        order: [{exists: true}]
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shop:
            Type: AWS::Events::EventBus
            Properties:
              Name: shop
          History:
            Type: AWS::Events::Archive
            Properties:
              SourceArn: !GetAtt Shop.Arn
          Audit:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - EventBridgePutEventsPolicy:
                    EventBusName: !Ref Shop
              Events:
                Placed:
                  Type: EventBridgeRule
                  Properties:
                    EventBusName: !Ref Shop
                    Pattern:
                      source: [shop.checkout]
                      detail-type: [OrderPlaced]
        """,
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html",
        "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        bus = loop.out.target
        is_bus = isinstance(bus, EventBus) or (isinstance(bus, External) and bus.kind == "bus")
        if not is_bus or loop.is_destination or not loop.way:
            continue
        each = loop.way[0].target
        pattern = each.pattern if isinstance(each, EventRule) else None
        if not isinstance(each, EventRule) or not isinstance(pattern, dict):
            continue
        # A pattern that asks for a source has its reason; what the code puts tells whether it is
        # matched all the same, which another rule judges.
        if pattern.get("source") is None and pattern.get("detail-type") is None:
            yield _finding(loop, each)


def _finding(loop: Loop, each: EventRule) -> Finding:
    name, bus = loop.function.name, loop.out.target.title
    is_proved = loop.out.evidence is Evidence.PROVED
    filtered = loop.is_filtered or loop.is_wildcard
    return rule.finding(
        f"'{name}' {'puts' if is_proved else 'may put'} events on '{bus}', {loop.back}",
        at=loop.function.at(label="may set itself off"),
        related=[each.at("EventPattern", label="matches its events as well"), *loop.places],
        why="each of its events invokes it again, and Lambda stops no such loop",
        remediation="""
            # name whose events they are and of which kind, other than the function's own
            EventPattern:
              source: [<who sends it>]
              detail-type: [<what it is about>]
            """,
        severity=Severity.INFO if filtered else None,
        evidence=loop.out.evidence,
        about=loop.logical_ids,
    )
