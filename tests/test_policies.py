"""Which services the policies of queues, topics and keys let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.nodes.messaging import Queue
from advisor.templates.values import Unknown

from .edges import graph

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Parameters: {P: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Other: {Type: AWS::SNS::Topic}
  Inbox: {Type: AWS::SQS::Queue}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Inbox.Arn}
"""
POLICY = """
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Inbox]
      PolicyDocument:
        Statement:
          - {Effect: Allow, Action: "SQS:Send*", Resource: "*", %s}
"""
SERVICE = "Principal: {Service: sns.amazonaws.com}"
ARN = 'Condition: {ArnLike: {"aws:SourceArn": %s}}'


@pytest.mark.parametrize(
    ("statement", "answer"),
    [
        (SERVICE, True),
        ('Principal: "*"', True),
        ('Principal: {AWS: "*"}', True),
        ("Principal: {Service: events.amazonaws.com}", False),
        ("Principal: {AWS: 111122223333}", False),
        (f"{SERVICE}, {ARN % '!Ref Topic'}", True),
        (f"{SERVICE}, {ARN % '!Ref Other'}", False),
        (f"{SERVICE}, {ARN % '!Ref P'}", True),
        ("Principal: {Service: !Sub 'sns.${AWS::URLSuffix}'}", True),
    ],
)
def test_a_policy_lets_in_whom_it_names(tmp_path: Path, statement: str, answer: bool) -> None:  # noqa: FBT001  # the expected answer
    architecture = graph(tmp_path, TEMPLATE + POLICY % statement)
    (queue,) = architecture.all(Queue)
    (sender,) = architecture.senders(queue)
    assert sender.service == "sns"
    assert architecture.may_send(sender, queue) is answer


def test_a_policy_of_unknown_queues_leaves_the_answer_open(tmp_path: Path) -> None:
    text = (TEMPLATE + POLICY % SERVICE).replace("[!Ref Inbox]", "[!Ref P]")
    architecture = graph(tmp_path, text)
    (queue,) = architecture.all(Queue)
    (sender,) = architecture.senders(queue)
    assert isinstance(architecture.may_send(sender, queue), Unknown)
