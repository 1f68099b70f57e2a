"""Services that hand events to functions, topics or queues by a property of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.builders.common import deliver
from advisor.architecture.edges import Mode
from advisor.records import record
from advisor.templates.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.builders.common import Path
    from advisor.architecture.nodes.base import Node
    from advisor.templates.values import Value


@record(frozen=True)
class Row:
    """A property that names a target; `*` in the path stands for every item or key."""

    type: str
    path: tuple[str, ...]
    via: str
    kind: str = "function"
    mode: Mode | None = Mode.ASYNCHRONOUS


_COGNITO = (
    "CreateAuthChallenge",
    "CustomMessage",
    "DefineAuthChallenge",
    "PostAuthentication",
    "PostConfirmation",
    "PreAuthentication",
    "PreSignUp",
    "PreTokenGeneration",
    "UserMigration",
    "VerifyAuthChallengeResponse",
)
_COGNITO_OBJECTS = {
    "PreTokenGenerationConfig": Mode.SYNCHRONOUS,
    "InboundFederation": Mode.SYNCHRONOUS,
    # The one kind of trigger that a user pool does not wait for.
    # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html
    "CustomEmailSender": Mode.ASYNCHRONOUS,
    "CustomSMSSender": Mode.ASYNCHRONOUS,
}
_POOL = "AWS::Cognito::UserPool"
_SES = "AWS::SES::ReceiptRule"
_SYNC = Mode.SYNCHRONOUS

# Modes: https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html; None where no page
# says whether the service waits.
_ROWS = (
    *(Row(_POOL, ("LambdaConfig", name), "Cognito trigger", mode=_SYNC) for name in _COGNITO),
    *(
        Row(_POOL, ("LambdaConfig", name, "LambdaArn"), "Cognito trigger", mode=mode)
        for name, mode in _COGNITO_OBJECTS.items()
    ),
    Row("AWS::CodeCommit::Repository", ("Triggers", "*", "DestinationArn"), "CodeCommit trigger"),
    Row(
        "AWS::Config::OrganizationConfigRule",
        ("OrganizationCustomRuleMetadata", "LambdaFunctionArn"),
        "Config rule",
    ),
    Row(_SES, ("Rule", "Actions", "*", "SNSAction", "TopicArn"), "SES receipt rule", "topic"),
    Row(_SES, ("Rule", "Actions", "*", "S3Action", "BucketName"), "SES receipt rule", "bucket"),
    Row(_SES, ("Rule", "Actions", "*", "S3Action", "TopicArn"), "SES receipt rule", "topic"),
    Row(
        "AWS::SecretsManager::RotationSchedule",
        ("RotationLambdaARN",),
        "secret rotation",
        mode=None,
    ),
    Row("AWS::CloudFormation::Macro", ("FunctionName",), "CloudFormation macro", mode=None),
    Row(
        "AWS::S3ObjectLambda::AccessPoint",
        (
            "ObjectLambdaConfiguration",
            "TransformationConfigurations",
            "*",
            "ContentTransformation",
            "AwsLambda",
            "FunctionArn",
        ),
        "S3 Object Lambda",
        mode=_SYNC,
    ),
    Row(
        "AWS::Bedrock::Agent",
        ("ActionGroups", "*", "ActionGroupExecutor", "Lambda"),
        "Bedrock agent",
        mode=_SYNC,
    ),
    Row(
        "AWS::Lex::BotAlias",
        (
            "BotAliasLocaleSettings",
            "*",
            "BotAliasLocaleSetting",
            "CodeHookSpecification",
            "LambdaCodeHook",
            "LambdaArn",
        ),
        "Lex code hook",
        mode=_SYNC,
    ),
)
_BY_TYPE: dict[str, list[Row]] = {}
for _row in _ROWS:
    _BY_TYPE.setdefault(_row.type, []).append(_row)

_IOT = "AWS::IoT::TopicRule"
_IOT_TARGETS = (
    (("Lambda", "FunctionArn"), "function"),
    (("Sqs", "QueueUrl"), "queue"),
    (("Sns", "TargetArn"), "topic"),
    (("Kinesis", "StreamName"), "stream"),
    (("Firehose", "DeliveryStreamName"), "delivery-stream"),
    (("DynamoDB", "TableName"), "table"),
    (("DynamoDBv2", "PutItem", "TableName"), "table"),
    (("S3", "BucketName"), "bucket"),
    (("StepFunctions", "StateMachineName"), "state-machine"),
    (("CloudwatchLogs", "LogGroupName"), "log-group"),
)

MAX_PLACES = 500
"""Targets followed for one row of one resource."""


def build(architecture: Architecture) -> None:
    """Add the edges of services that need no node type of their own."""
    for node in list(architecture.nodes()):
        for row in _BY_TYPE.get(node.type, ()):
            for path in _places(node, row.path):
                deliver(
                    architecture,
                    node,
                    node.get(*path),
                    declared_by=node,
                    via=row.via,
                    path=path,
                    kind=row.kind,
                    mode=row.mode,
                )
        if node.type == _IOT:
            for path in _places(node, ("TopicRulePayload", "Actions", "*")):
                iot_action(architecture, node, path, "IoT rule")
        elif node.type == "AWS::Config::ConfigRule":
            _config_rule(architecture, node)
        elif node.type == _SES:
            _receipt_rule(architecture, node)


def iot_action(architecture: Architecture, node: Node, path: Path, via: str) -> list[Path]:
    """Add the edges of one action of an IoT rule; return the properties that name targets."""
    found = []
    for keys, kind in _IOT_TARGETS:
        value = node.get(*path, *keys)
        if value is None:
            continue
        found.append((*path, *keys))
        deliver(
            architecture, node, value, declared_by=node, via=via, path=(*path, *keys), kind=kind
        )
    return found


def _config_rule(architecture: Architecture, node: Node) -> None:
    if node.get("Source", "Owner") == "CUSTOM_LAMBDA":
        path = ("Source", "SourceIdentifier")
        value = node.get(*path)
        deliver(
            architecture,
            node,
            value,
            declared_by=node,
            via="Config rule",
            path=path,
            kind="function",
        )


def _receipt_rule(architecture: Architecture, node: Node) -> None:
    for path in _places(node, ("Rule", "Actions", "*", "LambdaAction")):
        how = node.get(*path, "InvocationType")
        waits = isinstance(how, str) and how == "RequestResponse"
        mode = Mode.SYNCHRONOUS if waits else Mode.ASYNCHRONOUS
        at = (*path, "FunctionArn")
        deliver(
            architecture,
            node,
            node.get(*at),
            declared_by=node,
            via="SES receipt rule",
            path=at,
            kind="function",
            mode=None if isinstance(how, Unknown) else mode,
        )


def _places(node: Node, path: tuple[str, ...]) -> Iterator[Path]:
    """Yield the paths that a pattern stands for in a node's properties."""
    places: list[Path] = [()]
    for key in path:
        if key != "*":
            places = [(*place, key) for place in places]
            continue
        places = [(*place, inner) for place in places for inner in _keys(node.get(*place))][
            :MAX_PLACES
        ]
    yield from places


def _keys(value: Value) -> list[str | int]:
    if isinstance(value, list):
        return list(range(len(value)))
    return list(value) if isinstance(value, dict) else []
