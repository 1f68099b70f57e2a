"""A function that is invoked with its own log entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Function,
    LogGroup,
    Node,
    Pillar,
    Reference,
    Rule,
    Severity,
    SubscriptionFilter,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="ARC016",
    name="log-subscription-loop",
    pillar=Pillar.COST,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="function is invoked with its own log entries",
    rationale="""
        Every invocation writes entries to the function's log group, if only those of Lambda about
        its start and end. Where the function is subscribed to that group, its entries invoke
        it again, which writes entries. The loop needs no event to begin with and ends when
        somebody notices the bill; Lambda's detection of loops does not see it.
        """,
    remediation="""
        Leave the function's own log group out of what it is subscribed to.
        """,
    when_to_ignore="""
        The filter pattern matches no entry that the function or Lambda ever writes there.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              LoggingConfig:
                LogGroup: !Ref Logs
              Events:
                Entry:  # <-- 'Ship' is invoked with the entries of its own log group
                  Type: CloudWatchLogs
                  Properties:
                    LogGroupName: !Ref Logs
                    FilterPattern: ""
          Logs:
            Type: AWS::Logs::LogGroup
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
              Events:
                Entry:
                  Type: CloudWatchLogs
                  Properties:
                    LogGroupName: !Ref Logs
                    FilterPattern: ""
          Logs:
            Type: AWS::Logs::LogGroup
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Subscriptions-recursion-prevention.html",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters-AccountLevel.html",
    ),
)

_ACCOUNT_POLICY = "AWS::Logs::AccountPolicy"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for each in architecture.all(SubscriptionFilter):
        function, _ = architecture.function_of(each.destination, each)
        if function is not None and _is_own(architecture, each, function):
            yield _finding(each, function)
    for node in architecture.nodes():
        if node.type == _ACCOUNT_POLICY and node.get("PolicyType") == "SUBSCRIPTION_FILTER_POLICY":
            yield from _account(architecture, node)


def _is_own(architecture: Architecture, each: SubscriptionFilter, function: Function) -> bool:
    group = architecture.node_of(each.log_group, "log-group", each)
    if isinstance(group, LogGroup):
        used = architecture.outgoing(function, EdgeKind.USES)
        return any(edge.target is group and edge.via == "logs" for edge in used)
    own = function.log_group
    if own is not None:
        return own == each.log_group and not isinstance(own, Unknown)
    name = each.log_group
    if isinstance(name, Text) and len(name.parts) > 1 and name.parts[0] == "/aws/lambda/":
        last = name.parts[1] if len(name.parts) == 2 else None
        return isinstance(last, Reference) and architecture.node_of(last) is function
    physical = function.physical_name
    return isinstance(physical, str) and name == f"/aws/lambda/{physical}"


def _finding(each: SubscriptionFilter, function: Function) -> Finding:
    pattern = each.get("FilterPattern")
    # Lambda's own entries can be turned off in this format only.
    may_be_silent = function.text("LoggingConfig", "SystemLogLevel") in {"WARN", "ERROR"}
    is_certain = pattern is None or pattern == ""
    return rule.finding(
        f"'{function.name}' is invoked with the entries of its own log group",
        at=each.at(label="subscribed to the group that the function writes to"),
        related=[function.at("LoggingConfig", label="writes its entries there")],
        why="each invocation writes entries that invoke it again, without end"
        if is_certain
        else "each entry that the pattern matches invokes it again",
        remediation=f"# subscribe {function.name} to other log groups only",
        severity=None if is_certain and not may_be_silent else Severity.WARNING,
        about=(function.name, each.name),
    )


def _account(architecture: Architecture, policy: Node) -> Iterator[Finding]:
    """Judge a subscription of all log groups of the account but those that it names."""
    if policy.get("SelectionCriteria") is not None:
        return
    text = policy.get("PolicyDocument")
    for reference in text.references if isinstance(text, Text) else ():
        function = architecture.node_of(reference)
        if isinstance(function, Function):
            yield rule.finding(
                f"'{function.name}' is invoked with the entries of every log group, its own too",
                at=policy.at("PolicyDocument", label="for all log groups of the account"),
                related=[function.at(label="writes entries of its own")],
                why="each invocation writes entries that invoke it again, without end",
                remediation=f"""
                    # the name of its log group, in {policy.name}
                    SelectionCriteria: 'LogGroupName NOT IN ["/aws/lambda/<name>"]'
                    """,
                severity=Severity.WARNING,
                about=(function.name, policy.name),
            )
            return
