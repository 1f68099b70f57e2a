"""`AWS::Serverless::StateMachine`: the state machine, its role, alias and events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.sam import buses
from advisor.templates.sam.events import events_of
from advisor.templates.sam.functions import s3_location
from advisor.templates.sam.policies import Grants, managed, role_of, statement, trust
from advisor.templates.sam.routes import start_execution
from advisor.templates.sam.source import get_att, made_draft, main_draft, ref, tag_list

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.templates.resource import Resource
    from advisor.templates.sam.context import Context
    from advisor.templates.sam.events import Event
    from advisor.templates.sam.source import Source

_CREATED_BY: dict[str, Data] = {"Key": "stateMachine:createdBy", "Value": "SAM"}


def expand_state_machine(source: Source, context: Context) -> list[Resource]:
    """Return the state machine and all that SAM makes for it, the machine first."""
    name = source.logical_id
    grants = Grants(f"{name}Role")
    role, conditions = role_of(source.get("Role"), grants.role_id, context)
    machine = _machine(source, role)
    made: list[Resource] = []
    if conditions is not None:
        grants.declare(source.get("Policies"), source)
        if source.map("Tracing").get("Enabled") is True:
            grants.attach(managed("AWSXrayWriteOnlyAccess"), source.where("Tracing"))
        execution = grants.build(source, trust("states.amazonaws.com"))
        execution.conditions = (*execution.conditions, *conditions)
        made.append(execution)
    alias = _published(source, context, made)
    target = ref(alias if alias and source.get("UseAliasAsEventTarget") is True else name)
    for event in events_of(source, target, target, grants):
        made += _event(event, context)
    return [machine, *made]


def _machine(source: Source, role: Data) -> Resource:
    draft = main_draft(source, "AWS::StepFunctions::StateMachine")
    # Definition and DefinitionUri are SAM's own names; they stay, as files are found through them.
    draft.copy("Definition", "DefinitionUri", "DefinitionSubstitutions")
    location = s3_location(source.get("DefinitionUri"), ("Bucket", "Key", "Version"))
    draft.put("DefinitionS3Location", location, source.where("DefinitionUri"))
    draft.put("RoleArn", role, source.where("Role"))
    for raw, sam in (
        ("StateMachineName", "Name"),
        ("StateMachineType", "Type"),
        ("LoggingConfiguration", "Logging"),
        ("TracingConfiguration", "Tracing"),
    ):
        draft.take(raw, sam)
    tags = source.map("Tags")
    draft.put("Tags", [dict(_CREATED_BY), *tag_list(tags)])
    for index, key in enumerate(tags, start=1):
        draft.origins["Tags", str(index)] = source.where("Tags", key)
    return draft.build()


def _published(source: Source, context: Context, made: list[Resource]) -> str:
    alias = source.get("AutoPublishAlias")
    if alias is None:
        return ""
    name = source.logical_id
    version = made_draft(source, f"{name}Version", "AWS::StepFunctions::StateMachineVersion")
    version.put("StateMachineArn", ref(name))
    version.put("StateMachineRevisionId", get_att(name, "StateMachineRevisionId"))
    text = context.default(alias)
    stem = text if isinstance(text, str) else ""
    draft = made_draft(source, f"{name}Alias{stem}", "AWS::StepFunctions::StateMachineAlias")
    draft.put("Name", alias, source.where("AutoPublishAlias"))
    preference = source.map("DeploymentPreference") or {"Type": "ALL_AT_ONCE"}
    draft.put(
        "DeploymentPreference", {**preference, "StateMachineVersionArn": ref(version.logical_id)}
    )
    made += [version.build(), draft.build()]
    return draft.logical_id


def _event(event: Event, context: Context) -> list[Resource]:
    match event.type:
        case "Schedule":
            role, made = _starter(event, "events.amazonaws.com", event.properties.get("RoleArn"))
            return [*buses.scheduled_rule(event, role=role), *made]
        case "CloudWatchEvent" | "EventBridgeRule":
            role, made = _starter(event, "events.amazonaws.com")
            return [*buses.pattern_rule(event, role=role), *made]
        case "ScheduleV2":
            return buses.schedule(event, "states:StartExecution", "StartExecutionPolicy")
        case "Api":
            role, made = _starter(event, "apigateway.amazonaws.com")
            start_execution(event, context, role)
            return made
        case _:
            return []


def _starter(event: Event, service: str, given: Data = None) -> tuple[Data, list[Resource]]:
    """Return the ARN of the role that starts executions, and the role where SAM makes it."""
    if given is not None:
        return given, []
    draft = made_draft(event.source, f"{event.id}Role", "AWS::IAM::Role", place=event.place)
    draft.put("AssumeRolePolicyDocument", trust(service))
    policy: Data = {
        "PolicyName": f"{draft.logical_id}StartExecutionPolicy",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [statement("states:StartExecution", event.arn)],
        },
    }
    draft.put("Policies", [policy])
    draft.put("PermissionsBoundary", event.source.get("PermissionsBoundary"))
    return get_att(draft.logical_id, "Arn"), [draft.build()]
