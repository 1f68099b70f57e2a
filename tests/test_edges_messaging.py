"""Edges of mappings, messaging, events, destinations, dead letters, permissions and grants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.architecture.edges import EdgeKind, Evidence, Mode
from advisor.architecture.nodes import (
    BucketNotification,
    EventSourceMapping,
    External,
    Function,
    Pipe,
    Queue,
    RuleTarget,
    Schedule,
    Subscription,
    Topic,
)

from .edges import graph, lines, one, shown

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = """
      Function:
        Type: AWS::Lambda::Function
        Properties: {Role: arn:aws:iam::123456789012:role/r, Code: {ZipFile: x}}
"""


def test_a_mapping_is_an_edge_from_the_queue_to_the_function(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
      Queue: {{Type: AWS::SQS::Queue}}
{FUNCTION}
      Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties: {{EventSourceArn: !GetAtt Queue.Arn, FunctionName: !GetAtt Function.Arn}}
    """,
    )
    (edge,) = architecture.consumers(one(architecture, Queue))
    assert shown(edge) == "Queue invokes Function polled"
    assert edge.evidence is Evidence.DECLARED
    assert edge.at().pointer == ("Resources", "Mapping")
    mapping = one(architecture, EventSourceMapping)
    assert (mapping.source_kind, mapping.batch_size, mapping.enabled) == ("sqs", 10, True)


def test_a_sam_event_is_declared_at_its_key(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Queue: {Type: AWS::SQS::Queue}
      Function:
        Type: AWS::Serverless::Function
        Properties:
          Handler: a.b
          Runtime: python3.13
          CodeUri: .
          Events:
            Orders:
              Type: SQS
              Properties: {Queue: !GetAtt Queue.Arn}
    """,
    )
    (edge,) = architecture.consumers(one(architecture, Queue))
    assert edge.at().pointer == ("Resources", "Function", "Properties", "Events", "Orders")
    assert architecture.mappings(one(architecture, Function)) == [edge.declared_by]


@pytest.mark.parametrize(
    ("source", "kind", "batch"),
    [
        ("EventSourceArn: !ImportValue orders", "sqs", 10),
        ("EventSourceArn: !ImportValue orders, StartingPosition: LATEST", "stream", 100),
        ("EventSourceArn: 'arn:aws:kinesis:x:1:stream/x', StartingPosition: T", "kinesis", 100),
        ("EventSourceArn: !ImportValue orders, Topics: [a]", "msk", 100),
        ("EventSourceArn: !ImportValue orders, Queues: [a]", "mq", 100),
        ("SelfManagedEventSource: {Endpoints: {KafkaBootstrapServers: ['a:1']}}", "kafka", 100),
        ("EventSourceArn: !ImportValue o, DocumentDBEventSourceConfig: {}", "documentdb", 100),
    ],
)  # fmt: skip
def test_the_kind_of_an_imported_source_follows_from_properties(
    tmp_path: Path, source: str, kind: str, batch: int
) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties: {{FunctionName: !Ref Function, {source}}}
    """,
    )
    mapping = one(architecture, EventSourceMapping)
    assert (mapping.source_kind, mapping.batch_size) == (kind, batch)
    assert isinstance(mapping.source, External)


