"""What a function is released with: versions, aliases and gradual deployments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.templates.sam.policies import managed, trust
from advisor.templates.sam.source import (
    choice,
    choose,
    get_att,
    is_intrinsic,
    is_no_value,
    made_draft,
    mapping,
    ref,
)

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.source import Source

_CODEDEPLOY_APP = "ServerlessDeploymentApplication"
_CODEDEPLOY_ROLE = "CodeDeployServiceRole"
_ROLLBACK = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
_PREDEFINED = re.compile(r"AllAtOnce|(?:Canary|Linear)\d+Percent(?:Every)?\d+Minutes?")
_DEEPEST = 60


def published(source: Source, context: Context) -> tuple[list[Resource], str]:
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


def update_policy(source: Source) -> Data:
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


def deployment(source: Source, context: Context, alias: str) -> list[Resource]:
    """Return the deployment group, and application and role where it is the first to need them."""
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
