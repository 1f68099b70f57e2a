"""The AWS SDKs by the names that code calls them with: what makes a client, what is a command."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.source.meanings import Client, Factory, Handle, Pager, Session
from advisor.source.operations import operation_of

if TYPE_CHECKING:
    from advisor.source.meanings import Meaning

SESSIONS = frozenset(
    {
        "boto3.Session",
        "boto3.session.Session",
        "aioboto3.Session",
        "aioboto3.session.Session",
        "aiobotocore.session.get_session",
        "aiobotocore.session.AioSession",
        "botocore.session.get_session",
        "botocore.session.Session",
    }
)
CLIENTS = frozenset({"boto3.client", "aioboto3.client"})
FACTORIES = frozenset({"boto3.resource", "aioboto3.resource"})

_CLASSES = {
    "apigatewaymanagementapi": "apigatewaymanagementapi",
    "bedrockagentruntime": "bedrock-agent-runtime",
    "bedrockruntime": "bedrock-runtime",
    "cloudwatchevents": "events",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "cognitoidentityserviceprovider": "cognito-idp",
    "dynamodbdocument": "dynamodb",
    "eventbridge": "events",
    "iotdata": "iot-data",
    "iotdataplane": "iot-data",
    "pipes": "pipes",
    "rdsdataservice": "rds-data",
    "redshiftdata": "redshift-data",
    "sagemakerruntime": "sagemaker-runtime",
    "secretsmanager": "secretsmanager",
    "sfn": "stepfunctions",
    "stepfunctions": "stepfunctions",
    "textract": "textract",
}
"""Services of the AWS SDK for JavaScript whose name is not boto3's, without case and hyphens."""

_V3 = re.compile(r"@aws-sdk/client-([a-z0-9-]+)(?:\.(\w+))?")
_DOCUMENT = "@aws-sdk/lib-dynamodb."
_CAPTURES = re.compile(r"capture(AWS|AWSClient|AWSv3Client)", re.IGNORECASE)

POWERTOOLS_CALLS = {
    "aws_lambda_powertools.utilities.parameters.get_parameter": ("ssm", "GetParameter"),
    "aws_lambda_powertools.utilities.parameters.get_parameters": ("ssm", "GetParametersByPath"),
    "aws_lambda_powertools.utilities.parameters.get_secret": ("secretsmanager", "GetSecretValue"),
    "@aws-lambda-powertools/parameters/ssm.getParameter": ("ssm", "GetParameter"),
    "@aws-lambda-powertools/parameters/ssm.getParameters": ("ssm", "GetParametersByPath"),
    "@aws-lambda-powertools/parameters/secrets.getSecret": ("secretsmanager", "GetSecretValue"),
}
"""Functions of Powertools for AWS Lambda that call an API with their first argument."""

BATCH_HELPERS = frozenset(
    {
        "process_partial_response",
        "async_process_partial_response",
        "batch_processor",
        "async_batch_processor",
        "processPartialResponse",
        "processPartialResponseSync",
    }
)
"""Names by which Powertools makes partial batch responses."""

TRANSPARENT = frozenset(
    {
        "builtins.str",
        "global.String",
        "json.loads",
        "global.JSON.parse",
        "builtins.dict",
        "builtins.list",
        "builtins.iter",
        "builtins.enumerate",
        "builtins.reversed",
        "copy.deepcopy",
        "global.Object.freeze",
        "global.decodeURIComponent",
        "urllib.parse.unquote_plus",
        "global.__toESM",
        "global.__importDefault",
        "global.__importStar",
        "global.__toCommonJS",
    }
)
"""Functions that hand on what they are given, as far as names of resources go."""


def service_of(name: str) -> str:
    """Return boto3's name of a service that JavaScript names by class or package."""
    key = name.replace("-", "").lower()
    return _CLASSES.get(key, name.lower())


def is_session(name: str) -> bool:
    """Tell whether calling the name gives a session."""
    return name in SESSIONS


def javascript_client(name: str) -> Client | None:
    """Return the client that `new name(…)` makes; None where it makes none."""
    if name.startswith("aws-sdk/clients/"):
        parts = name.removeprefix("aws-sdk/clients/").split(".")
        return Client(service_of(parts[0]), document=parts[-1] == "DocumentClient")
    if name.startswith("aws-sdk."):
        parts = name.removeprefix("aws-sdk.").split(".")
        if parts[0][:1].isupper() and parts[0] not in {"Config", "Credentials", "Endpoint"}:
            return Client(service_of(parts[0]), document=parts[-1] == "DocumentClient")
        return None
    found = _V3.fullmatch(name)
    if found and found[2] and not found[2].endswith(("Command", "Exception", "Error")):
        service = found[1] if found[2][:1].isupper() else ""
        return Client(service_of(service)) if service else None
    return None


def document_client(name: str) -> Client | None:
    """Return the document client that `name(client)` wraps around a client."""
    if name in {f"{_DOCUMENT}DynamoDBDocumentClient.from", f"{_DOCUMENT}DynamoDBDocument.from"}:
        return Client("dynamodb", document=True)
    return None


def javascript_command(name: str) -> tuple[str, str] | None:
    """Return service and operation of the command class of a v3 package."""
    if name.startswith(_DOCUMENT) and name.endswith("Command"):
        plain = name.removeprefix(_DOCUMENT).removesuffix("Command")
        operation = operation_of(plain, document_client=True)
        return ("dynamodb", operation) if operation else None
    found = _V3.fullmatch(name)
    if found and found[2] and found[2].endswith("Command"):
        return service_of(found[1]), found[2].removesuffix("Command")
    return None


def javascript_helper(name: str) -> tuple[str, str, bool] | None:
    """Return service, operation and whether it waits, of `paginateX` and `waitUntilX`."""
    found = _V3.fullmatch(name)
    if found is None or not found[2]:
        return None
    if found[2].startswith("paginate"):
        return service_of(found[1]), found[2].removeprefix("paginate"), False
    if found[2].startswith("waitUntil"):
        return service_of(found[1]), found[2].removeprefix("waitUntil"), True
    return None


def is_batch_module(module: str) -> bool:
    """Tell whether a module is the part of Powertools that takes batches apart."""
    return module.startswith(
        ("aws_lambda_powertools.utilities.batch", "@aws-lambda-powertools/batch")
    )


def is_capture(name: str) -> bool:
    """Tell whether the function is X-Ray's, which hands back the client it instruments."""
    return _CAPTURES.fullmatch(name.rsplit(".", 1)[-1]) is not None


def wraps_client(name: str) -> bool:
    """Tell whether a function is given a client and makes none of its own."""
    return is_capture(name) or document_client(name) is not None or name in TRANSPARENT


def is_sdk(name: str) -> bool:
    """Tell whether a module or name belongs to an AWS SDK."""
    top = name.split(".", maxsplit=1)[0].split("/", maxsplit=1)[0]
    return top in {"boto3", "botocore", "aioboto3", "aiobotocore", "aws-sdk", "@aws-sdk"}


def has_operations(meaning: Meaning) -> bool:
    """Tell whether methods of a meaning are operations of an AWS API."""
    return isinstance(meaning, (Client, Factory, Handle, Pager, Session))
