"""From clients over APIs, balancers and distributions to what they call, and how long they wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes.apis import RestApi, Route
from advisor.architecture.nodes.edge import Distribution
from advisor.architecture.nodes.external import INTERNET
from advisor.architecture.waits import Wait, caller_wait
from advisor.data.limits import limits
from advisor.templates.values import Reference, Unknown

from .graphs import FUNCTION, edge_between, edges_between, graph_of, node_of

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.architecture import Architecture

LAMBDA_URI = (
    '!Sub "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/'
    '${Fn.Arn}/invocations"'
)
REST = f"""
    Resources:
      Fn: {FUNCTION}
      Api: {{Type: AWS::ApiGateway::RestApi, Properties: {{Name: a}}}}
      Orders:
        Type: AWS::ApiGateway::Resource
        Properties:
          RestApiId: !Ref Api
          ParentId: !GetAtt Api.RootResourceId
          PathPart: orders
      One:
        Type: AWS::ApiGateway::Resource
        Properties: {{RestApiId: !Ref Api, ParentId: !Ref Orders, PathPart: "{{id}}"}}
      Auth:
        Type: AWS::ApiGateway::Authorizer
        Properties:
          RestApiId: !Ref Api
          Type: TOKEN
          AuthorizerUri: {LAMBDA_URI}
      Get:
        Type: AWS::ApiGateway::Method
        Properties:
          RestApiId: !Ref Api
          ResourceId: !Ref One
          HttpMethod: get
          AuthorizationType: CUSTOM
          AuthorizerId: !Ref Auth
          Integration:
            Type: AWS_PROXY
            IntegrationHttpMethod: POST
            TimeoutInMillis: 5000
            Uri: {LAMBDA_URI}
      Options:
        Type: AWS::ApiGateway::Method
        Properties:
          RestApiId: !Ref Api
          ResourceId: !Ref Orders
          HttpMethod: OPTIONS
          Integration: {{Type: MOCK}}
      Live:
        Type: AWS::ApiGateway::Stage
        Properties: {{RestApiId: !Ref Api, StageName: live, TracingEnabled: true}}
"""


@pytest.fixture
def rest(tmp_path: Path) -> Architecture:
    return graph_of(tmp_path, REST)


def test_a_method_invokes_its_function_and_is_waited_for(rest: Architecture) -> None:
    edges = edges_between(rest, "Api", "Fn", EdgeKind.INVOKES)
    assert [edge.via for edge in edges] == [
        "REST API authorizer",
        "REST API integration GET /orders/{id}",
    ]
    assert {edge.mode for edge in edges} == {Mode.SYNCHRONOUS}
    assert {edge.evidence for edge in edges} == {Evidence.DECLARED}
    waits = [caller_wait(edge) for edge in edges]
    assert [wait.seconds for wait in waits if isinstance(wait, Wait)] == [10, 5]
    assert edges[1].at().pointer == ("Resources", "Get", "Properties", "Integration", "Uri")


def test_a_method_knows_its_path_and_who_may_call_it(rest: Architecture) -> None:
    get, options = rest.all(Route)
    assert (get.label, options.label) == ("GET /orders/{id}", "OPTIONS /orders")
    assert get.authorization.kind == "lambda"
    assert get.authorization.authorizer is node_of(rest, "Auth")
    assert options.authorization.kind == "none"
    assert options.is_preflight
    assert options.integration is not None
    assert options.integration.action == "mock"


def test_a_rest_api_has_its_parts_and_its_clients(rest: Architecture) -> None:
    api = node_of(rest, "Api")
    assert isinstance(api, RestApi)
    assert [stage.name for stage in api.stages] == ["Live"]
    assert api.stages[0].tracing is True
    assert len(api.routes) == 2
    assert api.endpoint_types == ("EDGE",)
    assert edges_between(rest, INTERNET, "Api", EdgeKind.ROUTES)


def test_a_private_api_has_no_client_on_the_internet(tmp_path: Path) -> None:
    rest = graph_of(
        tmp_path,
        """
        Resources:
          Api:
            Type: AWS::ApiGateway::RestApi
            Properties: {EndpointConfiguration: {Types: [PRIVATE]}}
        """,
    )
    assert not list(rest.edges())


BODY = f"""
    Resources:
      Fn: {FUNCTION}
      Queue: {{Type: AWS::SQS::Queue}}
      Machine:
        Type: AWS::StepFunctions::StateMachine
        Properties: {{StateMachineType: EXPRESS}}
      Api:
        Type: AWS::ApiGateway::RestApi
        Properties:
          Body:
            openapi: "3.0"
            security: [{{jwt: []}}]
            components:
              securitySchemes:
                jwt:
                  type: apiKey
                  x-amazon-apigateway-authtype: custom
                  x-amazon-apigateway-authorizer:
                    type: request
                    authorizerUri: {LAMBDA_URI}
                key: {{type: apiKey, name: x-api-key, in: header}}
                sig: {{type: apiKey, x-amazon-apigateway-authtype: awsSigv4}}
            paths:
              /a:
                x-amazon-apigateway-any-method:
                  x-amazon-apigateway-integration:
                    type: aws_proxy
                    uri: {LAMBDA_URI}
              /b:
                post:
                  security: []
                  x-amazon-apigateway-integration:
                    type: aws
                    uri: !Sub arn:aws:apigateway:${{AWS::Region}}:states:action/StartSyncExecution
                    requestTemplates:
                      application/json: !Sub '{{"stateMachineArn": "${{Machine}}"}}'
              /c:
                put:
                  security: [{{key: []}}]
                  x-amazon-apigateway-integration:
                    type: aws
                    uri: !Sub arn:aws:apigateway:r:sqs:path/${{AWS::AccountId}}/${{Queue.QueueName}}
              /d:
                get:
                  security: [{{sig: []}}]
                  x-amazon-apigateway-integration: {{type: http_proxy, uri: "https://a.example"}}
              /e: !Ref AWS::NoValue
              parameters: [1]
