"""Templates and state machines of any shape: an answer or one line, never a crash."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.documents.load import read_text
from advisor.errors import AdviseError
from advisor.reporters.formats import render
from advisor.reporters.look import Look
from advisor.rules.finding import Confidence, Severity
from advisor.templates.tags import long_form
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

    from advisor.report import Report

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)
REPORTS = jsonschema.Draft202012Validator(
    json.loads((ROOT / "advisor" / "data" / "report.schema.json").read_text(encoding="utf-8"))
)
CALM = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
NAMES = ("Alpha", "Beta", "Gamma", "Delta")
PARAMETERS, CONDITIONS = ("Stage", "Size", "Names"), ("IsProd", "IsSmall")
EVENTS = (
    "SQS", "SNS", "S3", "Api", "HttpApi", "Schedule", "ScheduleV2", "DynamoDB", "Kinesis", "MSK",
    "EventBridgeRule", "CloudWatchEvent", "CloudWatchLogs", "Cognito", "Nonsense",
)  # fmt: skip


@cache
def shapes() -> dict[str, dict[str, list[object]]]:
    """Return the resource types of all rules' examples, their properties and values of those."""
    found: dict[str, dict[str, list[object]]] = {}
    for rule in REGISTRY.rules:
        for text in [rule.bad] if isinstance(rule.bad, str) else rule.bad.values():
            try:
                data = read_text(text, "example.yaml", tags=long_form).data
            except AdviseError:
                continue  # an example may be code
            resources = data.get("Resources") if isinstance(data, dict) else None
            for resource in resources.values() if isinstance(resources, dict) else ():
                if isinstance(resource, dict) and isinstance(resource.get("Type"), str):
                    known = found.setdefault(str(resource["Type"]), {})
                    properties = resource.get("Properties")
                    for name, value in properties.items() if isinstance(properties, dict) else ():
                        known.setdefault(name, []).append(value)
    return found


LEAVES: SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2_000_000), st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from([*NAMES, "*", "${Stage}-x", "arn:aws:sqs:eu-west-1:1:q", "rate(1 day)"]),
)  # fmt: skip
REFERENCES: SearchStrategy[object] = st.one_of(
    st.sampled_from([*NAMES, *PARAMETERS, "AWS::Region", "AWS::NoValue"]).map(lambda n: {"Ref": n}),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(["Arn", "Name", "StreamArn", "X.Y"])).map(
        lambda pair: {"Fn::GetAtt": [*pair]}
    ),
    st.sampled_from(NAMES).map(lambda n: {"Fn::Sub": f"arn:${{AWS::Partition}}:${{{n}.Arn}}/*"}),
)


def _intrinsics(inner: SearchStrategy[object]) -> SearchStrategy[object]:
    conditions = st.sampled_from([*CONDITIONS, "NoSuch"])
    return st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=6), inner, max_size=3),
        st.tuples(conditions, inner, inner).map(lambda parts: {"Fn::If": [*parts]}),
        st.lists(inner, max_size=3).map(lambda parts: {"Fn::Join": ["-", parts]}),
        st.tuples(st.integers(-1, 3), st.lists(inner, max_size=3)).map(
            lambda parts: {"Fn::Select": [*parts]}
        ),
        inner.map(lambda value: {"Fn::Split": [",", value]}),
        inner.map(lambda value: {"Fn::ImportValue": value}),
        inner.map(lambda value: {"Fn::Sub": ["${a}", {"a": value}]}),
        inner.map(lambda value: {"Fn::FindInMap": ["Sizes", value, "Memory"]}),
    )


VALUES = st.recursive(LEAVES | REFERENCES, _intrinsics, max_leaves=6)


@st.composite
def resources(draw: st.DrawFn) -> dict[str, object]:
    """Draw a resource of a known type whose properties have seen values, or any."""
    kind = draw(st.sampled_from(sorted(shapes())))
    known = shapes()[kind]
    properties: dict[str, object] = {}
    for name in draw(st.lists(st.sampled_from(sorted(known) or ["Tags"]), unique=True, max_size=7)):
        seen = known.get(name, [{}])
        properties[name] = draw(st.sampled_from(seen) | VALUES | REFERENCES)
    if kind == "AWS::Serverless::Function" and draw(st.booleans()):
        event = st.fixed_dictionaries(
            {"Type": st.sampled_from(EVENTS)},
            optional={
                "Properties": st.dictionaries(st.sampled_from(EVENT_KEYS), VALUES, max_size=4)
            },
        )
        properties["Events"] = draw(st.dictionaries(st.sampled_from(NAMES), event, max_size=3))
    resource: dict[str, object] = {"Type": kind, "Properties": properties}
    if draw(st.booleans()):
        resource["Condition"] = draw(st.sampled_from([*CONDITIONS, "NoSuch"]))
    if draw(st.integers(0, 5)) == 0:
        resource[draw(st.sampled_from(["DependsOn", "Metadata", "DeletionPolicy"]))] = draw(VALUES)
    return resource


EVENT_KEYS = ("Queue", "Topic", "Bucket", "Path", "Method", "Schedule", "Stream", "BatchSize",
              "Pattern", "StartingPosition", "RestApiId", "ApiId", "Enabled")  # fmt: skip
