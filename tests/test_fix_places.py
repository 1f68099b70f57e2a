"""Fixes edit the place that holds the value: texts within templates, Globals, branches, loops."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.documents.load import read_text
from advisor.fixes.apply import fix_all
from advisor.fixes.patch import Refused
from advisor.fixes.verified import applied, rewrite
from advisor.records import replace
from advisor.rules.finding import Change
from advisor.templates.tags import long_form

from .fixing import CONFIG

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.documents.document import Data

MACHINE = """\
Resources:
  Machine:  # ships
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !ImportValue role
      DefinitionString: !Sub |
        {
          "StartAt": "Ship",

          "States": {
            "Ship": {
              "Type": "Task",
              "TimeoutSeconds": ${Seconds},
              "Resource": "arn:aws:states:::lambda:invoke",
              "Parameters": {"FunctionName": "${Ship.Arn}"},
              "End": true
            }
          }
        }
      # behind it
      TracingConfiguration: {Enabled: true}
"""
TEXT = ("Resources", "Machine", "Properties", "DefinitionString", "Fn::Sub")
SHIP = ("States", "Ship")


def inside(*pointer: str | int, to: Data = None, remove: bool = False, rename: str = "") -> Change:
    return Change("t", TEXT, to, remove=remove, inside=pointer, rename=rename)


def edited(text: str, *changes: Change) -> str:
    document = read_text(text, "t", tags=long_form)
    return applied(text, rewrite(document, changes).edits)


def test_a_definition_in_a_block_scalar_is_edited_line_by_line() -> None:
    new = edited(
        MACHINE,
        inside(*SHIP, "Retry", to=[{"ErrorEquals": ["States.ALL"]}]),
        inside(*SHIP, "TimeoutSeconds", remove=True),
    )
    gone = [line for line in MACHINE.splitlines() if line not in new.splitlines()]
    came = [line for line in new.splitlines() if line not in MACHINE.splitlines()]
    assert gone == ['              "TimeoutSeconds": ${Seconds},', '              "End": true']
    assert came[:2] == ['              "End": true,', '              "Retry": [']
    assert all(line.startswith(" " * 14) for line in came)
    assert new.endswith(MACHINE[MACHINE.index("      # behind it") :])


def test_keys_within_a_text_are_renamed() -> None:
    new = edited(
        MACHINE, inside("StartAt", rename="Begin"), inside(*SHIP, "Parameters", rename="Arguments")
    )
    assert '          "Begin": "Ship",\n' in new
    assert '              "Arguments": {"FunctionName": "${Ship.Arn}"},\n' in new


def test_line_ends_and_the_missing_last_one_are_kept_within_a_block_scalar() -> None:
    text = 'A: |\r\n  {\r\n    "b": 1\r\n  }'
    change = Change("t", ("A",), 2, inside=("c",))
    assert edited(text, change) == 'A: |\r\n  {\r\n    "b": 1,\r\n    "c": 2\r\n  }'


@pytest.mark.parametrize("text", ['A: >\n  {"b":\n  1}\n', "A: '{\"b\": 1}'\n", '{"A": "{}"}'])
def test_a_definition_whose_lines_are_not_those_of_the_file_is_left_alone(text: str) -> None:
    with pytest.raises(Refused, match="line by line"):
        edited(text, Change("t", ("A",), 2, inside=("c",)))


def test_keys_are_renamed_and_what_is_below_them_changed() -> None:
    text = 'M:\n  "Iterator":  # old\n    a: 1  # one\n  Z: 2\n'
    new = edited(
        text,
        Change("t", ("M", "Iterator"), None, rename="ItemProcessor"),
        Change("t", ("M", "Iterator", "a"), 5),
    )
    assert new == 'M:\n  "ItemProcessor":  # old\n    a: 5  # one\n  Z: 2\n'


def test_a_key_is_not_renamed_to_one_that_is_there() -> None:
    with pytest.raises(Refused, match="taken"):
        edited("M: {a: 1, b: 2}\n", Change("t", ("M", "a"), None, rename="b"))


@pytest.mark.parametrize("call", ["!If [C, {a: 1}, {}]", '{"Fn::If": [C, {a: 1}, {}]}'])
def test_keys_are_not_added_beside_a_function(call: str) -> None:
    with pytest.raises(Refused, match="Fn::If"):
        edited(f"A: {call}\n", Change("t", ("A", "b"), 1))


def test_a_definition_with_bare_placeholders_is_read_again_after_a_fix(tmp_path: Path) -> None:
    text = json.dumps(
        {
            "StartAt": "Ship",
            "States": {
                "Ship": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "TimeoutSeconds": "BARE",
                    "Parameters": {"FunctionName": "${Ship}"},
                    "Retry": [{"ErrorEquals": ["Lambda.ServiceException"]}],
                    "End": True,
                }
            },
        },
        indent=2,
    ).replace('"BARE"', "${Seconds}")
    made = fixed(tmp_path, "WFL029", **{"machine.asl": text})["machine.asl.json"]
    assert '      "TimeoutSeconds": ${Seconds},\n' in made
    assert "Lambda.TooManyRequestsException" in made


# --- where a value comes from -----------------------------------------------------------------


def fixed(folder: Path, select: str, **files: str) -> dict[str, str]:
    """Make all fixes of some rules in files, and return the texts that they lead to."""
    (folder / ".git").mkdir()
    for name, text in files.items():
        suffix = "json" if text.lstrip().startswith("{") else "yaml"
        (folder / f"{name}.{suffix}").write_text(textwrap.dedent(text), encoding="utf-8")
    config = replace(CONFIG, select=(select,))
    result = fix_all([folder], config, unsafe=True)
    again = {each.file: each.after for each in result.changed if each.file is not None}
    assert not fix_all([folder], config, unsafe=True, texts=again).changed
    return {each.path: each.after for each in result.changed}


def test_a_runtime_in_globals_is_changed_there_for_all(tmp_path: Path) -> None:
    made = fixed(
        tmp_path,
        "FUN040",
        template="""\
        Transform: AWS::Serverless-2016-10-31
        Globals:
          Function:
            Runtime: python3.8  # for all
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {Handler: a.b, CodeUri: a/}
          B:
            Type: AWS::Serverless::Function
            Properties: {Handler: a.b, CodeUri: b/}
        """,
    )
    (text,) = made.values()
    assert text.count("Runtime:") == 1
    assert "    Runtime: python3.1" in text
    assert "  # for all\n" in text


def test_a_runtime_that_is_a_parameter_is_left_to_people(tmp_path: Path) -> None:
    assert not fixed(
        tmp_path,
        "FUN040",
        template="""\
        Parameters: {Runtime: {Type: String, Default: python3.8}}
        Resources:
          A:
            Type: AWS::Serverless::Function
            Properties: {Handler: a.b, CodeUri: a/, Runtime: !Ref Runtime}
        """,
    )


def test_a_branch_of_a_condition_is_changed_alone(tmp_path: Path) -> None:
    made = fixed(
        tmp_path,
        "QUE011",
        template="""\
        Parameters: {Stage: {Type: String}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              VisibilityTimeout: !If [IsProd, 600, 30]
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 20
              Events:
                Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
        """,
    )
    assert "VisibilityTimeout: !If [IsProd, 600, 120]\n" in made["template.yaml"]


def test_the_value_of_a_parameter_is_left_to_people(tmp_path: Path) -> None:
    assert not fixed(
        tmp_path,
        "QUE011",
        template="""\
        Parameters: {Hidden: {Type: Number, Default: 30}}
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties: {VisibilityTimeout: !Ref Hidden}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: 20
              Events:
                Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
        """,
    )


LOOP = """\
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Resources:
  Fn::ForEach::Queues:
    - Name
    - [Orders, Bills]
    - ${Name}Queue:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: 30  # of each
      ${Name}Ship:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: app.handler
          Role: !ImportValue role
          Code: {ZipFile: x}
          Timeout: 20
      ${Name}Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties:
          FunctionName: !Ref {"Fn::Sub": "${Name}Ship"}
          EventSourceArn: !GetAtt [!Sub "${Name}Queue", Arn]
"""


def test_the_body_of_a_loop_is_changed_once_and_gets_no_resource_of_one_copy(
    tmp_path: Path,
) -> None:
    text = LOOP.replace('!Ref {"Fn::Sub": "${Name}Ship"}', '{"Ref": {"Fn::Sub": "${Name}Ship"}}')
    made = fixed(tmp_path, "QUE", template=text)
    assert "          VisibilityTimeout: 120  # of each\n" in made["template.yaml"]
    assert "DeadLetters" not in made["template.yaml"]


def test_what_holds_for_all_copies_of_a_loop_is_said_once_and_pasted_into_its_body(
    tmp_path: Path,
) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(LOOP.replace('!Ref {"Fn::Sub": "${Name}Ship"}', "ship"))
    (found,) = analyze([file], replace(CONFIG, select=("QUE001",))).findings
    assert found.resources == ("BillsQueue", "OrdersQueue")
    assert "so it is with 'OrdersQueue' of the same loop" in found.message
    assert found.remediation.startswith("# in the body of Fn::ForEach::Queues\n${Name}Queue:\n")


def test_what_a_fix_adds_for_a_conditional_resource_has_its_condition(tmp_path: Path) -> None:
    made = fixed(
        tmp_path,
        "QUE001",
        template=json.dumps(
            {
                "Parameters": {"Stage": {"Type": "String"}},
                "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
                "Resources": {
                    "Orders": {"Type": "AWS::SQS::Queue", "Condition": "IsProd"},
                    "Mapping": {
                        "Type": "AWS::Lambda::EventSourceMapping",
                        "Condition": "IsProd",
                        "Properties": {
                            "EventSourceArn": {"Fn::GetAtt": ["Orders", "Arn"]},
                            "FunctionName": "ship",
                        },
                    },
                },
            },
            indent=2,
        ),
    )
    resources = json.loads(made["template.json"])["Resources"]
    assert len(resources) == 4
    assert {resource["Condition"] for resource in resources.values()} == {"IsProd"}


def test_a_nested_template_is_changed_where_it_holds_the_value(tmp_path: Path) -> None:
    made = fixed(
        tmp_path,
        "QUE011",
        parent="""\
        Resources:
          Child:
            Type: AWS::CloudFormation::Stack
            Properties:
              TemplateURL: ./child.yaml
              Parameters: {Slow: 30}
        """,
        child="""\
        Parameters: {Slow: {Type: Number}}
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties: {VisibilityTimeout: 60}
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              Timeout: !Ref Slow
              Events:
                Orders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn}}
        """,
    )
    assert list(made) == ["child.yaml"]
    assert "Properties: {VisibilityTimeout: 180}\n" in made["child.yaml"]


def test_a_role_is_not_let_write_to_a_queue_that_may_not_be_there(tmp_path: Path) -> None:
    made = fixed(
        tmp_path,
        "FUN001",
        template="""\
        Parameters: {Stage: {Type: String}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Role:
            Type: AWS::IAM::Role
            Properties: {AssumeRolePolicyDocument: {}, Policies: []}
          Ship:
            Type: AWS::Lambda::Function
            Condition: IsProd
            Properties:
              Role: !GetAtt Role.Arn
              Runtime: python3.13
              Handler: app.handler
              Code: {ZipFile: x}
          Daily:
            Type: AWS::Events::Rule
            Condition: IsProd
            Properties:
              ScheduleExpression: rate(1 day)
              Targets: [{Id: ship, Arn: !GetAtt Ship.Arn}]
        """,
    )
    assert not made
