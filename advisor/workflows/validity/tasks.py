"""Tasks: what `Resource` can be, parameter names, credentials, heartbeat, workflow type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.workflows.catalogue import optimized_service, parameters, sdk_actions
from advisor.workflows.facts import runs_as
from advisor.workflows.integrations import CallKind
from advisor.workflows.jsonata import is_expression
from advisor.workflows.placeholders import Placeholder, has_placeholder
from advisor.workflows.validity import checks
from advisor.workflows.validity.fields import takes_any
from advisor.workflows.validity.problem import Code

if TYPE_CHECKING:
    from advisor.workflows.integrations import Integration
    from advisor.workflows.model import State
    from advisor.workflows.validity.problem import Report, Spot


_FILLED_IN = frozenset(("accountid", "clientrequesttoken", "clienttoken", "idempotencytoken"))
"""Required parameters that a client fills in where they are left out: idempotency tokens and, of
Glacier, the account."""


_LISTED = frozenset({"dynamodb"})
"""Optimized integrations whose documentation lists their actions one by one.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-ddb.html
"""


def check_task(spot: Spot, state: State) -> None:
    """Check what only Task states have."""
    data = state.data
    resource = data.get("Resource")
    inside = spot.at("Resource")
    if isinstance(resource, str) and is_expression(resource):
        inside.error(f"{inside.label} is an expression, but must be constant", code=Code.RESOURCE)
    elif "Resource" in data and not isinstance(resource, (str, Placeholder)):
        inside.error(f"{inside.label} is {checks.kind_of(resource)}, not text")
    elif state.call is not None:
        _resource(inside, state.call)
        _parameters(spot, state.call)
    _credentials(spot, state)
    _heartbeat(spot, state)


def check_express(report: Report) -> None:
    """Check that nothing runs in an Express execution that only Standard ones can do."""
    for state in report.workflow.states("Task", "Map"):
        if runs_as(state.scope, report.machine_type) != "EXPRESS":
            continue
        where = "an Express workflow" if _is_outside(state) else "an Express child of a Map"
        if state.is_distributed:
            report.error(
                state.pointer,
                f"'{state.name}' is a distributed Map in {where}",
                on_key=True,
                topic="express",
            )
        call = state.call
        if call is None:
            continue
        what = ""
        if call.is_job:
            what = f"waits for a job with '{call.suffix}'"
        elif call.suffix == ".waitForTaskToken":
            what = "waits for a callback with '.waitForTaskToken'"
        elif call.kind is CallKind.ACTIVITY:
            what = "waits for the worker of an activity"
        if what:
            report.error(call.pointer, f"'{state.name}' {what} in {where}", topic="express")


def _is_outside(state: State) -> bool:
    return not any(around.is_distributed for around in state.enclosing())


def _resource(spot: Spot, call: Integration) -> None:
    if call.kind is CallKind.INVALID:
        spot.error(
            f"{spot.label}, '{call.resource}', is neither a function, an activity"
            " nor an integration",
            code=Code.RESOURCE,
            topic="resource",
        )
    elif call.kind is CallKind.SDK:
        _sdk(spot, call)
    elif call.kind is CallKind.OPTIMIZED:
        _optimized(spot, call)


def _sdk(spot: Spot, call: Integration) -> None:
    if call.suffix not in {"", ".waitForTaskToken"} and not has_placeholder(call.resource):
        spot.error(
            f"{spot.label} has '{call.suffix}', which SDK integrations do not support",
            code=Code.RESOURCE,
            topic="resource",
        )
    actions = sdk_actions(call.service)
    if actions is None or call.action in actions:
        return
    same = next((name for name in actions if name.lower() == call.action.lower()), None)
    if same is not None:
        spot.warning(
            f"action '{call.action}' in {spot.label} is written '{same}'",
            code=Code.RESOURCE,
            topic="resource",
        )
        return
    near = spot.report.near(call.action, actions)
    hint = f"; it has '{near}'" if near else ""
    spot.error(
        f"service '{call.service}' has no action '{call.action}'{hint}",
        code=Code.RESOURCE,
        topic="resource",
    )


def _optimized(spot: Spot, call: Integration) -> None:
    service = optimized_service(call.service)
    known = "" if service is not None else _elsewhere(call)
    if service is None:
        spot.error(
            f"'{call.service}' in {spot.label} is no optimized integration{known}",
            code=Code.RESOURCE,
            topic="resource",
        )
        return
    patterns = service["actions"].get(call.action)
    if patterns is None:
        # An action that the service itself does not have is none of the integration either; of
        # others most lists are not sure enough, as the documentation has no one table of them.
        actions = sdk_actions(service["sdk"]) if service["sdk"] else None
        unheard_of = actions is not None and call.action not in actions
        (spot.error if unheard_of or call.service in _LISTED else spot.warning)(
            f"optimized integration '{call.service}' has no action '{call.action}'"
            f"{_elsewhere(call)}",
            code=Code.RESOURCE,
            topic="resource",
        )
    elif "\x00" not in call.suffix and (call.suffix[1:] or "response") not in patterns:
        # Which patterns a service has is documented; which of them an action has, less so.
        never = not any(call.suffix[1:] in each for each in service["actions"].values())
        (spot.error if never else spot.warning)(
            f"'{call.service}:{call.action}' in {spot.label} does not support '{call.suffix}'",
            code=Code.RESOURCE,
            topic="resource",
        )


def _elsewhere(call: Integration) -> str:
    names = {"states": "sfn", "events": "eventbridge", "elasticmapreduce": "emr"}
    service = names.get(call.service, call.service.replace("-", ""))
    if call.action in (sdk_actions(service) or {}):
        return f"; the SDK integration is 'aws-sdk:{service}:{call.action}'"
    return ""


def _parameters(spot: Spot, call: Integration) -> None:
    """Check the names of the parameters against the service's model."""
    if call.kind not in {CallKind.SDK, CallKind.OPTIMIZED} or not isinstance(call.arguments, dict):
        return
    found = parameters(call.service, call.action, sdk=call.kind is CallKind.SDK)
    if found is None or any(map(takes_any, call.arguments)):
        return
    known, required = found
    place = call.arguments_pointer[-1]
    given = set()
    for key in call.arguments:
        name = key.removesuffix(".$").lower()
        given.add(name)
        if name in known:
            continue
        near = spot.report.near(name, sorted(known))
        hint = f"; it has '{near}'" if near else ""
        spot.at(place, key).error(
            f"'{call.service}:{call.action}' has no parameter '{key.removesuffix('.$')}'{hint}",
            on_key=True,
            topic="parameter",
        )
    for name in required:
        if name.lower() not in given and name.lower() not in _FILLED_IN:
            spot.at(place).error(
                f"'{place}' of {spot.owner} lacks '{name}',"
                f" which '{call.service}:{call.action}' requires",
                on_key=True,
                topic="parameter",
            )


def _credentials(spot: Spot, state: State) -> None:
    if "Credentials" not in state.data:
        return
    value, inside = state.data["Credentials"], spot.at("Credentials")
    if checks.is_open(value) or (state.is_jsonata and isinstance(value, str)):
        return
    if not isinstance(value, dict):
        inside.error(f"{inside.label} is {checks.kind_of(value)}, not an object")
    elif "RoleArn" not in value and "RoleArn.$" not in value and not any(map(takes_any, value)):
        inside.error(f"{inside.label} has no 'RoleArn'")


def _heartbeat(spot: Spot, state: State) -> None:
    heartbeat, timeout = state.data.get("HeartbeatSeconds"), state.data.get("TimeoutSeconds")
    if not isinstance(heartbeat, int) or not isinstance(timeout, int):
        return
    if heartbeat >= timeout:
        spot.at("HeartbeatSeconds").error(
            f"{spot.named('HeartbeatSeconds')} is {heartbeat},"
            f" not less than 'TimeoutSeconds', {timeout}"
        )
