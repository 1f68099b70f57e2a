"""`AWS::Serverless::Function`: the function, its role, versions, URL, destinations and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.events import events_of, expand_event
from advisor.templates.sam.invocations import invocation
from advisor.templates.sam.policies import Grants, managed, role_of, statement, trust
from advisor.templates.sam.releases import deployment, published, update_policy
from advisor.templates.sam.source import (
    get_att,
    made_draft,
    main_draft,
    mapping,
    ref,
    tag_list,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import (
        Draft,
        Source,
    )

_SAME = (
    "FunctionName",
    "Handler",
    "Runtime",
    "Description",
    "MemorySize",
    "Timeout",
    "VpcConfig",
    "Environment",
    "KmsKeyArn",
    "ReservedConcurrentExecutions",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "PackageType",
    "Architectures",
    "SnapStart",
    "EphemeralStorage",
    "CodeSigningConfigArn",
    "RuntimeManagementConfig",
    "LoggingConfig",
    "TenancyConfig",
    "RecursiveLoop",
    "DurableConfig",
    "FunctionScalingConfig",
    "PublishToLatestPublished",
    # The following three are SAM's own; they stay, as they say where the source code lies.
    "CodeUri",
    "InlineCode",
    "ImageUri",
)
"""Properties that keep their name."""
_DLQ_ACTIONS = {"SQS": "sqs:SendMessage", "SNS": "sns:Publish"}
_BASIC = "service-role/AWSLambdaBasicExecutionRole"
_DURABLE = "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
_CREATED_BY: dict[str, Data] = {"Key": "lambda:createdBy", "Value": "SAM"}


def expand_function(source: Source, context: Context) -> list[Resource]:
    """Return the function and all that SAM makes for it, the function first."""
    name = source.logical_id
    grants = Grants(f"{name}Role")
    _own_grants(source, context, grants)
    arn, conditions = role_of(source.get("Role"), grants.role_id, context)
    function = _function(source, context, arn)
    made, alias = published(source, context)
    target = ref(alias) if alias else ref(name)
    target_arn = ref(alias) if alias else get_att(name, "Arn")
    group = deployment(source, context, alias)
    if group:
        made[-1].attributes = {**made[-1].attributes, "UpdatePolicy": update_policy(source)}
    made += _url(source, alias)
    made += group
    made += invocation(source, context, grants, alias)
    # Policies of the template follow those that the function itself needs.
    grants.declare(source.get("Policies"), source)
    for event in events_of(source, target_arn, target, grants):
        made += expand_event(event, context)
    if conditions is not None:
        assumed = source.get("AssumeRolePolicyDocument") or trust("lambda.amazonaws.com")
        role = grants.build(source, assumed)
        role.conditions = (*role.conditions, *conditions)
        made.insert(0, role)
    return [function, *made]


def _function(source: Source, context: Context, role: Data) -> Resource:
    draft = main_draft(source, "AWS::Lambda::Function")
    draft.copy(*_SAME)
    draft.put("Role", role, source.where("Role"))
    if role is source.get("Role"):
        draft.take("Role", "Role")
    draft.put("Code", _code(source), _code_place(source))
    if source.get("AutoPublishAlias") is None:
        # SAM refuses it without an alias to keep warm; kept, so that it can be told.
        draft.copy("ProvisionedConcurrencyConfig")
    tracing = source.get("Tracing")
    if tracing and context.default(tracing) != "Disabled":
        draft.put("TracingConfig", {})
        draft.take("TracingConfig", "Tracing", into=("Mode",))
    if source.map("DeadLetterQueue").get("TargetArn") is not None:
        draft.put("DeadLetterConfig", {})
        draft.take("DeadLetterConfig", "DeadLetterQueue", "TargetArn", into=("TargetArn",))
        draft.origins["DeadLetterConfig",] = source.where("DeadLetterQueue")
    elif source.get("DeadLetterQueue") is not None:
        # Conditional or otherwise opaque: its shape is the same but for the extra `Type`.
        draft.take("DeadLetterConfig", "DeadLetterQueue")
    _tags(draft)
    provider = source.map("CapacityProviderConfig")
    if provider:
        inner = {"CapacityProviderArn" if k == "Arn" else k: v for k, v in provider.items()}
        draft.put(
            "CapacityProviderConfig",
            {"LambdaManagedInstancesCapacityProviderConfig": inner},
            source.where("CapacityProviderConfig"),
        )
    return draft.build()


def _tags(draft: Draft) -> None:
    tags = draft.source.map("Tags")
    draft.put("Tags", [dict(_CREATED_BY), *tag_list(tags)])
    for index, key in enumerate(tags, start=1):
        draft.origins["Tags", str(index)] = draft.source.where("Tags", key)


def _code(source: Source) -> Data:
    """Return `Code` where the template says it; a local path is not known to Lambda."""
    inline, image, uri = (source.get(n) for n in ("InlineCode", "ImageUri", "CodeUri"))
    if source.get("PackageType") == "Image" or (image is not None and uri is None):
        return None if image is None else {"ImageUri": image}
    if inline is not None:
        return {"ZipFile": inline}
    return s3_location(uri, ("S3Bucket", "S3Key", "S3ObjectVersion"))


def _code_place(source: Source) -> tuple[str | int, ...] | None:
    for name in ("InlineCode", "ImageUri", "CodeUri"):
        if source.get(name) is not None:
            return source.where(name)
    return None


def s3_location(uri: Data, names: tuple[str, str, str]) -> Data:
    """Return an S3 URI or a map of bucket and key under the raw names; None for a local path."""
    if isinstance(uri, str) and uri.startswith("s3://"):
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        return {names[0]: bucket, names[1]: key}
    said = mapping(uri)
    if not said:
        return None
    pairs = zip(names, ("Bucket", "Key", "Version"), strict=True)
    return {raw: said[sam] for raw, sam in pairs if said.get(sam) is not None}


def _own_grants(source: Source, context: Context, grants: Grants) -> None:
    basic = _DURABLE if source.get("DurableConfig") else _BASIC
    grants.attach(managed(basic), source.place)
    tracing = source.get("Tracing")
    if tracing and context.default(tracing) != "Disabled":
        grants.attach(managed("AWSXrayWriteOnlyAccess"), source.where("Tracing"))
    if source.get("VpcConfig"):
        policy = managed("service-role/AWSLambdaVPCAccessExecutionRole")
        grants.attach(policy, source.where("VpcConfig"))
    letters = source.map("DeadLetterQueue")
    action = _DLQ_ACTIONS.get(str(letters.get("Type")))
    if action is not None:
        allowed = [statement(action, letters.get("TargetArn"))]
        grants.allow("DeadLetterQueuePolicy", allowed, source.where("DeadLetterQueue"))


def _url(source: Source, alias: str) -> list[Resource]:
    config = source.map("FunctionUrlConfig")
    if not config:
        return []
    name = source.logical_id
    target = ref(alias or name)
    place = source.where("FunctionUrlConfig")
    url = made_draft(source, f"{name}Url", "AWS::Lambda::Url", place=source.place)
    url.put("TargetFunctionArn", target, place)
    for key in ("AuthType", "Cors", "InvokeMode"):
        url.take(key, "FunctionUrlConfig", key)
    made = [url.build()]
    if config.get("AuthType") == "NONE":
        grants: tuple[tuple[str, str, dict[str, Data]], ...] = (
            ("UrlPublicPermissions", "lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
            (
                "URLInvokeAllowPublicAccess",
                "lambda:InvokeFunction",
                {"InvokedViaFunctionUrl": True},
            ),
        )
        for stem, action, more in grants:
            draft = made_draft(source, name + stem, "AWS::Lambda::Permission", place=source.place)
            draft.origins[()] = place
            draft.properties = {
                "Action": action,
                "FunctionName": target,
                "Principal": "*",
                **more,
            }
            made.append(draft.build())
    return made
