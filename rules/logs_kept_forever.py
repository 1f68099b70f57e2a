"""Logs that nobody ever deletes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Fix,
    Function,
    LogGroup,
    Node,
    Pillar,
    Reference,
    Role,
    Rule,
    Severity,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Data, Finding, NotJudged

rule = Rule(
    id="OBS001",
    name="logs-kept-forever",
    pillar=Pillar.COST,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=(Function, LogGroup),
    summary="logs of a function, workflow or API are kept for ever",
    rationale="""
        Lambda makes the log group of a function with its first line and keeps every line for ever,
        beyond the life of the stack. A group that the template declares can be encrypted, alarmed
        on, and goes with the stack; its lines are kept for as long as it says, or for ever where
        it says nothing, whoever writes them. Older logs cost storage, and may hold personal data
        for longer than anybody may keep it.
        """,
    remediation="""
        Declare a log group with a retention, and name it in the function's LoggingConfig; one group
        may serve all functions of an application. Give a group that is declared its retention.
        """,
    when_to_ignore="""
        Something outside the template sets the retention of all groups of the account.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:  # <-- the logs of 'Ship' are kept for ever
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              LoggingConfig:
                LogGroup: !Ref ShipLogs
          ShipLogs:
            Type: AWS::Logs::LogGroup
            Properties:
              RetentionInDays: 30
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    ),
    aggregate="the logs of {count} resources are kept for ever: {names}",
)

_STORING = (None, "STANDARD", "INFREQUENT_ACCESS")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    retained = _by_custom_resources(architecture)
    of_functions: set[str] = set()
    for function in architecture.functions():
        groups = [
            edge.target
            for edge in architecture.outgoing(function, EdgeKind.USES)
            if isinstance(edge.target, LogGroup) and edge.via == "logs"
        ]
        of_functions.update(group.id for group in groups)
        if function.id in retained:
            continue
        if groups:
            if all(group.retention_days is None for group in groups):
                yield _finding(architecture, function, groups[0])
        elif function.log_group is not None:
            yield rule.not_judged(function, because="its log group is not in the templates")
        else:
            yield _finding(architecture, function, None)
    for group in architecture.all(LogGroup):
        if group.retention_days is not None or group.id in of_functions | retained:
            continue
        # Groups for delivery keep every line for a day, whatever they say.
        if group.get("LogGroupClass") in _STORING:
            yield _of_others(group)


def _by_custom_resources(architecture: Architecture) -> set[str]:
    """Return whose logs' retention the CDK sets with a custom resource: functions and groups."""
    found: set[str] = set()
    for node in architecture.all(Node):
        if node.type != "Custom::LogRetention":
            continue
        name = node.get("LogGroupName")
        for part in name.parts if isinstance(name, Text) else (name,):
            if isinstance(part, Reference):
                owner = architecture.node_of(part)
                found |= {owner.id} if owner is not None else set()
    return found


def _of_others(group: LogGroup) -> Finding:
    return rule.finding(
        f"the logs in '{group.name}' are kept for ever",
        at=group.at(label="no RetentionInDays"),
        why="every line that was ever written is kept and paid for",
        remediation=f"""
            {group.name}:
              Properties:
                RetentionInDays: 30
            """,
        fix=_retention(group),
    )


def _retention(group: LogGroup) -> Fix | None:
    change = group.change(("RetentionInDays",), 30)
    return (
        None if change is None else Fix("Keep logs for 30 days; set how long you need", (change,))
    )


def _finding(architecture: Architecture, function: Function, group: LogGroup | None) -> Finding:
    if group is not None:
        return rule.finding(
            f"the logs of '{function.name}' are kept for ever, '{group.name}' sets no retention",
            at=group.at(label="no RetentionInDays"),
            related=[function.at(label="writes its logs there")],
            why="every line that was ever written is kept and paid for",
            remediation=f"""
                {group.name}:
                  Properties:
                    RetentionInDays: 30
                """,
            fix=_retention(group),
        )
    name = architecture.free_name(f"{function.name}Logs", near=function)
    return rule.finding(
        f"the logs of '{function.name}' are kept for ever",
        at=function.at(label="no log group is declared for it"),
        why="Lambda makes a log group that keeps every line, and that stays when the stack goes",
        remediation=f"""
            {function.name}:
              Properties:
                LoggingConfig:
                  LogGroup: !Ref {name}
            {name}:
              Type: AWS::Logs::LogGroup
              Properties:
                RetentionInDays: 30
            """,
        fix=_new_group(architecture, function, name),
    )


def _new_group(architecture: Architecture, function: Function, name: str) -> Fix | None:
    """Return what gives a function a log group; None where its role may not write to it."""
    role = architecture.node_of(function.role, "role", function)
    if not isinstance(role, Role) or "AWSLambdaBasicExecutionRole" not in str(
        role.managed_policies
    ):
        return None
    body: dict[str, Data] = {
        "Type": "AWS::Logs::LogGroup",
        "Properties": {"RetentionInDays": 30},
    }
    change = function.change(("LoggingConfig", "LogGroup"), {"Ref": name})
    addition = function.new_sibling(name, body)
    if change is None or addition is None:
        return None
    return Fix("Keep logs for 30 days; set how long you need", (change, addition))
