"""What rules ask of state machines: loops, waits, failures, tokens, placeholders."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.errors import LoadError
from advisor.workflows import facts, loops
from advisor.workflows.reader import read_definition, read_workflow
from advisor.workflows.validity import Weight, validate
from tests.asl import INVOKE, LAMBDA, OK, choice, distributed, inner, map_, one, rule, task

if TYPE_CHECKING:
    from advisor.workflows.model import State, Workflow


def read(data: object, substitutions: dict[str, object] | None = None) -> Workflow:
    document = read_definition(json.dumps(data), "m.asl.json")
    return read_workflow(document, substitutions=substitutions)  # type: ignore[arg-type]  # plain values


def state_of(workflow: Workflow, name: str) -> State:
    return next(state for state in workflow.states() if state.name == name)


POLLING = inner(
    Start={"Type": "Pass", "Next": "Wait"},
    Wait={"Type": "Wait", "Seconds": 60, "Next": "Check"},
    Check={"Type": "Task", "Resource": LAMBDA, "Next": "Done?"},
    **{"Done?": {"Type": "Choice", "Choices": [rule(IsNull=True, Next="B")], "Default": "Wait"}},
    B={"Type": "Succeed"},
)


def test_a_polling_loop_tells_what_a_round_costs_and_how_long_it_lasts() -> None:
    (loop,) = loops.find_loops(read(POLLING))
    assert [state.name for state in loop.states] == ["Wait", "Check", "Done?"]
    assert [state.name for state in loop.exits] == ["B"]
    assert (loop.events, loop.rounds, loop.seconds) == (9, 2777, 60)
    assert loop.lifetime == 2777 * 60
    assert not loop.compares_number


def test_a_loop_that_counts_compares_a_number() -> None:
    machine = json.loads(json.dumps(POLLING).replace('"IsNull": true', '"NumericEquals": 3'))
    assert loops.find_loops(read(machine))[0].compares_number


def test_a_machine_without_cycles_has_no_loops() -> None:
    assert loops.find_loops(read(one(choice(rule(IsNull=True))))) == []


def test_the_longest_fixed_wait_is_that_of_one_path() -> None:
    wait = {"Type": "Wait", "Seconds": 100}
    machine = inner(
        A=choice(rule(IsNull=True, Next="C")),
        B=wait | {"Next": "D"},
        C=wait | {"Next": "B"},
        D=map_(ItemProcessor=inner(E=wait | {"End": True})),
    )
    assert loops.longest_wait(read(machine)) == 300


def test_handlers_answer_the_errors_that_the_service_says() -> None:
    machine = one(task(Retry=[{"ErrorEquals": ["States.TaskFailed"]}], Catch=[]))
    state = state_of(read(machine), "A")
    assert facts.retrier_of(state, "Lambda.TooManyRequestsException")
    assert facts.retrier_of(state, "States.Timeout") is None
    everything = one(task(Retry=[{"ErrorEquals": ["States.ALL"]}]))
    state = state_of(read(everything), "A")
    assert facts.retrier_of(state, "States.Timeout")
    assert facts.retrier_of(state, "States.DataLimitExceeded") is None


def test_a_map_around_a_state_can_retry_it() -> None:
    machine = one(map_(ItemProcessor=inner(I=task()), Retry=[{"ErrorEquals": ["States.ALL"]}]))
    workflow = read(machine)
    assert facts.retried_by(state_of(workflow, "I")) is state_of(workflow, "A")
    assert facts.caught_by(state_of(workflow, "I")) is None


@pytest.mark.parametrize(
    ("arguments", "passed"),
    [
        ({"Payload": {"token.$": "$$.Task.Token"}}, True),
        ({"Headers": {"t.$": "States.Array($$.Task.Token)"}}, True),
        ({"Payload": {"all.$": "$$"}}, True),
        ({"Payload": {"id.$": "$$.Execution.Id"}}, False),
        ({"Payload": {"token": "$$.Task.Token"}}, False),
        ({"Payload": "${Payload}"}, None),
        ({"Payload": {"a.$": "$.a"}}, False),
    ],
)
def test_a_token_is_passed_or_not_or_unknown(arguments: object, passed: object) -> None:
    machine = one(task(Resource=f"{INVOKE}.waitForTaskToken", Parameters=arguments))
    assert facts.passes_token(state_of(read(machine), "A")) is passed


@pytest.mark.parametrize(
    ("expression", "passed"),
    [
        ("{% $states.context.Task.Token %}", True),
        ("{% $states.context.Task %}", True),
        ("{% $states.context.Execution.Id %}", False),
        ("$states.context.Task.Token", False),
    ],
)
def test_a_token_is_found_in_expressions(expression: str, passed: object) -> None:
    machine = one(
        task(Resource=f"{INVOKE}.waitForTaskToken", Arguments={"Payload": expression}),
        QueryLanguage="JSONata",
    )
    assert facts.passes_token(state_of(read(machine), "A")) is passed


def test_a_choice_is_exhaustive_by_default_or_by_both_answers() -> None:
    both = {"Type": "Choice", "Choices": [rule(IsPresent=True), rule(IsPresent=False)]}
    some = {"Type": "Choice", "Choices": [rule(IsPresent=True), rule(IsNull=False)]}
    assert facts.is_exhaustive(state_of(read(one(both)), "A"))
    assert not facts.is_exhaustive(state_of(read(one(some)), "A"))
    assert facts.is_exhaustive(state_of(read(one(choice())), "A"))


def test_placeholders_are_known_unresolved_or_unused() -> None:
    machine = one(task(Resource="${Known}", Comment="a ${Other}"))
    workflow = read(machine, {"Known": LAMBDA, "Unused": "x"})
    assert facts.unresolved(workflow) == {"Other": [("States", "A", "Comment")]}
    assert facts.unused_substitutions(workflow) == ["Unused"]
    assert facts.unresolved(read(machine)) == {}


def test_children_of_a_distributed_map_run_as_it_says() -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}
    workflow = read(one(distributed(config)))
    assert facts.runs_as(state_of(workflow, "I").scope, "STANDARD") == "EXPRESS"
    assert facts.runs_as(state_of(workflow, "A").scope, "STANDARD") == "STANDARD"


# --- size -------------------------------------------------------------------------------------


def chain(count: int) -> dict[str, object]:
    states: dict[str, object] = {
        f"S{i}": {"Type": "Task", "Resource": LAMBDA, "Next": f"S{i + 1}"} for i in range(count)
    }
    return {"StartAt": "S0", "States": states | {f"S{count}": OK}}


def dense(count: int) -> dict[str, object]:
    states: dict[str, object] = {"End": {"Type": "Succeed"}}
    for i in range(count):
        rules = [
            {"Variable": "$.x", "NumericEquals": j, "Next": f"S{(i * 7 + j) % count}"}
            for j in range(15)
        ]
        following = f"S{i + 1}" if i + 1 < count else "End"
        states[f"S{i}"] = {"Type": "Choice", "Choices": rules, "Default": following}
    return {"StartAt": "S0", "States": states}


def nested(depth: int) -> dict[str, object]:
    machine = inner(Last=OK)
    for level in range(depth):
        if level % 2:
            state: dict[str, object] = {"Type": "Parallel", "Branches": [machine], "End": True}
        else:
            state = map_(ItemProcessor=machine)
        machine = inner(**{f"L{level}": state})
    return machine


def seconds_for(machine: object) -> float:
    document = read_definition(json.dumps(machine), "m.asl.json")
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        workflow = read_workflow(document)
        assert validate(workflow) == []
        loops.find_loops(workflow)
        loops.longest_wait(workflow)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("make", [chain, dense])
def test_time_grows_with_the_number_of_states(make: object) -> None:
    assert callable(make)
    small, large = seconds_for(make(250)), seconds_for(make(1000))
    assert large < 10 * small + 0.05


def test_states_nest_ten_deep_and_more() -> None:
    workflow = read(nested(20))
    assert max(scope.depth for scope in workflow.scopes) == 20
    assert validate(workflow) == []


# --- real definitions -------------------------------------------------------------------------

TRUE_ERRORS = {"shared-fallback-state-jsonata"}
"""Published definitions with an error: `QueryLanguage` stands among the states."""


def test_no_real_definition_is_refused_without_reason() -> None:
    root = os.environ.get("ADVISE_CORPUS")
    if not root:
        pytest.skip("ADVISE_CORPUS names no folder of real definitions")
    unreadable, refused, count = set(), set(), 0
    for file in sorted(Path(root).rglob("*.asl*")):
        try:
            document = read_definition(file.read_text("utf-8"), file.name)
        except LoadError:
            unreadable.add(file.parts[-3])
            continue
        count += 1
        workflow = read_workflow(document)
        if any(problem.severity is Weight.ERROR for problem in validate(workflow)):
            refused.add(file.parts[-3])
    assert count > 150
    assert unreadable == {"sfn-iot-data-analytics-dataset"}
    assert refused == TRUE_ERRORS
