"""Map uses the fields of before 2022."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Pillar, Rule, Severity, StateMachine, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding

rule = Rule(
    id="WFL056",
    name="legacy-map-fields",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="a Map uses the fields of before 2022",
    rationale="""
        Iterator and Parameters of a Map state were replaced by ItemProcessor and ItemSelector,
        which mean the same in the inline mode and are the only ones that new features know.
        """,
    remediation="""
        Rename Iterator to ItemProcessor and Parameters to ItemSelector.
        """,
    when_to_ignore="""
        Never: the meaning stays the same.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Each
            States:
              Each:
                Type: Map
                Iterator:  # <-- 'Each' uses 'Iterator', now 'ItemProcessor'
                  StartAt: Done
                  States:
                    Done: {Type: Succeed}
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
    references=("https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html",),
    aggregate="{count} Map states use fields of before 2022: {names}",
)

_RENAMED = {"Iterator": "ItemProcessor", "Parameters": "ItemSelector"}


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        for state in machine.workflow.states("Map") if machine.workflow else ():
            if state.is_jsonata:
                continue
            old = [name for name in _RENAMED if name in state.data]
            old = [name for name in old if _RENAMED[name] not in state.data]
            if not old:
                continue
            new = [_RENAMED[name] for name in old]
            made = [state.renaming(a, b) for a, b in zip(old, new, strict=True)]
            changes = tuple(change for change in made if change is not None)
            yield rule.finding(
                f"'{state.name}' uses {listed(old)}, now {listed(new)}",
                at=state.workflow.at((*state.pointer, old[0]), key=True),
                why="features of Map states since 2022 know the new names only",
                remediation="\n".join(f"rename {a} to {b}" for a, b in zip(old, new, strict=True)),
                fix=Fix(f"Use {listed(new)}", changes, safe=True)
                if len(changes) == len(made)
                else None,
                about=machine.about,
            )