def test_topics_buckets_rules_and_schedules_invoke_asynchronously(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Queue: {{Type: AWS::SQS::Queue}}
      Topic:
        Type: AWS::SNS::Topic
        Properties:
          Subscription: [{{Protocol: lambda, Endpoint: !GetAtt Function.Arn}}]
      Subscription:
        Type: AWS::SNS::Subscription
        Properties: {{TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}}
      Bucket:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            LambdaConfigurations:
              - Event: s3:ObjectCreated:*
                Filter: {{S3Key: {{Rules: [{{Name: prefix, Value: in/}}]}}}}
                Function: !GetAtt Function.Arn
            QueueConfigurations: [{{Event: s3:ObjectRemoved:*, Queue: !GetAtt Queue.Arn}}]
      Rule:
        Type: AWS::Events::Rule
        Properties:
          EventPattern: {{source: [mine]}}
          Targets: [{{Id: a, Arn: !GetAtt Function.Arn}}, {{Id: b, Arn: !GetAtt Queue.Arn}}]
      Schedule:
        Type: AWS::Scheduler::Schedule
        Properties:
          ScheduleExpression: rate(1 day)
          Target: {{Arn: !GetAtt Function.Arn}}
    """,
    )
    assert set(lines(architecture, EdgeKind.INVOKES, EdgeKind.PUBLISHES)) == {
        "Topic invokes Function asynchronous",
        "Topic publishes Queue",
        "Bucket invokes Function asynchronous",
        "Bucket publishes Queue",
        "Rule invokes Function asynchronous",
        "Rule publishes Queue",
        "Schedule invokes Function asynchronous",
    }
    function = one(architecture, Function)
    assert len(architecture.asynchronous_invokers(function)) == 4
    target = architecture.all(RuleTarget)[1]
    assert target.at("Arn").pointer == ("Resources", "Rule", "Properties", "Targets", 1, "Arn")
    assert [subscription.protocol for subscription in architecture.all(Subscription)] == [
        "lambda",
        "sqs",
    ]


def test_a_bucket_feeds_the_rules_that_name_it_only_where_it_sends_to_event_bridge(
    tmp_path: Path,
) -> None:
    text = """
    Resources:
      Bucket:
        Type: AWS::S3::Bucket
        Properties: {BucketName: photos, NotificationConfiguration: %s}
      Other: {Type: AWS::S3::Bucket}
      Rule:
        Type: AWS::Events::Rule
        Properties:
          EventPattern:
            source: [aws.s3]
            detail: {bucket: {name: [photos, !Ref Other]}}
          Targets: []
    """
    architecture = graph(tmp_path, text % "{EventBridgeConfiguration: {EventBridgeEnabled: true}}")
    assert lines(architecture, EdgeKind.FEEDS) == ["Bucket feeds Rule"]
    assert lines(graph(tmp_path, text % "{}"), EdgeKind.FEEDS) == []


def test_a_rule_hangs_on_the_default_bus_unless_it_names_another(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
      A: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [a]}}}
      B:
        Type: AWS::Events::Rule
        Properties:
          EventBusName: !Sub arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/default
          EventPattern: {source: [a]}
      C:
        Type: AWS::Events::Rule
        Properties: {EventBusName: !Ref Bus, EventPattern: {source: [a]}}
      D:
        Type: AWS::Events::Rule
        Properties: {EventBusName: shop, EventPattern: '{"source": ["a"]}'}
      E: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}
    """,
    )
    assert lines(architecture, EdgeKind.ROUTES) == [
        "default event bus routes A",
        "default event bus routes B",
        "Bus routes C",
        "Bus routes D",
    ]


def test_a_pipe_polls_waits_for_its_enrichment_and_says_how_it_invokes_its_target(
    tmp_path: Path,
) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Queue: {{Type: AWS::SQS::Queue}}
      Pipe:
        Type: AWS::Pipes::Pipe
        Properties:
          Source: !GetAtt Queue.Arn
          Enrichment: !GetAtt Function.Arn
          Target: !GetAtt Function.Arn
          TargetParameters: {{LambdaFunctionParameters: {{InvocationType: FIRE_AND_FORGET}}}}
    """,
    )
    assert lines(architecture) == [
        "Queue feeds Pipe polled",
        "Pipe invokes Function synchronous",
        "Pipe invokes Function asynchronous",
    ]
    assert [edge.target for edge in architecture.consumers(one(architecture, Queue))] == [
        one(architecture, Pipe)
    ]


def test_a_schedule_of_an_sdk_call_runs_what_its_input_names(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Schedule:
        Type: AWS::Scheduler::Schedule
        Properties:
          Target:
            Arn: arn:aws:scheduler:::aws-sdk:lambda:invoke
            Input: !Sub '{{"FunctionName": "${{Function.Arn}}", "InvocationType": "Event"}}'
    """,
    )
    assert one(architecture, Schedule).target is one(architecture, Function)


