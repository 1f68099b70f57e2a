"""Caught error lets the execution end as if all had gone well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    find_loops,
    leading_to_failure,
    listed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Catcher,
        Finding,
        State,
    )

rule = Rule(
    id="WFL036",
    name="caught-failure-ends-well",
    pillar=Pillar.OPERATIONS,
    severity=Severity.INFO,
    confidence=Confidence.MEDIUM,
    applies_to=StateMachine,
    summary="caught error lets the execution end as if all had gone well",
    rationale="""
        An execution that ends in a Fail state counts as failed: it raises ExecutionsFailed, sends
        a status event and is found in the list. One that catches every error and goes on to its
        end counts as succeeded, and whoever watches failures does not see it.
        """,
    remediation="""
        End the way of the error in a Fail state, after telling or taking back.
        """,
    when_to_ignore="""
        The failed step is of no importance, such as a notice that may be lost.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Function}"}
                Catch:  # <-- every error of 'Charge' ends well
                  - ErrorEquals: [States.ALL]
                    Next: Tell
                End: true
              Tell:
                Type: Task
                Resource: arn:aws:states:::sns:publish
                Parameters: {TopicArn: "${Topic}", Message: failed}
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
        "https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or not workflow.scopes:
            continue
        scope = workflow.scopes[0]
        failing = leading_to_failure(scope)
        # A way that comes back to the state tries again.
        round_of = {state: loop for loop in find_loops(workflow) for state in loop.states}
        ways: dict[State, list[State]] = {}
        for state in scope.states.values():
            for catcher in state.catchers:
                handler = catcher.target
                if handler is None or not _is_general(catcher) or handler in failing:
                    continue
                if handler not in round_of or round_of[handler] is not round_of.get(state):
                    ways.setdefault(handler, []).append(state)
        for handler, states in ways.items():
            names = listed(state.name for state in states)
            yield rule.finding(
                f"every error of {names} ends well: no Fail state follows '{handler.name}'",
                at=states[0].at("Catch", label="caught here"),
                related=[state.at("Catch", label="and here") for state in states[1:]]
                + [handler.at(label="goes on from here")],
                why="the execution counts as succeeded although its work was not done",
                remediation=f"""
                    # at the end of the way that begins with {handler.name}
                    "Next": "Failed"
                    # beside the other states
                    "Failed": {{"Type": "Fail", "Error": "NotDone", "Cause": "<what>"}}
                    """,
                about=machine.about,
            )


def _is_general(catcher: Catcher) -> bool:
    return bool({"States.ALL", "States.TaskFailed"} & set(catcher.errors))
