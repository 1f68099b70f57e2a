"""Task is given another attribute of its target than the one it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Function,
    Pillar,
    Queue,
    Reference,
    Rule,
    Severity,
    StateMachine,
    Topic,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Location,
        Node,
        State,
    )

rule = Rule(
    id="WFL022",
    name="target-given-by-wrong-attribute",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="task is given another attribute of its target than the one it needs",
    rationale="""
        A Resource is an ARN, which of a function is its attribute Arn while Ref gives the name. A
        queue is addressed by its URL, which is what Ref gives, a topic and a state machine by
        their ARN, which Ref gives as well. With any other attribute the deployment or every run of
        the task fails.
        """,
    remediation="""
        Substitute the attribute that the field takes.
        """,
    when_to_ignore="""
        Never: no such resource exists.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              DefinitionSubstitutions:
                Queue: !GetAtt Queue.Arn
              Definition:
                StartAt: Send
                States:
                  Send:
                    Type: Task
                    Resource: arn:aws:states:::sqs:sendMessage
                    Parameters:
                      QueueUrl: ${Queue}  # <-- given the ARN of 'Queue' instead of its URL
                      MessageBody: hello
                    End: true
          Queue:
            Type: AWS::SQS::Queue
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Wait
            States:
              Wait:
                Type: Wait
                Seconds: 60
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html",
        "https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html",
    ),
)

_FIELDS = {
    "QueueUrl": (Queue, {"Arn": "the ARN", "QueueName": "the name"}, "its URL", "!Ref {}"),
    "TopicArn": (Topic, {"TopicName": "the name"}, "its ARN", "!Ref {}"),
    "StateMachineArn": (StateMachine, {"Name": "the name"}, "its ARN", "!Ref {}"),
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for task in architecture.workflow_tasks(machine):
            state, call = task.state, task.call
            value = call.value
            if isinstance(value, Reference) and value.attribute == "":
                function = architecture.node_of(value, near=task.node)
                if isinstance(function, Function):
                    what, right = "the name", f"!GetAtt {function.name}.Arn"
                    place = state.at("Resource")
                    yield _finding(machine, state, function, (what, "its ARN", right), place)
            for key, (kind, wrong, wanted, right) in _FIELDS.items():
                argument = call.argument(key)
                given = argument.value if argument is not None else None
                if argument is None or not isinstance(given, Reference):
                    continue
                node = architecture.node_of(given, near=task.node)
                if isinstance(node, kind) and given.attribute in wrong:
                    said = (wrong[given.attribute], wanted, right.format(node.name))
                    place = state.workflow.at(argument.pointer)
                    yield _finding(machine, state, node, said, place)


def _finding(
    machine: StateMachine,
    state: State,
    node: Node,
    said: tuple[str, str, str],
    place: Location,
) -> Finding:
    what, wanted, right = said
    return rule.finding(
        f"'{state.name}' is given {what} of '{node.name}' instead of {wanted}",
        at=place,
        related=[node.at(label="what is meant")],
        why="no resource answers to that, so that the task can never run",
        remediation=f"""
            # in DefinitionSubstitutions of {machine.name}, or where the definition takes it from
            {right}
            """,
        about=machine.about,
    )
