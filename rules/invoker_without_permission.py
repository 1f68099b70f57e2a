"""An event source that no permission lets invoke its function."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor import (
    Authorizer,
    Bucket,
    BucketNotification,
    CdkNotifications,
    Confidence,
    EdgeKind,
    EventRule,
    Evidence,
    Fix,
    Function,
    HttpApi,
    InlineSubscription,
    Pillar,
    RestApi,
    Route,
    Rule,
    RuleTarget,
    Severity,
    Subscription,
    SubscriptionFilter,
    TargetGroup,
    Topic,
    Unknown,
    WebSocketApi,
    as_yaml,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Data, Edge, Finding, Node, NotJudged, Permission, Value

rule = Rule(
    id="SEC003",
    name="invoker-without-permission",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="event source has no permission to invoke its function",
    rationale="""
        Services such as S3, SNS, EventBridge and API Gateway do not act in a role: the function's
        own policy names who may invoke it. Without the statement the event is dropped without
        a trace in the function, an API answers 500, and a bucket's notification is refused
        when the stack is deployed. A statement for an alias does not hold for the function itself,
        nor the other way round.
        """,
    remediation="""
        Add an `AWS::Lambda::Permission` for the service, with the source's ARN, for exactly the
        function, version or alias that is invoked.
        """,
    when_to_ignore="""
        The permission is added by something outside these templates.
        """,
    bad="""
        Resources:
          Nightly:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: rate(1 day)
              Targets:
                - Id: clean
                  Arn: !GetAtt Clean.Arn  # <-- 'Nightly' may not invoke 'Clean'
          Clean:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::123456789012:role/clean
              Code: {S3Bucket: code, S3Key: clean.zip}
        """,
    good="""
        Resources:
          Nightly:
            Type: AWS::Events::Rule
            Properties:
              ScheduleExpression: rate(1 day)
              Targets:
                - Id: clean
                  Arn: !GetAtt Clean.Arn
          Clean:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::123456789012:role/clean
              Code: {S3Bucket: code, S3Key: clean.zip}
          CleanNightly:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Clean
              Action: lambda:InvokeFunction
              Principal: events.amazonaws.com
              SourceArn: !GetAtt Nightly.Arn
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
    ),
)

