"""From state machines to what their tasks call, in every form a definition may have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.workflows import StateMachine, StateNode
from advisor.architecture.waits import Wait, caller_wait
from advisor.templates.values import Reference, Text

from .graphs import FUNCTION, edge_between, edges_between, graph_of, node_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

HEAD = f"""
    Resources:
      Fn: {FUNCTION}
      Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Fn, Name: live}}}}
      Queue: {{Type: AWS::SQS::Queue}}
      Topic: {{Type: AWS::SNS::Topic}}
      Table: {{Type: AWS::DynamoDB::Table}}
      Child: {{Type: AWS::StepFunctions::StateMachine}}
      Work: {{Type: AWS::StepFunctions::Activity}}
      Machine:
        Type: AWS::StepFunctions::StateMachine
        Properties:
"""


def task(resource: str, **parameters: object) -> dict[str, object]:
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}


def machine_of(folder: Path, state: dict[str, object], substitutions: str) -> Architecture:
    """Return the graph of a machine whose definition of one state lies in a file."""
    text = json.dumps({"StartAt": "Do", "States": {"Do": state}}, indent=2)
    (folder / "flow.asl.json").write_text(text, encoding="utf-8")
    return graph_of(
        folder,
        HEAD
        + f"""
          DefinitionUri: flow.asl.json
          DefinitionSubstitutions: {{{substitutions}}}
""",
    )


SUFFIX = "arn:aws:states:::"


@pytest.mark.parametrize(
    ("state", "substitutions", "target", "kind", "mode"),
    [
        (
            task(f"{SUFFIX}lambda:invoke", FunctionName="${F}"),
            "F: !GetAtt Fn.Arn",
            "Fn",
            EdgeKind.INVOKES,
            Mode.SYNCHRONOUS,
        ),
        (
            task(f"{SUFFIX}lambda:invoke.waitForTaskToken", FunctionName="${F}"),
            "F: !Ref Fn",
            "Fn",
            EdgeKind.INVOKES,
            Mode.SYNCHRONOUS,
        ),
        (
            task(f"{SUFFIX}lambda:invoke", FunctionName="${F}", InvocationType="Event"),
            "F: !Ref Live",
            "Fn",
            EdgeKind.INVOKES,
            Mode.ASYNCHRONOUS,
        ),
        (task("${F}"), "F: !GetAtt Fn.Arn", "Fn", EdgeKind.INVOKES, Mode.SYNCHRONOUS),
        (task("${W}"), "W: !Ref Work", "Work", EdgeKind.STARTS, Mode.ASYNCHRONOUS),
        (
            task(f"{SUFFIX}sqs:sendMessage", QueueUrl="${Q}"),
            "Q: !Ref Queue",
            "Queue",
            EdgeKind.PUBLISHES,
            None,
        ),
        (
            task(f"{SUFFIX}sns:publish", TopicArn="${T}"),
            "T: !Ref Topic",
            "Topic",
            EdgeKind.PUBLISHES,
            None,
        ),
        (
            task(f"{SUFFIX}dynamodb:getItem", TableName="${T}"),
            "T: !Ref Table",
            "Table",
            EdgeKind.READS,
            None,
        ),
        (
            task(f"{SUFFIX}aws-sdk:dynamodb:putItem", TableName="${T}"),
            "T: !Ref Table",
            "Table",
            EdgeKind.WRITES,
            None,
        ),
        (
            task("${I}", TableName="${T}"),
            'I: !Sub "arn:${AWS::Partition}:states:::dynamodb:putItem", T: !Ref Table',
            "Table",
            EdgeKind.WRITES,
            None,
        ),
        (
            task(f"{SUFFIX}states:startExecution.sync:2", StateMachineArn="${C}"),
            "C: !Ref Child",
            "Child",
            EdgeKind.STARTS,
            Mode.SYNCHRONOUS,
        ),
        (
            task(f"{SUFFIX}states:startExecution", StateMachineArn="${C}"),
            "C: !Ref Child",
            "Child",
            EdgeKind.STARTS,
            Mode.ASYNCHRONOUS,
        ),
    ],
)
def test_a_task_leads_to_what_it_calls(
    tmp_path: Path,
    *,
    state: dict[str, object],
    substitutions: str,
    target: str,
    kind: EdgeKind,
    mode: Mode | None,
) -> None:
    graph = machine_of(tmp_path, state, substitutions)
    edge = edge_between(graph, "Machine", target, kind)
    assert edge.mode is mode
    assert edge.evidence is Evidence.DECLARED
    assert isinstance(edge.declared_by, StateNode)
    assert edge.at().path == "flow.asl.json"
    assert edge.at().span.start.line > 1


def test_what_the_execution_decides_leads_nowhere(tmp_path: Path) -> None:
    state = {"Type": "Task", "Resource": f"{SUFFIX}lambda:invoke", "End": True}
    graph = machine_of(tmp_path, {**state, "Parameters": {"FunctionName.$": "$.f"}}, "")
    assert not list(graph.edges(EdgeKind.INVOKES))


@pytest.mark.parametrize(
    "definition",
    [
        """
          DefinitionString: !Sub |
            {"StartAt": "Do", "States": {
              "Do": {"Type": "Task", "Resource": "${Fn.Arn}", "TimeoutSeconds": 20, "End": true}
            }}
