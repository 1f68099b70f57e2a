"""A function whose own events match the rule that invokes it, as its code shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventRule,
    Evidence,
    Function,
    Pillar,
    Rule,
    Severity,
    fits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, EventPut, Finding, Loop, NotJudged

rule = Rule(
    id="EVT060",
    name="event-bus-loop",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's own events match the rule that invokes it",
    rationale="""
        The source and detail-type that the code puts on the bus are those that the rule asks
        for: each invocation causes the next one. Lambda's detection of loops does not see
        through EventBridge, so that only an empty account, or somebody, ends it.
        """,
    remediation="""
        Put the events with another `DetailType` or `Source` than those that the rule matches.
        """,
    when_to_ignore="""
        The code puts the event only in a case that the event itself can never lead to.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
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
              Price:  # <-- events of 'Price' match the rule that invokes it
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: price/
                  Environment:
                    Variables:
                      BUS: !Ref Shop
                  Policies:
                    - EventBridgePutEventsPolicy:
                        EventBusName: !Ref Shop
                  Events:
                    Changed:
                      Type: EventBridgeRule
                      Properties:
                        EventBusName: !Ref Shop
                        Pattern:
                          source: [shop.price]
            """,
        "price/app.py": """
            import os
            import boto3

            events = boto3.client("events")

            def handler(event, context):
                events.put_events(
                    Entries=[
                        {
                            "EventBusName": os.environ["BUS"],
                            "Source": "shop.price",
                            "DetailType": "PriceChanged",
                            "Detail": "{}",
                        }
                    ]
                )
            """,
    },
    good={
        "template.yaml": """
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
              Price:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: price/
                  Environment:
                    Variables:
                      BUS: !Ref Shop
                  Policies:
                    - EventBridgePutEventsPolicy:
                        EventBusName: !Ref Shop
                  Events:
                    Changed:
                      Type: EventBridgeRule
                      Properties:
                        EventBusName: !Ref Shop
                        DeadLetterConfig:
                          Type: SQS
                        Pattern:
                          source: [shop.catalogue]
            """,
        "price/app.py": """
            import os
            import boto3

            events = boto3.client("events")

            def handler(event, context):
                events.put_events(
                    Entries=[
                        {
                            "EventBusName": os.environ["BUS"],
                            "Source": "shop.price",
                            "DetailType": "PriceChanged",
                            "Detail": "{}",
                        }
                    ]
                )
            """,
    },
    references=(
        "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-patterns-best-practices.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    ),
    supersedes=("bus-event-loop",),
)

_COMPARED = frozenset({"source", "detail-type"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        hop = loop.way[0].target if loop.way else None
        if loop.is_destination or not isinstance(hop, EventRule) or loop.is_filtered:
            continue
        pattern = hop.pattern
        # What stands in an event, the code does not tell.
        if not isinstance(pattern, dict) or not pattern or set(pattern) - _COMPARED:
            continue
        for put in architecture.events_put(loop.function):
            if (
                put.bus is loop.out.target
                and fits(pattern.get("source"), put.source) is True
                and fits(pattern.get("detail-type"), put.detail_type) is True
            ):
                yield _finding(loop, hop, put)
                break


def _finding(loop: Loop, hop: EventRule, put: EventPut) -> Finding:
    name = loop.function.name
    written = " of ".join(
        f"'{value}'" for value in (put.detail_type, put.source) if isinstance(value, str)
    )
    return rule.finding(
        f"events of '{name}' match the rule that invokes it",
        at=loop.function.at(label="sets itself off"),
        related=[
            loop.function.in_code(put.place, f"puts {written}"),
            hop.at("EventPattern", label="matches it"),
            *(edge.at(label=f"leads to '{edge.target.title}'") for edge in loop.way[1:]),
        ],
        why=f"each event of {written} causes the next one, and nothing stops that",
        remediation=f"""
            # in the code of '{name}': an event that its own rule does not match
            "DetailType": "<another one>"
            """,
        evidence=Evidence.PROVED,
        about=loop.logical_ids,
    )
