"""Conditions: which assignments are looked at, and that they never contradict themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.resolver import Resolver
from advisor.templates.scenarios import MOST_SCENARIOS
from advisor.templates.values import Unknown

from .stacks import in_scenario, project_of, scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

STAGES = """
    Parameters:
      Stage: {Type: String, Default: dev, AllowedValues: [dev, prod, test]}
      Name: {Type: String}
    Mappings:
      Times: {dev: {t: 10}, prod: {t: 20}, test: {t: 30}}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
      IsTest: !Equals [test, !Ref Stage]
      NotProd: !Not [!Condition IsProd]
      Never: !And [!Condition IsProd, !Condition NotProd]
      Circle: !Not [!Condition Circle]
    Resources:
      Queue:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: !If [IsProd, 60, !FindInMap [Times, !Ref Stage, t]]
          DelaySeconds: !If [IsTest, !If [IsProd, 1, 2], !Ref AWS::NoValue]
      Prod: {Type: AWS::SQS::Queue, Condition: IsProd}
      Other: {Type: AWS::SQS::Queue, Condition: NotProd}
      Nothing: {Type: AWS::SQS::Queue, Condition: Never}
"""


def test_every_outcome_is_looked_at_and_none_contradicts_itself(tmp_path: Path) -> None:
    project = project_of(tmp_path, main=STAGES)
    found = scenarios_of(project)
    assert not found.bounded
    seen = set()
    for scenario in found.items:
        resolver = Resolver(project, scenario)
        names = frozenset(resource.logical_id for resource in resolver.resources())
        visible = in_scenario(project, scenario, "Queue", "VisibilityTimeout")
        delay = in_scenario(project, scenario, "Queue", "DelaySeconds")
        seen.add((names, visible, delay))
    assert seen == {
        (frozenset({"Queue", "Other"}), 10, None),
        (frozenset({"Queue", "Other"}), 30, 2),
        (frozenset({"Queue", "Prod"}), 60, None),
    }


def test_the_usual_scenario_comes_first_and_has_the_defaults(tmp_path: Path) -> None:
    first = scenarios_of(project_of(tmp_path, main=STAGES)).items[0]
    assert first.conditions["main.yaml", "IsProd"] is False
    assert first.conditions["main.yaml", "NotProd"] is True


def test_a_given_parameter_decides(tmp_path: Path) -> None:
    project = project_of(tmp_path, {"Stage": "prod"}, main=STAGES)
    (only,) = scenarios_of(project).items
    assert in_scenario(project, only, "Queue", "VisibilityTimeout") == 60


def test_a_parameter_that_is_none_of_the_literals_and_not_its_default_is_unknown(
    tmp_path: Path,
) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters: {Stage: {Type: String, Default: prod}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties: {QueueName: !Ref Stage, DelaySeconds: !If [IsProd, 1, 2]}
        """,
    )
    usual, other = scenarios_of(project).items
    assert in_scenario(project, usual, "Queue", "QueueName") == "prod"
    assert isinstance(in_scenario(project, other, "Queue", "QueueName"), Unknown)
    assert in_scenario(project, other, "Queue", "DelaySeconds") == 2


def test_opaque_comparisons_go_both_ways_and_equal_ones_together(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters: {Names: {Type: CommaDelimitedList, Default: ""}}
        Conditions:
          Empty: !Equals [!Join ["", !Ref Names], ""]
          Same: !Equals ["", !Join ["", !Ref Names]]
          Full: !Not [!Equals [!Join ["", !Ref Names], ""]]
        Resources:
          A: {Type: AWS::SQS::Queue, Condition: Empty}
          B: {Type: AWS::SQS::Queue, Condition: Full}
          C: {Type: AWS::SQS::Queue, Condition: Same}
        """,
    )
    seen = {
        frozenset(resource.logical_id for resource in Resolver(project, scenario).resources())
        for scenario in scenarios_of(project).items
    }
    assert seen == {frozenset({"A", "C"}), frozenset({"B"})}


def test_a_condition_that_another_part_of_the_template_declares_goes_both_ways(
    tmp_path: Path,
) -> None:
    text = """
    Resources:
      Queue:
        Type: AWS::SQS::Queue
        Condition: Elsewhere
      Other:
        Type: AWS::SQS::Queue
        Properties:
          VisibilityTimeout: !If [Elsewhere, 60, !If [Nowhere, 30, 10]]
    """
    project = project_of(tmp_path, main=text)
    seen = set()
    for scenario in scenarios_of(project).items:
        resources = Resolver(project, scenario).resources()
        visible = in_scenario(project, scenario, "Other", "VisibilityTimeout")
        seen.add((frozenset(resource.logical_id for resource in resources), visible))
    both = frozenset({"Queue", "Other"})
    assert seen == {(both, 60), (frozenset({"Other"}), 30), (frozenset({"Other"}), 10)}


def test_a_comparison_of_known_things_is_no_choice(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Mappings: {M: {a: {on: "yes"}}}
        Conditions: {On: !Equals [!FindInMap [M, a, on], "yes"]}
        Resources:
          A: {Type: AWS::SQS::Queue, Condition: On}
        """,
    )
    (only,) = scenarios_of(project).items
    assert [resource.logical_id for resource in Resolver(project, only).resources()] == ["A"]


