"""What a property's value is, as far as a template tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.templates.values import UNKNOWN, Cause, Reference, Text, Unknown, is_known, join, show

from .stacks import project_of, value

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
    Parameters:
      Stage: {Type: String, Default: dev}
      Open: {Type: String}
      Names: {Type: CommaDelimitedList, Default: "a, b"}
      Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path/name}
    Mappings:
      Sizes:
        dev: {time: 10, same: 7}
        prod: {time: 20, same: 7}
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      It:
        Type: AWS::SQS::Queue
        Properties:
          V: """

OPEN = Unknown(Cause.PARAMETER, "main.yaml#Open")
REGION = Unknown(Cause.PSEUDO, "AWS::Region")
ARN = Reference("main.yaml", "Queue", "Arn")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30", 30),
        ("!Ref Stage", "dev"),
        ("!Ref Open", OPEN),
        ("!Ref Names", ["a", "b"]),
        ("!Ref Looked", Unknown(Cause.DYNAMIC, "{{resolve:ssm:/path/name}}")),
        ("!Ref Queue", Reference("main.yaml", "Queue")),
        ("!Ref Nowhere", Unknown(Cause.MISSING, "Nowhere")),
        ("!GetAtt Queue.Arn", ARN),
        ("{Fn::GetAtt: [Queue, Arn]}", ARN),
        ("!GetAtt Nowhere.Arn", Unknown(Cause.MISSING, "Nowhere.Arn")),
        ("!Ref AWS::Region", REGION),
        ("!Ref AWS::NoValue", None),
        ('!Sub "x-${Stage}"', "x-dev"),
        ('!Sub "${!Stage}"', "${Stage}"),
        ('!Sub "${Queue.Arn}"', ARN),
        ('!Sub ["${A}-${Stage}", {A: !Ref Open}]', Text((OPEN, "-dev"))),
        ('!Sub "arn:aws:sqs:${AWS::Region}:1:q"', Text(("arn:aws:sqs:", REGION, ":1:q"))),
        ('!Join ["-", [a, !Ref Stage]]', "a-dev"),
        ('!Join ["-", [a, !Ref Open]]', Text(("a-", OPEN))),
        ('!Join ["", !Ref Names]', "ab"),
        ("!Select [1, !Ref Names]", "b"),
        ('!Select ["0", [x, y]]', "x"),
        ('!Split [",", "a,b"]', ["a", "b"]),
        ('!Select [5, !Split [":", !Sub "arn:aws:sqs:${AWS::Region}:1:q"]]', "q"),
        ('!Select [3, !Split [":", !Sub "arn:aws:sqs:${AWS::Region}:1:q"]]', REGION),
        ("!FindInMap [Sizes, !Ref Stage, time]", 10),
        ("!FindInMap [Sizes, !Ref Open, same]", 7),
        ("!FindInMap [Sizes, dev, none, {DefaultValue: 3}]", 3),
        ("!FindInMap [Nothing, dev, none, {DefaultValue: 3}]", 3),
        ("!Base64 hi", "aGk="),
        ("{Fn::Length: [1, 2, 3]}", 3),
        ("{Fn::Length: !Ref Names}", 2),
        ('!Cidr ["10.0.0.0/24", 2, 5]', ["10.0.0.0/27", "10.0.0.32/27"]),
        ('!Select [1, !Cidr ["10.0.0.0/24", "2", "5"]]', "10.0.0.32/27"),
        ("{Fn::ToJsonString: {a: [1, true]}}", '{"a":[1,true]}'),
        ("{Fn::ToJsonString: {a: !GetAtt Queue.Arn}}", Text(('{"a":"', ARN, '"}'))),
        ("!ImportValue shared", Unknown(Cause.IMPORT, "shared")),
        ('"{{resolve:ssm:/x}}"', Unknown(Cause.DYNAMIC, "{{resolve:ssm:/x}}")),
        ('"a{{resolve:ssm:/x}}"', Text(("a", Unknown(Cause.DYNAMIC, "{{resolve:ssm:/x}}")))),
        ("[1, !Ref AWS::NoValue, 2]", [1, 2]),
        ("{a: !Ref Stage, b: !Ref AWS::NoValue}", {"a": "dev"}),
    ],
)
def test_a_written_value_resolves_to_what_can_be_known(
    written: str, expected: object, tmp_path: Path
) -> None:
    assert value(project_of(tmp_path, main=HEAD + written), "It", "V") == expected


