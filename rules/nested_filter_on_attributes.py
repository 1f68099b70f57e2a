"""A filter policy that looks into an object, where attributes of a message are flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Pillar, Rule, Severity, Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="EVT022",
    name="nested-filter-on-attributes",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Subscription,
    summary="nested filter policy is applied to message attributes, which are flat",
    rationale="""
        A filter policy is compared with the attributes of a message unless FilterPolicyScope says
        that it is about the body. Attributes have no fields within fields: SNS refuses a nested
        policy of that scope.
        """,
    remediation="""
        Set `FilterPolicyScope: MessageBody` where the policy describes the body, else name the
        attributes without nesting.
        """,
    when_to_ignore="""
        Never: the subscription cannot be made.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: email
              Endpoint: orders@example.com
              FilterPolicy:  # <-- filter policy of 'Subscription' looks into 'order'
                order:
                  status: [placed]
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SNS::Topic
          Subscription:
            Type: AWS::SNS::Subscription
            Properties:
              TopicArn: !Ref Orders
              Protocol: email
              Endpoint: orders@example.com
              FilterPolicyScope: MessageBody
              FilterPolicy:
                order:
                  status: [placed]
        """,
    references=(
        "https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering-scope.html",
        "https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html",
    ),
)

_MOST_DEPTH = 10  # levels of `$or` that are looked into


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for subscription in architecture.all(Subscription):
        if subscription.filter_scope != "MessageAttributes":
            continue
        field = _nested(subscription.filter_policy, _MOST_DEPTH)
        if field:
            yield _finding(subscription, field)


def _nested(policy: Value, depth: int) -> str:
    """Return the first field that has fields of its own; empty where there is none."""
    if not isinstance(policy, dict) or depth == 0:
        return ""
    for key, value in policy.items():
        # A whole intrinsic that is unknown is no dict, so that what is one is a real object.
        if isinstance(value, dict) and not key.startswith("$"):
            return key
        if key == "$or" and isinstance(value, list):
            found = next(filter(None, (_nested(item, depth - 1) for item in value)), "")
            if found:
                return found
    return ""


def _finding(subscription: Subscription, field: str) -> Finding:
    change = subscription.change(("FilterPolicyScope",), "MessageBody")
    return rule.finding(
        f"filter policy of '{subscription.title}' looks into '{field}' but is applied to message "
        "attributes, which are flat",
        at=subscription.at("FilterPolicy", label=f"'{field}' has fields of its own"),
        related=[subscription.at("FilterPolicyScope", label="the scope is MessageAttributes")],
        why="SNS refuses the subscription, and the deployment fails",
        remediation=f"""
            # in {subscription.title}, where the policy describes the body
            FilterPolicyScope: MessageBody
            """,
        fix=Fix("Filter by the body of the message", (change,)) if change is not None else None,
    )
