"""What rules may ask of state machines: faults, tasks, the file of the definition, the role."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from advisor import StateMachine, Unknown, definition_file
from advisor.reporters.workflow_diagram import render_workflow
from advisor.rules.wording import counted, listed

from .graphs import FUNCTION, graph_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

DONE = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}


def architecture_of(folder: Path, definition: object, more: str = "") -> Architecture:
    """Return the graph of a template with one machine, `Flow`, and further lines."""
    text = json.dumps(definition)
    return graph_of(
        folder,
        f"""
    Resources:
      Fn: {FUNCTION}
      Flow:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          RoleArn: !GetAtt Acting.Arn
          DefinitionSubstitutions: {{Fn: !GetAtt Fn.Arn}}
          Definition: {text}
      Acting:
        Type: AWS::IAM::Role
        Properties:
          AssumeRolePolicyDocument: {{}}
{more}""",
    )


def machine_in(architecture: Architecture) -> StateMachine:
    return architecture.all(StateMachine)[0]


def flow(**states: object) -> dict[str, object]:
    return {"StartAt": next(iter(states)), "States": states}


@pytest.mark.parametrize(
    ("definition", "kind", "words"),
    [
        ({"States": {}}, "shape", "no 'StartAt'"),
        (flow(A={"Type": "Pass", "Next": "B"}), "target", "'B', which does not exist"),
        (flow(A={"Type": "Succeed"}, B={"Type": "Fail"}), "unreachable", "'B' cannot be reached"),
        (flow(A={"Type": "Pass"}), "ending", "neither 'Next' nor 'End'"),
        (flow(**{"A" * 81: {"Type": "Succeed"}}), "name", "81 characters"),
        (flow(A={"Type": "Wait", "Seconds": -1, "End": True}), "field", "-1"),
        (flow(A={"Type": "Pass", "InputPath": "a", "End": True}), "path", "'a'"),
        (flow(A={"Type": "Pass", "Output": 1, "End": True}), "language", "JSONata"),
        (flow(A={"Type": "Task", "Resource": "x", "End": True}), "resource", "'x'"),
        (
            flow(A={"Type": "Pass", "Parameters": {"a": "$.b"}, "End": True}),
            "undelimited",
            "passes the text",
        ),
    ],
)
def test_a_fault_is_told_under_its_kind(
    tmp_path: Path, definition: object, kind: str, words: str
) -> None:
    architecture = architecture_of(tmp_path, definition)
    faults = architecture.definition_faults(machine_in(architecture), kind)
    assert any(words in fault.message for fault in faults)
    assert all(fault.place.path == "main.yaml" for fault in faults)


def test_a_misspelt_target_comes_with_the_change_that_mends_it(tmp_path: Path) -> None:
    definition = flow(Send={"Type": "Pass", "Next": "Shipp"}, Ship={"Type": "Succeed"})
    architecture = architecture_of(tmp_path, definition)
    (fault,) = architecture.definition_faults(machine_in(architecture), "target")
    assert fault.suggestion == "Ship"
    change = fault.change("Ship")
    assert change is not None
    assert change.pointer[-3:] == ("States", "Send", "Next")


def test_tasks_know_what_they_run_and_whether_that_changes_anything(tmp_path: Path) -> None:
    definition = flow(
        Run={"Type": "Task", "Resource": "${Fn}", "Next": "Get"},
        Get={"Type": "Task", "Resource": "arn:aws:states:::dynamodb:getItem", "Next": "Put"},
        Put={"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True},
    )
    architecture = architecture_of(tmp_path, definition)
    run, get, put = architecture.workflow_tasks(machine_in(architecture))
    assert run.function is not None
    assert run.function.name == "Fn"
    assert [task.changes_something for task in (run, get, put)] == [True, False, True]
    assert [task.label for task in (run, get, put)] == [
        "lambda:invoke",
        "dynamodb:getItem",
        "dynamodb:putItem",
    ]


@pytest.mark.parametrize(
    ("policies", "answer"),
    [
        ("", False),
        ("          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess']", False),
        ("          ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']", None),
        (
            (
                "          Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Effect: Allow,"
                " Action: 'sqs:Send*', Resource: '*'}]}}]"
            ),
            True,
        ),
        (
            (
                "          Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Effect: Deny,"
                " Action: 'sqs:*', Resource: '*'}]}}]"
            ),
            False,
        ),
        (
            (
                "          Policies: [{PolicyName: a, PolicyDocument: {Statement: [{Effect: Allow,"
                " NotAction: 'iam:*', Resource: '*'}]}}]"
            ),
            None,
        ),
    ],
)
def test_a_role_tells_what_it_allows(tmp_path: Path, policies: str, answer: object) -> None:
    architecture = architecture_of(tmp_path, DONE, policies)
    machine = machine_in(architecture)
    role = architecture.role_permissions(machine.role, machine)
    assert role is not None
    may = role.may("sqs:SendMessage")
    assert (None if isinstance(may, Unknown) else may) is answer


@pytest.mark.parametrize(
    ("written", "exists", "instead"),
    [
        ("flow/orders.asl.json", True, ""),
        ("flow/Orders.asl.json", False, "flow/orders.asl.json"),
        ("flow/order.asl.json", False, "flow/orders.asl.json"),
        ("flows/orders.asl.json", False, ""),
    ],
)
def test_the_file_of_a_definition_is_there_under_exactly_its_name(
    tmp_path: Path, written: str, exists: object, instead: str
) -> None:
    (tmp_path / "flow").mkdir()
    (tmp_path / "flow" / "orders.asl.json").write_text(json.dumps(DONE))
    text = f"""
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties: {{DefinitionUri: {written}}}
    """
    file = definition_file(machine_in(graph_of(tmp_path, text)))
    assert file is not None
    assert (file.exists, file.instead, file.written) == (exists, instead, written)


@pytest.mark.parametrize("written", ["s3://bucket/key", "../../../etc/passwd", "/etc/passwd"])
def test_a_definition_outside_of_the_project_is_not_looked_for(
    tmp_path: Path, written: str
) -> None:
    text = f"""
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Flow:
        Type: AWS::Serverless::StateMachine
        Properties: {{DefinitionUri: {written}}}
    """
    assert definition_file(machine_in(graph_of(tmp_path, text))) is None


def test_a_machine_is_drawn_with_its_ways_its_targets_and_what_is_inside(tmp_path: Path) -> None:
    definition = flow(
        Each={
            "Type": "Map",
            "MaxConcurrency": 5,
            "ItemProcessor": flow(
                Run={
                    "Type": "Task",
                    "Resource": "${Fn}",
                    "TimeoutSeconds": 10,
                    "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 2}],
                    "End": True,
                }
            ),
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Bad"}],
            "Next": "Ask",
        },
        Ask={
            "Type": "Choice",
            "Choices": [{"Variable": "$.n", "NumericEquals": 1, "Next": "Pause"}],
            "Default": "Bad",
        },
        Pause={"Type": "Wait", "Seconds": 30, "Next": "Ask"},
        Bad={"Type": "Fail"},
    )
    architecture = architecture_of(tmp_path, definition)
    text = render_workflow(architecture, machine_in(architecture), ascii=True)
    assert text.splitlines() == [
        "Flow  Standard, 5 states, JSONPath",
        "",
        "  Each  map 5 at a time",
        "      next --> Ask",
        "      catch States.ALL --> Bad",
        "    each item:",
        "      Run  lambda:invoke -> Fn 10 s",
        "          retry States.ALL, 2 times",
        "          end",
        "  Ask  choice",
        "      if $.n NumericEquals 1 --> Pause",
        "      else --> Bad",
        "  Pause  wait 30 s",
        "      next --> Ask",
        "  Bad  fail",
    ]


def test_a_deep_machine_is_drawn_without_recursion(tmp_path: Path) -> None:
    inner: dict[str, object] = flow(S={"Type": "Succeed"})
    for level in range(15):
        inner = flow(**{f"P{level}": {"Type": "Parallel", "Branches": [inner], "End": True}})
    architecture = architecture_of(tmp_path, inner)
    assert "deeper" in render_workflow(architecture, machine_in(architecture))


def test_names_are_listed_as_a_reader_does() -> None:
    assert listed(["a"]) == "'a'"
    assert listed(["a", "b", "a"]) == "'a' and 'b'"
    assert listed("abcde") == "'a', 'b', 'c' and 2 more"
    assert (counted(1, "ARN"), counted(2, "ARN")) == ("1 ARN", "2 ARNs")
