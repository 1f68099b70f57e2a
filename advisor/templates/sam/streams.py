"""Events that Lambda polls for: event source mappings and what their role needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.policies import managed, statement
from advisor.templates.sam.source import as_list, made_draft, mapping, sub

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.events import Event

QUEUE_POLICY = managed("service-role/AWSLambdaSQSQueueExecutionRole")
"""What SAM attaches for a queue."""
_SAME = (
    "StartingPosition",
    "StartingPositionTimestamp",
    "BatchSize",
    "Enabled",
    "MaximumBatchingWindowInSeconds",
    "MaximumRetryAttempts",
    "BisectBatchOnFunctionError",
    "MaximumRecordAgeInSeconds",
    "ParallelizationFactor",
    "Topics",
    "Queues",
    "SourceAccessConfigurations",
    "TumblingWindowInSeconds",
    "FunctionResponseTypes",
    "FilterCriteria",
    "KmsKeyArn",
    "ScalingConfig",
    "ProvisionedPollerConfig",
    "MetricsConfig",
    "LoggingConfig",
)
"""Properties that an event and a mapping share."""
_SOURCES = {
    "Kinesis": "Stream",
    "DynamoDB": "Stream",
    "MSK": "Stream",
    "SQS": "Queue",
    "MQ": "Broker",
    "DocumentDB": "Cluster",
}
"""The property of each event type that names the source."""
_POLICIES = {
    "Kinesis": managed("service-role/AWSLambdaKinesisExecutionRole"),
    "DynamoDB": managed("service-role/AWSLambdaDynamoDBExecutionRole"),
    "MSK": managed("service-role/AWSLambdaMSKExecutionRole"),
    "SQS": QUEUE_POLICY,
}
_KAFKA = {
    "MSK": "AmazonManagedKafkaEventSourceConfig",
    "SelfManagedKafka": "SelfManagedKafkaEventSourceConfig",
}
_FAILURE_ACTIONS = {"SQS": "sqs:SendMessage", "SNS": "sns:publish"}
_FAILURE_NAMES = {"SQS": "SQSPolicy", "SNS": "SNSPolicy", "S3": "S3Policy"}
_IN_VPC = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
]
_WITHOUT_SECRET = {"IAM_AUTH", "IAM_OAUTHBEARER_AUTH"}


def event_source_mapping(event: Event) -> list[Resource]:
    """Return the mapping of an event that Lambda polls for; its role gets what it needs."""
    said = event.properties
    draft = made_draft(event.source, event.id, "AWS::Lambda::EventSourceMapping", place=event.place)
    draft.put("FunctionName", event.target)
    named = _SOURCES.get(event.type)
    if named is not None:
        draft.put("EventSourceArn", said.get(named), event.at(named))
    for name in _SAME:
        draft.put(name, said.get(name))
    servers = said.get("KafkaBootstrapServers")
    if servers:
        draft.put("SelfManagedEventSource", {"Endpoints": {"KafkaBootstrapServers": servers}})
        draft.origins["SelfManagedEventSource",] = event.at("KafkaBootstrapServers")
    _kafka(event, draft.properties)
    if event.type == "DocumentDB":
        names = ("DatabaseName", "CollectionName", "FullDocument")
        draft.put("DocumentDBEventSourceConfig", {n: said[n] for n in names if said.get(n)})
        for name in names:
            draft.origins["DocumentDBEventSourceConfig", name] = event.at(name)
    draft.put("DestinationConfig", _destination(event))
    _grant(event)
    return [draft.build()]


def _kafka(event: Event, properties: dict[str, Data]) -> None:
    name = _KAFKA.get(event.type)
    if name is None:
        return
    config: dict[str, Data] = {
        key: event.properties[key]
        for key in ("ConsumerGroupId", "SchemaRegistryConfig")
        if event.properties.get(key)
    }
    if config:
        properties[name] = config


def _destination(event: Event) -> Data:
    """Return `DestinationConfig` without SAM's `Type`, which only decides on permissions."""
    config = event.properties.get("DestinationConfig")
    failure = mapping(mapping(config).get("OnFailure"))
    kind = failure.get("Type")
    if not isinstance(kind, str):
        return config
    target = failure.get("Destination")
    at = event.at("DestinationConfig", "OnFailure")
    if kind in _FAILURE_ACTIONS:
        allowed = [statement(_FAILURE_ACTIONS[kind], target)]
    elif kind == "S3":
        allowed = bucket_statements(target)
    else:
        allowed = []
    event.grants.allow(f"{event.id}{_FAILURE_NAMES.get(kind, '')}", allowed, at)
    rest = {key: value for key, value in failure.items() if key != "Type"}
    return {**mapping(config), "OnFailure": rest}


