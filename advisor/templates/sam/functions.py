"""`AWS::Serverless::Function`: the function, its role, versions, URL, destinations and events."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.templates.sam.events import events_of, expand_event
from advisor.templates.sam.policies import Grants, managed, role_of, statement, trust
from advisor.templates.sam.source import (
    choice,
    choose,
    get_att,
    is_intrinsic,
    is_no_value,
    made_draft,
    main_draft,
    mapping,
    ref,
    tag_list,
)
from advisor.templates.sam.streams import bucket_statements

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
_CODEDEPLOY_APP = "ServerlessDeploymentApplication"
_CODEDEPLOY_ROLE = "CodeDeployServiceRole"
_ROLLBACK = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
_PREDEFINED = re.compile(r"AllAtOnce|(?:Canary|Linear)\d+Percent(?:Every)?\d+Minutes?")
_DEEPEST = 60
_CREATED_BY: dict[str, Data] = {"Key": "lambda:createdBy", "Value": "SAM"}


def expand_function(source: Source, context: Context) -> list[Resource]:
    """Return the function and all that SAM makes for it, the function first."""
    name = source.logical_id
    grants = Grants(f"{name}Role")
    _own_grants(source, context, grants)
    arn, conditions = role_of(source.get("Role"), grants.role_id, context)
    function = _function(source, context, arn)
    made, alias = _published(source, context)
    target = ref(alias) if alias else ref(name)
    target_arn = ref(alias) if alias else get_att(name, "Arn")
    deployment = _deployment(source, context, alias)
    if deployment:
        made[-1].attributes = {**made[-1].attributes, "UpdatePolicy": _update_policy(source)}
    made += _url(source, alias)
    made += deployment
    made += _invocation(source, context, grants, alias)
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


def _published(source: Source, context: Context) -> tuple[list[Resource], str]:
    """Return version and alias of `AutoPublishAlias`, and the id of the alias ("" without)."""
    alias = source.get("AutoPublishAlias")
    name = context.default(alias)
    if alias is None or is_no_value(alias):
        return [], ""
    text = name if isinstance(name, str) else ""
    place = source.where("AutoPublishAlias")
    version = made_draft(
        source, f"{source.logical_id}Version", "AWS::Lambda::Version", place=source.place
    )
    version.put("FunctionName", ref(source.logical_id))
    version.take("Description", "VersionDescription")
    version.attributes = {
        "DeletionPolicy": source.get("VersionDeletionPolicy") or "Retain",
        **version.attributes,
    }
    if source.get("CapacityProviderConfig") is not None:
        version.copy("FunctionScalingConfig")
    stem = text.replace("-", "D").replace("_", "U")
    draft = made_draft(
        source, f"{source.logical_id}Alias{stem}", "AWS::Lambda::Alias", place=source.place
    )
    draft.put("Name", alias, place)
    draft.put("FunctionName", ref(source.logical_id))
    draft.put("FunctionVersion", get_att(version.logical_id, "Version"))
    draft.copy("ProvisionedConcurrencyConfig")
    return [version.build(), draft.build()], draft.logical_id


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


def _update_policy(source: Source) -> Data:
    """Return how the alias moves to a new version, with the functions that check it."""
    policy: dict[str, Data] = {
        "ApplicationName": ref(_CODEDEPLOY_APP),
        "DeploymentGroupName": ref(f"{source.logical_id}DeploymentGroup"),
    }
    hooks = mapping(source.map("DeploymentPreference").get("Hooks"))
    for sam, raw in (
        ("PreTraffic", "BeforeAllowTrafficHook"),
        ("PostTraffic", "AfterAllowTrafficHook"),
    ):
        if hooks.get(sam) is not None:
            policy[raw] = hooks[sam]
    return {"CodeDeployLambdaAliasUpdate": policy}


def _alarms(names: Data) -> Data:
    if not isinstance(names, list):
        return None
    return {"Enabled": True, "Alarms": [{"Name": name} for name in names]}


def _configuration(kind: Data, depth: int) -> Data:
    """Return the full name of a deployment configuration that AWS predefines."""
    if isinstance(kind, str) and _PREDEFINED.fullmatch(kind):
        return f"CodeDeployDefault.Lambda{kind}"
    if depth > _DEEPEST:
        return kind
    if isinstance(kind, list):
        return [_configuration(item, depth + 1) for item in kind]
    if isinstance(kind, dict) and is_intrinsic(kind):
        return {key: _configuration(value, depth + 1) for key, value in kind.items()}
    return kind


def _deployment(source: Source, context: Context, alias: str) -> list[Resource]:
    said = source.map("DeploymentPreference")
    enabled = context.default(said.get("Enabled", True))
    if not said or not alias or enabled in (False, "false", "False"):
        return []
    draft = made_draft(
        source,
        f"{source.logical_id}DeploymentGroup",
        "AWS::CodeDeploy::DeploymentGroup",
        place=source.place,
    )
    draft.put("ApplicationName", ref(_CODEDEPLOY_APP))
    alarms = said.get("Alarms")
    branches = choice(alarms)
    config = (
        _alarms(alarms)
        if branches is None
        else choose(branches[0], *(_alarms(branch) or branch for branch in branches[1:]))
    )
    draft.put("AlarmConfiguration", config, source.where("DeploymentPreference", "Alarms"))
    draft.put("AutoRollbackConfiguration", {"Enabled": True, "Events": list(_ROLLBACK)})
    kind = _configuration(context.default(said.get("Type")), 0)
    draft.put("DeploymentConfigName", kind, source.where("DeploymentPreference", "Type"))
    draft.put(
        "DeploymentStyle",
        {"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
    )
    role = said.get("Role")
    draft.put("ServiceRoleArn", role or get_att(_CODEDEPLOY_ROLE, "Arn"))
    draft.take("TriggerConfigurations", "DeploymentPreference", "TriggerConfigurations")
    group = draft.build()
    made = [group]
    if not context.deployments:
        app = made_draft(source, _CODEDEPLOY_APP, "AWS::CodeDeploy::Application")
        app.put("ComputePlatform", "Lambda")
        made.append(app.build())
    context.deployments.append(group)
    if not role and not context.has_deployment_role:
        context.has_deployment_role = True
        service = made_draft(source, _CODEDEPLOY_ROLE, "AWS::IAM::Role")
        service.put("AssumeRolePolicyDocument", trust("codedeploy.amazonaws.com"))
        service.put("ManagedPolicyArns", [managed("service-role/AWSCodeDeployRoleForLambda")])
        made.append(service.build())
    return made


def _invocation(source: Source, context: Context, grants: Grants, alias: str) -> list[Resource]:
    """Return the settings of asynchronous invocation, with queue or topic that SAM makes."""
    said = source.map("EventInvokeConfig")
    if not said:
        return []
    logical_id = f"{source.logical_id}EventInvokeConfig"
    draft = made_draft(source, logical_id, "AWS::Lambda::EventInvokeConfig", place=source.place)
    draft.put("FunctionName", ref(source.logical_id))
    qualifier = context.default(source.get("AutoPublishAlias")) if alias else "$LATEST"
    draft.put("Qualifier", qualifier)
    draft.origins[()] = source.where("EventInvokeConfig")
    for name in ("MaximumEventAgeInSeconds", "MaximumRetryAttempts"):
        draft.take(name, "EventInvokeConfig", name)
    made: list[Resource] = []
    destinations: dict[str, Data] = {}
    declared = mapping(said.get("DestinationConfig"))
    for outcome in ("OnSuccess", "OnFailure"):
        config = mapping(declared.get(outcome))
        if not config:
            continue
        arn, extra = _destination(source, context, config, logical_id + outcome)
        made += extra
        destinations[outcome] = {"Destination": arn}
        place = source.where("EventInvokeConfig", "DestinationConfig", outcome)
        draft.origins["DestinationConfig", outcome] = place
        draft.origins["DestinationConfig", outcome, "Destination"] = (*place, "Destination")
        _allow(grants, str(config.get("Type")), arn, logical_id + outcome, place)
    draft.put("DestinationConfig", destinations or None)
    return [draft.build(), *made]


def _destination(
    source: Source, context: Context, config: dict[str, Data], stem: str
) -> tuple[Data, list[Resource]]:
    """Return the destination; where none is given for a queue or topic, SAM makes it."""
    kind = config.get("Type")
    given = config.get("Destination")
    condition = ""
    branches = choice(given)
    if branches is not None:
        test, then, otherwise = branches
        if is_no_value(then) and not is_no_value(otherwise):
            condition = test
        elif is_no_value(otherwise) and not is_no_value(then):
            condition = context.negated(test)
    if kind not in ("SQS", "SNS") or (given is not None and not condition):
        return given, []
    queue = kind == "SQS"
    outcome = "OnSuccess" if stem.endswith("OnSuccess") else "OnFailure"
    place = source.where("EventInvokeConfig", "DestinationConfig", outcome)
    draft = made_draft(
        source,
        stem + ("Queue" if queue else "Topic"),
        "AWS::SQS::Queue" if queue else "AWS::SNS::Topic",
        place=place,
    )
    made_arn = get_att(draft.logical_id, "Arn") if queue else ref(draft.logical_id)
    if branches is None or not condition:
        return made_arn, [draft.build()]
    draft.conditions = (*draft.conditions, condition)
    test, then, otherwise = branches
    if is_no_value(then):
        return choose(test, made_arn, otherwise), [draft.build()]
    return choose(test, then, made_arn), [draft.build()]


def _allow(grants: Grants, kind: str, arn: Data, stem: str, place: tuple[str | int, ...]) -> None:
    """Grant what the function's role needs to deliver to a destination."""
    match kind:
        case "SQS":
            grants.allow(f"{stem}SQSPolicy", [statement("sqs:SendMessage", arn)], place)
        case "SNS":
            grants.allow(f"{stem}SNSPolicy", [statement("sns:publish", arn)], place)
        case "EventBridge":
            allowed = [statement("events:PutEvents", arn)]
            grants.allow(f"{stem}EventBridgePolicy", allowed, place)
        case "Lambda":
            allowed = [statement("lambda:InvokeFunction", arn)]
            grants.allow(f"{stem}LambdaPolicy", allowed, place)
        case "S3Bucket":
            grants.allow(f"{stem}S3Policy", bucket_statements(arn), place)
        case _:
            return
