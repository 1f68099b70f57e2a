"""SAM expanded: what is made, where it is written, and that nothing makes it fail."""

from __future__ import annotations

import copy
import json
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.documents.load import load_file, read_text
from advisor.templates.sam import expand, expand_all, references
from advisor.templates.sam.globals import merged
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource

FIXTURES = sorted((Path(__file__).parent.parent / "fixtures" / "sam").glob("*.yaml"))


def parse(text: str) -> dict[str, Data]:
    data = read_text(textwrap.dedent(text), "template.yaml", tags=long_form).data
    assert isinstance(data, dict)
    return data


def made(text: str) -> dict[str, Resource]:
    return {resource.logical_id: resource for resource in expand(parse(text), "template.yaml")}


def written(resource: Resource, *path: str) -> Pointer:
    """Return where a property is written, as a view works it out."""
    for length in range(len(path), -1, -1):
        origin = resource.origins.get(path[:length])
        if origin is not None:
            return origin + path[length:]
    return (*resource.place, "Properties", *path)


QUEUE_CONSUMER = """
    Globals:
      Function: {Timeout: 60, Environment: {Variables: {SHARED: a}}, Layers: [one]}
    Resources:
      Ship:
        Type: AWS::Serverless::Function
        Condition: IsProd
        Properties:
          Environment: {Variables: {OWN: b}}
          Layers: [two]
          Policies: [{SQSPollerPolicy: {QueueName: !GetAtt Orders.QueueName}}]
          Events:
            Work:
              Type: SQS
              Properties: {Queue: !GetAtt Orders.Arn, BatchSize: 10}
      Orders: {Type: AWS::SQS::Queue}
"""


def test_resources_come_in_reading_order_with_what_is_made_after_its_maker() -> None:
    resources = expand(parse(QUEUE_CONSUMER), "t")
    assert [r.logical_id for r in resources] == ["Ship", "ShipRole", "ShipWork", "Orders"]


def test_a_resource_without_sam_stays_what_it_is() -> None:
    queue = made(QUEUE_CONSUMER)["Orders"]
    assert (queue.type, queue.place, queue.made_by) == (
        "AWS::SQS::Queue",
        ("Resources", "Orders"),
        "",
    )


def test_an_event_is_a_mapping_at_the_events_own_key() -> None:
    mapping = made(QUEUE_CONSUMER)["ShipWork"]
    assert mapping.type == "AWS::Lambda::EventSourceMapping"
    assert mapping.place == ("Resources", "Ship", "Properties", "Events", "Work")
    assert mapping.made_by == "Ship"
    assert mapping.conditions == ("IsProd",)
    assert mapping.properties["BatchSize"] == 10
    assert written(mapping, "EventSourceArn") == (*mapping.place, "Properties", "Queue")
    assert written(mapping, "BatchSize") == (*mapping.place, "Properties", "BatchSize")


def test_globals_are_pointed_at_where_they_are_written() -> None:
    function = made(QUEUE_CONSUMER)["Ship"]
    here = ("Resources", "Ship", "Properties")
    assert function.properties["Timeout"] == 60
    assert written(function, "Timeout") == ("Globals", "Function", "Timeout")
    variables = ("Environment", "Variables")
    assert written(function, *variables, "SHARED") == (
        "Globals",
        "Function",
        "Environment",
        "Variables",
        "SHARED",
    )
    assert written(function, *variables, "OWN") == (*here, *variables, "OWN")
    assert function.properties["Layers"] == ["one", "two"]
    assert written(function, "Layers", "0") == ("Globals", "Function", "Layers", 0)
    assert written(function, "Layers", "1") == (*here, "Layers", 0)


def test_a_policy_template_becomes_statements_at_its_entry() -> None:
    role = made(QUEUE_CONSUMER)["ShipRole"]
    policies = role.properties["Policies"]
    assert isinstance(policies, list)
    assert "sqs:ReceiveMessage" in json.dumps(policies)
    assert "${queueName}" in json.dumps(policies)
    assert written(role, "Policies", "0") == ("Resources", "Ship", "Properties", "Policies", 0)
    assert "AWSLambdaSQSQueueExecutionRole" in json.dumps(role.properties["ManagedPolicyArns"])


