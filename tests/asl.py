"""Small state machines for tests, and what is said of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.workflows.reader import read_definition, read_workflow
from advisor.workflows.validity import Weight, validate

if TYPE_CHECKING:
    from advisor.workflows.validity import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:f"
INVOKE = "arn:aws:states:::lambda:invoke"
OK: dict[str, object] = {"Type": "Pass", "End": True}


def judge(data: object, machine_type: str | None = None) -> list[Problem]:
    workflow = read_workflow(read_definition(json.dumps(data), "x.asl.json"))
    return validate(workflow, machine_type=machine_type)


def errors(data: object, machine_type: str | None = None) -> list[str]:
    found = judge(data, machine_type)
    return [problem.message for problem in found if problem.severity is Weight.ERROR]


def one(state: object, **more: object) -> dict[str, object]:
    """Return a machine that starts with the state 'A' and also has 'B', which A may lead to."""
    machine: dict[str, object] = {"StartAt": "A", "States": {"A": state}}
    text = json.dumps(state)
    if '"Next": "B"' in text or '"Default": "B"' in text:
        machine["States"] = {"A": state, "B": OK}
    return machine | more


def task(**more: object) -> dict[str, object]:
    return {"Type": "Task", "Resource": LAMBDA, "End": True} | more


def inner(**states: object) -> dict[str, object]:
    return {"StartAt": next(iter(states)), "States": states}


def map_(**more: object) -> dict[str, object]:
    return {"Type": "Map", "ItemProcessor": inner(I=OK), "End": True} | more


def distributed(config: object = None, **more: object) -> dict[str, object]:
    config = config or {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    return map_(ItemProcessor=inner(I=OK) | {"ProcessorConfig": config}, **more)


def choice(*rules: object, **more: object) -> dict[str, object]:
    return {"Type": "Choice", "Choices": list(rules), "Default": "B"} | more


def retry(**more: object) -> dict[str, object]:
    return task(Retry=[{"ErrorEquals": ["States.ALL"]} | more])


def rule(**more: object) -> dict[str, object]:
    return {"Variable": "$.a", "Next": "B"} | more


def without(data: Mapping[str, object], key: str) -> dict[str, object]:
    return {name: value for name, value in data.items() if name != key}


FIXED = {"Type": "Parallel", "Branches": [inner(I=OK)], "End": True}
S3_GET = "arn:aws:states:::s3:getObject"
READER = {"Resource": S3_GET, "ReaderConfig": {"InputType": "CSV"}}


Matrix = dict[str, tuple[object, object, str]]
"""Name of a rule → a machine that breaks it, its valid twin, words of the message."""


def check_twins(bad: object, good: object, words: str, machine_type: str | None = None) -> None:
    """Assert that one machine is refused with the words and that nothing is said of the other."""
    problems = judge(bad, machine_type)
    found = [problem.message for problem in problems if problem.severity is Weight.ERROR]
    assert any(words in message for message in found), found
    assert [problem.message for problem in judge(good, machine_type)] == []
    for problem in problems:
        assert "\n" not in problem.message
        assert not problem.message.endswith(".")
        assert problem.message[0] == "'" or problem.message[0].islower()