@pytest.mark.parametrize(
    "written",
    [
        "!FindInMap [Sizes, !Ref Open, time]",
        "!GetAZs ''",
        "!Select [9, !Ref Names]",
        "!Join [1, 2]",
        "{Fn::Sub: [1, 2, 3]}",
        "{Fn::GetAtt: [1]}",
        "{Fn::Whatever: 1}",
        '!Cidr ["nonsense", 2, 5]',
        '!Split [",", !Ref Open]',
        "{Fn::Transform: {Name: Mine}}",
        "{Fn::If: [1, 2]}",
    ],
)
def test_what_cannot_be_computed_is_unknown(written: str, tmp_path: Path) -> None:
    found = value(project_of(tmp_path, main=HEAD + written), "It", "V")
    assert isinstance(found, Unknown)


def test_two_strings_built_the_same_way_are_equal(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main=HEAD
        + '[!Sub "q-${Open}-${AWS::Region}", !Join ["-", [q, !Ref Open, !Ref AWS::Region]]]',
    )
    first, second = value(project, "It", "V", 0), value(project, "It", "V", 1)
    assert isinstance(first, Text)
    assert first == second


def test_the_same_zone_selected_twice_is_equal_and_two_zones_are_not(tmp_path: Path) -> None:
    zones = "[!Select [0, !GetAZs ''], !Select [0, !GetAZs ''], !Select [1, !GetAZs '']]"
    project = project_of(tmp_path, main=HEAD + zones)
    first, again, other = (value(project, "It", "V", at) for at in range(3))
    assert first == again
    assert first != other


def test_a_path_goes_through_a_function_without_resolving_its_neighbours(tmp_path: Path) -> None:
    project = project_of(tmp_path, main=HEAD + "{a: {b: [{c: !Ref Stage}]}}")
    assert value(project, "It", "V", "a", "b", 0, "c") == "dev"
    assert value(project, "It", "V", "a", "x", "y") is None


def test_an_absent_property_is_none_and_unknown_under_a_macro_of_the_user(tmp_path: Path) -> None:
    text = "Resources: {It: {Type: AWS::SQS::Queue, Properties: {A: 1}}}"
    assert value(project_of(tmp_path, main=text), "It", "B") is None
    found = value(project_of(tmp_path, main=f"Transform: [Mine]\n{text}"), "It", "B")
    assert isinstance(found, Unknown)
    assert found.cause is Cause.MACRO


def test_an_overridden_parameter_has_the_value_given(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"Open": "given"}, main=HEAD + "!Ref Open")
    assert value(project, "It", "V") == "given"


def test_an_unknown_value_is_neither_true_nor_false() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(UNKNOWN)


def test_joining_merges_neighbouring_literals() -> None:
    assert join(["a", 1, True, ARN, "", "b", "c"]) == Text(("a1true", ARN, "bc"))
    assert join([]) == ""
    assert join([ARN]) == ARN


def test_a_text_shows_what_is_missing_and_names_its_references() -> None:
    text = join(["x-", ARN, "-", OPEN])
    assert str(text) == "x-${Queue.Arn}-${Open}"
    assert isinstance(text, Text)
    assert text.references == (ARN,)
    assert show(True) == "true"  # noqa: FBT003  # a value, not a switch


def test_only_what_is_unknown_makes_a_value_unknown() -> None:
    assert is_known({"a": [ARN, 1]})
    assert not is_known({"a": [OPEN]})
    assert not is_known(join(["x", OPEN]))