def test_an_intrinsic_function_in_globals_counts_as_a_scalar() -> None:
    template: dict[str, Data] = {
        "Globals": {"Function": {"VpcConfig": {"Fn::If": ["C", {}, {}]}, "Tags": {"a": "1"}}}
    }
    resource: dict[str, Data] = {
        "Properties": {"VpcConfig": {"SubnetIds": ["s"]}, "Tags": {"Ref": "T"}}
    }
    properties, _ = merged(template, "AWS::Serverless::Function", resource, ("Resources", "F"))
    assert properties == {"VpcConfig": {"SubnetIds": ["s"]}, "Tags": {"Ref": "T"}}


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [("*", None), (["Timeout"], None), (["Runtime"], 9), ({"Ref": "x"}, 9), (None, 9)],
)
def test_globals_can_be_ignored(ignored: Data, expected: Data) -> None:
    template: dict[str, Data] = {"Globals": {"Function": {"Timeout": 9, "Runtime": "r"}}}
    resource: dict[str, Data] = {"Properties": {}, "IgnoreGlobals": ignored}
    properties, _ = merged(template, "AWS::Serverless::Function", resource, ("Resources", "F"))
    assert properties.get("Timeout") == expected


def test_the_alias_takes_over_the_events_and_can_be_referred_to() -> None:
    resources = made("""
        Parameters: {Name: {Type: String, Default: live-1}}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              AutoPublishAlias: !Ref Name
              Events: {T: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}
    """)
    assert resources["FAliasliveD1"].properties["Name"] == {"Ref": "Name"}
    targets = resources["FT"].properties["Targets"]
    assert isinstance(targets, list)
    assert isinstance(targets[0], dict)
    assert targets[0]["Arn"] == {"Ref": "FAliasliveD1"}
    names = references(resources.values())
    assert names["F.Alias"] == "FAliasliveD1"
    assert names["F.Version"] == "FVersion"


def test_a_bucket_gets_the_notifications_of_its_events_at_the_events() -> None:
    resources = made("""
        Resources:
          Bucket:
            Type: AWS::S3::Bucket
            Properties:
              NotificationConfiguration: {LambdaConfigurations: [{Event: x, Function: y}]}
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                New: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}
    """)
    bucket = resources["Bucket"]
    config = bucket.properties["NotificationConfiguration"]
    assert isinstance(config, dict)
    assert isinstance(config["LambdaConfigurations"], list)
    assert len(config["LambdaConfigurations"]) == 2
    path = ("NotificationConfiguration", "LambdaConfigurations")
    assert written(bucket, *path, "0") == ("Resources", "Bucket", "Properties", *path, "0")
    assert written(bucket, *path, "1")[:5] == ("Resources", "F", "Properties", "Events", "New")


def test_the_implicit_api_stands_at_its_first_event_and_its_routes_at_theirs() -> None:
    resources = made("""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events:
                Get: {Type: Api, Properties: {Path: /a, Method: GET}}
                Post: {Type: Api, Properties: {Path: /a, Method: POST}}
    """)
    api = resources["ServerlessRestApi"]
    events = ("Resources", "F", "Properties", "Events")
    assert (api.type, api.place, api.made_by) == ("AWS::ApiGateway::RestApi", (*events, "Get"), "F")
    assert written(api, "Body", "paths", "/a", "post") == (*events, "Post")
    assert references(resources.values())["ServerlessRestApi.Stage"] == "ServerlessRestApiProdStage"


