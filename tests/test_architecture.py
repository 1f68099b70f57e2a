"""The graph itself: what values name, defaults of nodes, questions, and hostile input."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.architecture.build import NODES, build
from advisor.architecture.edges import Edge, EdgeKind, Evidence
from advisor.architecture.nodes import (
    BucketNotification,
    EventInvokeConfig,
    EventSourceMapping,
    Function,
    LogGroup,
    Node,
    Queue,
    RuleTarget,
    Subscription,
    Table,
)
from advisor.architecture.nodes.values import parsed
from advisor.architecture.resolution import parse_arn, split
from advisor.templates.loading import Files
from advisor.templates.project import build_project
from advisor.templates.resolver import Resolver
from advisor.templates.values import Cause, Reference, Text, Unknown, join

from .edges import graph, lines, one
from .stacks import scenarios_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Data
    from advisor.templates.values import Value

NAMES = """
    Parameters: {Name: {Type: String}, Given: {Type: String, Default: ledger}}
    Resources:
      Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: worker}}
      Alias:
        Type: AWS::Lambda::Alias
        Properties: {FunctionName: !Ref Function, FunctionVersion: '1', Name: live}
      Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub '${AWS::StackName}-orders'}}
      Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
      Table: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Ref Given}}
      Bucket: {Type: AWS::S3::Bucket}
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
      Machine: {Type: AWS::StepFunctions::StateMachine, Properties: {StateMachineName: flow}}
      Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /aws/lambda/worker}}
      Probe: {Type: AWS::SSM::Parameter, Properties: {Value: %s}}
    """
ACCOUNT = "${AWS::Region}:${AWS::AccountId}"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("!Ref Function", "Function"),
        ("!GetAtt Function.Arn", "Function"),
        ("!Sub '${Function.Arn}:live'", "Function"),
        (f"!Sub 'arn:aws:lambda:{ACCOUNT}:function:worker'", "Function"),
        (
            f"!Sub 'arn:${{AWS::Partition}}:lambda:{ACCOUNT}:function:${{Function}}:live'",
            "Function",
        ),
        ("'arn:aws:lambda:eu-west-1:123456789012:function:worker'", "Function"),
        (
            "!Sub 'arn:aws:apigateway:x:lambda:path/2015/functions/${Function.Arn}/invocations'",
            "Function",
        ),
        ("!Ref Alias", "Alias"),
        ("!Ref Queue", "Queue"),
        ("!GetAtt Queue.QueueName", "Queue"),
        (f"!Sub 'arn:aws:sqs:{ACCOUNT}:${{Queue.QueueName}}'", "Queue"),
        (f"!Sub 'arn:aws:sqs:{ACCOUNT}:${{AWS::StackName}}-orders'", "Queue"),
        (
            "!Sub 'https://sqs.x.amazonaws.com/${AWS::AccountId}/${AWS::StackName}-orders'",
            "Queue",
        ),
        ("!Join [':', [arn:aws:sns, !Ref AWS::Region, !Ref AWS::AccountId, !Ref Name]]", "Topic"),
        ("!Ref Name", "Topic"),
        ("ledger", "Table"),
        ("!Ref Given", "Table"),
        ("!Sub '${Table.Arn}/index/*'", "Table"),
        ("!GetAtt Table.StreamArn", "Table"),
        (f"!Sub 'arn:aws:dynamodb:{ACCOUNT}:table/ledger/index/by-date'", "Table"),
        ("!Sub 'arn:aws:s3:::${Bucket}/in/*'", "Bucket"),
        ("!Sub '${Bucket.Arn}*'", "Bucket"),
        (f"!Sub 'arn:aws:events:{ACCOUNT}:event-bus/shop'", "Bus"),
        (f"!Sub 'arn:aws:states:{ACCOUNT}:stateMachine:flow'", "Machine"),
        (f"!Sub 'arn:aws:logs:{ACCOUNT}:log-group:/aws/lambda/worker:*'", "Group"),
        ("!Sub '${Function}-suffix'", None),
        ("!Sub 'prefix-${Function}'", None),
        (f"!Sub 'arn:aws:lambda:{ACCOUNT}:function:work*'", None),
        (f"!Sub 'arn:aws:sqs:{ACCOUNT}:worker'", None),
        ("!ImportValue worker", None),
        ("'*'", None),
        ("''", None),
        ("7", None),
        ("[a]", None),
        ("{a: b}", None),
    ],
)
def test_a_value_names_a_node_by_reference_arn_name_or_url(
    tmp_path: Path, value: str, name: str | None
) -> None:
    architecture = graph(tmp_path, NAMES % value)
    probe = architecture.node("main.yaml#Probe")
    assert probe is not None
    found = architecture.node_of(probe.get("Value"))
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("value", "qualifier"),
    [
        ("!Ref Function", None),
        ("!Sub '${Function}:live'", "live"),
        ("!Sub '${Function.Arn}:live'", "live"),
        (f"!Sub 'arn:aws:lambda:{ACCOUNT}:function:worker:live'", "live"),
        ("worker", None),
        ("worker:live", "live"),
        ("123456789012:function:worker", None),
        ("!Ref Alias", "live"),
    ],
)
def test_a_function_is_found_with_the_version_that_is_meant(
    tmp_path: Path, value: str, qualifier: str | None
) -> None:
    architecture = graph(tmp_path, NAMES % value)
    probe = architecture.node("main.yaml#Probe")
    assert probe is not None
    function, found = architecture.function_of(probe.get("Value"))
    assert (function, found) == (one(architecture, Function), qualifier)


def test_a_name_that_two_templates_give_counts_only_within_one_of_them(tmp_path: Path) -> None:
    child = "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: same}}}"
    architecture = graph(
        tmp_path,
        """
    Resources:
      A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml}}
      B: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./child.yaml}}
    """,
        child=child,
    )
    first, second = architecture.queues()
    assert architecture.node_of("same", "queue") is None
    assert architecture.node_of("same", "queue", near=second) is second
    assert architecture.node_of("same", "queue", near=first) is first


def test_absent_properties_have_the_defaults_of_aws(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Function: {Type: AWS::Lambda::Function}
      Queue: {Type: AWS::SQS::Queue}
      Config: {Type: AWS::Lambda::EventInvokeConfig, Properties: {FunctionName: !Ref Function}}
      Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties: {FunctionName: !Ref Function, EventSourceArn: !GetAtt Queue.Arn}
    """,
    )
    function, queue = one(architecture, Function), one(architecture, Queue)
    assert (function.timeout, function.memory, function.ephemeral_storage) == (3, 128, 512)
    assert (function.package_type, function.architectures) == ("Zip", ["x86_64"])
    assert (function.in_vpc, function.is_durable, function.reserved_concurrency) == (
        False,
        False,
        None,
    )
    assert (queue.visibility_timeout, queue.retention, queue.is_fifo) == (30, 345_600, False)
    assert (queue.dead_letter_target, queue.max_receive_count) == (None, None)
    config = one(architecture, EventInvokeConfig)
    assert (config.retries, config.event_age, config.qualifier) == (2, 21_600, "$LATEST")
    mapping = one(architecture, EventSourceMapping)
    assert (mapping.retries, mapping.record_age, mapping.parallelization) == (-1, -1, 1)
    assert (mapping.reports_item_failures, mapping.filters, mapping.batching_window) == (
        False,
        [],
        0,
    )


