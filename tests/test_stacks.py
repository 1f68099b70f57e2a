"""Stacks: nesting, outputs, exports, loops, includes and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.templates.loading import Files
from advisor.templates.project import groups, neighbours
from advisor.templates.resolver import Resolver
from advisor.templates.values import Cause, Reference, Text, Unknown

from .stacks import project_of, scenarios_of, value

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """
    Parameters: {Stage: {Type: String, Default: dev}}
    Resources:
      Child:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: ./child.yaml
          Parameters: {Source: !GetAtt Queue.Arn, Time: 90}
      Queue: {Type: AWS::SQS::Queue}
      Reader:
        Type: AWS::SQS::Queue
        Properties:
          QueueName: !GetAtt Child.Outputs.Name
          KmsMasterKeyId: !GetAtt Child.Outputs.No
    """
CHILD = """
    Parameters: {Source: {Type: String}, Time: {Type: Number, Default: 1}, Rest: {Type: String}}
    Resources:
      Function:
        Type: AWS::Lambda::Function
        Properties: {Timeout: !Ref Time, FunctionName: !Ref Source, Handler: !Ref Rest}
    Outputs:
      Name: {Value: !Sub "${Function}-x"}
    """


def test_parameters_of_a_nested_stack_are_bound_and_its_outputs_read_back(tmp_path: Path) -> None:
    project = project_of(tmp_path, main=PARENT, child=CHILD)
    child = "main.yaml>Child"
    assert list(project.stacks) == ["main.yaml", child]
    assert value(project, f"{child}#Function", "Timeout") == "90"
    assert value(project, f"{child}#Function", "FunctionName") == Reference(
        "main.yaml", "Queue", "Arn"
    )
    rest = value(project, f"{child}#Function", "Handler")
    assert isinstance(rest, Unknown)
    assert value(project, "Reader", "QueueName") == Text((Reference(child, "Function"), "-x"))
    absent = value(project, "Reader", "KmsMasterKeyId")
    assert isinstance(absent, Unknown)
    assert absent.cause is Cause.ATTRIBUTE


def test_a_template_that_nests_itself_ends(tmp_path: Path) -> None:
    text = (
        "Resources: {Me: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: main.yaml}}}"
    )
    assert list(project_of(tmp_path, main=text).stacks) == ["main.yaml"]


@pytest.mark.parametrize("location", ["../outside.yaml", "/etc/hostname", "https://x/y.yaml", "no"])
def test_nothing_outside_the_root_is_nested(location: str, tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("Resources: {Q: {Type: AWS::SQS::Queue}}")
    inner = tmp_path / "inner"
    inner.mkdir()
    text = f"""
    Resources:
      C: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {location}}}}}
    """
    assert list(project_of(inner, main=text).stacks) == ["main.yaml"]


def test_a_symlink_out_of_the_root_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.yaml").write_text("Resources: {Q: {Type: AWS::SQS::Queue}}")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    text = (
        "Resources: {C: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: link.yaml}}}"
    )
    assert list(project_of(inner, main=text).stacks) == ["main.yaml"]


def test_an_import_finds_the_export_of_another_stack(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Resources:
          One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: one.yaml}}
          Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: two.yaml}}
        """,
        one="""
        Resources: {Q: {Type: AWS::SQS::Queue}}
        Outputs: {Arn: {Value: !GetAtt Q.Arn, Export: {Name: !Sub "${AWS::Region}-q"}}}
        """,
        two="""
        Resources:
          F:
            Type: AWS::Lambda::Function
            Properties: {FunctionName: !ImportValue {"Fn::Sub": "${AWS::Region}-q"}}
        """,
    )
    assert value(project, "main.yaml>Two#F", "FunctionName") == Reference(
        "main.yaml>One", "Q", "Arn"
    )


