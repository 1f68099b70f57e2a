"""A user pool trigger that may run longer than the pool waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Change, Finding, NotJudged

rule = Rule(
    id="FUN031",
    name="cognito-trigger-too-slow",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="trigger of a user pool may run longer than the pool waits",
    rationale="""
        A user pool waits five seconds for a trigger, tries up to three times, and then fails the
        sign-in; the time cannot be changed. A function that may run longer does its work up to
        three times over, at once, for a user who sees an error.
        """,
    remediation="""
        Set Timeout to five seconds at most, and do slow work, such as mail or imports, behind a
        queue.
        """,
    when_to_ignore="""
        The trigger only ever needs milliseconds and shares its Timeout with other callers.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Users:
            Type: AWS::Cognito::UserPool
            Properties:
              LambdaConfig:
                PreSignUp: !GetAtt CheckUser.Arn
          CheckUser:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: check/
              Timeout: 30  # <-- 'CheckUser' may run for 30 s but the user pool 'Users' waits 5 s
          UsersMayCheck:
            Type: AWS::Lambda::Permission
            Properties:
              FunctionName: !Ref CheckUser
              Action: lambda:InvokeFunction
              Principal: cognito-idp.amazonaws.com
              SourceArn: !GetAtt Users.Arn
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Users:
            Type: AWS::Cognito::UserPool
            Properties:
              LambdaConfig:
                PreSignUp: !GetAtt CheckUser.Arn
                CustomEmailSender: {LambdaArn: !GetAtt Mail.Arn, LambdaVersion: V1_0}
                KMSKeyID: arn:aws:kms:eu-west-1:123456789012:key/a
          CheckUser:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: check/
              Timeout: 5
          Mail:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: mail/
              EventInvokeConfig: {DestinationConfig: {OnFailure: {Type: SQS}}}
              Timeout: 60
        """,
    references=(
        "https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.all(Function):
        callers = [
            (caller, caller.wait)
            for caller in architecture.waiting_callers(function)
            if isinstance(caller.wait, Wait) and caller.wait.limit.key == "cognito-trigger-wait"
        ]
        if not callers:
            continue
        timeout = function.timeout
        caller, wait = callers[0]
        if isinstance(timeout, Unknown):
            yield rule.not_judged(function, because="its timeout is not known")
        elif timeout > wait.seconds:
            pool = caller.edge.source.name
            yield rule.finding(
                f"'{function.name}' may run for {timeout} s but the user pool '{pool}' waits "
                f"{wait.seconds:g} s",
                at=function.at("Timeout", label=f"{timeout} s at most"),
                related=[item.edge.at(label=item.edge.via) for item, _ in callers[:5]],
                why="the pool tries three times and then fails the sign-in, while each try goes on",
                fix=_fix(
                    f"Set Timeout to {wait.seconds:g}",
                    function.change(("Timeout",), int(wait.seconds)),
                ),
                remediation=f"{function.name}:\n  Properties:\n    Timeout: {wait.seconds:g}",
                about=[function.name],
            )


def _fix(title: str, change: Change | None) -> Fix | None:
    return Fix(title, changes=(change,), safe=False) if change is not None else None
