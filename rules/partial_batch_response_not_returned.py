"""A mapping that listens for what failed, and a function that does not say it; or the reverse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Facts,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    is_self_contained,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Place

rule = Rule(
    id="FUN083",
    name="partial-batch-response-not-returned",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping and function disagree on who tells which records failed",
    rationale="""
        A partial batch response takes both sides: `ReportBatchItemFailures` on the mapping, and
        a handler that returns `batchItemFailures`. With the setting alone an answer without the
        list counts as success of the whole batch, so that a record whose failure the code
        only logged is gone. With the list alone Lambda does not look at the answer, and every
        record that the code reports as failed counts as done.
        """,
    remediation="""
        Return `batchItemFailures`, by hand or with the batch processor of Powertools, and set
        `FunctionResponseTypes: [ReportBatchItemFailures]` on the mapping: both, or neither.
        """,
    when_to_ignore="""
        The handler throws for every record that fails, and repeating the whole batch is meant.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::SQS::Queue
                Properties:
                  VisibilityTimeout: 60
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Timeout: 10
                  Events:
                    Placed:
                      Type: SQS
                      Properties:
                        Queue: !GetAtt Orders.Arn
                        FunctionResponseTypes: [ReportBatchItemFailures]  # <-- 'Ship' never
            """,
        "ship/app.py": """
            def handler(event, context):
                for record in event["Records"]:
                    print(record["body"])
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::SQS::Queue
                Properties:
                  VisibilityTimeout: 60
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Timeout: 10
                  Events:
                    Placed:
                      Type: SQS
                      Properties:
                        Queue: !GetAtt Orders.Arn
                        FunctionResponseTypes: [ReportBatchItemFailures]
            """,
        "ship/app.py": """
            def handler(event, context):
                failed = []
                for record in event["Records"]:
                    try:
                        print(record["body"])
                    except ValueError:
                        failed.append({"itemIdentifier": record["messageId"]})
                return {"batchItemFailures": failed}
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html",
    ),
    supersedes=("queue-batch-without-item-failures",),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for mapping in architecture.all(EventSourceMapping):
        function, reports = mapping.target, mapping.reports_item_failures
        if not isinstance(function, Function) or not (mapping.is_queue or mapping.is_stream):
            continue
        facts = function.source
        if not isinstance(facts, Facts):
            if reports is True:
                yield rule.not_judged(mapping, because=facts.reason)
            continue
        answered = facts.batch_item_failures
        if reports is True and not facts.may_answer_batches:
            if is_self_contained(facts):
                yield _not_returned(mapping, function, facts)
            else:
                yield rule.not_judged(mapping, because="not all of the code is seen")
        elif reports is False and answered is not None and mapping.batch_size != 1:
            yield _not_declared(mapping, function, answered)


def _not_returned(mapping: EventSourceMapping, function: Function, facts: Facts) -> Finding:
    places = [facts.handler_place] if facts.handler_place else []
    lost = [item.place for item in facts.swallowed]
    return rule.finding(
        f"'{function.name}' never returns the failures that '{mapping.title}' listens for",
        at=mapping.at("FunctionResponseTypes", label="listens for what failed"),
        related=[
            *(function.in_code(place, "returns no batchItemFailures") for place in places),
            *(function.in_code(place, "keeps a failure to itself") for place in lost),
        ],
        why=(
            "a record whose failure is only logged counts as done and is gone"
            if lost
            else "an answer without batchItemFailures counts as success of the whole batch"
        ),
        remediation="""
            # in the handler: gather what failed, and return it
            return {"batchItemFailures": [{"itemIdentifier": <messageId or sequence number>}]}
            """,
        evidence=Evidence.PROVED,
    )


def _not_declared(mapping: EventSourceMapping, function: Function, answered: Place) -> Finding:
    change = mapping.change(("FunctionResponseTypes",), ["ReportBatchItemFailures"])
    return rule.finding(
        f"'{function.name}' returns which records failed, and '{mapping.title}' does not listen",
        at=mapping.at(label="no ReportBatchItemFailures"),
        related=[function.in_code(answered, "tells which records failed")],
        why="Lambda does not look at the answer: records that failed count as done and are gone",
        remediation=mapping.setting("FunctionResponseTypes: [ReportBatchItemFailures]"),
        evidence=Evidence.PROVED,
        fix=Fix("Look at which records failed", (change,), safe=True) if change else None,
    )
