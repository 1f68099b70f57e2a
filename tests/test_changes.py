"""Where a property is changed: under SAM's names, past Globals, inside branches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.rules.finding import Change

from .graphs import graph_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.nodes.base import Node
    from advisor.documents.document import Data

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}
Parameters: {Seconds: {Type: Number, Default: 3}}
Globals:
  Function:
    Timeout: 60
    Layers: [a]
    Environment: {Variables: {A: 1}}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !If [IsProd, 30, 20]
      DelaySeconds: !Ref Seconds
      RedrivePolicy: {maxReceiveCount: 3}
  Alerts: {Type: AWS::SNS::Topic}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Handler: a.b
      Runtime: python3.13
      InlineCode: x
      MemorySize: 128
      Events:
        FromOrders: {Type: SQS, Properties: {Queue: !GetAtt Orders.Arn, BatchSize: 5}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
"""


def node(folder: Path, kind: str, name: str = "") -> Node:
    graph = graph_of(folder, TEMPLATE)
    return next(n for n in graph.nodes() if n.type == kind and (not name or n.name == name))


def test_a_property_of_a_plain_resource_is_changed_where_it_stands(tmp_path: Path) -> None:
    queue = node(tmp_path, "AWS::SQS::Queue")
    found = queue.change(("RedrivePolicy", "maxReceiveCount"), 5)
    pointer = ("Resources", "Orders", "Properties", "RedrivePolicy", "maxReceiveCount")
    assert found == Change("main.yaml", pointer, 5)


def test_a_branch_of_a_condition_is_changed_and_not_the_condition(tmp_path: Path) -> None:
    queue = node(tmp_path, "AWS::SQS::Queue")
    found = queue.change(("VisibilityTimeout",), 360)
    assert found is not None
    assert found.pointer[-3:-1] == ("VisibilityTimeout", "Fn::If")


def test_an_absent_property_is_added(tmp_path: Path) -> None:
    found = node(tmp_path, "AWS::SQS::Queue").change(("MessageRetentionPeriod",), 60)
    assert found is not None
    assert found.pointer == ("Resources", "Orders", "Properties", "MessageRetentionPeriod")


def test_a_value_that_comes_from_a_parameter_is_not_overwritten(tmp_path: Path) -> None:
    assert node(tmp_path, "AWS::SQS::Queue").change(("DelaySeconds",), 1) is None


def test_what_globals_say_is_set_on_the_resource(tmp_path: Path) -> None:
    ship = node(tmp_path, "AWS::Lambda::Function")
    base = ("Resources", "Ship", "Properties")
    timeout = ship.change(("Timeout",), 5)
    assert timeout is not None
    assert timeout.pointer == (*base, "Timeout")
    variable = ship.change(("Environment", "Variables", "B"), "x")
    assert variable is not None
    assert variable.pointer == (*base, "Environment", "Variables", "B")
    memory = ship.change(("MemorySize",), 256)
    assert memory is not None
    assert memory.pointer == (*base, "MemorySize")
    assert ship.removal("Timeout") is None
    assert ship.removal("MemorySize") == Change("main.yaml", (*base, "MemorySize"), None, True)  # noqa: FBT003  # `remove`


def test_a_list_to_which_sam_would_add_is_not_changed(tmp_path: Path) -> None:
    assert node(tmp_path, "AWS::Lambda::Function").change(("Layers",), ["b"]) is None


def test_sam_has_names_of_its_own(tmp_path: Path) -> None:
    ship = node(tmp_path, "AWS::Lambda::Function")
    tracing = ship.change(("TracingConfig", "Mode"), "Active")
    assert tracing is not None
    assert tracing.pointer == ("Resources", "Ship", "Properties", "Tracing")
    letters = ship.change(("DeadLetterConfig",), {"TargetArn": {"Ref": "Alerts"}})
    assert letters is not None
    assert letters.pointer[-1] == "DeadLetterQueue"
    assert letters.value == {"Type": "SNS", "TargetArn": {"Ref": "Alerts"}}


def test_what_sam_makes_of_an_event_is_changed_in_the_event(tmp_path: Path) -> None:
    mapping = node(tmp_path, "AWS::Lambda::EventSourceMapping")
    base = ("Resources", "Ship", "Properties", "Events", "FromOrders", "Properties")
    size = mapping.change(("BatchSize",), 10)
    assert size is not None
    assert size.pointer == (*base, "BatchSize")
    types = mapping.change(("FunctionResponseTypes",), ["ReportBatchItemFailures"])
    assert types is not None
    assert types.pointer == (*base, "FunctionResponseTypes")
    rule = node(tmp_path, "AWS::Events::Rule")
    letters = rule.change(("Targets", 0, "DeadLetterConfig", "Arn"), {"Ref": "X"})
    assert letters is not None
    assert letters.pointer[-3:] == ("Properties", "DeadLetterConfig", "Arn")
    assert letters.pointer[4] == "Nightly"


def test_what_no_template_can_say_is_not_changed(tmp_path: Path) -> None:
    role = node(tmp_path, "AWS::IAM::Role")
    assert role.change(("Path",), "/x/") is None
    mapping = node(tmp_path, "AWS::Lambda::EventSourceMapping")
    assert mapping.change(("FunctionName",), "x") is None


def test_a_resource_is_added_beside_another_unless_its_name_is_taken(tmp_path: Path) -> None:
    queue = node(tmp_path, "AWS::SQS::Queue")
    body: Data = {"Type": "AWS::SQS::Queue"}
    assert isinstance(body, dict)
    assert queue.new_sibling("Dlq", body) == Change("main.yaml", ("Resources", "Dlq"), body)
    assert queue.new_sibling("Ship", body) is None