def test_loops_unroll_known_collections_and_keep_one_symbol_for_unknown_ones(
    tmp_path: Path,
) -> None:
    project = project_of(
        tmp_path,
        main="""
        Transform: AWS::LanguageExtensions
        Parameters:
          Known: {Type: CommaDelimitedList, Default: "Red,Blue"}
          Open: {Type: CommaDelimitedList}
        Resources:
          Fn::ForEach::Colours:
            - Colour
            - !Ref Known
            - "Queue${Colour}":
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub "q-${Colour}-${AWS::Region}", Tag: !Ref Colour}
          Fn::ForEach::Opens:
            - Name
            - !Ref Open
            - "Topic${Name}":
                Type: AWS::SNS::Topic
                Properties: {TopicName: "t-${Name}"}
          Fn::ForEach::Outer:
            - X
            - [A, B]
            - Fn::ForEach::Inner:
                - Y
                - [1, 2]
                - "Pair${X}${Y}": {Type: AWS::SQS::Queue}
        """,
    )
    stack = project.stacks["main.yaml"]
    ids = list(stack.resources)
    assert ids[:2] == ["QueueRed", "QueueBlue"]
    assert ids[3:] == ["PairA1", "PairA2", "PairB1", "PairB2"]
    region = Unknown(Cause.PSEUDO, "AWS::Region")
    assert value(project, "QueueBlue", "QueueName") == Text(("q-Blue-", region))
    assert value(project, "QueueRed", "Tag") == "Red"
    name = value(project, ids[2], "TopicName")
    assert isinstance(name, Text)
    resolver = Resolver(project, scenarios_of(project).items[0])
    place = resolver.at(stack.resources["QueueBlue"], "QueueName")
    assert place.span.start.line == 12
    assert place.pointer == (
        "Resources", "Fn::ForEach::Colours", 2, "Queue${Colour}", "Properties", "QueueName",
    )  # fmt: skip


def test_a_substitution_that_a_loop_fills_is_text(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Transform: AWS::LanguageExtensions
        Resources:
          Fn::ForEach::Colours:
            - Colour
            - [Red]
            - "Queue${Colour}":
                Type: AWS::SQS::Queue
                Properties: {QueueName: !Sub "q-${Colour}", Kept: !Sub "${Colour}-${AWS::Region}"}
        """,
    )
    properties = project.stacks["main.yaml"].resources["QueueRed"].properties
    assert properties == {"QueueName": "q-Red", "Kept": {"Fn::Sub": "Red-${AWS::Region}"}}


def test_a_list_that_is_handed_down_as_text_is_a_list_again(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Resources:
          A: {Type: AWS::EC2::Subnet}
          B: {Type: AWS::EC2::Subnet}
          Odd: {Type: Custom::Names}
          Below:
            Type: AWS::CloudFormation::Stack
            Properties:
              TemplateURL: below.yaml
              Parameters:
                Both: !Join [", ", [!Ref A, !Ref B]]
                One: !Ref A
                Any: !GetAtt Odd.Names
        """,
        below="""
        Parameters:
          Both: {Type: "List<AWS::EC2::Subnet::Id>"}
          One: {Type: CommaDelimitedList}
          Any: {Type: CommaDelimitedList}
        Resources:
          Q: {Type: X, Properties: {Both: !Ref Both, One: !Ref One, Any: !Ref Any}}
        """,
    )
    a, b = Reference("main.yaml", "A"), Reference("main.yaml", "B")
    queue = "main.yaml>Below#Q"
    assert value(project, queue, "Both") == [a, b]
    assert value(project, queue, "One") == [a]
    # What a custom resource returns may itself be a list.
    assert isinstance(value(project, queue, "Any"), Unknown)


def test_a_loop_inside_properties_is_unrolled(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Resources:
          It:
            Type: AWS::SQS::Queue
            Properties:
              Fn::ForEach::Props:
                - P
                - [DelaySeconds, VisibilityTimeout]
                - "${P}": 5
        """,
    )
    assert value(project, "It", "DelaySeconds") == 5
    assert value(project, "It", "VisibilityTimeout") == 5


def test_an_included_file_is_merged_and_its_places_are_its_own(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Resources:
          It:
            Type: AWS::ApiGateway::RestApi
            Properties:
              Body:
                Fn::Transform: {Name: AWS::Include, Parameters: {Location: body.yaml}}
          Else:
            Type: AWS::SQS::Queue
            Properties:
              Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/key}}
        """,
        body="""
        paths:
          /orders: {get: {x: 1}}
        """,
    )
    assert value(project, "It", "Body", "paths", "/orders", "get", "x") == 1
    unknown = value(project, "Else", "QueueName")
    assert isinstance(unknown, Unknown)
    assert unknown.cause is Cause.MACRO
    resolver = Resolver(project, scenarios_of(project).items[0])
    resource = project.stacks["main.yaml"].resources["It"]
    place = resolver.at(resource, "Body", "paths", "/orders")
    assert (place.path, place.span.start.line) == ("body.yaml", 3)


