"""Functions whose events go round: each one causes the next, and the last the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    EventBus,
    EventRule,
    EventSourceMapping,
    Evidence,
    External,
    Function,
    Mode,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    Subscription,
    sources_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Edge,
        Finding,
        NotJudged,
        Walk,
    )

rule = Rule(
    id="ARC019",
    name="event-cycle",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    applies_to=Function,
    summary="events of several functions may go round",
    rationale="""
        Each of these functions may cause the event of the next one, and the last that of the
        first. Pairs of queues for question and answer look just like that, and so do retries on
        purpose; an event that nobody takes out of the circle goes round until Lambda stops it, or
        for ever where part of the way is none that Lambda sees.
        """,
    remediation="""
        Make sure that at least one of the functions ends the circle, and take permissions off
        that are not needed.
        """,
    when_to_ignore="""
        The circle is a question and its answer, or counts its rounds.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: nodejs22.x, Handler: app.handler, CodeUri: build/}
        Resources:
          Asked:
            Type: AWS::SQS::Queue
          Answered:
            Type: AWS::SQS::Queue
          Ask:
            Type: AWS::Serverless::Function
            Properties:
              Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Asked.QueueName}}]
              Events:
                Answer: {Type: SQS, Properties: {Queue: !GetAtt Answered.Arn}}
          Answer:  # <-- events may go round: 'Answer', 'Answered', 'Ask', 'Asked'
            Type: AWS::Serverless::Function
            Properties:
              Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Answered.QueueName}}]
              Events:
                Question: {Type: SQS, Properties: {Queue: !GetAtt Asked.Arn}}
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function: {Runtime: nodejs22.x, Handler: app.handler, CodeUri: build/}
        Resources:
          Asked:
            Type: AWS::SQS::Queue
          Ask:
            Type: AWS::Serverless::Function
            Properties:
              Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Asked.QueueName}}]
          Answer:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Question: {Type: SQS, Properties: {Queue: !GetAtt Asked.Arn}}
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",),
    preview=True,
)

_FLOW = {
    EdgeKind.INVOKES,
    EdgeKind.FEEDS,
    EdgeKind.PUBLISHES,
    EdgeKind.STARTS,
    EdgeKind.WRITES,
    EdgeKind.ROUTES,
}
_MOST = 5  # circles told of one architecture


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    told: set[frozenset[str]] = set()
    for walk in architecture.cycles(_flows, longest=6):
        runners = [node for node in walk.nodes[:-1] if isinstance(node, (Function, StateMachine))]
        functions = [node for node in runners if isinstance(node, Function)]
        # What leads one function back to itself other rules tell more exactly.
        alone = len(runners) == 1 and len(walk.edges) > 1
        key = frozenset(node.id for node in walk.nodes)
        if not functions or alone or key in told or len(told) >= _MOST:
            continue
        told.add(key)
        yield _finding(walk, functions[0])


def _flows(edge: Edge) -> bool:
    if edge.kind not in _FLOW or edge.evidence < Evidence.GRANTED:
        return False
    declared = edge.declared_by
    if isinstance(declared, EventSourceMapping):
        return declared.filters == []
    if isinstance(declared, Subscription):
        return declared.filter_policy is None
    if isinstance(edge.target, EventRule):
        # All events pass the same bus: a rule that asks for a source has its reason.
        return sources_of(edge.target) is None
    if isinstance(edge.target, (EventBus, External)) and edge.kind is EdgeKind.PUBLISHES:
        return isinstance(edge.target, EventBus)
    # Who waits for an answer ends the circle by getting it.
    return edge.mode is not Mode.SYNCHRONOUS


def _finding(walk: Walk, first: Function) -> Finding:
    nodes = list(walk.nodes[:-1])
    at = nodes.index(first)
    names = [node.title for node in (*nodes[at:], *nodes[:at])]
    shown = ", ".join(f"'{name}'" for name in dict.fromkeys(names))
    return rule.finding(
        f"events may go round: {shown}",
        at=first.at(label="comes back to itself"),
        related=[
            edge.at(label=f"{edge.via or 'leads'} to '{edge.target.title}'") for edge in walk.edges
        ],
        why="an event that nobody takes out goes round until something stops it",
        remediation="# end the circle in one of the functions, or take a permission off",
        evidence=min(edge.evidence for edge in walk.edges),
        about=sorted({node.name for node in nodes}),
    )