"""


@pytest.mark.parametrize(
    ("target", "kind", "mode", "via"),
    [
        ("Fn", EdgeKind.INVOKES, Mode.SYNCHRONOUS, "REST API integration ANY /a"),
        ("Machine", EdgeKind.STARTS, Mode.SYNCHRONOUS, "REST API integration POST /b"),
        ("Queue", EdgeKind.PUBLISHES, None, "REST API integration PUT /c"),
    ],
)
def test_an_openapi_body_leads_to_functions_and_services(
    tmp_path: Path, target: str, kind: EdgeKind, mode: Mode | None, via: str
) -> None:
    graph = graph_of(tmp_path, BODY)
    edge = next(e for e in edges_between(graph, "Api", target, kind) if e.via == via)
    assert edge.mode is mode
    assert edge.at().pointer[:4] == ("Resources", "Api", "Properties", "Body")


def test_security_of_an_openapi_body_is_what_is_in_force(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, BODY)
    kinds = {route.label: route.authorization.kind for route in graph.all(Route)}
    assert kinds == {"ANY /a": "lambda", "POST /b": "none", "PUT /c": "api-key", "GET /d": "iam"}
    assert len(edges_between(graph, "Api", "Fn", EdgeKind.INVOKES)) == 2


def test_an_http_api_routes_to_a_function_and_to_a_service(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        f"""
        Resources:
          Fn: {FUNCTION}
          Live: {{Type: AWS::Lambda::Alias, Properties: {{FunctionName: !Ref Fn, Name: live}}}}
          Bus: {{Type: AWS::Events::EventBus, Properties: {{Name: b}}}}
          Api: {{Type: AWS::ApiGatewayV2::Api, Properties: {{ProtocolType: HTTP}}}}
          ToFn:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: AWS_PROXY
              IntegrationUri: !Ref Live
          ToBus:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: AWS_PROXY
              IntegrationSubtype: EventBridge-PutEvents
              RequestParameters: {{EventBusName: !Ref Bus, Source: s}}
          Get:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: GET /x
              AuthorizationType: AWS_IAM
              Target: !Sub integrations/${{ToFn}}
          Post:
            Type: AWS::ApiGatewayV2::Route
            Properties:
              ApiId: !Ref Api
              RouteKey: $default
              Target: !Join ["/", [integrations, !Ref ToBus]]
        """,
    )
    edge = edge_between(graph, "Api", "Fn", EdgeKind.INVOKES)
    assert edge.qualifier is not None
    wait = caller_wait(edge)
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.configured) == (30, False)
    assert edge.at().pointer == ("Resources", "ToFn", "Properties", "IntegrationUri")
    assert edge_between(graph, "Api", "Bus", EdgeKind.PUBLISHES).actions == ("events:PutEvents",)
    first, second = graph.all(Route)
    assert (first.label, first.authorization.kind) == ("GET /x", "iam")
    assert second.label == "ANY $default"


def test_a_function_named_by_a_stage_variable_is_found(tmp_path: Path) -> None:
    template = REST.replace("${Fn.Arn}", "x:function:${!stageVariables.Target}").replace(
        "TracingEnabled: true", "Variables: {Target: !Ref Fn}"
    )
    graph = graph_of(tmp_path, template)
    assert edges_between(graph, "Api", "Fn", EdgeKind.INVOKES)


def test_a_sam_api_leads_to_its_functions(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: a.b
              InlineCode: x
              Events:
                Post: {Type: Api, Properties: {Path: /orders, Method: post}}
                Get: {Type: HttpApi, Properties: {Path: /orders, Method: get}}
        """,
    )
    labels = [route.label for route in graph.all(Route)]
    assert sorted(labels) == ["GET /orders", "POST /orders"]
    fn = node_of(graph, "Fn")
    edges = [e for e in graph.incoming(fn, EdgeKind.INVOKES) if e.mode is Mode.SYNCHRONOUS]
    waits = [caller_wait(edge) for edge in edges]
    assert sorted(wait.seconds for wait in waits if isinstance(wait, Wait)) == [29, 30]
    assert {edge.at().pointer[:2] for edge in edges} == {("Resources", "Fn")}