def test_an_unknown_property_is_unknown_and_never_its_default(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Parameters: {Any: {Type: String}}
    Resources:
      Function: {Type: AWS::Lambda::Function, Properties: {Timeout: !Ref Any, VpcConfig: !Ref Any}}
      Queue: {Type: AWS::SQS::Queue, Properties: {RedrivePolicy: !Ref Any, FifoQueue: !Ref Any}}
    """,
    )
    function, queue = one(architecture, Function), one(architecture, Queue)
    for value in (
        function.timeout,
        function.in_vpc,
        queue.dead_letter_target,
        queue.max_receive_count,
        queue.is_fifo,
    ):
        assert isinstance(value, Unknown)
    # An unknown redrive policy is a dead-letter queue somewhere outside.
    assert len(lines(architecture, EdgeKind.DEAD_LETTERS)) == 1


def test_parts_of_resources_are_nodes_with_places_of_their_own(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Properties: {Subscription: [{Protocol: email, Endpoint: a@example.com}]}
      Bucket:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            TopicConfigurations:
              - Topic: !Ref Topic
                Event: s3:ObjectCreated:*
                Filter: {S3Key: {Rules: [{Name: Suffix, Value: .csv}]}}
      Rule:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: a, Arn: !Ref Topic}]}
    """,
    )
    assert one(architecture, Subscription).protocol == "email"
    notification = one(architecture, BucketNotification)
    assert (notification.key_prefix, notification.key_suffix) == (None, ".csv")
    assert notification.events == ["s3:ObjectCreated:*"]
    target = one(architecture, RuleTarget)
    assert target.retries == 185
    # What is absent is shown at the entry that lacks it.
    assert target.at("DeadLetterConfig").pointer == (
        "Resources",
        "Rule",
        "Properties",
        "Targets",
        0,
    )