DEAD_LETTERS = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      D1: {Type: AWS::SQS::Queue}
      D2: {Type: AWS::SQS::Queue}
      D3: {Type: AWS::SQS::Queue}
      D4: {Type: AWS::SQS::Queue}
      D5: {Type: AWS::SQS::Queue}
      D6: {Type: AWS::SQS::Queue}
      D7: {Type: AWS::SQS::Queue}
      D8: {Type: AWS::SQS::Queue}
      D9: {Type: AWS::SQS::Queue, Properties: {QueueName: ninth}}
      None: {Type: AWS::SQS::Queue}
      Queue:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy: {deadLetterTargetArn: !GetAtt D1.Arn, maxReceiveCount: 5}
      Function:
        Type: AWS::Lambda::Function
        Properties: {DeadLetterConfig: {TargetArn: !GetAtt D2.Arn}}
      Config:
        Type: AWS::Lambda::EventInvokeConfig
        Properties:
          FunctionName: !Ref Function
          Qualifier: $LATEST
          DestinationConfig: {OnFailure: {Destination: !GetAtt D3.Arn}}
      Mapping:
        Type: AWS::Lambda::EventSourceMapping
        Properties:
          FunctionName: !Ref Function
          EventSourceArn: !ImportValue stream
          StartingPosition: LATEST
          DestinationConfig: {OnFailure: {Destination: !GetAtt D4.Arn}}
      Rule:
        Type: AWS::Events::Rule
        Properties:
          ScheduleExpression: rate(1 day)
          Targets: [{Arn: !GetAtt Function.Arn, DeadLetterConfig: {Arn: !GetAtt D5.Arn}}]
      Schedule:
        Type: AWS::Scheduler::Schedule
        Properties:
          Target: {Arn: !GetAtt Function.Arn, DeadLetterConfig: {Arn: !GetAtt D6.Arn}}
      Pipe:
        Type: AWS::Pipes::Pipe
        Properties:
          Source: !ImportValue stream
          SourceParameters:
            KinesisStreamParameters: {DeadLetterConfig: {Arn: !GetAtt D7.Arn}}
          Target: !GetAtt Function.Arn
      Subscription:
        Type: AWS::SNS::Subscription
        Properties:
          TopicArn: !ImportValue topic
          Protocol: lambda
          Endpoint: !GetAtt Function.Arn
          RedrivePolicy: {deadLetterTargetArn: !GetAtt D8.Arn}
      IotRule:
        Type: AWS::IoT::TopicRule
        Properties:
          TopicRulePayload:
            ErrorAction: {Sqs: {QueueUrl: !Ref D9}}
            Actions: [{Lambda: {FunctionArn: !GetAtt Function.Arn}}]
    """


def test_dead_letter_references_of_every_kind_are_edges_to_the_sink(tmp_path: Path) -> None:
    architecture = graph(tmp_path, DEAD_LETTERS)
    assert set(lines(architecture, EdgeKind.DEAD_LETTERS)) == {
        "Queue dead-letters D1",
        "Function dead-letters D2",
        "Function dead-letters D3",
        "Mapping dead-letters D4",
        "Rule dead-letters D5",
        "Schedule dead-letters D6",
        "Pipe dead-letters D7",
        "Subscription dead-letters D8",
        "IotRule dead-letters D9",
    }
    sinks = {queue.name for queue in architecture.queues() if queue.is_dead_letter_sink}
    assert sinks == {f"D{number}" for number in range(1, 10)}
    (edge,) = architecture.dead_letter_sources(one(architecture, Queue, "D5"))
    assert edge.at().pointer[-3:] == (0, "DeadLetterConfig", "Arn")


@pytest.mark.parametrize(
    "policy",
    [
        "{deadLetterTargetArn: !GetAtt Sink.Arn, maxReceiveCount: 3}",
        "{deadLetterTargetArn: !GetAtt Sink.Arn, maxReceiveCount: '3'}",
        """!Sub '{"deadLetterTargetArn": "${Sink.Arn}", "maxReceiveCount": 3}'""",
        """!Sub '{"deadLetterTargetArn": "${Sink.Arn}", "maxReceiveCount": ${Count}}'""",
        """!Join ['', ['{"deadLetterTargetArn":"', !GetAtt Sink.Arn, '","maxReceiveCount":3}']]""",
        "{maxReceiveCount: 3, deadLetterTargetArn: !Sub 'arn:aws:sqs:x:${AWS::AccountId}:sink'}",
        "{maxReceiveCount: 3, deadLetterTargetArn: !Sub 'arn:aws:sqs:x:1:${Sink.QueueName}'}",
        """'{"deadLetterTargetArn": "arn:aws:sqs:x:123456789012:sink", "maxReceiveCount": 3}'""",
    ],
)
def test_a_redrive_policy_is_read_in_every_form(tmp_path: Path, policy: str) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Parameters: {{Count: {{Type: Number, Default: 3}}}}
    Resources:
      Sink: {{Type: AWS::SQS::Queue, Properties: {{QueueName: sink}}}}
      Queue:
        Type: AWS::SQS::Queue
        Properties:
          RedrivePolicy: {policy}
    """,
    )
    assert lines(architecture, EdgeKind.DEAD_LETTERS) == ["Queue dead-letters Sink"]
    assert one(architecture, Queue, "Queue").max_receive_count == 3