def test_a_sam_event_overrides_the_default_authorizer(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: p
              Cors: "'*'"
              Auth:
                DefaultAuthorizer: Own
                AddDefaultAuthorizerToCorsPreflight: false
                Authorizers: {Own: {FunctionArn: !GetAtt Fn.Arn}}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: a.b
              InlineCode: x
              Events:
                A: {Type: Api, Properties: {Path: /a, Method: get, RestApiId: !Ref Api}}
                B:
                  Type: Api
                  Properties:
                    {Path: /b, Method: get, RestApiId: !Ref Api, Auth: {Authorizer: NONE}}
                C:
                  Type: Api
                  Properties:
                    {Path: /c, Method: any, RestApiId: !Ref Api, Auth: {Authorizer: AWS_IAM}}
        """,
    )
    kinds = {r.label: r.authorization.kind for r in graph.all(Route) if not r.is_preflight}
    assert kinds == {"GET /a": "lambda", "GET /b": "none", "ANY /c": "iam"}
    assert {r.authorization.kind for r in graph.all(Route) if r.is_preflight} == {"none"}


def test_a_load_balancer_waits_as_long_as_its_idle_timeout(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        f"""
        Resources:
          Fn: {FUNCTION}
          Balancer:
            Type: AWS::ElasticLoadBalancingV2::LoadBalancer
            Properties:
              LoadBalancerAttributes: [{{Key: idle_timeout.timeout_seconds, Value: "90"}}]
          Listener:
            Type: AWS::ElasticLoadBalancingV2::Listener
            Properties:
              LoadBalancerArn: !Ref Balancer
              DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]
          Group:
            Type: AWS::ElasticLoadBalancingV2::TargetGroup
            Properties: {{TargetType: lambda, Targets: [{{Id: !GetAtt Fn.Arn}}]}}
        """,
    )
    assert edge_between(graph, "Balancer", "Group", EdgeKind.ROUTES).declared_by.name == "Listener"
    wait = caller_wait(edge_between(graph, "Group", "Fn", EdgeKind.INVOKES))
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.configured, wait.declared_by.name) == (90, True, "Balancer")


def test_an_http_api_passes_requests_on_to_a_load_balancer(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        """
        Resources:
          Balancer:
            Type: AWS::ElasticLoadBalancingV2::LoadBalancer
            Properties: {Scheme: internal}
          Listener:
            Type: AWS::ElasticLoadBalancingV2::Listener
            Properties: {LoadBalancerArn: !Ref Balancer}
          Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: HTTP}}
          Link:
            Type: AWS::ApiGatewayV2::Integration
            Properties:
              ApiId: !Ref Api
              IntegrationType: HTTP_PROXY
              ConnectionType: VPC_LINK
              IntegrationUri: !Ref Listener
          All:
            Type: AWS::ApiGatewayV2::Route
            Properties: {ApiId: !Ref Api, RouteKey: $default, Target: !Sub "integrations/${Link}"}
        """,
    )
    edge = edge_between(graph, "Api", "Balancer", EdgeKind.ROUTES)
    assert edge.at().pointer[1] == "Link"
    assert not edges_between(graph, INTERNET, "Balancer")


def test_a_graphql_api_asks_functions_and_tables(tmp_path: Path) -> None:
    graph = graph_of(
        tmp_path,
        f"""
        Resources:
          Fn: {FUNCTION}
          Table: {{Type: AWS::DynamoDB::Table}}
          Api: {{Type: AWS::AppSync::GraphQLApi, Properties: {{AuthenticationType: API_KEY}}}}
          ByFn:
            Type: AWS::AppSync::DataSource
            Properties:
              ApiId: !GetAtt Api.ApiId
              Name: fn
              Type: AWS_LAMBDA
              LambdaConfig: {{LambdaFunctionArn: !GetAtt Fn.Arn}}
          ByTable:
            Type: AWS::AppSync::DataSource
            Properties:
              ApiId: !GetAtt Api.ApiId
              Name: table
              Type: AMAZON_DYNAMODB
              DynamoDBConfig: {{TableName: !Ref Table}}
          Save:
            Type: AWS::AppSync::Resolver
            Properties:
              ApiId: !GetAtt Api.ApiId
              TypeName: Mutation
              FieldName: save
              DataSourceName: table
        """,
    )
    wait = caller_wait(edge_between(graph, "Api", "Fn", EdgeKind.INVOKES))
    assert isinstance(wait, Wait)
    assert wait.seconds == 30
    assert [edge.kind for edge in edges_between(graph, "Api", "Table")] == [EdgeKind.WRITES]


DISTRIBUTION = f"""
    Resources:
      Fn: {FUNCTION}
      V1: {{Type: AWS::Lambda::Version, Properties: {{FunctionName: !Ref Fn}}}}
      Url: {{Type: AWS::Lambda::Url, Properties: {{TargetFunctionArn: !Ref Fn, AuthType: NONE}}}}
      Bucket: {{Type: AWS::S3::Bucket}}
      Rewrite: {{Type: AWS::CloudFront::Function}}
      Site:
        Type: AWS::CloudFront::Distribution
        Properties:
          DistributionConfig:
            Origins:
              - Id: api
                DomainName: !Select [2, !Split ["/", !GetAtt Url.FunctionUrl]]
                CustomOriginConfig: {{OriginReadTimeout: 45}}
              - {{Id: files, DomainName: !GetAtt Bucket.RegionalDomainName}}
            DefaultCacheBehavior:
              FunctionAssociations:
                - {{EventType: viewer-request, FunctionARN: !GetAtt Rewrite.FunctionARN}}
            CacheBehaviors:
              - LambdaFunctionAssociations:
                  - {{EventType: origin-request, LambdaFunctionARN: !Ref V1}}
