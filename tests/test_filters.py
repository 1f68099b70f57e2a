"""Filters of mappings and pipes as rules see them, and where a remediation puts a property."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.nodes import EventSourceMapping, Pipe
from advisor.templates.values import Unknown

from .graphs import graph_of

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {Pattern: {Type: String}}
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Topic: {Type: AWS::SNS::Topic}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      InlineCode: x
      Events:
        Own:
          Type: SQS
          Properties:
            Queue: !GetAtt Orders.Arn
            FilterCriteria:
              Filters:
                - Pattern: '{"body": {"a": {"b": ["x"]}, "$or": [{"c": [1]}, {"d": [2]}]}}'
                - Pattern: 'no JSON'
                - Pattern: !Ref Pattern
        Fanned:
          Type: SNS
          Properties:
            Topic: !Ref Topic
            SqsSubscription: {QueueArn: !GetAtt Orders.Arn, QueueUrl: !Ref Orders}
  Plain:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: !Ref Ship
      EventSourceArn: %s
  Piped:
    Type: AWS::Pipes::Pipe
    Properties:
      Source: !GetAtt Orders.Arn
      Target: !GetAtt Ship.Arn
      RoleArn: arn:aws:iam::123456789012:role/pipe
      DesiredState: STOPPED
      SourceParameters:
        FilterCriteria: {Filters: [{Pattern: '{"body": {"a": ["b"]}}'}]}
"""


def mapping(folder: Path, title: str, arn: str = "!GetAtt Orders.Arn") -> EventSourceMapping:
    graph = graph_of(folder, TEMPLATE % arn)
    return next(each for each in graph.all(EventSourceMapping) if each.title == title)


def test_patterns_are_read_with_their_places(tmp_path: Path) -> None:
    found = mapping(tmp_path, "Own").filter_patterns
    assert not isinstance(found, Unknown)
    first, second, third = found
    assert first.path == ("FilterCriteria", "Filters", 0, "Pattern")
    assert first.keys == ("body",)
    assert dict(first.leaves()) == {("body", "a", "b"): ["x"]}
    assert not first.is_broken
    assert second.is_broken
    assert second.keys == ()
    assert not third.is_broken
    assert list(third.leaves()) == []


def test_a_pipe_has_patterns_and_may_stand_still(tmp_path: Path) -> None:
    (pipe,) = graph_of(tmp_path, TEMPLATE % "!GetAtt Orders.Arn").all(Pipe)
    assert not isinstance(pipe.filter_patterns, Unknown)
    assert pipe.filter_patterns[0].keys == ("body",)
    assert pipe.is_running is False


@pytest.mark.parametrize(
    ("arn", "fifo"),
    [
        ("!GetAtt Orders.Arn", False),
        ("arn:aws:sqs:eu-west-1:123456789012:orders.fifo", True),
        ("!Sub 'arn:aws:sqs:${AWS::Region}:123456789012:orders.fifo'", True),
        ("arn:aws:sqs:eu-west-1:123456789012:orders", False),
    ],
)
def test_a_fifo_queue_is_told_by_its_name(tmp_path: Path, arn: str, *, fifo: bool) -> None:
    assert mapping(tmp_path, "Plain", arn).reads_fifo_queue is fifo


def test_a_queue_of_an_unknown_name_may_be_of_either_kind(tmp_path: Path) -> None:
    for arn in ("!ImportValue orders", "!Sub 'arn:aws:sqs:eu-west-1:1:${Pattern}'"):
        assert isinstance(mapping(tmp_path, "Plain", arn).reads_fifo_queue, Unknown)


def test_a_setting_is_written_under_the_keys_that_the_template_has(tmp_path: Path) -> None:
    assert mapping(tmp_path, "Plain").setting("BatchSize: 5") == (
        "Plain:\n  Properties:\n    BatchSize: 5\n"
    )
    assert mapping(tmp_path, "Own").setting("BatchSize: 5\nEnabled: true") == (
        "Ship:\n  Properties:\n    Events:\n      Own:\n        Properties:\n"
        "          BatchSize: 5\n          Enabled: true\n"
    )
    assert "          SqsSubscription:\n            BatchSize: 5\n" in (
        mapping(tmp_path, "Fanned").setting("BatchSize: 5")
    )