def test_an_imported_sink_is_one_node_outside(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      A:
        Type: AWS::SQS::Queue
        Properties: {RedrivePolicy: {deadLetterTargetArn: !ImportValue dlq}}
      B:
        Type: AWS::SQS::Queue
        Properties: {RedrivePolicy: {deadLetterTargetArn: !ImportValue dlq}}
    """,
    )
    (outside,) = architecture.all(External)
    assert (outside.kind, outside.is_dead_letter_sink) == ("queue", True)
    assert outside.at().pointer == ("Resources", "A")


def test_a_failure_destination_counts_for_the_version_that_is_invoked(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Sink: {Type: AWS::SQS::Queue}
      Function: {Type: AWS::Lambda::Function}
      Alias:
        Type: AWS::Lambda::Alias
        Properties: {FunctionName: !Ref Function, FunctionVersion: '1', Name: live}
      Config:
        Type: AWS::Lambda::EventInvokeConfig
        Properties:
          FunctionName: !Ref Function
          Qualifier: live
          DestinationConfig: {OnFailure: {Destination: !GetAtt Sink.Arn}}
      Rule:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !Ref Alias}]}
    """,
    )
    function = one(architecture, Function)
    (invoker,) = architecture.invokers(function)
    assert invoker.qualifier == "live"
    found = architecture.failure_destination(function, invoker.qualifier)
    assert found is not None
    assert architecture.failure_destination(function) is None
    assert [alias.name for alias in architecture.aliases(function)] == ["Alias"]