def test_a_function_uses_the_log_group_that_has_its_name(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Function: {Type: AWS::Lambda::Function}
      Group: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: !Sub '/aws/lambda/${Function}'}}
      Other:
        Type: AWS::Lambda::Function
        Properties: {LoggingConfig: {LogGroup: !Ref Group}}
    """,
    )
    assert lines(architecture, EdgeKind.USES) == ["Function uses Group", "Other uses Group"]
    assert one(architecture, LogGroup).retention_days is None


def test_the_graph_is_there_for_networkx(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      Topic:
        Type: AWS::SNS::Topic
        Properties: {Subscription: [{Protocol: sqs, Endpoint: !GetAtt Queue.Arn}]}
    """,
    )
    assert architecture.graph.has_edge("main.yaml#Topic", "main.yaml#Queue")


def test_an_arn_is_taken_apart_into_account_kind_name_and_rest() -> None:
    arn = parse_arn("arn:aws:sns:eu-west-1:123456789012:orders")
    assert arn is not None
    assert (arn.kind, arn.name, arn.account_id) == ("topic", ("orders",), "123456789012")
    assert parse_arn("arn:aws:sns") is None
    assert parse_arn(Unknown(Cause.IMPORT, "x")) is None


PARTS = st.lists(
    st.one_of(
        st.text(alphabet='ab:/*{}"\\ ', max_size=8),
        st.builds(
            Reference, st.just("t"), st.sampled_from(["A", "B"]), st.sampled_from(["", "Arn"])
        ),
        st.builds(Unknown, st.just(Cause.PARAMETER), st.sampled_from(["p", "q"])),
    ),
    min_size=1,
    max_size=6,
)


@given(PARTS)
def test_splitting_and_joining_again_gives_the_same_text(parts: list[Value]) -> None:
    value = join(parts)
    whole = value.parts if isinstance(value, Text) else (value,)
    pieces = split(whole, ":")
    again: list[Value] = []
    for index, piece in enumerate(pieces):
        again += [":", *piece] if index else [*piece]
    assert join(again) == value