""",
        """
          DefinitionString: !Sub
            - '{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "${F}",
              "TimeoutSeconds": 20, "End": true}}}'
            - {F: !GetAtt Fn.Arn}
""",
        """
          DefinitionString: !Join
            - ''
            - - '{"StartAt": "Do", "States": {"Do": {"Type": "Task", "TimeoutSeconds": 20,'
              - '"Resource": "'
              - !GetAtt Fn.Arn
              - '", "End": true}}}'
""",
        """
          Definition:
            StartAt: Do
            States:
              Do: {Type: Task, Resource: !GetAtt Fn.Arn, TimeoutSeconds: 20, End: true}
""",
        """
          DefinitionString: '{"StartAt": "Do", "States": {"Do": {"Type": "Task",
            "Resource": "${F}", "TimeoutSeconds": ${T}, "End": true}}}'
          DefinitionSubstitutions: {F: !GetAtt Fn.Arn, T: 20}
""",
    ],
)
def test_a_definition_is_read_in_every_form(tmp_path: Path, definition: str) -> None:
    graph = graph_of(tmp_path, HEAD + definition)
    edge = edge_between(graph, "Machine", "Fn", EdgeKind.INVOKES)
    wait = caller_wait(edge)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.configured) == (20, True)
    assert edge.at().path == "main.yaml"


def test_a_task_without_a_timeout_waits_for_ever(tmp_path: Path) -> None:
    state = task(f"{SUFFIX}lambda:invoke", FunctionName="${F}")
    graph = machine_of(tmp_path, state, "F: !Ref Fn")
    wait = caller_wait(edge_between(graph, "Machine", "Fn", EdgeKind.INVOKES))
    assert isinstance(wait, Wait)
    assert wait.seconds > 10_000_000
    assert not wait.configured


def test_an_express_machine_waits_no_longer_than_it_lives(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        HEAD
        + """
          StateMachineType: EXPRESS
          Definition:
            StartAt: Do
            States: {Do: {Type: Task, Resource: !GetAtt Fn.Arn, End: true}}
""",
    )
    wait = caller_wait(edge_between(graph, "Machine", "Fn", EdgeKind.INVOKES))
    assert isinstance(wait, Wait)
    assert wait.seconds == 300
    machine = node_of(graph, "Machine")
    assert isinstance(machine, StateMachine)
    assert machine.is_express is True
    assert machine.has_log is False


def test_events_without_a_bus_go_to_the_default_bus(tmp_path: Path) -> None:
    state = task(f"{SUFFIX}events:putEvents", Entries=[{"Source": "s"}])
    graph = machine_of(tmp_path, state, "")
    (edge,) = [e for e in graph.edges(EdgeKind.PUBLISHES) if e.source.name == "Machine"]
    assert edge.target.name == "default event bus"


def test_a_state_answers_with_resolved_values(tmp_path: Path) -> None:
    state = task("${F}", Payload="a-${F}")
    graph = machine_of(tmp_path, state, "F: !GetAtt Fn.Arn")
    node = node_of(graph, "Do")
    arn = Reference("main.yaml", "Fn", "Arn")
    assert node.get("Resource") == arn
    assert node.get("Parameters", "Payload") == Text(("a-", arn))
    assert node.get("Nothing") is None
    assert node.type == ""
    assert edges_between(graph, "Machine", "Do", EdgeKind.CONTAINS)


@pytest.mark.parametrize(
    "definition",
    [
        "DefinitionString: '{\"StartAt\": '",
        "DefinitionString: !Ref AWS::Region",
        "DefinitionUri: s3://bucket/key",
        "DefinitionUri: ../../../etc/passwd",
        "DefinitionUri: missing.asl.json",
        "Definition: [1, 2]",
        "Definition: {StartAt: 1, States: {A: 1, B: {Type: [Task]}}}",
    ],
)
def test_a_definition_that_cannot_be_read_leaves_the_machine(
    tmp_path: Path, definition: str
) -> None:
    graph = graph_of(tmp_path, HEAD + f"          {definition}\n")
    machine = node_of(graph, "Machine")
    assert isinstance(machine, StateMachine)
    assert not graph.outgoing(machine, EdgeKind.INVOKES)
