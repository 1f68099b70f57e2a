"""A source that can burst, before a function that uses a store of fixed size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Database,
    Evidence,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="ARC020",
    name="unbuffered-source-to-database",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="nothing bounds how many of a function use a cache or search domain at once",
    rationale="""
        Topics, buckets, rules and APIs hand on a burst as it comes, and Lambda answers it with as
        many environments as the account allows. A cache or a search domain has the size that
        it has: a burst takes up its connections and its CPU, for everybody else who uses it as
        well.
        """,
    remediation="""
        Bound the function by reserved concurrency. Where nobody waits for the answer, put a
        queue before it with MaximumConcurrency on its mapping: what comes too fast waits there.
        """,
    when_to_ignore="""
        The store is sized for as many as the account can run, or the source cannot burst.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Search:
            Type: AWS::OpenSearchService::Domain
          Index:  # <-- 'Orders' may run any number of 'Index' at once, which use 'Search'
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Environment:
                Variables:
                  SEARCH: !GetAtt Search.DomainEndpoint
              Events:
                Order:
                  Type: SNS
                  Properties:
                    Topic: !Ref Orders
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Search:
            Type: AWS::OpenSearchService::Domain
          Index:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              ReservedConcurrentExecutions: 10
              Environment:
                Variables:
                  SEARCH: !GetAtt Search.DomainEndpoint
              Events:
                Order:
                  Type: SNS
                  Properties:
                    Topic: !Ref Orders
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html",
    ),
    aggregate="nothing bounds how many of {count} functions use a cache or search domain: {names}",
)

_SOURCES = (
    "AWS::SNS::Topic",
    "AWS::S3::Bucket",
    "AWS::Events::Rule",
    "AWS::ApiGateway",
    "AWS::AppSync::",
    "AWS::Lambda::Url",
    "AWS::IoT::TopicRule",
    "AWS::ElasticLoadBalancingV2::",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        stores = [
            edge
            for edge in architecture.connections(function)
            # Relational databases are a matter of proxies, which another rule judges.
            if isinstance(edge.target, Database) and edge.target.is_relational is False
        ]
        if not stores or architecture.concurrency_bound(function) is not None:
            continue
        bursts = [
            edge
            for edge in architecture.invokers(function)
            if edge.evidence is Evidence.DECLARED
            and edge.mode is not Mode.POLLED
            and edge.source.type.startswith(_SOURCES)
        ]
        if bursts:
            yield _finding(function, bursts[0], stores[0])


def _finding(function: Function, burst: Edge, store: Edge) -> Finding:
    name = function.name
    return rule.finding(
        f"'{burst.source.title}' may run any number of '{name}' at once, which use "
        f"'{store.target.name}'",
        at=function.at(label="no reserved concurrency"),
        related=[
            burst.at(label=f"{burst.via} invokes it for each event"),
            store.at(label=f"uses '{store.target.name}'"),
        ],
        why=f"a burst takes up '{store.target.name}' for everybody who uses it",
        remediation=f"""
            {name}:
              Properties:
                ReservedConcurrentExecutions: 10  # what {store.target.name} can bear
            """,
        evidence=min(burst.evidence, store.evidence),
    )
