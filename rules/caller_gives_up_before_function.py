"""A function that may run longer than its synchronous caller waits for the answer."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor import Confidence, Fix, Function, Mode, Pillar, Rule, Severity, Unknown, Wait, record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Caller, Finding, NotJudged

rule = Rule(
    id="API001",
    name="caller-gives-up-before-function",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function may run longer than its synchronous caller waits",
    rationale="""
        Every service that calls a function and waits has a limit of its own. When it is reached,
        the client gets an error, while the function goes on, is paid for, and may well succeed:
        a client that tries again does the work twice. The time between the caller's limit and the
        function's timeout is never of use to anybody.
        """,
    remediation="""
        Set the function's Timeout to no more than its caller waits. For work that takes longer,
        answer at once, and do the work behind a queue or in a state machine.
        """,
    when_to_ignore="""
        The function answers early and goes on after its answer, or the time is needed by a
        caller that these files do not show.
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
              Timeout: 120  # <-- 'Report' may run for 120 s but the HTTP API waits 30 s
              Events:
                Get:
                  Type: HttpApi
                  Properties:
                    Path: /report
                    Method: GET
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
              Timeout: 29
              Events:
                Get:
                  Type: HttpApi
                  Properties:
                    Path: /report
                    Method: GET
        """,
    references=(
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html",
    ),
)

# State machine tasks, Cognito, Firehose and Lambda@Edge have rules of their own.
_CALLERS = {
    "rest-integration-wait": "REST API",
    "http-integration-wait": "HTTP API",
    "websocket-integration-wait": "WebSocket API",
    "authorizer-wait": "API that it authorizes",
    "appsync-resolver-wait": "GraphQL API",
    "load-balancer-idle-wait": "load balancer",
    "origin-read-wait": "distribution",
    "pipe-wait": "pipe",
}
_SHOWN = 3


@record(frozen=True)
class _Case:
    function: Function
    timeout: int
    seconds: float
    callers: tuple[Caller, ...]


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # A timeout that several functions take from one place is one cause.
    causes: dict[tuple[object, ...], list[_Case]] = defaultdict(list)
    for function in architecture.all(Function):
        # A durable function waits for others without running.
        if function.is_durable is not False:
            continue
        waits = _waits(architecture, function)
        timeout = function.timeout
        if isinstance(timeout, Unknown):
            if waits:
                yield rule.not_judged(function, because="its timeout is not known")
            continue
        for key, callers in waits.items():
            short = tuple(item for item in callers if item[1].seconds < timeout)
            if not short:
                continue
            seconds = min(wait.seconds for _, wait in short)
            place = function.at("Timeout")
            case = _Case(function, timeout, seconds, tuple(caller for caller, _ in short))
            causes[place.path, place.pointer, key, timeout, seconds].append(case)
    for cause, cases in causes.items():
        yield _finding(architecture, cases, _CALLERS[str(cause[2])])


def _waits(architecture: Architecture, function: Function) -> dict[str, list[tuple[Caller, Wait]]]:
    """Return who waits for a function's whole answer, by kind of caller."""
    found: dict[str, list[tuple[Caller, Wait]]] = defaultdict(list)
    for caller in architecture.waiting_callers(function):
        wait = caller.wait
        if isinstance(wait, Wait) and not caller.streamed and wait.limit.key in _CALLERS:
            found[wait.limit.key].append((caller, wait))
    return found


def _finding(architecture: Architecture, cases: Sequence[_Case], word: str) -> Finding:
    first = cases[0]
    names = [f"'{case.function.name}'" for case in cases]
    shown = ", ".join(names[:_SHOWN])
    if len(names) > _SHOWN:
        shown += f" and {len(names) - _SHOWN} more"
    wait = int(first.seconds) if first.seconds == int(first.seconds) else first.seconds
    related = [
        caller.edge.at(label=f"{caller.edge.via} waits {wait} s")
        for case in cases
        for caller in case.callers
    ]
    return rule.finding(
        f"{shown} may run for {first.timeout} s but the {word} waits {wait} s",
        at=first.function.at("Timeout", label=f"{first.timeout} s at most"),
        related=related[:5],
        why=f"after {wait} s the caller has an error while the function goes on and is paid for",
        remediation=_remediation(architecture, first, max(int(first.seconds), 1)),
        fix=_fix(architecture, cases, max(int(first.seconds), 1)),
        about=[case.function.name for case in cases],
    )


def _remediation(architecture: Architecture, case: _Case, seconds: int) -> str:
    others = [
        edge
        for edge in architecture.invokers(case.function)
        if edge.mode in {Mode.ASYNCHRONOUS, Mode.POLLED}
    ]
    if not others:
        return f"""
{case.function.name}:
  Properties:
    Timeout: {seconds}
# or answer at once (202) and do the work behind a queue or in a state machine
"""
    return f"""
# '{others[0].source.title}' ({others[0].via}) may need the time that the caller does not have:
# give it a function of its own, and set for the one that is waited for
{case.function.name}:
  Properties:
    Timeout: {seconds}
"""


def _fix(architecture: Architecture, cases: Sequence[_Case], seconds: int) -> Fix | None:
    """Return what lowers the timeouts; None where one waits for a function that runs longer."""
    lowered = {case.function.id for case in cases}
    for edge in architecture.waiting_calls():
        longest = edge.target.timeout if isinstance(edge.target, Function) else 0
        if edge.source.id in lowered and (isinstance(longest, Unknown) or longest >= seconds):
            return None
    changes = [case.function.change(("Timeout",), seconds) for case in cases]
    known = tuple(change for change in changes if change is not None)
    if len(known) < len(changes):
        return None
    return Fix(f"Set Timeout to {seconds}", changes=known)
