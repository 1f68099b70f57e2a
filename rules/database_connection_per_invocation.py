"""A database connection that is opened in every invocation costs a handshake every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventRule,
    Evidence,
    Function,
    Phase,
    Pillar,
    Rule,
    Schedule,
    Severity,
    by_code,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="DAT040",
    name="database-connection-per-invocation",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function connects to its database in every invocation",
    rationale="""
        A connection takes several round trips for TCP, TLS and log-in, which the caller waits
        for, and the database pays for each with processor time and memory. Opened outside of
        the handler it is made once per execution environment and used again by every event
        that this environment gets.
        """,
    remediation="""
        Connect where the module is loaded, or on the first event, keep the connection, and open
        it again where it has been closed meanwhile.
        """,
    when_to_ignore="""
        The function runs so rarely that hardly any connection would be used twice.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:  # <-- 'Orders' connects with 'psycopg2' in every invocation
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: orders/
            """,
        "orders/app.py": """
            import os
            import psycopg2

            def handler(event, context):
                connection = psycopg2.connect(host=os.environ["HOST"])
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: orders/
            """,
        "orders/app.py": """
            import os
            import psycopg2

            connection = psycopg2.connect(host=os.environ["HOST"])

            def handler(event, context):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT 1")
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-lambda-tutorial.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    deploying = architecture.deployment_functions()
    read = dict(architecture.functions_read())
    found = []
    for function, facts in read.items():
        places = tuple(
            d.place for d in facts.databases if d.phase is Phase.INVOCATION and not d.varies
        )
        if places and function.id not in deploying and not _is_rare(architecture, function):
            found.append((function, places))
    for functions, places in by_code(found):
        first, *others = functions
        drivers = [item.driver for item in read[first].databases if item.place in places]
        yield rule.finding(
            f"'{first.name}' connects with {listed(drivers)} in every invocation",
            at=first.at(label="opens a connection for every event"),
            related=[
                *(first.in_code(place, "connects in every invocation") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why="every event waits for a handshake, and the database carries each of them",
            remediation=f"""
                # {places[0].path}: connect outside of the handler and keep the connection
                connection = None

                def connected():
                    global connection
                    if connection is None or connection.closed:
                        connection = <connect>
                    return connection
                """
            if places[0].path.endswith(".py")
            else f"""
                // {places[0].path}: connect outside of the handler and keep the connection
                let connection;
                const connected = async () => (connection ??= await <connect>);
                """,
            evidence=Evidence.PROVED,
        )


def _is_rare(architecture: Architecture, function: Function) -> bool:
    """Tell whether nothing but schedules runs a function."""
    invokers = architecture.invokers(function)
    return bool(invokers) and all(
        isinstance(edge.source, Schedule)
        or (isinstance(edge.source, EventRule) and edge.source.schedule is not None)
        for edge in invokers
    )
