"""The services that a function calls itself, and what Lambda does on its behalf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.edges import Evidence
from advisor.architecture.nodes import Function
from advisor.architecture.questions_services import called_services

from .graphs import graph_of, node_of

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders: {Type: AWS::SQS::Queue}
  Failed: {Type: AWS::SQS::Queue}
  Table: {Type: AWS::DynamoDB::Table, Properties: {KeySchema: []}}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: go1.x
      Handler: main
      CodeUri: s3://code/ship.zip
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Failed.Arn}
      Policies:
        - DynamoDBCrudPolicy: {TableName: !Ref Table}
      Events:
        Order: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
"""


def test_polling_and_dead_letters_are_no_calls_of_the_function(tmp_path: Path) -> None:
    architecture = graph_of(tmp_path, TEMPLATE)
    ship = node_of(architecture, "Ship")
    assert isinstance(ship, Function)
    found = called_services(architecture, ship)
    assert list(found) == ["dynamodb"]
    assert found["dynamodb"][1] is Evidence.GRANTED
