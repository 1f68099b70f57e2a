"""Definition names resources of one account by its number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    counted,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL060",
    name="hard-coded-account",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="definition names resources of one account by its number",
    rationale="""
        An ARN with the number of an account, and often a region, ties the definition to that
        account: deployed anywhere else it calls resources of the first one, or fails for want of a
        permission.
        """,
    remediation="""
        Take the ARN from the template with DefinitionSubstitutions, or leave account and region to
        it.
        """,
    when_to_ignore="""
        The resource is shared from that account on purpose.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Tell
            States:
              Tell:
                Type: Task
                Resource: arn:aws:states:::sns:publish
                Parameters:
                  TopicArn: arn:aws:sns:eu-west-1:482915537014:orders  # <-- account '482915537014'
                  Message: hello
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters:
                  FunctionName: ${Function}
                  Payload.$: $
                ResultSelector:
                  paid.$: $.Payload.paid
                Retry:
                  - ErrorEquals:
                      - Lambda.ServiceException
                      - Lambda.AWSLambdaException
                      - Lambda.SdkClientException
                      - Lambda.TooManyRequestsException
                    MaxAttempts: 5
                    JitterStrategy: FULL
                Catch:
                  - ErrorEquals: [States.ALL]
                    Next: Failed
                End: true
              Failed:
                Type: Fail
                Error: NotDone
                Cause: the work could not be done
            """,
    },
    references=(
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html",
    ),
)

_ARN = re.compile(r"arn:aws[\w-]*:[\w-]+:[\w-]*:([0-9]{12}):")
# AWS uses them in its documentation; nobody deploys to them.
_EXAMPLES = {
    "123456789012",
    "112233445566",
    "111122223333",
    "444455556666",
    "000000000000",
    "111111111111",
}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        accounts: dict[str, list[tuple[str | int, ...]]] = {}
        for pointer, item in walk(workflow.data) if workflow is not None else ():
            # A role of another account is what credentials are for.
            if not isinstance(item, str) or "Credentials" in pointer or "Comment" in pointer:
                continue
            match = _ARN.match(item)
            if match is not None and match[1] not in _EXAMPLES:
                accounts.setdefault(match[1], []).append(pointer)
        for account, pointers in accounts.items():
            if workflow is None:
                continue
            yield rule.finding(
                f"account '{account}' stands in {counted(len(pointers), 'ARN')} of the definition",
                at=workflow.at(pointers[0], label="an ARN of one account"),
                related=[workflow.at(pointer, label="as here") for pointer in pointers[1:]],
                why="deployed to another account the tasks call resources of this one, or fail",
                remediation="""
                    # in the definition
                    ${TargetArn}
                    # in the template
                    DefinitionSubstitutions:
                      TargetArn: !Sub arn:${AWS::Partition}:…:${AWS::Region}:${AWS::AccountId}:…
                    """,
                about=machine.about,
            )
