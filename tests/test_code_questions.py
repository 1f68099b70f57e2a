"""Questions about code: who shares it, what it puts on buses, what roles refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis import analyze, read
from advisor.architecture.questions_source import fits, is_self_contained
from advisor.config import Config
from advisor.rules.finding import Severity
from advisor.source.facts import Facts, Invocation
from advisor.templates.values import UNKNOWN, Unknown

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.functions import Function

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
  Others:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
  Bucket: {Type: AWS::S3::Bucket}
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
      Environment:
        Variables: {TABLE: !Ref Orders, BUCKET: !Ref Bucket}
      Policies:
        - DynamoDBReadPolicy: {TableName: !Ref POLICY}
"""


def _read(folder: Path, code: str, *, table: str = "Orders", more: str = "") -> Architecture:
    (folder / "advise.toml").write_text("")
    (folder / "template.yaml").write_text(TEMPLATE.replace("POLICY", table) + more)
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(code)
    (reading,) = read([folder / "template.yaml"], Config())
    return reading.architecture


def _fn(architecture: Architecture) -> Function:
    return architecture.functions()[0]


CALL = """
import os, boto3
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
def handler(event, context):
    table.{}
"""


def test_a_call_that_no_statement_allows_is_refused(tmp_path: Path) -> None:
    architecture = _read(tmp_path, CALL.format("put_item(Item=event)"))
    (refused,) = architecture.refused_calls(_fn(architecture))  # type: ignore[misc]  # known
    assert refused.call.action == "dynamodb:PutItem"
    assert refused.target is architecture.tables()[0]
    assert refused.near is None


def test_a_call_that_is_allowed_on_something_else_is_refused(tmp_path: Path) -> None:
    architecture = _read(tmp_path, CALL.format("get_item(Key=event)"), table="Others")
    (refused,) = architecture.refused_calls(_fn(architecture))  # type: ignore[misc]  # known
    assert refused.near is not None
    assert architecture.unused_grants()


def test_a_call_that_is_allowed_is_not(tmp_path: Path) -> None:
    architecture = _read(tmp_path, CALL.format("get_item(Key=event)"))
    assert architecture.refused_calls(_fn(architecture)) == []
    assert architecture.unused_grants() == []


WIDE = """        - Statement:
            - {Effect: Allow, Action: ["dynamodb:Get*", "dynamodb:Scan"], Resource: "*"}
            - {Effect: Allow, Action: "s3:*", Resource: "*"}
"""


def test_a_grant_for_everything_is_wide_where_code_names_what_it_uses(tmp_path: Path) -> None:
    architecture = _read(tmp_path, CALL.format("get_item(Key=event)"), more=WIDE)
    (grant,) = architecture.wide_grants(_fn(architecture))
    assert grant.actions == ("dynamodb:GetItem",)
    assert list(grant.targets) == [architecture.tables()[0]]


def test_a_grant_for_everything_is_not_wide_where_one_name_is_not_known(tmp_path: Path) -> None:
    code = CALL.format("get_item(Key=event)") + (
        '    boto3.resource("dynamodb").Table(event["table"]).scan()\n'
    )
    architecture = _read(tmp_path, code, more=WIDE)
    assert architecture.wide_grants(_fn(architecture)) == []


