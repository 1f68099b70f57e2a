"""Events that come back to the function that caused them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.build import build
from advisor.source.sources import Sources
from advisor.templates.resolver import Resolver

from .edges import graph
from .stacks import project_of, scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.loops import Loop

HEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  B: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  F:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      CodeUri: src/
"""
POLL = "E: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}"
SUBSCRIBE = "E: {Type: SNS, Properties: {Topic: !Ref T}}"
VIA_QUEUE = "E: {Type: SNS, Properties: {Topic: !Ref T, SqsSubscription: true}}"
RULE = "E: {Type: EventBridgeRule, Properties: {EventBusName: !Ref B, Pattern: %s}}"
SEND = "SQSSendMessagePolicy: {QueueName: !GetAtt Q.QueueName}"
PUBLISH = "SNSPublishMessagePolicy: {TopicName: !GetAtt T.TopicName}"
PUT = "EventBridgePutEventsPolicy: {EventBusName: !Ref B}"


def template(event: str, policy: str) -> str:
    return f"{HEAD}      Policies: [{{{policy}}}]\n      Events:\n        {event}\n"


@pytest.mark.parametrize(
    ("event", "policy", "carriers"),
    [
        (POLL, SEND, [["Q"]]),
        (SUBSCRIBE, PUBLISH, [["T"]]),
        (VIA_QUEUE, PUBLISH, [["T", "E"]]),
        (POLL, PUBLISH, []),
        (RULE % "{detail-type: [Order]}", PUT, [["B", "E"]]),
        (RULE % "{source: [aws.s3]}", PUT, []),
    ],
)
def test_what_is_written_is_followed_back_to_its_writer(
    tmp_path: Path, event: str, policy: str, carriers: list[list[str]]
) -> None:
    loops = graph(tmp_path, template(event, policy)).own_loops()
    assert [[node.title for node in loop.carriers] for loop in loops] == carriers


def loops_with_code(folder: Path, text: str) -> list[Loop]:
    project = project_of(folder, main=text)
    resolver = Resolver(project, scenarios_of(project).items[0])
    return build(resolver, sources=Sources(folder, folder)).own_loops()


def test_code_that_never_sends_refutes_a_grant_and_code_that_does_proves_it(
    tmp_path: Path,
) -> None:
    text = template(POLL, SEND)
    source = tmp_path / "src"
    source.mkdir()
    (source / "app.py").write_text("def handler(event, context):\n    return 1\n")
    assert not loops_with_code(tmp_path, text)
    text = text.replace(
        "CodeUri: src/", "CodeUri: src/\n      Environment: {Variables: {Q: !Ref Q}}"
    )
    (source / "app.py").write_text(
        "import os, boto3\n\nsqs = boto3.client('sqs')\n\n"
        "def handler(event, context):\n"
        "    sqs.send_message(QueueUrl=os.environ['Q'], MessageBody='x')\n"
    )
    (loop,) = loops_with_code(tmp_path, text)
    assert loop.out.evidence.word == "proved"


def test_a_disabled_rule_ends_the_way(tmp_path: Path) -> None:
    event = RULE % "{detail-type: [Order]}, State: DISABLED"
    assert not graph(tmp_path, template(event, PUT)).own_loops()
