"""How long one execution of a state machine may take, as far as its definition tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.nodes.workflows import StateMachine

from .edges import graph, one

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: a.b, CodeUri: src/, Timeout: 20}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: EXPRESS
      Definition: DEFINITION
"""


@pytest.mark.parametrize(
    ("definition", "seconds"),
    [
        # Waits add up; a branch that is not taken does not.
        (
            (
                "{StartAt: A, States: {A: {Type: Wait, Seconds: 5, Next: B}, B: {Type: Choice,"
                " Choices: [{Variable: $.x, BooleanEquals: true, Next: C}], Default: D},"
                " C: {Type: Wait, Seconds: 7, End: true}, D: {Type: Wait, Seconds: 2, End: true}}}"
            ),
            12,
        ),
        # A task is bounded by its function, or sooner by itself.
        (
            (
                "{StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Work.Arn, Next: B},"
                " B: {Type: Task, Resource: !GetAtt Work.Arn, TimeoutSeconds: 3, End: true}}}"
            ),
            23,
        ),
        # Branches run side by side.
        (
            (
                "{StartAt: P, States: {P: {Type: Parallel, End: true, Branches: ["
                "{StartAt: A, States: {A: {Type: Wait, Seconds: 4, End: true}}},"
                "{StartAt: B, States: {B: {Type: Wait, Seconds: 9, End: true}}}]}}}"
            ),
            9,
        ),
        # Of a loop one round counts; what nothing bounds counts as nothing.
        (
            (
                "{StartAt: A, States: {A: {Type: Wait, Seconds: 6, Next: B},"
                " B: {Type: Wait, SecondsPath: $.x, Next: A}}}"
            ),
            6,
        ),
    ],
)
def test_the_longest_way_through_a_machine_is_found(
    tmp_path: Path, definition: str, seconds: float
) -> None:
    architecture = graph(tmp_path, TEMPLATE.replace("DEFINITION", definition))
    found, states = architecture.longest_run(one(architecture, StateMachine))
    assert found == seconds
    assert states