TESTS = st.recursive(
    st.sampled_from([*PARAMETERS]).map(lambda n: {"Fn::Equals": [{"Ref": n}, "prod"]})
    | st.sampled_from(CONDITIONS).map(lambda n: {"Condition": n}),
    lambda inner: (
        inner.map(lambda one: {"Fn::Not": [one]})
        | st.lists(inner, max_size=3).map(lambda many: {"Fn::And": many})
        | st.lists(inner, max_size=3).map(lambda many: {"Fn::Or": many})
    ),
    max_leaves=4,
)
GLOBALS = st.dictionaries(
    st.sampled_from(["Function", "Api", "HttpApi", "SimpleTable", "StateMachine", "Nonsense"]),
    st.dictionaries(
        st.sampled_from(["Timeout", "MemorySize", "Runtime", "Tracing", "Environment", "Tags"]),
        VALUES,
        max_size=3,
    ),
    max_size=2,
)
TEMPLATES = st.fixed_dictionaries(
    {
        "Resources": st.dictionaries(st.sampled_from(NAMES), resources(), min_size=1, max_size=4),
        "Parameters": st.just(
            {name: {"Type": "String", "Default": "prod"} for name in PARAMETERS[:2]}
        ),
        "Conditions": st.fixed_dictionaries(dict.fromkeys(CONDITIONS, TESTS)),
    },
    optional={
        "Transform": st.just("AWS::Serverless-2016-10-31"),
        "Globals": GLOBALS,
        "Mappings": st.just({"Sizes": {"prod": {"Memory": 512}}}),
        "Outputs": st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2),
    },
)
PATHS = st.sampled_from(
    ["$", "$.a", "$.a[0].b", "$$.Execution.Id", "{% $states.input.a %}", "{% ", ""]
)
FIELDS = (
    "Comment", "InputPath", "OutputPath", "ResultPath", "Parameters", "Arguments", "Output",
    "ResultSelector", "TimeoutSeconds", "HeartbeatSeconds", "Seconds", "SecondsPath", "Timestamp",
    "MaxConcurrency", "ItemsPath", "Items", "ItemReader", "ResultWriter", "Error", "Cause",
    "QueryLanguage", "ToleratedFailurePercentage", "Assign", "Result",
)  # fmt: skip
TARGETS = (
    "arn:aws:states:::lambda:invoke", "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    "arn:aws:states:::states:startExecution.sync:2", "arn:aws:states:::aws-sdk:s3:getObject",
    "arn:aws:lambda:eu-west-1:123456789012:function:f", "${Function}", "nonsense",
)  # fmt: skip
STEPS = st.sampled_from([*NAMES, "Nowhere"])
ERRORS = st.lists(st.sampled_from(["States.ALL", "States.Timeout", "Own"]), max_size=2)


def _machines(inner: SearchStrategy[object]) -> SearchStrategy[object]:
    handler = st.fixed_dictionaries({}, optional={
        "ErrorEquals": ERRORS | LEAVES, "Next": STEPS, "MaxAttempts": LEAVES, "BackoffRate": LEAVES,
        "IntervalSeconds": LEAVES,
    })  # fmt: skip
    choice = st.fixed_dictionaries({}, optional={
        "Variable": PATHS, "Next": STEPS, "NumericEquals": LEAVES, "IsPresent": LEAVES,
        "Condition": PATHS, "Not": st.just({"Variable": "$.a", "IsNull": True}),
    })  # fmt: skip
    state = st.fixed_dictionaries(
        {
            "Type": st.sampled_from(
                ["Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail", "Odd"]
            )
        },
        optional={
            "Next": STEPS, "End": st.booleans() | LEAVES, "Default": STEPS,
            "Resource": st.sampled_from(TARGETS) | REFERENCES,
            "Retry": st.lists(handler, max_size=2) | LEAVES,
            "Catch": st.lists(handler, max_size=2) | LEAVES,
            "Choices": st.lists(choice, max_size=2) | LEAVES,
            "Branches": st.lists(inner, max_size=2), "ItemProcessor": inner, "Iterator": inner,
        },
    )  # fmt: skip
    more = st.dictionaries(st.sampled_from(FIELDS), PATHS | VALUES, max_size=3)
    whole = st.tuples(state, more).map(lambda both: {**both[1], **both[0]})
    return st.fixed_dictionaries(
        {"StartAt": STEPS, "States": st.dictionaries(STEPS, whole, min_size=1, max_size=4)},
        optional={"QueryLanguage": st.sampled_from(["JSONPath", "JSONata", "Odd"])},
    )


MACHINES = st.recursive(st.just({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
                        _machines, max_leaves=3)  # fmt: skip


def judged(file: Path, data: object) -> Report:
    """Judge data as a file's; nothing may have failed, and the report is as its schema says."""
    report = analyze([file], EVERYTHING, texts={file: json.dumps(data)}, registry=REGISTRY)
    assert [error.detail for error in report.errors if error.detail] == []
    written = json.loads(render("json", report, look=Look()))
    assert [error.message for error in REPORTS.iter_errors(written)] == []
    return report


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that is a project of its own."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "advise.toml").touch()
    return folder


@settings(max_examples=40, deadline=None, suppress_health_check=CALM)
@given(template=TEMPLATES)
def test_templates(template: dict[str, object], home: Path) -> None:
    report = judged(home / "template.json", template)
    assert len(report.files) + len(report.errors) >= 1


@settings(max_examples=40, deadline=None, suppress_health_check=CALM)
@given(machine=MACHINES)
def test_state_machines(machine: object, home: Path) -> None:
    report = judged(home / "machine.asl.json", machine)
    assert len(report.files) + len(report.errors) >= 1