def bucket_statements(bucket: Data) -> list[Data]:
    """Return what a failed event needs to be written to a bucket."""
    inside: Data = {"Fn::Join": ["/", [bucket, "*"]]}
    return [statement("s3:PutObject", inside), statement("s3:ListBucket", bucket)]


def _grant(event: Event) -> None:
    policy = _POLICIES.get(event.type)
    if policy is not None:
        event.grants.attach(policy, event.place)
    allowed: list[Data] = []
    name = ""
    match event.type:
        case "MQ":
            name = "SamAutoGeneratedAMQPolicy"
            if event.properties.get("DynamicPolicyName"):
                name = f"{event.id}AMQPolicy"
            allowed = [
                *_secrets(event, {"BASIC_AUTH"}),
                statement(["mq:DescribeBroker"], event.properties.get("Broker")),
            ]
        case "DocumentDB":
            name = "SamAutoGeneratedDocumentDBPolicy"
            rds = "arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:"
            allowed = [
                *_secrets(event, {"BASIC_AUTH"}),
                statement(["rds:DescribeDBClusterParameters"], sub(f"{rds}cluster-pg:*")),
                statement(["rds:DescribeDBSubnetGroups"], sub(f"{rds}subgrp:*")),
                statement(["rds:DescribeDBClusters"], event.properties.get("Cluster")),
                statement(list(_IN_VPC), "*"),
            ]
        case "SelfManagedKafka":
            name = "SelfManagedKafkaExecutionRolePolicy"
            allowed = _self_managed(event)
        case "MSK":
            name = "MSKExecutionRolePolicy"
            allowed = [*_registry(event), *_secrets(event, {"CLIENT_CERTIFICATE_TLS_AUTH"})]
        case _:
            return
    key = event.properties.get("SecretsManagerKmsKeyId")
    if isinstance(key, str) and event.type != "MSK":
        arn = f"arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{key}"
        action: Data = "kms:Decrypt" if event.type == "MQ" else ["kms:Decrypt"]
        allowed.append(statement(action, sub(arn)))
    event.grants.allow(name, allowed, event.place)


def _accesses(event: Event) -> list[tuple[str, Data]]:
    found = []
    for raw in as_list(event.properties.get("SourceAccessConfigurations")):
        kind = mapping(raw).get("Type")
        if isinstance(kind, str):
            found.append((kind, mapping(raw).get("URI")))
    return found


def _secrets(event: Event, kinds: set[str]) -> list[Data]:
    return [
        statement(["secretsmanager:GetSecretValue"], uri)
        for kind, uri in _accesses(event)
        if kind in kinds and uri is not None
    ]


def _self_managed(event: Event) -> list[Data]:
    kinds = {kind for kind, _ in _accesses(event)}
    signed = {kind for kind in kinds if kind.endswith("_AUTH")} - _WITHOUT_SECRET
    allowed = [*_secrets(event, signed), *_secrets(event, {"SERVER_ROOT_CA_CERTIFICATE"})]
    if {"VPC_SUBNET", "VPC_SECURITY_GROUP"} <= kinds:
        allowed.append(statement(list(_IN_VPC), "*"))
    return allowed + _registry(event)


def _registry(event: Event) -> list[Data]:
    config = mapping(event.properties.get("SchemaRegistryConfig"))
    allowed = [
        statement(["secretsmanager:GetSecretValue"], mapping(access)["URI"])
        for access in as_list(config.get("AccessConfigs"))
        if mapping(access).get("URI") is not None
    ]
    uri = config.get("SchemaRegistryURI")
    head, _, name = _text(uri).partition(":registry/")
    if head.startswith("arn") and name:
        schema = (
            f"arn:${{AWS::Partition}}:glue:${{AWS::Region}}:${{AWS::AccountId}}:schema/{name}/*"
        )
        allowed.append(statement(["glue:GetRegistry"], uri))
        allowed.append(statement(["glue:GetSchemaVersion"], [sub(schema)]))
    return allowed


def _text(value: Data) -> str:
    """Return the text of a string or of a plain `Fn::Sub`, "" for anything else."""
    if isinstance(value, dict):
        value = value.get("Fn::Sub")
    return value if isinstance(value, str) else ""
