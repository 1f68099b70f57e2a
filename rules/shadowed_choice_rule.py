"""Rule of a Choice is never asked because an earlier one says the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
        Location,
        State,
    )

rule = Rule(
    id="WFL046",
    name="shadowed-choice-rule",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="rule of a Choice is never asked because an earlier one says the same",
    rationale="""
        The rules of a Choice are tried in order, and the first that is true decides. A rule that
        repeats an earlier one can never decide, whatever state it names.
        """,
    remediation="""
        Remove the rule, or correct what it compares.
        """,
    when_to_ignore="""
        Never: the rule does nothing.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Kind
            States:
              Kind:
                Type: Choice
                Choices:
                  - Variable: $.kind
                    StringEquals: order
                    Next: Done
                  - Variable: $.kind  # <-- rule 2 of 'Kind' is never asked
                    StringEquals: order
                    Next: Failed
                Default: Failed
              Done:
                Type: Succeed
              Failed:
                Type: Fail
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html",),
)

_NOT_COMPARED = {"Next", "Comment", "Assign", "Output"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for state in machine.workflow.states("Choice") if machine.workflow else ():
            rules = state.data.get("Choices")
            seen: dict[str, int] = {}
            for index, item in enumerate(rules if isinstance(rules, list) else ()):
                if not isinstance(item, dict):
                    break
                compared = {k: v for k, v in item.items() if k not in _NOT_COMPARED}
                written = json.dumps(compared, sort_keys=True, default=str)
                first = seen.setdefault(written, index)
                if compared and first != index:
                    yield _finding(machine, state, first, index)


def _finding(machine: StateMachine, state: State, first: int, index: int) -> Finding:
    return rule.finding(
        f"rule {index + 1} of '{state.name}' is never asked: rule {first + 1} compares the same",
        at=_place(state, index, ""),
        related=[_place(state, first, "decides")],
        why="the state that it names is never reached this way",
        remediation=f"Remove rule {index + 1} of {state.name}, or correct what it compares.",
        about=machine.about,
    )


def _place(state: State, index: int, label: str) -> Location:
    for name in ("Variable", "Condition", "And", "Or", "Not"):
        rules = state.data.get("Choices")
        item = rules[index] if isinstance(rules, list) else None
        if isinstance(item, dict) and name in item:
            return state.at("Choices", index, name, label=label)
    return state.at("Choices", index, label=label)
