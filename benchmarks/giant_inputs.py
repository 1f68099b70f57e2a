"""Make the giants that `giants.py` measures: repositories, templates, state machines and graphs.

Each is made from a fixed seed, so that every run has the same bytes.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

Json = dict[str, object]

SEED = 20_261_121
RUNTIMES = ("python3.13", "nodejs22.x", "python3.12")


@dataclass(frozen=True, slots=True)
class Giant:
    """An input: its name, what writes it into a folder, how many templates it has."""

    name: str
    write: Callable[[Path], None]
    templates: int = 1


def giants() -> Iterator[Giant]:
    """Yield every input, small ones of each kind first."""
    for count in (100, 1_000, 10_000):
        yield Giant(f"{count} templates, flat", _flat(count), count)
        yield Giant(f"{count} templates, in folders", _in_folders(count), count)
    for count in (50, 125, 250, 500):
        yield Giant(f"{count} resources", _single(count))
    yield Giant("5000 resources, nested", _nested(10, 500), 11)
    for count in (100, 500, 1_000):
        yield Giant(f"{count} states", _machine(count))
    for count in (50, 100, 200):
        yield Giant(f"{count} functions, dense", _dense(count))


# Many templates


def _flat(count: int) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        for number in range(count):
            _write(folder / f"service{number}.json", _small(number))

    return write


def _in_folders(count: int) -> Callable[[Path], None]:
    """Return what writes a folder for every ten templates, as the teams of a monorepo have them."""

    def write(folder: Path) -> None:
        for number in range(count):
            team = folder / "teams" / f"team{number // 10}"
            team.mkdir(parents=True, exist_ok=True)
            _write(team / f"service{number}.json", _small(number))

    return write


def _small(number: int) -> Json:
    """Return a template of ten resources; no two share a name."""
    return _template(_service(f"Service{number}", _chance(number)))


# One template, and nested ones


def _single(count: int) -> Callable[[Path], None]:
    return lambda folder: _write(folder / "template.json", _template(_mix(count)))


def _mix(count: int) -> Json:
    """Return exactly `count` resources, in services of ten and what is left of one."""
    chance = _chance()
    found: Json = {}
    number = 0
    while len(found) < count:
        found |= _service(f"Part{number}", chance)
        number += 1
    return dict(list(found.items())[:count])


def _service(name: str, chance: random.Random) -> Json:
    """Return a role, a function, a queue it reads, a rule, a permission, a table and an API."""
    table, queue = f"{name}Table", f"{name}Queue"
    grants = [
        (["dynamodb:GetItem", "dynamodb:PutItem"], {"Fn::GetAtt": [table, "Arn"]}),
        (
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            {"Fn::GetAtt": [queue, "Arn"]},
        ),
    ]
    function = _function(f"{name}Role", chance)
    variables: Json = {"TABLE_NAME": {"Ref": table}, "QUEUE_URL": {"Ref": queue}}
    function["Environment"] = {"Variables": variables}
    timeout = chance.choice((30, 60, 180))
    arn: Json = {"Fn::GetAtt": [f"{name}Function", "Arn"]}
    target = {"Id": "function", "Arn": arn}
    hours = chance.randint(2, 12)
    schedule: Json = {"ScheduleExpression": f"rate({hours} hours)", "Targets": [target]}
    permission: Json = {"Action": "lambda:InvokeFunction", "FunctionName": arn,
                        "Principal": "events.amazonaws.com",
                        "SourceArn": {"Fn::GetAtt": [f"{name}Rule", "Arn"]}}  # fmt: skip
    keys: Json = {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": chance.choice(("PAY_PER_REQUEST", "PROVISIONED")),
        "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    }
    mapping: Json = {"EventSourceArn": {"Fn::GetAtt": [queue, "Arn"]}, "BatchSize": 10,
                     "FunctionName": {"Ref": f"{name}Function"}}  # fmt: skip
    uri: Json = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
                 f"${{{name}Function.Arn}}/invocations"}  # fmt: skip
    api: Json = {"Name": name, "ProtocolType": "HTTP"}
    integration: Json = {"ApiId": {"Ref": f"{name}Api"}, "IntegrationType": "AWS_PROXY",
                         "IntegrationUri": uri, "PayloadFormatVersion": "2.0"}  # fmt: skip
    route: Json = {"ApiId": {"Ref": f"{name}Api"}, "RouteKey": "GET /items",
                   "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"}}  # fmt: skip
    return {
        f"{name}Role": _resource("IAM::Role", _role(grants)),
        table: _resource("DynamoDB::Table", keys),
        queue: _resource("SQS::Queue", {"VisibilityTimeout": timeout}),
        f"{name}Function": _resource("Lambda::Function", function),
        f"{name}Mapping": _resource("Lambda::EventSourceMapping", mapping),
        f"{name}Rule": _resource("Events::Rule", schedule),
        f"{name}Permission": _resource("Lambda::Permission", permission),
        f"{name}Api": _resource("ApiGatewayV2::Api", api),
        f"{name}Integration": _resource("ApiGatewayV2::Integration", integration),
        f"{name}Route": _resource("ApiGatewayV2::Route", route),
    }


def _nested(stacks: int, each: int) -> Callable[[Path], None]:
    """Return what writes a parent and its stacks, each given the queue of the one before."""

    def write(folder: Path) -> None:
        parent: Json = {}
        for number in range(stacks):
            resources = _mix(each - 2)
            resources["Shared"] = _resource("SQS::Queue", {})
            last = _function("Part0Role", _chance())
            last["Environment"] = {"Variables": {"NEXT_QUEUE": {"Ref": "Before"}}}
            resources["Forward"] = _resource("Lambda::Function", last)
            child = _template(resources)
            child["Parameters"] = {"Before": {"Type": "String"}}
            child["Outputs"] = {"Queue": {"Value": {"Ref": "Shared"}}}
            _write(folder / f"stack{number}.json", child)
            before = {"Fn::GetAtt": [f"Stack{number - 1}", "Outputs.Queue"]} if number else "none"
            passed: Json = {
                "TemplateURL": f"./stack{number}.json",
                "Parameters": {"Before": before},
            }
            parent[f"Stack{number}"] = _resource("CloudFormation::Stack", passed)
        _write(folder / "template.json", _template(parent))

    return write


# State machines and dense graphs


def _machine(count: int) -> Callable[[Path], None]:
    """Return what writes a chain of tasks with a choice at every tenth state."""
    states: Json = {}
    for number in range(count):
        following = f"State{number + 1}"
        if number == count - 1:
            states[f"State{number}"] = {"Type": "Succeed"}
        elif number % 10 == 9:  # every tenth
            rule = {"Variable": "$.done", "BooleanEquals": True, "Next": f"State{count - 1}"}
            states[f"State{number}"] = {"Type": "Choice", "Choices": [rule], "Default": following}
        else:
            states[f"State{number}"] = {
                "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": "${worker}", "Payload.$": "$"},
                "ResultPath": f"$.result{number % 7}", "Next": following}  # fmt: skip
    text = json.dumps({"StartAt": "State0", "States": states})
    grants = [(["lambda:InvokeFunction"], {"Fn::GetAtt": ["Worker", "Arn"]})]
    chance = _chance()
    machine: Json = {
        "DefinitionString": text,
        "DefinitionSubstitutions": {"worker": {"Fn::GetAtt": ["Worker", "Arn"]}},
        "RoleArn": {"Fn::GetAtt": ["MachineRole", "Arn"]},
    }
    resources: Json = {
        "Machine": _resource("StepFunctions::StateMachine", machine),
        "MachineRole": _resource("IAM::Role", _role(grants, "states")),
        "WorkerRole": _resource("IAM::Role", _role([])),
        "Worker": _resource("Lambda::Function", _function("WorkerRole", chance)),
    }
    return lambda folder: _write(folder / "template.json", _template(resources))


def _dense(count: int) -> Callable[[Path], None]:
    """Return what writes functions of one role that may invoke each of them, by name."""
    chance = _chance()
    names = [f"Function{number}" for number in range(count)]
    grants = [(["lambda:InvokeFunction"], {"Fn::GetAtt": [name, "Arn"]}) for name in names]
    resources: Json = {"Role": _resource("IAM::Role", _role(grants))}
    for name in names:
        resources[name] = _resource("Lambda::Function", _function("Role", chance))
    return lambda folder: _write(folder / "template.json", _template(resources))


# Pieces


def _chance(number: int = 0) -> random.Random:
    return random.Random(SEED + number)  # noqa: S311  # the same each time


def _template(resources: Json) -> Json:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def _resource(kind: str, properties: Json) -> Json:
    return {"Type": f"AWS::{kind}", "Properties": properties}


def _function(role: str, chance: random.Random) -> Json:
    return {
        "Runtime": chance.choice(RUNTIMES),
        "Handler": "app.handler",
        "Code": {"S3Bucket": "artifacts", "S3Key": "app.zip"},
        "Role": {"Fn::GetAtt": [role, "Arn"]},
        "Timeout": chance.choice((3, 30, 60)),
        "MemorySize": chance.choice((128, 512, 1024)),
    }


def _role(
    grants: Sequence[tuple[list[str], Mapping[str, object]]], service: str = "lambda"
) -> Json:
    principal = {"Service": f"{service}.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    rows = [{"Effect": "Allow", "Action": act, "Resource": on} for act, on in grants]
    document = {"Version": "2012-10-17", "Statement": rows}
    policies = [{"PolicyName": "grants", "PolicyDocument": document}] if rows else []
    return {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": policies}  # fmt: skip


def _write(file: Path, template: Json) -> None:
    file.write_text(json.dumps(template, indent=1), encoding="utf-8")
