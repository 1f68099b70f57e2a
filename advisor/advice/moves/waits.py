"""Waiting that is paid for, or that ends before the work does: let something else wait.

* A function that sleeps, or asks again and again until something is done: a state machine whose
  Wait state, or whose task that ends with the job, waits without running.
* An API that gives up long before its function or workflow has to end: if only requests that send
  something (POST, PUT, PATCH, DELETE) reach it, a queue behind the API takes them and the API
  answers at once; where a request asks for something, a state machine does the work and a second
  request fetches the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.moves.move import Drawing, Move
from advisor.architecture.nodes.apis import HttpApi, RestApi, Route
from advisor.architecture.nodes.functions import Function
from advisor.architecture.nodes.workflows import StateMachine
from advisor.architecture.waits import Wait, caller_wait
from advisor.rules.wording import listed
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.moves.subjects import Subjects
    from advisor.architecture.edges import Edge
    from advisor.rules.finding import Finding

RULES = (
    "sleep-in-function",
    "polling-loop-in-function",
    "caller-gives-up-before-function",
    "api-waits-for-long-workflow",
)
_WAIT = "https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html"
_JOB = "https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html"
_BUFFER = "https://docs.aws.amazon.com/lambda/latest/operatorguide/integrations-asynchronous.html"
_DATA = frozenset(
    {
        "Query", "Scan", "GetItem", "BatchGetItem", "TransactGetItems", "ExecuteStatement",
        "HeadObject", "GetObject", "ListObjects", "ListObjectsV2", "ReceiveMessage", "GetRecords",
    }
)  # fmt: skip
"""Operations that look for data and not for the state of a job."""
_BEYOND = 2
"""How many times as long as the API waits a function has to be given before another architecture
is called for; a timeout a little above it is a setting."""
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def moves(subjects: Subjects, findings: Sequence[Finding]) -> Iterator[Move]:
    """Yield a move for each function or workflow that something waits for."""
    for finding in findings:
        if finding.rule.name == "sleep-in-function":
            yield from _sleeping(subjects, finding)
        elif finding.rule.name == "polling-loop-in-function":
            yield from _polling(subjects, finding)
        elif finding.rule.name == "caller-gives-up-before-function":
            yield from _given_up(subjects, finding)
        elif finding.rule.name == "api-waits-for-long-workflow":
            yield from _outlasted(subjects, finding)


def _function(subjects: Subjects, finding: Finding) -> Function | None:
    nodes = subjects.nodes(finding.location)
    return next((node for node in nodes if isinstance(node, Function)), None)


def _sleeping(subjects: Subjects, finding: Finding) -> Iterator[Move]:
    function = _function(subjects, finding)
    if function is None:
        return
    facts = function.source
    sleeps = [each.seconds for each in facts.sleeps] if isinstance(facts, Facts) else []
    seconds = max((each for each in sleeps if each is not None), default=0)
    time = f" {seconds:g} s" if seconds else ""
    before = Drawing(subjects.survey)
    key = before.node(function)
    before.arrivals(function, key)
    before.arrow(key, before.spot("sleep", f"sleep{time}", "state"), "is paid for")
    after = Drawing(subjects.survey)
    machine = after.machine(function, f"{function.name}Steps")
    after.starts(function, machine, waits=True, label="step 1: what comes before the wait")
    wait = after.spot("wait", f"Wait{time}", "state", is_new=True)
    rest = after.new("function", f"{function.name}Rest", near=function)
    after.arrow(machine, wait, "step 2")
    after.arrow(machine, rest, "step 3: what comes after it")
    yield Move(
        to="state-machine",
        title="a state machine that waits",
        why=f"a Wait state waits without running, '{function.name}' is paid for while it sleeps",
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_WAIT,
    )


def _polling(subjects: Subjects, finding: Finding) -> Iterator[Move]:
    function = _function(subjects, finding)
    if function is None:
        return
    facts = function.source
    polled = [each.operation for each in facts.polling] if isinstance(facts, Facts) else []
    asked = next((name for name in polled if name[:1].isupper()), "")
    if asked in _DATA:
        # There is no job to wait for: somebody writes what is looked for.
        return
    before = Drawing(subjects.survey)
    key = before.node(function)
    before.arrivals(function, key)
    before.arrow(key, before.spot("job", "the job", "other"), f"asks {asked} again and again")
    after = Drawing(subjects.survey)
    machine = after.machine(function, f"{function.name}Steps")
    job = after.spot("job", "the job", "other")
    after.arrow(machine, job, "step 1: starts it and goes on when it is done")
    after.starts(function, machine, waits=False, label="step 2: works with the outcome")
    yield Move(
        to="state-machine",
        title="a state machine that goes on when the job is done",
        why=(
            f"a task that ends with its job waits without running, '{function.name}' is paid for "
            "every round and is cut off at its timeout; a service without .sync is asked in a loop "
            "of Wait, Task and Choice"
        ),
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_JOB,
    )


def _given_up(subjects: Subjects, finding: Finding) -> Iterator[Move]:
    for function in subjects.functions(finding):
        if not isinstance(function.timeout, int):
            continue
        fronts = [
            way[0]
            for way in subjects.survey.fronts(function)
            if isinstance(way[0].source, (RestApi, HttpApi))
            and isinstance(way[0].declared_by, Route)
            and isinstance(wait := caller_wait(way[0]), Wait)
            and function.timeout >= _BEYOND * wait.seconds
        ]
        if fronts:
            yield _behind(subjects, finding, function, fronts)


def _methods(fronts: list[Edge]) -> list[str]:
    routes = [edge.declared_by for edge in fronts]
    return [
        route.method if isinstance(route.method, str) else "ANY"
        for route in routes
        if isinstance(route, Route) and not route.is_preflight
    ]


def _behind(subjects: Subjects, finding: Finding, function: Function, fronts: list[Edge]) -> Move:
    before = Drawing(subjects.survey)
    before.arrivals(function, before.node(function))
    methods = dict.fromkeys(_methods(fronts) or ["ANY"])
    after = Drawing(subjects.survey)
    apis = {edge.source.id for edge in fronts}
    if _CHANGING.issuperset(methods):
        queue = after.new("queue", f"{function.name}Requests", near=function)
        failed = after.new("queue", f"{function.name}Failed", near=function)
        for edge in fronts:
            after.arrow(after.node(edge.source), queue, f"{_label(edge)}, answers 202")
        after.arrow(queue, after.node(function), "polled")
        after.arrow(queue, failed, "dead letters")
        after.arrivals(function, after.node(function), but=apis)
        return Move(
            to="webhook-buffer",
            title="a queue behind the API",
            why=(
                f"'{function.name}' is given {function.timeout} s, and only {listed(methods)} "
                "requests reach it: the API keeps them in a queue and answers at once; should the "
                "client need the outcome, let a state machine keep it"
            ),
            findings=(finding,),
            before=before.done(),
            after=after.done(),
            reference=_BUFFER,
        )
    machine = after.new("state-machine", f"{function.name}Work", near=function)
    for edge in fronts:
        after.arrow(after.node(edge.source), machine, f"{_label(edge)}, starts it, answers 202")
        after.arrow(after.node(edge.source), machine, "a second request fetches the outcome")
    after.arrow(machine, after.node(function), "runs")
    after.arrivals(function, after.node(function), but=apis)
    return Move(
        to="state-machine",
        title="a state machine behind the API, and a second request for the outcome",
        why=(
            f"'{function.name}' is given {function.timeout} s, and {listed(methods)} requests may "
            "ask it for something, so that a queue will not do: the execution keeps the outcome "
            "until the client asks for it"
        ),
        findings=(finding,),
        before=before.done(),
        after=after.done(),
        reference=_BUFFER,
    )


def _label(edge: Edge) -> str:
    return edge.declared_by.label if isinstance(edge.declared_by, Route) else edge.via


def _outlasted(subjects: Subjects, finding: Finding) -> Iterator[Move]:
    survey = subjects.survey
    for machine in survey.architecture.all(StateMachine):
        if machine.name not in finding.about:
            continue
        fronts = [way[0] for way in survey.fronts(machine) if _label(way[0]) in finding.about]
        if not fronts:
            continue
        before, after = Drawing(survey), Drawing(survey)
        for edge in fronts:
            label = _label(edge)
            key = before.node(machine)
            before.arrow(before.node(edge.source), key, f"{label}, waits")
            key = after.node(machine)
            after.arrow(after.node(edge.source), key, f"{label}, StartExecution, answers 202")
            after.arrow(after.node(edge.source), key, "a second request fetches the outcome")
        yield Move(
            to="state-machine",
            title="an answer at once, and a second request for the outcome",
            why=(
                f"'{machine.name}' may go on after the API has given up: started without waiting, "
                "as a Standard workflow, it keeps the outcome until the client asks for it"
            ),
            findings=(finding,),
            before=before.done(),
            after=after.done(),
            reference=_BUFFER,
        )


__all__ = ["RULES", "moves"]
