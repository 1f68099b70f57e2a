"""A state machine whose executions start the next one, with nothing to end that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Pillar,
    Rule,
    RuleTarget,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Edge,
        EventRule,
        Finding,
        NotJudged,
        Value,
    )

rule = Rule(
    id="ARC017",
    name="workflow-starts-itself",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="state machine starts itself",
    rationale="""
        An execution that starts another one of the same state machine goes on for ever unless a
        Choice ends it. So does a rule for the status changes of executions that starts the machine
        whose changes it matches: its own start is such a change. Nothing at AWS stops such a loop.
        """,
    remediation="""
        Let a Choice state decide whether to go on. In the pattern of a rule name the state machine
        and the status that it is for.
        """,
    when_to_ignore="""
        Something outside the definition ends the loop.
        """,
    bad="""
        Resources:
          Nightly:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              StateMachineName: nightly
              RoleArn: arn:aws:iam::111122223333:role/nightly
              Definition:
                StartAt: Work
                States:
                  Work: {Type: Wait, Seconds: 60, Next: Again}
                  Again:  # <-- 'Nightly' starts itself again
                    Type: Task
                    Resource: arn:aws:states:::states:startExecution
                    Parameters:
                      StateMachineArn: arn:aws:states:eu-west-1:111122223333:stateMachine:nightly
                    End: true
        """,
    good="""
        Resources:
          Nightly:
            Type: AWS::StepFunctions::StateMachine
            Properties:
              StateMachineName: nightly
              RoleArn: arn:aws:iam::111122223333:role/nightly
              Definition:
                StartAt: Work
                States:
                  Work: {Type: Wait, Seconds: 60, Next: Next}
                  Next:
                    Type: Task
                    Resource: arn:aws:states:::states:startExecution
                    Parameters:
                      StateMachineArn: arn:aws:states:eu-west-1:111122223333:stateMachine:other
                    End: true
        """,
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/tutorial-continue-new.html",
    ),
)

_STATUS = "Step Functions Execution Status Change"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for machine in architecture.all(StateMachine):
        for edge in architecture.outgoing(machine, EdgeKind.STARTS):
            if edge.target is machine and edge.evidence is Evidence.DECLARED:
                yield _itself(machine, edge)
        # An express workflow sends no events of its status.
        if machine.is_express is True:
            continue
        for edge in architecture.incoming(machine, EdgeKind.STARTS):
            target = edge.declared_by
            if not isinstance(target, RuleTarget) or target.rule.enabled is not True:
                continue
            if _matches_own(architecture, target.rule, machine):
                yield _by_rule(machine, target)


def _itself(machine: StateMachine, edge: Edge) -> Finding:
    decides = machine.workflow is not None and any(machine.workflow.states("Choice"))
    return rule.finding(
        f"'{machine.name}' starts itself again",
        at=edge.declared_by.at(label="starts the state machine that it is in"),
        why="whether it ends is up to a Choice" if decides else "no Choice ends it",
        remediation="""
            Again or not:
              Type: Choice
              Choices:
                - Variable: $.remaining
                  NumericGreaterThan: 0
                  Next: <the state that starts it again>
              Default: <the end>
            """,
        # To go on in a new execution is the documented way around the limit of 25,000 events.
        severity=Severity.INFO if decides else None,
        evidence=edge.evidence,
        about=(machine.name,),
    )


def _matches_own(architecture: Architecture, each: EventRule, machine: StateMachine) -> bool:
    """Tell whether the pattern of a rule certainly matches executions of a machine."""
    pattern = each.pattern
    if not isinstance(pattern, dict):
        return False
    kinds = pattern.get("detail-type")
    if not isinstance(kinds, list) or _STATUS not in kinds:
        return False
    detail = pattern.get("detail")
    if detail is not None and not isinstance(detail, dict):
        return False
    asked = detail or {}
    # A start is as good as any status; what asks for other fields may match nothing of its own.
    if not set(asked) <= {"stateMachineArn", "status"}:
        return False
    machines: Value = asked.get("stateMachineArn")
    if machines is not None:
        values = machines if isinstance(machines, list) else []
        if not any(architecture.node_of(value, near=each) is machine for value in values):
            return False
    statuses = asked.get("status")
    # A failure may well be tried again.
    return statuses is None or (
        isinstance(statuses, list) and not {"RUNNING", "SUCCEEDED"}.isdisjoint(map(str, statuses))
    )


def _by_rule(machine: StateMachine, target: RuleTarget) -> Finding:
    each = target.rule
    return rule.finding(
        f"'{each.title}' starts '{machine.name}' for the status of its own executions",
        at=each.at("EventPattern", label=f"matches '{machine.name}' as well"),
        related=[target.at(label=f"starts '{machine.name}'")],
        why="each execution is a change of status that starts the next one",
        remediation="""
            EventPattern:
              source: [aws.states]
              detail-type: [Step Functions Execution Status Change]
              detail:
                stateMachineArn: [<the state machine that comes before>]
                status: [SUCCEEDED]
            """,
        evidence=Evidence.DECLARED,
        about=(machine.name, each.name),
    )