_LATEST = "$LATEST"
_SERVICES: tuple[tuple[type[Node], str], ...] = (
    (RuleTarget, "events"),
    (EventRule, "events"),
    (Bucket, "s3"),
    (BucketNotification, "s3"),
    (CdkNotifications, "s3"),
    (Subscription, "sns"),
    (InlineSubscription, "sns"),
    (Route, "apigateway"),
    (Authorizer, "apigateway"),
    (SubscriptionFilter, "logs"),
    (TargetGroup, "elasticloadbalancing"),
)
_BY_TYPE = {
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::Config::ConfigRule": "config",
    "AWS::IoT::TopicRule": "iot",
    "AWS::SecretsManager::RotationSchedule": "secretsmanager",
    "AWS::SES::ReceiptRule": "ses",
}
"""Who invokes on behalf of the nodes that declare it."""
_ROLES = {
    "events": (("RoleArn",),),
    "apigateway": (
        ("Credentials",),
        ("CredentialsArn",),
        ("credentials",),
        ("AuthorizerCredentials",),
        ("AuthorizerCredentialsArn",),
        ("authorizerCredentials",),
        ("x-amazon-apigateway-authorizer", "authorizerCredentials"),
    ),
}
"""Properties that name a role to act in, where the service can."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    if any(node.type == "AWS::Lambda::ResourcePolicy" for node in architecture.nodes()):
        return
    for function in architecture.all(Function):
        statements = architecture.permissions(function)
        missing: dict[tuple[str, str], list[Edge]] = defaultdict(list)
        for edge in architecture.incoming(function, EdgeKind.INVOKES):
            service = _service(edge)
            if service and not _allowed(statements, service, edge.qualifier):
                missing[service, edge.source.title].append(edge)
        for (service, _), edges in missing.items():
            yield _finding(architecture, function, service, edges)


def _service(edge: Edge) -> str:
    """Return the service that needs a permission; empty where it acts in a role, or is polled."""
    node = edge.declared_by
    if edge.evidence is not Evidence.DECLARED or node.is_generated:
        return ""
    service = next((word for kind, word in _SERVICES if isinstance(node, kind)), "")
    service = service or _BY_TYPE.get(node.type, "")
    roles = _ROLES.get(service, ())
    bases: list[tuple[Node, tuple[str | int, ...]]] = [(node, ())]
    if isinstance(node, Route):
        bases += [(item.declared_by, item.base) for item in node.integrations]
    if any(owner.get(*base, *path) is not None for owner, base in bases for path in roles):
        return ""
    return service


def _allowed(
    statements: Sequence[tuple[Permission, Value]], service: str, qualifier: Value
) -> bool:
    """Tell whether a statement may let a service invoke this version of the function."""
    asked = None if qualifier == _LATEST else qualifier
    for permission, held in statements:
        principal = permission.principal
        if isinstance(principal, str) and principal != "*" and not principal.startswith(service):
            continue
        action = permission.get("Action")
        if isinstance(action, str) and action.lower() == "lambda:invokefunctionurl":
            continue
        # Versions that are only known after deployment may be the same.
        named = isinstance(held, str) and isinstance(asked, str)
        if held == asked or not (named or held is None or asked is None):
            return True
        if isinstance(held, Unknown) or isinstance(asked, Unknown):
            return True
    return False


def _finding(
    architecture: Architecture, function: Function, service: str, edges: Sequence[Edge]
) -> Finding:
    edge = edges[0]
    severity = Severity.ERROR if service == "s3" else Severity.WARNING
    qualifier = edge.qualifier if isinstance(edge.qualifier, str) else ""
    version = f":{qualifier}" if qualifier else ""
    name = architecture.free_name(f"{function.name}{edge.source.name}", near=function)
    consequence = {
        "s3": "the notification is refused when the stack is deployed",
        "apigateway": "every call is answered with an internal server error",
    }.get(service, "its events never arrive, and the function knows nothing of them")
    source = _source(edge, function)
    arn = f"SourceArn: …  # the ARN of '{edge.source.name}'"
    if source is not None:
        arn = as_yaml({"SourceArn": source}).strip()
    named: Data = (
        {"Fn::Sub": f"${{{function.name}}}{version}"} if version else {"Ref": function.name}
    )
    properties: dict[str, Data] = {
        "FunctionName": named,
        "Action": "lambda:InvokeFunction",
        "Principal": f"{service}.amazonaws.com",
        "SourceArn": source,
    }
    target = f"!Sub ${{{function.name}}}{version}" if version else f"!Ref {function.name}"
    return rule.finding(
        f"'{edge.source.title}' may not invoke '{function.name}{version}'",
        at=edge.at(label=edge.via),
        related=[function.at(label="no permission names the service")],
        why=f"without a permission for {service}.amazonaws.com {consequence}",
        severity=severity,
        remediation=f"""
{name}:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: {target}
    Action: lambda:InvokeFunction
    Principal: {service}.amazonaws.com
    {arn}
""",
        fix=_fix(function, name, properties) if source is not None else None,
    )


def _source(edge: Edge, function: Function) -> Data:
    """Return the ARN that the service invokes for; None where nothing in the template says it."""
    node = edge.declared_by.rule if isinstance(edge.declared_by, RuleTarget) else edge.source
    if node.is_generated or node.resource.owner != function.resource.owner or not node.type:
        return None
    if isinstance(node, EventRule) or node.type == "AWS::Cognito::UserPool":
        return {"Fn::GetAtt": [node.name, "Arn"]}
    if isinstance(node, Topic):
        return {"Ref": node.name}
    if isinstance(node, (RestApi, HttpApi, WebSocketApi)):
        api = f"${{{node.name}}}"
        start = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
        return {"Fn::Sub": f"{start}{api}/*"}
    return None


def _yaml(value: Data) -> str:
    name, argument = next(iter(value.items())) if isinstance(value, dict) else ("", value)
    text = ".".join(map(str, argument)) if isinstance(argument, list) else str(argument)
    return f"!{name.removeprefix('Fn::')} {text}"


def _fix(function: Function, name: str, properties: dict[str, Data]) -> Fix | None:
    body: dict[str, Data] = {"Type": "AWS::Lambda::Permission", "Properties": properties}
    change = function.new_sibling(name, body)
    if change is None or function.is_generated:
        return None
    return Fix(f"Let the service invoke '{function.name}'", (change,))