"""


def test_a_distribution_leads_to_origins_and_edge_functions(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, DISTRIBUTION)
    wait = caller_wait(edge_between(graph, "Site", "Url", EdgeKind.ROUTES))
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.configured) == (45, True)
    assert edge_between(graph, "Site", "Bucket").kind is EdgeKind.READS
    assert edge_between(graph, "Site", "Rewrite").kind is EdgeKind.USES
    edge = edge_between(graph, "Site", "Fn", EdgeKind.INVOKES)
    assert edge.qualifier is not None
    wait = caller_wait(edge)
    assert isinstance(wait, Wait)
    assert wait.seconds == 30
    (site,) = graph.all(Distribution)
    (association,) = site.associations()
    assert association.function == Reference("main.yaml", "V1")
    assert association.is_viewer is False


def test_an_unknown_timeout_makes_the_wait_unknown(tmp_path: Path) -> None:
    template = REST.replace("5000", "!Ref T").replace(
        "    Resources:", "    Parameters: {T: {Type: Number}}\n    Resources:", 1
    )
    graph = graph_of(tmp_path, template)
    edges = edges_between(graph, "Api", "Fn", EdgeKind.INVOKES)
    assert isinstance(caller_wait(edges[1]), Unknown)


def test_every_limit_has_a_date_and_a_page() -> None:
    for row in limits().values():
        assert row.value > 0
        assert row.date >= "2026-01-01"
        assert row.source.startswith("https://docs.aws.amazon.com/")


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Body", "paths", "/x", "get", "security", "Uri", "Type", "Integration", "Origins"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(properties=odd)
def test_properties_of_any_shape_make_a_graph(
    properties: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    import json

    types = [
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Method",
        "AWS::ApiGatewayV2::Route",
        "AWS::AppSync::DataSource",
        "AWS::AppSync::Resolver",
        "AWS::CloudFront::Distribution",
        "AWS::CloudWatch::Alarm",
        "AWS::ECS::Service",
        "AWS::ElasticLoadBalancingV2::Listener",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::RDS::DBProxyTargetGroup",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::Route",
        "AWS::StepFunctions::StateMachine",
        "AWS::Lambda::Function",
    ]
    resources = {
        f"R{at}": {"Type": type_, "Properties": properties} for at, type_ in enumerate(types)
    }
    graph = graph_of(tmp_path_factory.mktemp("odd"), json.dumps({"Resources": resources}))
    for edge in graph.edges():
        caller_wait(edge)
        edge.at()


def test_an_http_api_with_a_target_has_the_route_that_it_makes_of_it(tmp_path: Path) -> None:
    architecture = graph_of(
        tmp_path,
        f"""
    Resources:
      Fn: {FUNCTION}
      All:
        Type: AWS::ApiGatewayV2::Api
        Properties: {{ProtocolType: HTTP, Target: !GetAtt Fn.Arn}}
      One:
        Type: AWS::ApiGatewayV2::Api
        Properties: {{ProtocolType: HTTP, RouteKey: GET /x, Target: !GetAtt Fn.Arn}}
      Far:
        Type: AWS::ApiGatewayV2::Api
        Properties: {{ProtocolType: HTTP, Target: "https://example.com"}}
