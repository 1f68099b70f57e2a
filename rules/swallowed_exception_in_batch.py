"""A record whose failure the code keeps to itself counts as done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Facts,
    Function,
    Pillar,
    Rule,
    Severity,
    by_code,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN084",
    name="swallowed-exception-in-batch",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function keeps failures of single records to itself",
    rationale="""
        Lambda learns that a record failed when the handler throws, or from the list of failures
        that it returns. Where the code catches everything inside its loop and only logs it, the
        batch is a success: the message is deleted, no retry happens, and no dead-letter queue
        ever gets it.
        """,
    remediation="""
        Note the record and return it in `batchItemFailures`, with `ReportBatchItemFailures` on
        the mapping; or let the exception out.
        """,
    when_to_ignore="""
        A record that fails once would always fail, and is of no worth to anybody.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::SQS::Queue
              Ship:  # <-- 'Ship' keeps the failures of single records to itself
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Events:
                    Placed:
                      Type: SQS
                      Properties:
                        Queue: !GetAtt Orders.Arn
            """,
        "ship/app.py": """
            import json

            def handler(event, context):
                for record in event["Records"]:
                    try:
                        json.loads(record["body"])
                    except Exception as error:
                        print(error)
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::SQS::Queue
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Events:
                    Placed:
                      Type: SQS
                      Properties:
                        Queue: !GetAtt Orders.Arn
            """,
        "ship/app.py": """
            import json

            def handler(event, context):
                for record in event["Records"]:
                    try:
                        json.loads(record["body"])
                    except Exception as error:
                        print(error)
                        raise
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    mappings: dict[str, EventSourceMapping] = {}
    for mapping in architecture.all(EventSourceMapping):
        # Where both sides are at odds over partial responses, that is told of.
        if mapping.target is not None and mapping.reports_item_failures is False:
            mappings.setdefault(mapping.target.id, mapping)
    found = []
    for function in architecture.functions():
        facts = function.source if function.id in mappings else None
        if isinstance(facts, Facts) and facts.swallowed and not facts.may_answer_batches:
            found.append((function, tuple(item.place for item in facts.swallowed)))
    for functions, places in by_code(found):
        first, *others = functions
        mapping = mappings[first.id]
        source = mapping.source.title if mapping.source is not None else "its source"
        yield rule.finding(
            f"'{first.name}' keeps the failures of single records to itself",
            at=first.at(label="succeeds whatever happens to a record"),
            related=[
                *(first.in_code(place, "catches everything and goes on") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why=f"a record of '{source}' that fails counts as done: no retry, no dead letter",
            remediation=f"""
                # in the code: failed.append({{"itemIdentifier": <messageId or sequence number>}})
                # at the end: return {{"batchItemFailures": failed}}
                # and for '{mapping.title}':
                FunctionResponseTypes: [ReportBatchItemFailures]
                """,
            evidence=Evidence.PROVED,
        )
