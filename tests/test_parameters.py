"""Values that a user gives for parameters, and what they decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.errors import ConfigError
from advisor.templates.parameters import given_for, pairs, read_file

if TYPE_CHECKING:
    from pathlib import Path

SAMCONFIG = """
version = 0.1
[default.deploy.parameters]
parameter_overrides = 'Stage="dev" Name="two words"'
[prod.global.parameters]
parameter_overrides = ["Stage=prod"]
[prod.deploy.parameters]
parameter_overrides = "ParameterKey=Name,ParameterValue=live"
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A=1 B=two", {"A": "1", "B": "two"}),
        ('A="two words" B=""', {"A": "two words", "B": ""}),
        ("ParameterKey=A,ParameterValue=1 ParameterKey=B,ParameterValue='x y'",
         {"A": "1", "B": "x y"}),
        ("A=a=b,c", {"A": "a=b,c"}),
        ("", {}),
    ],
)  # fmt: skip
def test_the_text_forms_of_sam_are_read(text: str, expected: dict[str, str]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"ParameterKey": "A", "ParameterValue": "1"}]', {"A": "1"}),
        (
            '{"Parameters": {"A": 1, "B": true, "C": ["x", "y"]}}',
            {"A": "1", "B": "true", "C": "x,y"},
        ),
        ('{"A": "1"}', {"A": "1"}),
        ('["A=1"]', {"A": "1"}),
    ],
)
def test_parameter_files_are_read(text: str, expected: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "parameters.json"
    file.write_text(text)
    assert read_file(file) == expected


@pytest.mark.parametrize("text", ["[]", "nonsense", '[{"Key": 1}]', "3"])
def test_what_is_no_parameter_file_is_an_error_that_names_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "parameters.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"parameters\.json: "):
        read_file(file)


def test_samconfig_gives_values_and_a_named_environment_fixes_them(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text(SAMCONFIG)
    template = tmp_path / "template.yaml"
    implicit = given_for(template, {}, None, root=tmp_path)
    assert (implicit.fixed, implicit.defaults) == ({}, {"Stage": "dev", "Name": "two words"})
    named = given_for(template, {"Name": "mine"}, "prod", root=tmp_path)
    assert (named.fixed, named.defaults) == ({"Stage": "prod", "Name": "mine"}, {})
    with pytest.raises(ConfigError, match="no environment 'test': default, prod"):
        given_for(template, {}, "test", root=tmp_path)


def test_samconfig_above_counts_only_where_it_names_the_template(tmp_path: Path) -> None:
    (tmp_path / "samconfig.toml").write_text(
        SAMCONFIG.replace(
            "[default.", '[default.global.parameters]\ntemplate_file = "a/t.yaml"\n[default.'
        )
    )
    (tmp_path / "a").mkdir()
    named = given_for(tmp_path / "a" / "t.yaml", {}, None, root=tmp_path)
    other = given_for(tmp_path / "a" / "u.yaml", {}, None, root=tmp_path)
    assert named.defaults["Stage"] == "dev"
    assert other.defaults == {}


TEMPLATE = """
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: !If
        - IsProd
        - {deadLetterTargetArn: !GetAtt Failed.Arn, maxReceiveCount: 5}
        - !Ref AWS::NoValue
  Failed: {Type: AWS::SQS::Queue}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}}
"""


def test_a_finding_says_in_which_case_it_holds_unless_a_parameter_decides(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(TEMPLATE)
    chosen = Config(select=("source-queue-without-dlq",))
    (finding,) = analyze([file], chosen).findings
    assert finding.when == (("IsProd", False),)
    fixed = Config(select=("source-queue-without-dlq",), parameters={"Stage": "dev"})
    (finding,) = analyze([file], fixed).findings
    assert finding.when == ()
    live = Config(select=("source-queue-without-dlq",), parameters={"Stage": "prod"})
    assert analyze([file], live).findings == ()
