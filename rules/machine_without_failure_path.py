"""Nothing in or around the state machine answers a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Alarm,
    Confidence,
    EventRule,
    Mode,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL033",
    name="machine-without-failure-path",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="nothing in or around the state machine answers a failure",
    rationale="""
        When a task fails for good and nothing catches it, the execution ends as failed and stands
        in a list. Unless a state tells somebody or takes back what was done, or an alarm or a rule
        watches the state machine, nobody hears of it.
        """,
    remediation="""
        Catch errors and lead them to a state that tells or takes back, or add an alarm on
        ExecutionsFailed or a rule on status changes.
        """,
    when_to_ignore="""
        Whoever starts an execution waits for its end.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:  # <-- nothing answers a failure of 'Orders'
            Type: AWS::Serverless::StateMachine
            Properties:

              Definition:
                StartAt: Send
                States:
                  Send:
                    Type: Task
                    Resource: arn:aws:states:::sqs:sendMessage
                    Parameters: {QueueUrl: !Ref Queue, MessageBody: hello}
                    End: true
          Queue:
            Type: AWS::SQS::Queue
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                  Payload.$: $
                ResultSelector:
                  paid.$: $.Payload.paid
                Retry:
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
                      - Lambda.TooManyRequestsException
                    MaxAttempts: 5
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotDone
                Cause: the work could not be done
            """,
    },
    references=(
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html",
    ),
    aggregate="nothing answers a failure of {count} state machines: {names}",
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    machines = [m for m in architecture.all(StateMachine) if _is_silent(architecture, m)]
    if not machines or _rule_listens(architecture):
        return
    watched = {node.id for alarm in architecture.all(Alarm) for node in alarm.watched}
    for machine in machines:
        if machine.id in watched:
            continue
        yield rule.finding(
            f"nothing answers a failure of '{machine.name}': no state catches, no alarm watches",
            at=machine.at(label="no Catch in its definition"),
            why="a failed execution stands in a list that nobody reads",
            remediation=f"""
                {architecture.free_name(f"{machine.name}Failures", near=machine)}:
                  Type: AWS::CloudWatch::Alarm
                  Properties:
                    Namespace: AWS/States
                    MetricName: ExecutionsFailed
                    Dimensions: [{{Name: StateMachineArn, Value: !Ref {machine.name}}}]
                    Statistic: Sum
                    Period: 300
                    EvaluationPeriods: 1
                    Threshold: 1
                    ComparisonOperator: GreaterThanOrEqualToThreshold
                    TreatMissingData: notBreaching
                """,
        )


def _is_silent(architecture: Architecture, machine: StateMachine) -> bool:
    if machine.workflow is None or machine.stands_alone or machine.is_express is not False:
        return False
    if any(state.data.get("Catch") for state in machine.workflow.states()):
        return False
    # Who starts it and waits hears of its end.
    if any(edge.mode is Mode.SYNCHRONOUS for edge in architecture.incoming(machine)):
        return False
    return any(task.changes_something for task in architecture.workflow_tasks(machine))


def _rule_listens(architecture: Architecture) -> bool:
    """Tell whether a rule on status changes of executions is there; which machine is left open."""
    for event_rule in architecture.all(EventRule):
        pattern = event_rule.pattern
        if isinstance(pattern, Unknown):
            return True
        sources = pattern.get("source") if isinstance(pattern, dict) else None
        if isinstance(sources, Unknown) or (isinstance(sources, list) and "aws.states" in sources):
            return True
    return False