@given(
    st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.integers(), st.booleans(), st.text(max_size=5).map(lambda t: t.replace("\ue000", ""))
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_json_text_with_a_reference_in_it_reads_as_the_object(
    data: dict[str, Value],
    quoted: bool,  # noqa: FBT001  # Hypothesis passes by position
) -> None:
    reference = Reference("t", "Queue", "Arn")
    text = json.dumps({**data, "here": "@@"})
    head, _, tail = text.rpartition("@@" if quoted else '"@@"')
    assert parsed(join([head, reference, tail])) == {**data, "here": reference}


KEYS = sorted(
    {
        "Arn", "Targets", "FunctionName", "EventSourceArn", "RedrivePolicy", "Environment",
        "Variables", "PolicyDocument", "Policies", "Statement", "Action", "Resource", "Effect",
        "Role", "Roles", "Target", "DeadLetterConfig", "DestinationConfig", "OnFailure",
        "Destination", "NotificationConfiguration", "LambdaConfigurations", "Function",
        "Subscription", "Protocol", "Endpoint", "TopicArn", "EventPattern", "source",
        "FilterCriteria", "Filters", "FunctionResponseTypes", "LoggingConfig", "LogGroup",
        "LambdaConfig", "PreSignUp", "TopicRulePayload", "Actions", "ErrorAction", "Principal",
        "SourceArn", "Layers", "Source", "Qualifier", "VpcConfig", "SubnetIds", "State", "Type",
        "DefinitionString", "Definition", "Body", "paths", "Integration", "Uri", "Timeout",
    }
)  # fmt: skip
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 5),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(
            ["", "*", "Allow", "arn:aws:sqs:::", "arn:aws:lambda:::function:", "lambda:*", '{"a":']
        ),
        st.sampled_from(["R0", "R1", "Nothing"]).map(lambda name: {"Ref": name}),
        st.sampled_from(["R0.Arn", "R1.Arn"]).map(lambda name: {"Fn::GetAtt": name}),
        st.just({"Ref": "Any"}),
        st.just({"Fn::Sub": "arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${R0}"}),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=20,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(NODES)), st.dictionaries(st.sampled_from(KEYS), JUNK)),
        min_size=1,
        max_size=4,
    )
)
def test_no_property_of_a_wrong_type_stops_the_graph(
    tmp_path: Path, resources: list[tuple[str, dict[str, Data]]]
) -> None:
    template = {
        "Parameters": {"Any": {"Type": "String"}},
        "Resources": {
            f"R{index}": {"Type": type_, "Properties": properties}
            for index, (type_, properties) in enumerate(resources)
        },
    }
    file = tmp_path.resolve() / "junk.json"
    file.write_text(json.dumps(template), encoding="utf-8")
    project = build_project(Files(file.parent), [file])
    architecture = build(Resolver(project, scenarios_of(project).items[0]))
    ask_everything(architecture)


def ask_everything(architecture: Architecture) -> None:
    """Read every property of every node and ask every question."""
    for node in architecture.nodes():
        for name in dir(type(node)):
            if isinstance(getattr(type(node), name), property):
                getattr(node, name)
        node.at()
        architecture.publishers(node)
        architecture.consumers(node)
        architecture.dead_letter_sources(node)
        if isinstance(node, Function):
            architecture.invokers(node)
            architecture.asynchronous_invokers(node)
            architecture.mappings(node)
            architecture.grants(node)
            architecture.environment_references(node)
            architecture.failure_destination(node)
    for edge in architecture.edges():
        assert edge.at().span.start.line > 0


def test_edges_are_found_from_both_ends(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path, "Resources: {A: {Type: AWS::SQS::Queue}, B: {Type: AWS::DynamoDB::Table}}"
    )
    queue, table = one(architecture, Queue), one(architecture, Table)
    edge = Edge(queue, table, EdgeKind.WRITES, Evidence.PROVED, queue)
    architecture.add_edge(edge)
    assert architecture.outgoing(queue) == [edge]
    assert architecture.incoming(table, EdgeKind.WRITES) == [edge]
    assert architecture.incoming(table, EdgeKind.READS) == []
    assert list(architecture.edges(EdgeKind.WRITES)) == [edge]
    assert architecture.node(queue.id) is queue
    assert architecture.all(Node) == [queue, table]
