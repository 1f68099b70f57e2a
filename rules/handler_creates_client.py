"""A client that is made anew in every invocation sets up its connections every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Phase, Pillar, Rule, Severity, by_code, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Facts, Finding, NotJudged, Place

rule = Rule(
    id="FUN080",
    name="handler-creates-client",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function makes an AWS client in every invocation",
    rationale="""
        Making a client reads its model and finds credentials, and its first call opens a TLS
        connection. Made outside of the handler this happens once per execution environment,
        before the first event and with the CPU of the start; made inside it is paid for in
        every invocation.
        """,
    remediation="""
        Make the client where the module is loaded, or keep the one that the first invocation made.
        """,
    when_to_ignore="""
        The client depends on the event, such as its region or credentials, or is rarely needed.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Save:  # <-- 'Save' makes its client of 's3' in every invocation
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: save/
            """,
        "save/app.py": """
            import boto3

            def handler(event, context):
                s3 = boto3.client("s3")
                s3.put_object(Bucket=event["bucket"], Key="order.json", Body=b"{}")
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Save:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: save/
            """,
        "save/app.py": """
            import boto3

            s3 = boto3.client("s3")

            def handler(event, context):
                s3.put_object(Bucket=event["bucket"], Key="order.json", Body=b"{}")
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
    ),
    aggregate="{count} functions make an AWS client in every invocation: {names}",
)

# Its endpoint is that of the connection that the event came from.
_PER_EVENT = frozenset({"apigatewaymanagementapi"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    read = dict(architecture.functions_read())
    deploying = architecture.deployment_functions()
    found = [
        (function, _places(facts))
        for function, facts in read.items()
        if function.id not in deploying and not _assumes_roles(facts)
    ]
    for functions, places in by_code(found):
        if not places:
            continue
        first, *others = functions
        services = _services(read[first], places)
        noun = "client" if len(services) == 1 else "clients"
        yield rule.finding(
            f"'{first.name}' makes its {noun} of {listed(services)} in every invocation",
            at=first.at(label="runs this code"),
            related=[
                *(first.in_code(place, "made in every invocation") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why="every invocation waits for a new connection, which the last one had open",
            remediation=f"""
                # {places[0].path}: outside of the handler, where it is done once per environment
                {_example(places[0], services[0])}
                """,
            evidence=Evidence.PROVED,
        )


def _places(facts: Facts) -> tuple[Place, ...]:
    return tuple(
        dict.fromkeys(
            client.place
            for client in facts.clients
            if client.phase is Phase.INVOCATION
            and client.service not in _PER_EVENT
            and not client.varies
        )
    )


def _services(facts: Facts, places: tuple[Place, ...]) -> list[str]:
    return list(dict.fromkeys(c.service for c in facts.clients if c.place in places))


def _assumes_roles(facts: Facts) -> bool:
    # What acts in a role that it has just assumed needs a client of its own for that.
    return any(
        call.service == "sts" and call.operation.startswith("Assume") for call in facts.calls
    )


def _example(place: Place, service: str) -> str:
    name = f"{service.replace('-', '_')}_client"
    if place.path.endswith(".py"):
        return f'{name} = boto3.client("{service}")'
    return "const client = new ...Client({});"
