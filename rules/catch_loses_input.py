"""State after a catcher reads input that the error has replaced."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    paths_read,
    walk,
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
    id="WFL035",
    name="catch-loses-input",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="state after a catcher reads input that the error has replaced",
    rationale="""
        Unless a catcher has a ResultPath, what the next state gets is the error alone: an object
        with Error and Cause. A path into the former input finds nothing there, so that the handler
        of the error fails itself, with States.Runtime or States.ParameterPathFailure.
        """,
    remediation="""
        Put the error beside the input with "ResultPath": "$.error".
        """,
    when_to_ignore="""
        Never where the state that is named follows: the path finds nothing.
        """,
    bad={
        "machine.asl.yaml": """
            StartAt: Charge
            States:
              Charge:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Function}", Payload.$: $}
                Catch:
                  - ErrorEquals: [States.ALL]  # <-- 'Release' reads '$.order' after
                    Next: Release
                End: true
              Release:
                Type: Task
                Resource: arn:aws:states:::lambda:invoke
                Parameters: {FunctionName: "${Release}", Payload.$: $.order}
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

_READS = re.compile(r"\$(?:\.|\[')([A-Za-z_][\w-]*)")
_ERROR = {"Error", "Cause"}
_STEPS = 20


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        for state in workflow.states("Task", "Map", "Parallel") if workflow else ():
            if state.is_jsonata:
                continue
            for catcher in state.catchers:
                if "ResultPath" not in catcher.data and catcher.target is not None:
                    read = _lost(catcher.target)
                    if read is not None:
                        yield _finding(machine, catcher, *read)


def _lost(handler: State) -> tuple[State, tuple[str | int, ...], str] | None:
    """Return the first state from a handler on that reads what is not in an error."""
    seen: set[State] = set()
    waiting = [handler]
    while waiting and len(seen) < _STEPS:
        state = waiting.pop(0)
        if state in seen or state.is_jsonata or state.type not in _KEEPS:
            continue
        seen.add(state)
        if not _asks_first(state):
            for pointer, path in paths_read(state):
                match = _READS.match(path)
                if match is not None and match[1] not in _ERROR:
                    return state, pointer, path
        if _keeps_input(state):
            waiting += [move.state for move in state.transitions if move.state is not None]
    return None


_KEEPS = {"Task", "Pass", "Choice", "Wait", "Map", "Parallel", "Succeed"}


def _asks_first(state: State) -> bool:
    return any(isinstance(item, dict) and "IsPresent" in item for _, item in walk(dict(state.data)))


def _keeps_input(state: State) -> bool:
    if state.data.get("OutputPath", "$") != "$" or state.data.get("InputPath", "$") != "$":
        return False
    if state.type in {"Choice", "Wait"}:
        return True
    if state.type == "Pass" and not {"Result", "Parameters"} & state.data.keys():
        return True
    # A result put beside the error may be what the next state reads.
    return state.data.get("ResultPath", "$") is None


def _finding(
    machine: StateMachine,
    catcher: Catcher,
    reader: State,
    pointer: tuple[str | int, ...],
    path: str,
) -> Finding:
    workflow = reader.workflow
    where = (*catcher.pointer, "ErrorEquals")
    change = workflow.change((*catcher.pointer, "ResultPath"), "$.error")
    return rule.finding(
        f"'{reader.name}' reads '{path[:60]}' after an error of '{catcher.state.name}'"
        " that has replaced it",
        at=workflow.at(where, label="no ResultPath"),
        related=[workflow.at(pointer, label="finds nothing there")],
        why="the state that is to answer the error fails itself",
        remediation="""
            # in the catcher
            "ResultPath": "$.error"
            """,
        fix=Fix("Put the error beside the input", (change,)) if change is not None else None,
        about=machine.about,
    )