def test_a_place_is_one_line_and_falls_back_to_what_exists(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Resources:
          It:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt It.Arn
              VisibilityTimeout: 30
        """,
    )
    resolver = Resolver(project, scenarios_of(project).items[0])
    resource = project.stacks["main.yaml"].resources["It"]

    def lines(*path: str) -> tuple[int, int, int]:
        span = resolver.at(resource, *path).span
        assert span.start.line == span.end.line
        return span.start.line, span.start.column, span.end.column

    assert lines() == (3, 3, 5)
    assert lines("Absent") == (3, 3, 5)
    assert lines("VisibilityTimeout") == (8, 26, 28)
    assert lines("RedrivePolicy") == (6, 7, 20)
    assert lines("RedrivePolicy", "deadLetterTargetArn") == (7, 30, 44)
    assert lines("RedrivePolicy", "maxReceiveCount") == (6, 7, 20)


def test_a_child_given_alone_finds_the_parent_that_nests_it(tmp_path: Path) -> None:
    project_of(tmp_path, main=PARENT, child=CHILD, other="Resources: {Q: {Type: AWS::SQS::Queue}}")
    folder = tmp_path.resolve()
    assert neighbours(Files(folder), {folder / "child.yaml"}) == [folder / "main.yaml"]
    assert neighbours(Files(folder), {folder / "other.yaml"}) == []


def test_stacks_that_are_linked_form_one_group(tmp_path: Path) -> None:
    project = project_of(tmp_path, main=PARENT, child=CHILD)
    assert groups(project, []) == [["main.yaml", "main.yaml>Child"]]


def test_a_parameter_that_another_stack_stores_is_read(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters: {Looked: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/queue}}
        Resources:
          One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: one.yaml}}
          It:
            Type: AWS::Lambda::Function
            Properties:
              Layers: ["{{resolve:ssm:/shop/queue:1}}", !Ref Looked, "{{resolve:ssm:/other}}"]
              Handler: !Sub "x-{{resolve:ssm:/shop/name}}"
        """,
        one="""
        Resources:
          Queue: {Type: AWS::SQS::Queue}
          Stored:
            Type: AWS::SSM::Parameter
            Properties: {Name: /shop/queue, Type: String, Value: !GetAtt Queue.Arn}
          Named:
            Type: AWS::SSM::Parameter
            Properties: {Name: !Sub "/shop/name", Type: String, Value: orders}
          Circle:
            Type: AWS::SSM::Parameter
            Properties: {Name: /c, Type: String, Value: "{{resolve:ssm:/c}}"}
        """,
    )
    arn = Reference("main.yaml>One", "Queue", "Arn")
    other = Unknown(Cause.DYNAMIC, "{{resolve:ssm:/other}}")
    assert value(project, "It", "Layers") == [arn, arn, other]
    assert value(project, "It", "Handler") == "x-orders"
    assert isinstance(value(project, "main.yaml>One#Circle", "Value"), Unknown)


def test_a_loop_goes_over_what_a_function_computes(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters: {Stage: {Type: String, Default: dev}}
        Mappings: {Names: {dev: {all: [A, B]}, prod: {all: [C]}}}
        Resources:
          Fn::ForEach::Queues:
            - Name
            - !FindInMap [Names, !Ref Stage, all]
            - "Queue${Name}": {Type: AWS::SQS::Queue}
        """,
    )
    assert list(project.stacks["main.yaml"].resources) == ["QueueA", "QueueB"]
