"""A function that waits for another one which may run longer than itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EdgeKind,
    Evidence,
    Fix,
    Function,
    Pillar,
    Rule,
    RuleTarget,
    Schedule,
    Severity,
    StateMachine,
    Unknown,
    Wait,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged

rule = Rule(
    id="ARC010",
    name="function-times-out-before-callee",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function ends before the function that it waits for has to",
    rationale="""
        A function that waits for another one is cut off by its own timeout first where that is
        no longer than the other's. The other goes on, is paid for, and may well succeed, while
        whoever called the first one gets an error and tries again: the work is done twice.
        An Express workflow that a function waits for goes on in the same way.
        """,
    remediation="""
        Give the caller more time than the function that it waits for, or the latter less.
        """,
    when_to_ignore="""
        The client in the code has a timeout of its own, well below that of the caller.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Checkout:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Timeout: 10  # <-- 'Checkout' may run for 10 s and may wait for 'Payment'
              Environment:
                Variables:
                  PAYMENT: !Ref Payment
              Policies:
                - LambdaInvokePolicy:
                    FunctionName: !Ref Payment
          Payment:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Timeout: 60
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Checkout:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Timeout: 10
          Payment:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Timeout: 60
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-sync.html",
    ),
)

_EXPRESS = 300.0
"""Seconds that an Express workflow may take (Step Functions quotas)."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    waiting = architecture.waiting_calls()
    deploying = architecture.deployment_functions() if waiting else frozenset()
    for edge in waiting:
        caller, callee = edge.source, edge.target
        if not isinstance(caller, Function) or not isinstance(callee, Function):
            continue
        if caller.id in deploying or caller.is_durable is not False:
            continue
        # A durable function answers when it is started in the background; else another rule
        # judges its callers. One function per tenant is meant to be called through another.
        if callee.is_durable is not False or callee.has_tenants is not False:
            continue
        short, long = caller.timeout, callee.timeout
        if isinstance(short, Unknown) or isinstance(long, Unknown):
            yield rule.not_judged(caller, because="a timeout is not known from the template")
        elif short <= long:
            yield _finding(architecture, edge, caller, callee)
    for start in architecture.waiting_starts():
        found = _before_workflow(architecture, start)
        if found is not None:
            yield found


def _before_workflow(architecture: Architecture, start: Edge) -> Finding | None:
    caller, machine = start.source, start.target
    if not isinstance(caller, Function) or not isinstance(machine, StateMachine):
        return None
    longest, states = architecture.longest_run(machine)
    workflow = machine.workflow
    whole = workflow.timeout if workflow is not None else None
    bounds = (longest, *((whole,) if isinstance(whole, (int, float)) else ()), _EXPRESS)
    longest, short = min(bounds), caller.timeout
    if isinstance(short, Unknown) or short >= longest:
        return None
    proved = start.evidence >= Evidence.PROVED
    waits = "waits for" if proved else "may wait for"
    return rule.finding(
        f"'{caller.name}' may run for {short} s and {waits} '{machine.name}', which may take "
        f"{longest:g} s",
        at=caller.at("Timeout", label=f"ends after {short} s"),
        related=[
            start.at(label=f"'{caller.name}' {waits} '{machine.name}'"),
            *(state.at(label="takes a part of it") for state in states[:5]),
        ],
        why=f"'{caller.name}' is cut off while '{machine.name}' goes on and is paid for",
        remediation=f"""
            {caller.name}:
              Properties:
                Timeout: {int(longest) + 5}
            """,
        severity=None if proved else Severity.INFO,
        confidence=Confidence.HIGH if proved else None,
        evidence=start.evidence,
        about=(caller.name, machine.name),
    )


def _may_run_longer(architecture: Architecture, caller: Function, seconds: int) -> bool:
    """Tell whether nothing else bounds how long a function may run: a schedule, a waiting API."""
    starts = [edge.declared_by for edge in architecture.incoming(caller, EdgeKind.INVOKES)]
    if any(isinstance(node, (Schedule, RuleTarget)) for node in starts):
        return False
    waits = [each.wait for each in architecture.waiting_callers(caller)]
    return all(isinstance(wait, Wait) and wait.seconds > seconds for wait in waits)


def _finding(architecture: Architecture, edge: Edge, caller: Function, callee: Function) -> Finding:
    most = int(limit("lambda-timeout").value)
    wanted = min(int(callee.timeout) + 5, most) if isinstance(callee.timeout, int) else most
    change = caller.change(("Timeout",), wanted)
    fix = None
    if change is not None and _may_run_longer(architecture, caller, wanted):
        fix = Fix(f"Give '{caller.name}' {wanted} s", (change,))
    is_proved = edge.evidence >= Evidence.PROVED
    fits = isinstance(callee.timeout, int) and callee.timeout < wanted
    waits = "waits for" if is_proved else "may wait for"
    return rule.finding(
        f"'{caller.name}' may run for {caller.timeout} s and {waits} '{callee.name}', which may "
        f"run for {callee.timeout} s",
        at=caller.at("Timeout", label=f"ends after {caller.timeout} s"),
        related=[
            edge.at(label=f"'{caller.name}' {waits} '{callee.name}'"),
            callee.at("Timeout", label=f"ends after {callee.timeout} s"),
        ],
        why=f"'{caller.name}' is cut off while '{callee.name}' goes on and is paid for",
        remediation=f"""
            {caller.name}:
              Properties:
                Timeout: {wanted}
            """
        if fits
        else f"# give {callee.name} less time than {caller.name}",
        # Only the code tells for certain that the caller waits.
        severity=None if is_proved else Severity.INFO,
        confidence=Confidence.HIGH if is_proved else None,
        evidence=edge.evidence,
        fix=fix if fits else None,
        about=(caller.name, callee.name),
    )