def test_a_nested_stack_shares_the_choice_of_its_parent(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters: {Stage: {Type: String, Default: dev}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Queue:
            Type: AWS::SQS::Queue
            Properties: {DelaySeconds: !If [IsProd, 1, 2]}
          Child:
            Type: AWS::CloudFormation::Stack
            Properties: {TemplateURL: child.yaml, Parameters: {Env: !Ref Stage}}
        """,
        child="""
        Parameters: {Env: {Type: String, Default: x}}
        Conditions: {Live: !Equals [!Ref Env, prod]}
        Resources:
          Inner:
            Type: AWS::SQS::Queue
            Properties: {DelaySeconds: !If [Live, 1, 2]}
        """,
    )
    found = scenarios_of(project).items
    assert len(found) == 2
    for scenario in found:
        outer = in_scenario(project, scenario, "Queue", "DelaySeconds")
        inner = in_scenario(project, scenario, "main.yaml>Child#Inner", "DelaySeconds")
        assert outer == inner


def test_many_conditions_are_bounded_and_every_pair_still_meets(tmp_path: Path) -> None:
    names = [f"P{at}" for at in range(200)]
    lines = ["Parameters:"]
    lines += [f"  {name}: {{Type: String}}" for name in names]
    lines += ["Conditions:"]
    lines += [f"  C{name}: !Equals [!Ref {name}, 'yes']" for name in names]
    lines += ["Resources:"]
    lines += [f"  R{name}: {{Type: AWS::SQS::Queue, Condition: C{name}}}" for name in names]
    project = project_of(tmp_path, main="\n".join(lines))
    found = scenarios_of(project)
    assert found.bounded
    assert len(found.items) <= MOST_SCENARIOS
    keys = list(found.items[0].conditions)
    for first, second in ((keys[0], keys[1]), (keys[3], keys[150]), (keys[198], keys[199])):
        pairs = {(item.conditions[first], item.conditions[second]) for item in found.items}
        assert len(pairs) == 4


def test_what_the_rules_of_a_template_refuse_is_not_looked_at(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters:
          Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
          Size: {Type: String, Default: small, AllowedValues: [small, large]}
        Rules:
          LiveIsLarge:
            RuleCondition: {Fn::Equals: [!Ref Stage, prod]}
            Assertions:
              - Assert: {Fn::Contains: [[large, huge], !Ref Size]}
          NotKnown:
            Assertions:
              - Assert: {Fn::EachMemberIn: [{Fn::RefAll: "AWS::EC2::VPC::Id"}, [a]]}
        Conditions:
          IsProd: {Fn::Equals: [!Ref Stage, prod]}
          IsSmall: {Fn::Equals: [!Ref Size, small]}
        Resources:
          A: {Type: AWS::SQS::Queue, Condition: IsProd}
          B: {Type: AWS::SQS::Queue, Condition: IsSmall}
        """,
    )
    seen = {
        frozenset(resource.logical_id for resource in Resolver(project, scenario).resources())
        for scenario in scenarios_of(project).items
    }
    assert seen == {frozenset({"B"}), frozenset(), frozenset({"A"})}


def test_scenarios_are_the_same_to_whoever_asked_nothing_that_differs(tmp_path: Path) -> None:
    project = project_of(
        tmp_path,
        main="""
        Parameters:
          Stage: {Type: String, Default: dev}
        Conditions:
          IsProd: !Equals [!Ref Stage, prod]
        Resources:
          A:
            Type: AWS::SNS::Topic
            Properties:
              TopicName: fixed
              DisplayName: !If [IsProd, one, two]
              KmsMasterKeyId: !Ref Stage
        """,
    )
    one, other = scenarios_of(project).items
    for asked, same in (("TopicName", True), ("DisplayName", False), ("KmsMasterKeyId", False)):
        view = Resolver(project, one)
        (topic,) = view.resources()
        view.get(topic, asked)
        assert view.is_same_in(other) is same, asked
        assert view.is_same_in(one)
