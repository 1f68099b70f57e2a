"""How ARNs name each kind of resource, and which property gives the name."""

from __future__ import annotations

from advisor.records import record


@record(frozen=True)
class Named:
    """How ARNs of one kind of resource are written, and which property names the resource."""

    kind: str
    service: str
    word: str
    """What stands before the name in the ARN; empty where the name comes first."""
    types: tuple[str, ...]
    property: str


NAMED = (
    Named("function", "lambda", "function", ("AWS::Lambda::Function",), "FunctionName"),
    Named("layer", "lambda", "layer", ("AWS::Lambda::LayerVersion",), "LayerName"),
    Named("queue", "sqs", "", ("AWS::SQS::Queue",), "QueueName"),
    Named("topic", "sns", "", ("AWS::SNS::Topic",), "TopicName"),
    Named(
        "table",
        "dynamodb",
        "table",
        ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
        "TableName",
    ),
    Named("stream", "kinesis", "stream", ("AWS::Kinesis::Stream",), "Name"),
    Named(
        "delivery-stream",
        "firehose",
        "deliverystream",
        ("AWS::KinesisFirehose::DeliveryStream",),
        "DeliveryStreamName",
    ),
    Named("bus", "events", "event-bus", ("AWS::Events::EventBus",), "Name"),
    Named("rule", "events", "rule", ("AWS::Events::Rule",), "Name"),
    Named("iot-rule", "iot", "rule", ("AWS::IoT::TopicRule",), "RuleName"),
    Named("api-destination", "events", "api-destination", ("AWS::Events::ApiDestination",), "Name"),
    Named("bucket", "s3", "", ("AWS::S3::Bucket",), "BucketName"),
    Named(
        "state-machine",
        "states",
        "stateMachine",
        ("AWS::StepFunctions::StateMachine",),
        "StateMachineName",
    ),
    Named("activity", "states", "activity", ("AWS::StepFunctions::Activity",), "Name"),
    Named("log-group", "logs", "log-group", ("AWS::Logs::LogGroup",), "LogGroupName"),
    Named("role", "iam", "role", ("AWS::IAM::Role",), "RoleName"),
    Named("policy", "iam", "policy", ("AWS::IAM::ManagedPolicy",), "ManagedPolicyName"),
    Named("schedule", "scheduler", "schedule", ("AWS::Scheduler::Schedule",), "Name"),
    Named("pipe", "pipes", "pipe", ("AWS::Pipes::Pipe",), "Name"),
    Named("db-cluster", "rds", "cluster", ("AWS::RDS::DBCluster",), "DBClusterIdentifier"),
    Named("db-instance", "rds", "db", ("AWS::RDS::DBInstance",), "DBInstanceIdentifier"),
    Named("db-proxy", "rds", "db-proxy", ("AWS::RDS::DBProxy",), "DBProxyName"),
    Named("secret", "secretsmanager", "secret", ("AWS::SecretsManager::Secret",), "Name"),
    Named("user-pool", "cognito-idp", "userpool", ("AWS::Cognito::UserPool",), ""),
    Named("rest-api", "execute-api", "", ("AWS::ApiGateway::RestApi",), ""),
    Named("graphql-api", "appsync", "apis", ("AWS::AppSync::GraphQLApi",), ""),
    Named("cluster", "ecs", "cluster", ("AWS::ECS::Cluster",), "ClusterName"),
    Named("task", "ecs", "task-definition", ("AWS::ECS::TaskDefinition",), "Family"),
    Named("job", "batch", "job-queue", ("AWS::Batch::JobQueue",), "JobQueueName"),
    Named("project", "codebuild", "project", ("AWS::CodeBuild::Project",), "Name"),
    Named("kafka", "kafka", "cluster", ("AWS::MSK::Cluster",), "ClusterName"),
    Named("file-system", "elasticfilesystem", "file-system", ("AWS::EFS::FileSystem",), ""),
    Named("access-point", "elasticfilesystem", "access-point", ("AWS::EFS::AccessPoint",), ""),
    Named("broker", "mq", "broker", ("AWS::AmazonMQ::Broker",), ""),
)

SERVICES: dict[str, str] = {row.kind: row.service for row in NAMED}
"""The service, as ARNs and IAM actions write it, of every kind of resource that is known."""

BY_ARN = {(row.service, row.word): row for row in NAMED}
BY_TYPE = {type_: row for row in NAMED for type_ in row.types}
UNTYPED = {row.service: row for row in NAMED if not row.word}
# Names that may hold slashes, so that only a colon ends them.
SLASHED = {"log-group", "secret", "bus"}
# Resources whose name is the last part of a path.
LAST = {"rule", "role", "policy", "schedule"}

__all__ = ["BY_ARN", "BY_TYPE", "LAST", "SERVICES", "SLASHED", "UNTYPED", "Named"]