@pytest.mark.parametrize(
    ("policy", "refused"),
    [
        ("AWSLambdaKinesisExecutionRole", ["dynamodb:PutItem", "sqs:SendMessage"]),
        ("AWSLambdaSQSQueueExecutionRole", ["dynamodb:PutItem"]),
    ],
)
def test_an_unverified_policy_of_aws_refuses_nothing_of_the_services_it_is_about(
    tmp_path: Path, policy: str, refused: list[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text(
        TEMPLATE.replace(
            "DynamoDBReadPolicy: {TableName: !Ref POLICY}",
            f"arn:aws:iam::aws:policy/service-role/{policy}",
        )
    )
    (tmp_path / "src").mkdir()
    send = "    boto3.client('sqs').send_message(QueueUrl=event['queue'], MessageBody='')\n"
    (tmp_path / "src" / "app.py").write_text(CALL.format("put_item(Item=event)") + send)
    (reading,) = read([tmp_path / "template.yaml"], Config())
    found = reading.architecture.refused_calls(_fn(reading.architecture))
    assert not isinstance(found, Unknown)
    assert [item.call.action for item in found] == refused


def test_code_that_takes_on_another_role_is_refused_nothing(tmp_path: Path) -> None:
    code = (
        CALL.format("put_item(Item=event)") + '    boto3.client("sts").assume_role(RoleArn="x")\n'
    )
    architecture = _read(tmp_path, code)
    assert architecture.refused_calls(_fn(architecture)) == []


def test_grants_of_code_that_hands_its_client_on_are_not_unused(tmp_path: Path) -> None:
    code = "import boto3, library\nlibrary.use(boto3.client('dynamodb'))\ndef handler(e, c): ...\n"
    architecture = _read(tmp_path, code)
    facts = _fn(architecture).source
    assert isinstance(facts, Facts)
    assert not is_self_contained(facts)
    assert architecture.unused_grants() == []


def test_keys_that_code_writes_are_known_where_all_of_them_are(tmp_path: Path) -> None:
    code = """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket=os.environ["BUCKET"], Key="out/all.json", Body=b"")
    s3.put_object(Bucket=os.environ["BUCKET"], Key=f"out/{event['id']}", Body=b"")
"""
    architecture = _read(tmp_path, code)
    found = architecture.keys_written(_fn(architecture), architecture.buckets()[0])
    assert not isinstance(found, Unknown)
    assert [(key.text, key.is_prefix) for key in found] == [("out/all.json", False), ("out/", True)]


def test_keys_that_come_from_the_event_are_unknown(tmp_path: Path) -> None:
    code = """
import os, boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket=os.environ["BUCKET"], Key=event["key"], Body=b"")
"""
    architecture = _read(tmp_path, code)
    found = architecture.keys_written(_fn(architecture), architecture.buckets()[0])
    assert isinstance(found, Unknown)


def test_a_line_of_code_in_a_finding_has_its_text_in_the_report(tmp_path: Path) -> None:
    _read(tmp_path, CALL.format("put_item(Item=event)"))
    report = analyze([tmp_path / "template.yaml"], Config(severity=Severity.INFO))
    (finding,) = [f for f in report.findings if f.rule.name == "missing-permission-for-call"]
    (code,) = [place for place in finding.related if place.path == "src/app.py"]
    line = report.sources[code.path].splitlines()[code.span.start.line - 1]
    assert "put_item" in line


def test_a_durable_invoke_is_no_synchronous_call(tmp_path: Path) -> None:
    code = """
from aws_durable_execution_sdk_python import DurableContext, durable_execution
@durable_execution
def handler(event, context: DurableContext):
    return context.invoke("next", event)
"""
    architecture = _read(tmp_path, code)
    facts = _fn(architecture).source
    assert isinstance(facts, Facts)
    (call,) = facts.calls
    assert (call.invocation, call.target.text) == (Invocation.SUSPENDED, "next")
    assert architecture.waiting_calls() == []


@pytest.mark.parametrize(
    ("asked", "given_text", "answer"),
    [
        (None, "a", True),
        (["a", "b"], "b", True),
        (["a"], "b", False),
        ([{"prefix": "shop."}], "shop.price", True),
        ([{"suffix": "d"}], "placed", True),
        ([{"anything-but": ["a"]}], "a", False),
        ([{"anything-but": "a"}], "b", True),
        ([{"equals-ignore-case": "ABC"}], "abc", True),
        ([{"wildcard": "a.*.c"}], "a.b.c", True),
        ([{"exists": True}], "a", True),
    ],
)
def test_a_text_fits_what_a_pattern_asks_for(
    asked: list[object] | None, given_text: str, *, answer: bool
) -> None:
    assert fits(asked, given_text) is answer  # type: ignore[arg-type]  # plain data


@given(st.text(max_size=20))
def test_what_is_not_known_never_fits_for_certain(text: str) -> None:
    assert isinstance(fits([UNKNOWN], text), Unknown)
    assert isinstance(fits([text], UNKNOWN), Unknown)
    assert isinstance(fits([{"numeric": [">", 1]}], text), Unknown)


_STARTS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: java21
      CodeUri: front/
      Handler: a.B
      Policies:
        - Version: "2012-10-17"
          Statement: [{{Effect: Allow, Action: "{action}", Resource: !Ref Quote}}]
  Quote:
    Type: AWS::Serverless::StateMachine
    Properties:
      Type: {kind}
      Definition: {{StartAt: Done, States: {{Done: {{Type: Succeed}}}}}}
"""


@pytest.mark.parametrize(
    ("action", "kind", "waiting"),
    [
        ("states:StartSyncExecution", "EXPRESS", [("Front", "Quote")]),
        ("states:StartSyncExecution", "STANDARD", []),
        ("states:StartExecution", "EXPRESS", []),
        ("states:DescribeStateMachine", "EXPRESS", []),
    ],
)
def test_a_function_waits_for_an_express_workflow_that_it_may_start_synchronously(
    tmp_path: Path, action: str, kind: str, waiting: list[tuple[str, str]]
) -> None:
    (tmp_path / "template.yaml").write_text(_STARTS.format(action=action, kind=kind))
    (reading,) = read([tmp_path], Config())
    architecture = reading.architecture
    found = [(edge.source.name, edge.target.name) for edge in architecture.waiting_starts()]
    assert found == waiting
