"""SAM resources that become one or two raw ones: tables, layers, nested applications and more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam.functions import s3_location
from advisor.templates.sam.policies import managed, trust
from advisor.templates.sam.source import (
    get_att,
    made_draft,
    main_draft,
    mapping,
    tag_list,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import Draft, Source

_KEY_TYPES = {"String": "S", "Number": "N", "Binary": "B"}


def _tags(draft: Draft) -> None:
    tags = draft.source.map("Tags")
    if tags:
        draft.put("Tags", tag_list(tags), draft.source.where("Tags"))


def expand_table(source: Source, _context: Context) -> list[Resource]:
    """Return the DynamoDB table of a `SimpleTable`."""
    draft = main_draft(source, "AWS::DynamoDB::Table")
    key = source.map("PrimaryKey")
    name: Data = key.get("Name", "id")
    kind = key.get("Type", "String")
    attribute: dict[str, Data] = {
        "AttributeName": name,
        "AttributeType": _KEY_TYPES.get(kind, kind) if isinstance(kind, str) else kind,
    }
    place = source.where("PrimaryKey")
    draft.put("AttributeDefinitions", [attribute], place)
    draft.put("KeySchema", [{"AttributeName": name, "KeyType": "HASH"}], place)
    if source.get("ProvisionedThroughput"):
        draft.copy("ProvisionedThroughput")
    else:
        draft.put("BillingMode", "PAY_PER_REQUEST")
    draft.copy("PointInTimeRecoverySpecification", "SSESpecification", "TableName")
    _tags(draft)
    return [draft.build()]


def expand_layer(source: Source, _context: Context) -> list[Resource]:
    """Return the layer version; `ContentUri` stays, as the layer's content is found through it."""
    draft = main_draft(source, "AWS::Lambda::LayerVersion")
    draft.put("LayerName", source.get("LayerName") or source.logical_id, source.where("LayerName"))
    draft.copy(
        "ContentUri",
        "Description",
        "CompatibleArchitectures",
        "CompatibleRuntimes",
        "LicenseInfo",
    )
    names = ("S3Bucket", "S3Key", "S3ObjectVersion")
    content = s3_location(source.get("ContentUri"), names)
    draft.put("Content", content, source.where("ContentUri"))
    kept = source.get("RetentionPolicy")
    policy = kept.capitalize() if isinstance(kept, str) else None
    draft.attributes = {
        **draft.attributes,
        "DeletionPolicy": policy or draft.attributes.get("DeletionPolicy", "Retain"),
    }
    return [draft.build()]


def expand_application(source: Source, _context: Context) -> list[Resource]:
    """Return the nested stack; `Location` stays, and is the URL where it is a path or URL."""
    draft = main_draft(source, "AWS::CloudFormation::Stack")
    draft.copy("Location", "Parameters", "NotificationARNs", "TimeoutInMinutes")
    location = source.get("Location")
    if isinstance(location, str):
        draft.put("TemplateURL", location, source.where("Location"))
    _tags(draft)
    return [draft.build()]


def expand_capacity_provider(source: Source, _context: Context) -> list[Resource]:
    """Return the capacity provider, and the operator role that SAM makes where none is given."""
    draft = main_draft(source, "AWS::Lambda::CapacityProvider")
    draft.copy("CapacityProviderName", "VpcConfig", "KmsKeyArn")
    made: list[Resource] = []
    role = source.get("OperatorRole")
    if not role:
        maker = made_draft(source, f"{source.logical_id}OperatorRole", "AWS::IAM::Role")
        maker.put("AssumeRolePolicyDocument", trust("lambda.amazonaws.com"))
        maker.put("ManagedPolicyArns", [managed("AWSLambdaManagedEC2ResourceOperator")])
        made.append(maker.build())
        role = get_att(maker.logical_id, "Arn")
    draft.put(
        "PermissionsConfig",
        {"CapacityProviderOperatorRoleArn": role},
        source.where("OperatorRole"),
    )
    needs = source.map("InstanceRequirements")
    names = {"AllowedTypes": "AllowedInstanceTypes", "ExcludedTypes": "ExcludedInstanceTypes"}
    renamed: dict[str, Data] = {names.get(key, key): value for key, value in needs.items()}
    draft.put("InstanceRequirements", renamed or None, source.where("InstanceRequirements"))
    scaling = source.map("ScalingConfig")
    if scaling:
        config: dict[str, Data] = {"ScalingMode": "Auto"}
        if scaling.get("MaxVCpuCount") is not None:
            config["MaxVCpuCount"] = scaling["MaxVCpuCount"]
        usage = scaling.get("AverageCPUUtilization")
        if usage is not None:
            metric = "LambdaCapacityProviderAverageCPUUtilization"
            config["ScalingMode"] = "Manual"
            config["ScalingPolicies"] = [{"PredefinedMetricType": metric, "TargetValue": usage}]
        draft.put("CapacityProviderScalingConfig", config, source.where("ScalingConfig"))
    if source.get("LoggingConfig") is not None:
        draft.put("TelemetryConfig", {}, source.where("LoggingConfig"))
        draft.take("TelemetryConfig", "LoggingConfig", into=("LoggingConfig",))
    if mapping(source.get("ManagedResourceTags")).get("Tags") is not None:
        tags = tag_list(source.map("ManagedResourceTags")["Tags"])
        draft.put("PropagateTags", {"Mode": "Explicit", "ExplicitTags": tags})
    _tags(draft)
    return [draft.build(), *made]


def expand_unknown(source: Source, _context: Context) -> list[Resource]:
    """Return a SAM resource of a type that is not known as it is, with Globals merged in."""
    draft = main_draft(source, source.type)
    draft.properties = dict(source.properties)
    draft.origins = dict(source.origins)
    return [draft.build()]
