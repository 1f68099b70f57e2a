"""A function URL that anyone on the internet may call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Distribution,
    EdgeKind,
    FunctionUrl,
    Pillar,
    Rule,
    Severity,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Function, NotJudged, Permission

rule = Rule(
    id="SEC001",
    name="function-url-open-to-anyone",
    pillar=Pillar.SECURITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=FunctionUrl,
    summary="function URL can be called by anyone on the internet",
    rationale="""
        A function URL with `AuthType: NONE` and a public permission runs the function for
        whoever knows the address, as often as they like, at the account's expense and out of the
        concurrency that all functions share. There is no throttle, no key and no firewall before
        it. A distribution before it changes nothing: the URL itself goes on answering.
        """,
    remediation="""
        Let AWS check the callers (`AuthType: AWS_IAM`). Behind CloudFront, sign the requests with
        an origin access control.
        """,
    when_to_ignore="""
        The function checks every request itself, such as the signature of a webhook, and its
        reserved concurrency bounds the bill.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              FunctionUrlConfig:
                AuthType: NONE  # <-- anyone may call the URL of 'Report'
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Report:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: report/
              FunctionUrlConfig:
                AuthType: AWS_IAM
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html",
    ),
)

_ACTIONS = frozenset({"lambda:invokefunctionurl", "lambda:*", "*"})


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for url in architecture.all(FunctionUrl):
        kind = url.auth_type
        if isinstance(kind, Unknown):
            yield rule.not_judged(url, because="who may call it is not known from the template")
            continue
        if kind != "NONE":
            continue
        function, _ = architecture.function_of(url.function, url)
        if function is None:
            yield rule.not_judged(url, because="the permissions of its function are not known")
            continue
        grants = [p for p, _ in architecture.permissions(function) if _is_public(p)]
        if grants:
            yield _finding(architecture, url, function, grants[0])


def _is_public(permission: Permission) -> bool:
    """Tell whether a permission lets anyone call the URL."""
    action = permission.get("Action")
    if not isinstance(action, str) or action.lower() not in _ACTIONS:
        return False
    # A condition on the organisation, the account or the source narrows it down.
    narrowed = ("PrincipalOrgID", "SourceAccount", "SourceArn")
    return permission.principal == "*" and all(permission.get(key) is None for key in narrowed)


def _finding(
    architecture: Architecture, url: FunctionUrl, function: Function, grant: Permission
) -> Finding:
    behind = [
        edge
        for edge in architecture.incoming(url, EdgeKind.ROUTES)
        if isinstance(edge.source, Distribution)
    ]
    related = [
        edge.at(label="a distribution before it, which can be gone around") for edge in behind
    ]
    if not grant.is_generated:
        related.append(grant.at("Principal", label="the permission for everyone"))
    if behind:
        name = behind[0].source.name
        hint = f"""
# and let '{name}' sign its requests:
OriginAccess:
  Type: AWS::CloudFront::OriginAccessControl
  Properties:
    OriginAccessControlConfig:
      Name: {function.name}
      OriginAccessControlOriginType: lambda
      SigningBehavior: always
      SigningProtocol: sigv4
"""
    else:
        hint = "\n# callers then sign their requests (Signature Version 4)\n"
    if url.is_sam:
        fix = f"""
{function.name}:
  Properties:
    FunctionUrlConfig:
      AuthType: AWS_IAM"""
    else:
        fix = f"""
{url.name}:
  Properties:
    AuthType: AWS_IAM"""
    return rule.finding(
        f"anyone may call the URL of '{function.name}'",
        at=url.at("AuthType", label="nobody is asked who they are"),
        related=related,
        why="whoever finds the address runs the function at the account's expense",
        remediation=fix + hint,
    )
