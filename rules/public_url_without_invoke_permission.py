"""A public function URL whose permissions let nobody in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, FunctionUrl, Pillar, Rule, Severity, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Change, Data, Finding, Function, NotJudged, Permission

rule = Rule(
    id="API002",
    name="public-url-without-invoke-permission",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=FunctionUrl,
    summary="public function URL has no permission that lets callers in",
    rationale="""
        `AuthType: NONE` only means that Lambda does not check who calls; the function's own policy
        is asked all the same. Since October 2025 it has to allow both `lambda:InvokeFunctionUrl`
        and `lambda:InvokeFunction`; where one is missing, every request is answered with 403. SAM
        writes both statements, CloudFormation none. The same holds for a distribution that
        signs its requests.
        """,
    remediation="""
        Add the missing `AWS::Lambda::Permission`; the one for `lambda:InvokeFunction` with
        `InvokedViaFunctionUrl: true`.
        """,
    when_to_ignore="""
        The permissions are added by something outside these templates.
        """,
    bad="""
        Resources:
          Hook:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::123456789012:role/hook
              Code: {S3Bucket: code, S3Key: hook.zip}
          HookUrl:
            Type: AWS::Lambda::Url
            Properties:
              TargetFunctionArn: !Ref Hook
              AuthType: NONE  # <-- the URL of 'Hook' answers 403: 'lambda:InvokeFunction'
          HookUrlPublic:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Hook
              Action: lambda:InvokeFunctionUrl
              Principal: "*"
              FunctionUrlAuthType: NONE
        """,
    good="""
        Resources:
          Hook:
            Type: AWS::Lambda::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              Role: arn:aws:iam::123456789012:role/hook
              Code: {S3Bucket: code, S3Key: hook.zip}
          HookUrl:
            Type: AWS::Lambda::Url
            Properties:
              TargetFunctionArn: !Ref Hook
              AuthType: NONE
          HookUrlPublic:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Hook
              Action: lambda:InvokeFunctionUrl
              Principal: "*"
              FunctionUrlAuthType: NONE
          HookPublic:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref Hook
              Action: lambda:InvokeFunction
              Principal: "*"
              InvokedViaFunctionUrl: true
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",),
    supersedes=("function-url-open-to-anyone",),
)

_URL = "lambda:InvokeFunctionUrl"
_FUNCTION = "lambda:InvokeFunction"
_CLOUDFRONT = "cloudfront.amazonaws.com"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    if any(node.type == "AWS::Lambda::ResourcePolicy" for node in architecture.nodes()):
        return
    for url in architecture.all(FunctionUrl):
        kind = url.auth_type
        function, _ = architecture.function_of(url.function, url)
        if isinstance(kind, Unknown) or function is None:
            yield rule.not_judged(url, because="who may call it is not known from the template")
            continue
        statements = [permission for permission, _ in architecture.permissions(function)]
        if any(isinstance(statement.principal, Unknown) for statement in statements):
            yield rule.not_judged(url, because="the principal of a permission is not known")
            continue
        principal = "*" if kind == "NONE" else _CLOUDFRONT
        held = [item for item in statements if item.principal in {principal, "*"}]
        missing = [action for action in (_URL, _FUNCTION) if not _allows(held, action)]
        # Callers of the same account may be let in by policies of their own.
        if not missing or (kind != "NONE" and len(missing) != 1):
            continue
        yield _finding(architecture, url, function, missing, principal)


def _allows(statements: Sequence[Permission], action: str) -> bool:
    words = {action.lower(), "lambda:*", "*", "lambda:invoke*"}
    actions = [statement.get("Action") for statement in statements]
    return any(not isinstance(item, str) or item.lower() in words for item in actions)


def _finding(
    architecture: Architecture,
    url: FunctionUrl,
    function: Function,
    missing: Sequence[str],
    principal: str,
) -> Finding:
    texts = []
    made: list[Change | None] = []
    for action in missing:
        name = architecture.free_name(f"{url.name}{action[7:]}", near=url)
        if action == _FUNCTION:
            more = "\n    InvokedViaFunctionUrl: true"
        else:
            more = f"\n    FunctionUrlAuthType: {url.auth_type}"
        if principal == _CLOUDFRONT:
            more += "\n    SourceArn: …  # the ARN of the distribution"
        setting: dict[str, Data] = (
            {"InvokedViaFunctionUrl": True}
            if action == _FUNCTION
            else {"FunctionUrlAuthType": str(url.auth_type)}
        )
        properties: dict[str, Data] = {
            "FunctionName": {"Ref": function.name},
            "Action": action,
            "Principal": principal,
            **setting,
        }
        body: dict[str, Data] = {"Type": "AWS::Lambda::Permission", "Properties": properties}
        made.append(url.new_sibling(name, body))
        texts.append(f"""
{name}:
  Type: AWS::Lambda::Permission
  Properties:
    FunctionName: !Ref {function.name}
    Action: {action}
    Principal: "{principal}"{more}""")
    words = " and ".join(f"'{action}'" for action in missing)
    verb = "is" if len(missing) == 1 else "are"
    who = "anyone" if principal == "*" else "CloudFront"
    return rule.finding(
        f"the URL of '{function.name}' answers 403: {words} {verb} allowed to nobody",
        at=url.at("AuthType", label=f"meant for {who}"),
        related=[function.at(label="the function's policy is asked in any case")],
        why="a request needs both actions in the function's policy, whatever the AuthType",
        remediation="".join(texts),
        # Nothing is opened to anyone that is not open to anyone already.
        fix=_fix(made)
        if principal == "*" and _URL not in missing and _is_beside(url, function)
        else None,
    )


def _is_beside(url: FunctionUrl, function: Function) -> bool:
    """Tell whether the function can be named where the URL is declared, by what is written."""
    return url.resource.owner == function.resource.owner and not function.is_generated


def _fix(made: Sequence[Change | None]) -> Fix | None:
    changes = tuple(change for change in made if change is not None)
    return Fix("Allow the second action as well", changes) if len(changes) == len(made) else None