def test_a_destination_that_is_a_function_is_invoked(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      A: {Type: AWS::Lambda::Function}
      B: {Type: AWS::Lambda::Function}
      Config:
        Type: AWS::Lambda::EventInvokeConfig
        Properties:
          FunctionName: !Ref A
          Qualifier: $LATEST
          DestinationConfig:
            OnSuccess: {Destination: !GetAtt B.Arn}
            OnFailure: {Destination: !GetAtt B.Arn}
    """,
    )
    assert sorted(lines(architecture)) == [
        "A dead-letters B",
        "A invokes B asynchronous",
        "A invokes B asynchronous",
    ]


def test_services_with_a_function_of_their_own_are_invokers(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Pool:
        Type: AWS::Cognito::UserPool
        Properties:
          LambdaConfig:
            PreSignUp: !GetAtt Function.Arn
            CustomEmailSender: {{LambdaArn: !GetAtt Function.Arn, LambdaVersion: V1_0}}
      Custom: {{Type: Custom::Thing, Properties: {{ServiceToken: !GetAtt Function.Arn}}}}
      Filter:
        Type: AWS::Logs::SubscriptionFilter
        Properties: {{LogGroupName: /a/b, DestinationArn: !GetAtt Function.Arn}}
      Mail:
        Type: AWS::SES::ReceiptRule
        Properties:
          Rule: {{Actions: [{{LambdaAction: {{FunctionArn: !GetAtt Function.Arn}}}}]}}
      Code:
        Type: AWS::CodeCommit::Repository
        Properties: {{Triggers: [{{DestinationArn: !GetAtt Function.Arn}}]}}
      Check:
        Type: AWS::Config::ConfigRule
        Properties: {{Source: {{Owner: CUSTOM_LAMBDA, SourceIdentifier: !GetAtt Function.Arn}}}}
    """,
    )
    assert set(lines(architecture, EdgeKind.INVOKES)) == {
        "Pool invokes Function synchronous",
        "Pool invokes Function asynchronous",
        "Custom invokes Function asynchronous",
        "/a/b invokes Function asynchronous",
        "Mail invokes Function asynchronous",
        "Code invokes Function asynchronous",
        "Check invokes Function asynchronous",
    }


