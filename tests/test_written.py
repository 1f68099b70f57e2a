"""What a template writes for a property, functions and all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes import Function
from advisor.architecture.written import secret_parameters, written

from .graphs import graph_of

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Password: {Type: String, NoEcho: true}
  Stage: {Type: String, Default: dev}
Globals:
  Function:
    Environment:
      Variables:
        SHARED: !Ref Password
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: pass
      Environment:
        Variables:
          URL: !Sub "https://user:${Password}@${Stage}.example.com"
          JOINED: !Join ["", [a, !Ref Password]]
          STAGE: !Ref Stage
          PLAIN: text
"""


def test_raw_values_and_hidden_parameters_are_found_where_they_are_written(tmp_path: Path) -> None:
    (function,) = graph_of(tmp_path, TEMPLATE).all(Function)
    path = ("Environment", "Variables")
    assert written(function, *path, "STAGE") == {"Ref": "Stage"}
    assert written(function, *path, "PLAIN") == "text"
    for name in ("SHARED", "URL", "JOINED"):
        assert secret_parameters(function, *path, name) == ["Password"]
    for name in ("STAGE", "PLAIN"):
        assert secret_parameters(function, *path, name) == []


def test_a_secret_stays_one_when_it_is_handed_down(tmp_path: Path) -> None:
    parent = """
    Parameters: {Password: {Type: String, NoEcho: "true"}, Stage: {Type: String}}
    Resources:
      Below:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: below.yaml
          Parameters: {Access: !Sub "x-${Password}", Stage: !Ref Stage}
    """
    below = """
    Parameters: {Access: {Type: String}, Stage: {Type: String}}
    Resources:
      Fn: {Type: AWS::Lambda::Function, Properties: {Role: !Ref Access, Runtime: !Ref Stage}}
    """
    (function,) = graph_of(tmp_path, parent, below=below).all(Function)
    assert secret_parameters(function, "Role") == ["Access"]
    assert secret_parameters(function, "Runtime") == []
