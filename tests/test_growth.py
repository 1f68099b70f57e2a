"""The work of an analysis grows with its input, not with the square of it: counted in calls."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

SMALL = 40
MOST = 2.3
"""Calls for twice the input, in times of those for the input; the rest is what one run costs."""

PRINCIPAL = {"Service": "lambda.amazonaws.com"}


def machine(folder: Path, count: int) -> None:
    states: dict[str, object] = {
        f"State{number}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${worker}", "Payload.$": "$"},
            "Next": f"State{number + 1}",
        }
        for number in range(count)
    }
    states[f"State{count}"] = {"Type": "Succeed"}
    properties = {
        "DefinitionString": json.dumps({"StartAt": "State0", "States": states}, indent=1),
        "DefinitionSubstitutions": {"worker": {"Fn::GetAtt": ["Worker", "Arn"]}},
        "RoleArn": "arn:aws:iam::123456789012:role/machine",
    }
    write(
        folder / "template.json",
        {
            "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties},
            "Worker": {"Type": "AWS::Lambda::Function", "Properties": function("Worker")},
        },
    )


def repository(folder: Path, count: int) -> None:
    for number in range(count):
        write(folder / f"service{number}.json", service(f"Service{number}"))


def one_template(folder: Path, count: int) -> None:
    resources: dict[str, object] = {}
    for number in range(count):
        resources |= service(f"Service{number}")
    write(folder / "template.json", resources)


def function(name: str) -> dict[str, object]:
    return {
        "Runtime": "python3.13",
        "Handler": "app.handler",
        "Code": {"S3Bucket": "artifacts", "S3Key": f"{name}.zip"},
        "Role": {"Fn::GetAtt": [f"{name}Role", "Arn"]},
        "Timeout": 60,
    }


def service(name: str) -> dict[str, object]:
    """Return an API whose function may run for longer than it waits, and the function's role."""
    arn = {"Fn::GetAtt": [f"{name}Function", "Arn"]}
    api = {"Ref": f"{name}Api"}
    target = {"Fn::Sub": f"integrations/${{{name}Integration}}"}
    trust = {"Effect": "Allow", "Principal": PRINCIPAL, "Action": "sts:AssumeRole"}
    called = {
        "ApiId": api,
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": arn,
        "PayloadFormatVersion": "2.0",
    }
    return {
        f"{name}Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}
            },
        },
        f"{name}Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": function(name),
        },
        f"{name}Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": name, "ProtocolType": "HTTP"},
        },
        f"{name}Integration": {"Type": "AWS::ApiGatewayV2::Integration", "Properties": called},
        f"{name}Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {"ApiId": api, "RouteKey": "GET /items", "Target": target},
        },
    }


def write(file: Path, resources: dict[str, object]) -> None:
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    file.write_text(json.dumps(template), encoding="utf-8")


def calls_of(folder: Path) -> int:
    """Return how many functions, of Python and of C, are called for an analysis of a folder."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        report = analyze([folder], Config())
    finally:
        sys.setprofile(before)
    assert report.findings, "what is measured is to reach the findings"
    return count


@pytest.mark.parametrize("build", [machine, one_template, repository])
def test_twice_the_input_is_at_most_twice_the_work(
    tmp_path: Path, build: Callable[[Path, int], None]
) -> None:
    counts = []
    # The first run also imports modules and rules; it is not counted.
    for number, size in enumerate((SMALL, SMALL, 2 * SMALL)):
        folder = tmp_path / str(number)
        folder.mkdir()
        build(folder, size)
        counts.append(calls_of(folder))
    assert counts[2] <= MOST * counts[1]