def test_a_permission_stands_for_an_invoker_outside_only_where_none_is_declared(
    tmp_path: Path,
) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Topic:
        Type: AWS::SNS::Topic
        Properties: {{Subscription: [{{Protocol: lambda, Endpoint: !GetAtt Function.Arn}}]}}
      FromTopic:
        Type: AWS::Lambda::Permission
        Properties: {{FunctionName: !Ref Function, Principal: sns.amazonaws.com}}
      FromBucket:
        Type: AWS::Lambda::Permission
        Properties:
          Action: lambda:InvokeFunction
          FunctionName: !GetAtt Function.Arn
          Principal: s3.amazonaws.com
          SourceArn: arn:aws:s3:::elsewhere
      FromSkill:
        Type: AWS::Lambda::Permission
        Properties: {{FunctionName: !Ref Function, Principal: alexa-appkit.amazon.com}}
      FromAccount:
        Type: AWS::Lambda::Permission
        Properties: {{FunctionName: !Ref Function, Principal: '123456789012'}}
    """,
    )
    assert lines(architecture, EdgeKind.INVOKES) == [
        "Topic invokes Function asynchronous",
        "arn:aws:s3:::elsewhere invokes Function asynchronous",
        "alexa-appkit.amazon.com invokes Function synchronous",
    ]
    assert architecture.all(External)[0].kind == "bucket"


GRANTS = """
    Resources:
      Table: {Type: AWS::DynamoDB::Table}
      Queue: {Type: AWS::SQS::Queue}
      Topic: {Type: AWS::SNS::Topic}
      Bucket: {Type: AWS::S3::Bucket}
      Callee: {Type: AWS::Lambda::Function, Properties: {FunctionName: callee}}
      Caller:
        Type: AWS::Lambda::Function
        Properties: {Role: !GetAtt Role.Arn}
      Role:
        Type: AWS::IAM::Role
        Properties:
          ManagedPolicyArns: [!Ref Managed]
          Policies:
            - PolicyName: a
              PolicyDocument:
                Statement:
                  - Effect: Allow
                    Action: [dynamodb:PutItem, dynamodb:Query]
                    Resource: [!GetAtt Table.Arn, !Sub '${Table.Arn}/index/*']
                  - {Effect: Allow, Action: 'sqs:*', Resource: '*'}
                  - {Effect: Deny, Action: 'sns:Publish', Resource: !Ref Topic}
                  - {Effect: Allow, NotAction: 'sns:Publish', Resource: !Ref Topic}
      Inline:
        Type: AWS::IAM::Policy
        Properties:
          Roles: [!Ref Role]
          PolicyDocument:
            Statement:
              Effect: Allow
              Action: lambda:InvokeFunction
              Resource: !Sub arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:callee
      Managed:
        Type: AWS::IAM::ManagedPolicy
        Properties:
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: ['sqs:SendMessage', 's3:Get*', 's3:Put*']
                Resource: [!GetAtt Queue.Arn, !Sub 'arn:aws:s3:::${Bucket}/in/*']
    """


def test_grants_count_only_for_named_actions_on_named_resources(tmp_path: Path) -> None:
    architecture = graph(tmp_path, GRANTS)
    caller = one(architecture, Function, "Caller")
    found = architecture.grants(caller)
    assert sorted(map(shown, found)) == [
        "Caller invokes Callee",
        "Caller publishes Queue",
        "Caller reads Bucket",
        "Caller reads Table",
        "Caller writes Bucket",
        "Caller writes Table",
    ]
    (grant,) = architecture.grants(caller, EdgeKind.INVOKES)
    assert grant.actions == ("lambda:InvokeFunction",)
    assert grant.mode is None
    assert grant.evidence is Evidence.GRANTED
    assert grant.at().resource == "Inline"
    assert architecture.grants(one(architecture, Function, "Callee")) == []


def test_sam_policy_templates_are_grants(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Table: {Type: AWS::DynamoDB::Table}
      Callee:
        Type: AWS::Serverless::Function
        Properties: {Handler: a.b, CodeUri: ., Runtime: python3.13}
      Caller:
        Type: AWS::Serverless::Function
        Properties:
          Handler: a.b
          CodeUri: .
          Runtime: python3.13
          Environment:
            Variables:
              CALLEE: !Ref Callee
              TABLE: !Sub 'x-${Table}'
              LEVEL: info
              POWERTOOLS_SERVICE_NAME: !Ref Callee
          Policies:
            - LambdaInvokePolicy: {FunctionName: !Ref Callee}
            - DynamoDBReadPolicy: {TableName: !Ref Table}
            - S3ReadPolicy: {BucketName: elsewhere}
    """,
    )
    caller = one(architecture, Function, "Caller")
    assert sorted(map(shown, architecture.grants(caller))) == [
        "Caller invokes Callee",
        "Caller reads Table",
        "Caller reads arn:${AWS::Partition}:s3:::elsewhere",
    ]
    references = architecture.environment_references(caller)
    assert [shown(edge) for edge in references] == ["Caller uses Callee", "Caller uses Table"]
    callee = one(architecture, Function, "Callee")
    (edge,) = architecture.environment_references(caller, callee)
    assert edge.at().pointer[-1] == "CALLEE"
    assert edge.evidence is Evidence.REFERENCED


def test_the_surest_invoker_comes_first(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        GRANTS
        + """
      Timer:
        Type: AWS::Events::Rule
        Properties: {ScheduleExpression: rate(1 day), Targets: [{Arn: !GetAtt Callee.Arn}]}
    """,
    )
    edges = architecture.invokers(one(architecture, Function, "Callee"))
    assert [(edge.evidence.word, edge.mode) for edge in edges] == [
        ("declared", Mode.ASYNCHRONOUS),
        ("granted", None),
    ]


