"""A function that asks again and again whether something is done is paid for waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Pillar, Rule, Severity, by_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN082",
    name="polling-loop-in-function",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function asks an API in a loop until something has happened",
    rationale="""
        What is waited for takes as long as it takes: the function is paid for all of that time,
        and where it takes longer than the timeout the function is cut off and nobody learns the
        result.
        """,
    remediation="""
        Let a state machine wait: its `.sync` integrations start a job and go on when it is done,
        and a loop of Wait, Task and Choice asks without running in between. Many services also
        send an event to EventBridge when a job ends.
        """,
    when_to_ignore="""
        It takes a few seconds at most.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:  # <-- 'Report' asks GetQueryExecution again until something has happened
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/
                  Timeout: 600
            """,
        "report/app.py": """
            import time
            import boto3

            athena = boto3.client("athena")

            def handler(event, context):
                query = event["query"]
                while True:
                    state = athena.get_query_execution(QueryExecutionId=query)
                    if state["QueryExecution"]["Status"]["State"] == "SUCCEEDED":
                        return query
                    time.sleep(5)
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/
                  Timeout: 600
            """,
        "report/app.py": """
            import boto3

            athena = boto3.client("athena")

            def handler(event, context):
                return athena.get_query_execution(QueryExecutionId=event["query"])
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/sample-project-job-poller.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    read = dict(architecture.functions_read())
    # A provider of custom resources has nobody who could wait for it.
    deploying = architecture.deployment_functions()
    found = [
        (function, tuple(loop.place for loop in facts.polling))
        for function, facts in read.items()
        if facts.polling and function.id not in deploying
    ]
    for functions, places in by_code(found):
        first, *others = functions
        told = {loop.place: f"asks {loop.asked}" for loop in read[first].polling}
        asked = list(dict.fromkeys(told.values()))
        limit = first.timeout
        yield rule.finding(
            f"'{first.name}' {' and '.join(asked[:3])} again until something has happened",
            at=first.at(label="is paid for while it waits"),
            related=[
                *(first.in_code(place, f"{told[place]} here") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why=(
                "the waiting is paid for, "
                f"{f'and after {limit} s' if isinstance(limit, int) else 'and after its timeout'} "
                "nobody learns of the result"
            ),
            remediation="""
                # a state machine starts the job and goes on when it is done
                Run:
                  Type: Task
                  Resource: arn:aws:states:::<service>:<startOperation>.sync
                  End: true
                """,
            evidence=Evidence.PROVED,
        )