def test_a_route_of_a_conditional_function_is_conditional_and_so_is_the_api() -> None:
    data = parse("""
        Conditions: {A: !Equals [1, 1], B: !Equals [1, 2]}
        Resources:
          F:
            Type: AWS::Serverless::Function
            Condition: A
            Properties: {Events: {E: {Type: HttpApi, Properties: {Path: /a, Method: get}}}}
          G:
            Type: AWS::Serverless::Function
            Condition: B
            Properties: {Events: {E: {Type: HttpApi, Properties: {Path: /b, Method: get}}}}
    """)
    resources, conditions = expand_all(data, "t")
    api = next(r for r in resources if r.logical_id == "ServerlessHttpApi")
    assert api.conditions == ("ServerlessHttpApiCondition",)
    assert conditions["ServerlessHttpApiCondition"] == {
        "Fn::Or": [{"Condition": "A"}, {"Condition": "B"}]
    }
    body = api.properties["Body"]
    assert isinstance(body, dict)
    assert isinstance(body["paths"], dict)
    route = body["paths"]["/a"]
    assert isinstance(route, dict)
    assert isinstance(route["get"], dict)
    assert isinstance(route["get"]["Fn::If"], list)
    assert route["get"]["Fn::If"][0] == "A"


def test_a_role_that_is_absent_on_one_side_is_made_for_that_side() -> None:
    data = parse("""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Properties: {Role: !If [HasRole, arn, !Ref AWS::NoValue]}
    """)
    resources, conditions = expand_all(data, "t")
    role = next(r for r in resources if r.logical_id == "FRole")
    assert role.conditions == ("NOTHasRole",)
    assert conditions["NOTHasRole"] == {"Fn::Not": [{"Condition": "HasRole"}]}


def test_the_queue_that_a_topic_event_asks_for_stands_at_the_event() -> None:
    resources = made("""
        Resources:
          Topic: {Type: AWS::SNS::Topic, Properties: {FifoTopic: true}}
          F:
            Type: AWS::Serverless::Function
            Properties:
              Events: {News: {Type: SNS, Properties: {Topic: !Ref Topic, SqsSubscription: true}}}
    """)
    queue = resources["FNewsQueue"]
    assert queue.place == ("Resources", "F", "Properties", "Events", "News")
    assert queue.properties == {"FifoQueue": True}
    assert resources["FNewsEventSourceMapping"].properties["BatchSize"] == 10
    assert resources["FNews"].properties["Protocol"] == "sqs"


def test_sources_of_code_stay_readable() -> None:
    resources = made("""
        Resources:
          F: {Type: AWS::Serverless::Function, Properties: {CodeUri: ./src}}
          G: {Type: AWS::Serverless::Function, Properties: {InlineCode: pass}}
          L: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: ./layer}}
          M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json}}
          A: {Type: AWS::Serverless::Application, Properties: {Location: ./child.yaml}}
    """)
    assert resources["F"].properties["CodeUri"] == "./src"
    assert "Code" not in resources["F"].properties
    assert resources["G"].properties["Code"] == {"ZipFile": "pass"}
    assert resources["L"].properties["ContentUri"] == "./layer"
    assert resources["M"].properties["DefinitionUri"] == "m.asl.json"
    assert resources["A"].properties["TemplateURL"] == "./child.yaml"


def test_an_embedded_connector_grants_at_its_own_key() -> None:
    resources = made("""
        Resources:
          F:
            Type: AWS::Serverless::Function
            Connectors:
              Save: {Properties: {Destination: {Id: T}, Permissions: [Write]}}
          T: {Type: AWS::DynamoDB::Table}
    """)
    policy = resources["FSavePolicy"]
    assert policy.type == "AWS::IAM::ManagedPolicy"
    assert policy.properties["Roles"] == [{"Ref": "FRole"}]
    assert policy.place == ("Resources", "F", "Connectors", "Save")
    assert policy.made_by == "F"
    assert "dynamodb:PutItem" in json.dumps(policy.properties)
    assert "dynamodb:GetItem" not in json.dumps(policy.properties)


def test_a_declared_resource_is_never_replaced_by_a_generated_one() -> None:
    resources = made("""
        Resources:
          F: {Type: AWS::Serverless::Function}
          FRole: {Type: AWS::IAM::Role, Properties: {Path: /own/}}
    """)
    assert resources["FRole"].properties == {"Path": "/own/"}


def test_a_sam_type_that_is_not_known_keeps_its_properties() -> None:
    resources = made("Resources: {X: {Type: AWS::Serverless::Later, Properties: {A: 1}}}")
    assert resources["X"].type == "AWS::Serverless::Later"
    assert resources["X"].properties == {"A": 1}