def test_publishers_of_a_topic_are_declared_and_granted(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Topic: {Type: AWS::SNS::Topic}
      Bucket:
        Type: AWS::S3::Bucket
        Properties:
          NotificationConfiguration:
            TopicConfigurations: [{Event: s3:ObjectCreated:*, Topic: !Ref Topic}]
      Role:
        Type: AWS::IAM::Role
        Properties:
          Policies:
            - PolicyDocument:
                Statement: [{Effect: Allow, Action: sns:Publish, Resource: !Ref Topic}]
      Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
    """,
    )
    found = architecture.publishers(one(architecture, Topic))
    assert [edge.source.name for edge in found] == ["Bucket", "Function"]


def test_a_name_and_an_arn_of_the_same_thing_outside_are_one_node(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Rule:
        Type: AWS::Events::Rule
        Properties: {EventBusName: shop, EventPattern: {source: [a]}}
      Role:
        Type: AWS::IAM::Role
        Properties:
          Policies:
            - PolicyDocument:
                Statement:
                  - Effect: Allow
                    Action: [events:PutEvents, dynamodb:PutItem]
                    Resource:
                      - !Sub arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/shop
                      - !Sub arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/far
                      - !Sub arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/far/index/*
                      - !Sub arn:aws:events:${AWS::Region}:999999999999:event-bus/shop
      Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
    """,
    )
    assert [(node.kind, node.id.count("999999999999")) for node in architecture.all(External)] == [
        ("bus", 0),
        ("table", 0),
        ("bus", 1),
    ]
    (rule_bus,) = [edge.source for edge in architecture.edges(EdgeKind.ROUTES)]
    assert [edge.source.name for edge in architecture.publishers(rule_bus)] == ["Function"]


def test_reading_a_tables_stream_is_no_write_to_the_table(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        """
    Resources:
      Table: {Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {}}}
      Role:
        Type: AWS::IAM::Role
        Properties:
          Policies:
            - PolicyDocument:
                Statement:
                  - {Effect: Allow, Action: 'dynamodb:*', Resource: !GetAtt Table.StreamArn}
      Function: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
    """,
    )
    grants = architecture.grants(one(architecture, Function))
    assert [shown(edge) for edge in grants] == ["Function reads Table"]


def test_a_cdk_resource_that_sets_notifications_is_read_like_the_buckets_own(
    tmp_path: Path,
) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Bucket: {{Type: AWS::S3::Bucket}}
      Notify:
        Type: Custom::S3BucketNotifications
        Properties:
          ServiceToken: !ImportValue handler
          BucketName: !Ref Bucket
          NotificationConfiguration:
            LambdaFunctionConfigurations:
              - Events: ['s3:ObjectCreated:*']
                LambdaFunctionArn: !GetAtt Function.Arn
                Filter: {{Key: {{FilterRules: [{{Name: suffix, Value: .jpg}}]}}}}
    """,
    )
    (edge,) = architecture.asynchronous_invokers(one(architecture, Function))
    assert shown(edge) == "Bucket invokes Function asynchronous"
    notification = one(architecture, BucketNotification)
    assert (notification.key_suffix, notification.events) == (".jpg", ["s3:ObjectCreated:*"])


def test_firehose_waits_for_the_function_that_transforms(tmp_path: Path) -> None:
    architecture = graph(
        tmp_path,
        f"""
    Resources:
{FUNCTION}
      Bucket: {{Type: AWS::S3::Bucket}}
      Stream: {{Type: AWS::Kinesis::Stream}}
      Delivery:
        Type: AWS::KinesisFirehose::DeliveryStream
        Properties:
          KinesisStreamSourceConfiguration: {{KinesisStreamARN: !GetAtt Stream.Arn}}
          ExtendedS3DestinationConfiguration:
            BucketARN: !GetAtt Bucket.Arn
            ProcessingConfiguration:
              Processors:
                - Type: Lambda
                  Parameters:
                    - {{ParameterName: LambdaArn, ParameterValue: !GetAtt Function.Arn}}
    """,
    )
    assert lines(architecture) == [
        "Stream feeds Delivery polled",
        "Delivery writes Bucket",
        "Delivery invokes Function synchronous",
    ]
