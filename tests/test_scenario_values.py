"""What is the same in every scenario is worked out once; what is not, in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.resolver import Resolver
from advisor.templates.scenarios import Scenario, formulas_of, scenarios

from .stacks import project_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.templates.resource import Resource
    from advisor.templates.stacks import Project

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
  Team: {Type: String, Default: blue}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Mappings:
  Days: {prod: {Kept: 9}, dev: {Kept: 1}}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "${Team}-orders"
      DelaySeconds: !If [IsProd, 1, 2]
      KmsMasterKeyId: !Sub "key-${Stage}"
      MessageRetentionPeriod: !FindInMap [Days, !Ref Stage, Kept]
      Tags: [{Key: name, Value: !Ref Team}]
"""


def views(folder: Path) -> tuple[Resource, list[Resolver]]:
    project = project_of(folder, main=TEMPLATE)
    (stack,) = project.stacks.values()
    return stack.resources["Queue"], _views(project, stack.owner)


def _views(project: Project, owner: str) -> list[Resolver]:
    found = scenarios(project, [owner], formulas_of(project)).items
    return [Resolver(project, scenario) for scenario in found]


def test_what_an_assumption_bears_on_differs(tmp_path: Path) -> None:
    queue, found = views(tmp_path)
    for name, values in {
        "DelaySeconds": {1, 2},
        "KmsMasterKeyId": {"key-dev", "key-prod"},
        "MessageRetentionPeriod": {1, 9},
    }.items():
        assert {view.get(queue, name) for view in found} == values
        assert {view.get(queue, name) for view in found} == values, "asked again"


def test_what_none_bears_on_is_one_value(tmp_path: Path) -> None:
    queue, found = views(tmp_path)
    first, second = (view.get(queue, "Tags") for view in found)
    assert first == [{"Key": "name", "Value": "blue"}]
    assert first is second
    assert {view.get(queue, "QueueName") for view in found} == {"blue-orders"}


def test_what_is_made_of_the_same_values_is_made_once(tmp_path: Path) -> None:
    queue, found = views(tmp_path)

    def made(view: Resolver, name: str) -> list[object]:
        return view.once(name, lambda: [view.get(queue, name)])

    first, second = (made(view, "Tags") for view in found)
    assert first is second
    for view in found:
        view.get(queue, "DelaySeconds")  # known before: still no value for all
    assert sorted(str(made(view, "DelaySeconds")) for view in found) == ["[1]", "[2]"]


def test_a_later_assumption_makes_a_value_its_own(tmp_path: Path) -> None:
    project = project_of(tmp_path, main=TEMPLATE)
    (stack,) = project.stacks.values()
    queue = stack.resources["Queue"]
    plain = Resolver(project, Scenario())
    assert plain.get(queue, "KmsMasterKeyId") == "key-dev"
    values = {view.get(queue, "KmsMasterKeyId") for view in _views(project, stack.owner)}
    assert values == {"key-dev", "key-prod"}
    assert plain.get(queue, "KmsMasterKeyId") == "key-dev"


def test_another_region_shares_nothing(tmp_path: Path) -> None:
    text = TEMPLATE.replace("${Team}-orders", "${AWS::Region}-orders")
    project = project_of(tmp_path, main=text)
    (stack,) = project.stacks.values()
    names = [
        Resolver(project, Scenario(), region=region).get(stack.resources["Queue"], "QueueName")
        for region in ("eu-west-1", "us-east-1")
    ]
    assert names == ["eu-west-1-orders", "us-east-1-orders"]