def test_nothing_of_sam_is_left_over() -> None:
    for path in FIXTURES:
        data = load_file(path, path.name, tags=long_form).data
        assert isinstance(data, dict)
        types = {resource.type for resource in expand(data, "t")}
        assert not [name for name in types if name.startswith("AWS::Serverless::")]


def _places(resource: Resource) -> list[Pointer]:
    return [resource.place, *resource.origins.values()]


def test_every_place_stands_in_the_template() -> None:
    for path in FIXTURES:
        data = load_file(path, path.name, tags=long_form).data
        assert isinstance(data, dict)
        for resource in expand(data, "t"):
            for pointer in _places(resource):
                # Below properties a place may be absent: it says where one would be written.
                assert _exists(data, pointer[:2]), (path.name, resource.logical_id, pointer)
            assert _exists(data, resource.place), (path.name, resource.logical_id)


def _exists(data: Data, pointer: Pointer) -> bool:
    return _value(data, pointer) is not MISSING


MISSING: Data = "there is nothing here"


def _value(data: Data, pointer: Pointer) -> Data:
    for step in pointer:
        match data, step:
            case dict() as mapping, str() as key if key in mapping:
                data = mapping[key]
            case list() as items, int() as index if index < len(items):
                data = items[index]
            case _:
                return MISSING
    return data


JUNK: st.SearchStrategy[Data] = st.sampled_from(
    [
        None,
        0,
        -1.5,
        True,
        "",
        "text",
        [],
        {},
        [None],
        [[]],
        [{}],
        {"Ref": "Queue"},
        {"Ref": ["x"]},
        {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, "x"]},
        {"Fn::If": ["C", [1], {"a": 1}]},
        {"Fn::If": []},
        {"Fn::If": "x"},
        {"Fn::GetAtt": "Queue.Arn"},
        {"Fn::GetAtt": [{"Ref": "x"}, "Arn"]},
        {"Fn::Sub": ["${x}", {"x": 1}]},
        {"Type": "SQS"},
        {"Type": []},
        {"a": {"b": [1, {"c": None}]}},
    ]
)
"""Values that stand in nobody's right place, intrinsic functions among them."""


def _paths(data: Data, path: Pointer = ()) -> list[Pointer]:
    found = [path] if path else []
    if isinstance(data, dict):
        for key, value in data.items():
            found += _paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            found += _paths(value, (*path, index))
    return found


def _replace(data: Data, path: Pointer, value: Data) -> None:
    match _value(data, path[:-1]), path[-1]:
        case dict() as mapping, str() as key:
            mapping[key] = value
        case list() as items, int() as index if index < len(items):
            items[index] = value


WHOLE = [load_file(path, path.name, tags=long_form).data for path in FIXTURES]
PATHS = [_paths(data) for data in WHOLE]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_wrong_shape_makes_it_fail(draw: st.DataObject) -> None:
    number = draw.draw(st.integers(0, len(WHOLE) - 1))
    data = copy.deepcopy(WHOLE[number])
    for _ in range(draw.draw(st.integers(1, 4))):
        _replace(data, draw.draw(st.sampled_from(PATHS[number])), copy.deepcopy(draw.draw(JUNK)))
    assert isinstance(data, dict)
    before = json.dumps(data)
    resources, conditions = expand_all(data, "t")
    assert json.dumps(data) == before
    ids = [resource.logical_id for resource in resources]
    assert len(ids) == len(set(ids))
    assert all(isinstance(name, str) for name in conditions)
    references(resources)


WRONG: list[Data] = [None, "text", [{}], {"Ref": "Queue"}]


@pytest.mark.parametrize("number", range(len(WHOLE)))
def test_each_value_can_be_wrong_by_itself(number: int) -> None:
    for path in PATHS[number]:
        for wrong in WRONG:
            data = copy.deepcopy(WHOLE[number])
            _replace(data, path, copy.deepcopy(wrong))
            assert isinstance(data, dict)
            expand(data, "t")