""",
    )
    assert edge_between(architecture, "All", "Fn").via == "HTTP API integration ANY $default"
    assert edge_between(architecture, "One", "Fn").mode is Mode.SYNCHRONOUS
    assert node_of(architecture, "GET /x").at().span.start.line == 9
    assert not edges_between(architecture, "Far", "Fn")


def test_an_api_whose_definition_is_elsewhere_invokes_what_it_is_permitted_to(
    tmp_path: Path,
) -> None:
    architecture = graph_of(
        tmp_path,
        f"""
    Resources:
      Fn: {FUNCTION}
      Auth: {FUNCTION}
      Api:
        Type: AWS::ApiGateway::RestApi
        Properties: {{BodyS3Location: {{Bucket: b, Key: k}}}}
      Allowed:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: !Ref Fn
          Principal: apigateway.amazonaws.com
          SourceArn: !Sub arn:aws:execute-api:eu-west-1:1:${{Api}}/*/GET/x
      AllowedToo:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: !Ref Auth
          Principal: apigateway.amazonaws.com
          SourceArn: !Sub arn:aws:execute-api:eu-west-1:1:${{Api}}/authorizers/*
""",
    )
    edge = edge_between(architecture, "Api", "Fn")
    assert (edge.mode, edge.via) == (Mode.SYNCHRONOUS, "REST API")
    wait = caller_wait(edge)
    assert isinstance(wait, Wait)
    assert not wait.configured
    assert not edges_between(architecture, "Api", "Auth")
