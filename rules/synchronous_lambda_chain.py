"""A function that waits for another function pays for both, and fails with either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, EdgeKind, Evidence, Function, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, Location, NotJudged, Walk

rule = Rule(
    id="ARC001",
    name="synchronous-lambda-chain",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function waits for another function",
    rationale="""
        While a function waits for another it keeps running: both are paid for, and both count
        against the concurrency of the account. An error, a throttle or a slow start at the end
        of the chain fails all that stand before it, none of which can try again without doing
        its own work twice, and every function's timeout has to hold the waits of all behind it.
        The same holds for a function that starts an Express workflow and waits for what it runs.
        """,
    remediation="""
        Let a state machine call the functions one after the other: it waits without running, and
        retries each step by itself. Where the caller does not need the answer, put a queue
        between the two or invoke with `InvocationType` `Event`. A durable function waits for
        others through its own invoke operation without being paid for. What is small and always
        runs together is often better a library than a function.
        """,
    when_to_ignore="""
        The functions belong to different teams, the answer is needed within the request, and the
        caller's timeout, retries and cost have been thought through.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Checkout:  # <-- 'Checkout' may wait for 'Payment', which may wait for 'Fraud'
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: checkout.handler
              CodeUri: build/
              Timeout: 30
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
              Handler: payment.handler
              CodeUri: build/
              Timeout: 20
              Environment:
                Variables:
                  FRAUD: !GetAtt Fraud.Arn
              Policies:
                - LambdaInvokePolicy:
                    FunctionName: !Ref Fraud
          Fraud:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: fraud.handler
              CodeUri: build/
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Order:
            Type: AWS::Serverless::StateMachine
            Properties:
              Definition:
                StartAt: Checkout
                States:
                  Checkout:
                    Type: Task
                    Resource: !GetAtt Checkout.Arn
                    Next: Payment
                  Payment:
                    Type: Task
                    Resource: !GetAtt Payment.Arn
                    End: true
              Policies:
                - LambdaInvokePolicy:
                    FunctionName: !Ref Checkout
                - LambdaInvokePolicy:
                    FunctionName: !Ref Payment
          Checkout:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: checkout.handler
              CodeUri: build/
          Payment:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: payment.handler
              CodeUri: build/
        """,
    references=(
        "https://serverlessland.com/content/service/lambda/guides/aws-lambda-operator-guide/anti-patterns",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-sync.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-step-functions.html",
    ),
)

_FEW = 3


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    waiting = architecture.waiting_calls()
    # What only runs while a stack is deployed waits where nobody pays for many of it.
    deploying = architecture.deployment_functions()

    def follow(edge: Edge) -> bool:
        return edge.source.id not in deploying and not _has_tenants(edge.target)

    for chain in architecture.chains(follow, among=waiting):
        yield _finding(architecture, chain)
    for edge in architecture.waiting_starts():
        if edge.source.id not in deploying:
            runs = architecture.outgoing(edge.target, EdgeKind.INVOKES)
            functions = [run.target for run in runs if isinstance(run.target, Function)]
            if functions:
                yield _through_workflow(edge, list(dict.fromkeys(functions)))


def _has_tenants(node: object) -> bool:
    # A function per tenant is meant to be called through one that knows the tenant.
    return isinstance(node, Function) and node.has_tenants is not False


def _finding(architecture: Architecture, chain: Walk) -> Finding:
    head, *others = chain.nodes
    names = [f"'{node.name}'" for node in others]
    proved = all(edge.evidence >= Evidence.PROVED for edge in chain.edges)
    # A permission and a name do not tell in which way one function invokes the other.
    waits = "waits for" if proved else "may wait for"
    if len(names) < _FEW:
        told = f", which {waits} ".join(names)
    else:
        told = f"a chain of {len(names)} functions: {', '.join(names[:-1])} and {names[-1]}"
    more = "; only the first chains that begin here are told" if chain.bounded else ""
    return rule.finding(
        f"'{head.name}' {waits} {told}",
        at=head.at(label="the chain begins here"),
        related=[place for edge in chain.edges for place in _hop(architecture, edge)],
        why=f"{_waits(chain)}, and a failure or a throttle of one fails all before it{more}",
        remediation=_remediation(chain),
        confidence=Confidence.HIGH if proved else Confidence.MEDIUM,
        evidence=min(edge.evidence for edge in chain.edges),
        about=[node.name for node in chain.nodes],
    )


def _through_workflow(start: Edge, functions: list[Function]) -> Finding:
    caller, machine = start.source.name, start.target.name
    proved = start.evidence >= Evidence.PROVED
    waits = "waits for" if proved else "may wait for"
    names = " and ".join(f"'{each.name}'" for each in functions[:_FEW])
    more = f" and {len(functions) - _FEW} more" if len(functions) > _FEW else ""
    return rule.finding(
        f"'{caller}' {waits} the Express workflow '{machine}', which runs {names}{more}",
        at=start.source.at(label="the chain begins here"),
        related=[start.at(label=f"'{caller}' {waits} '{machine}'")],
        why=f"'{caller}' is paid for all the while, and a failure of one task fails it as well",
        remediation=f"Let the API start {machine} itself with StartSyncExecution, or let {caller} "
        "answer at once and start it with StartExecution.",
        severity=None if proved else Severity.INFO,
        confidence=Confidence.HIGH if proved else Confidence.MEDIUM,
        evidence=start.evidence,
        about=[caller, machine],
    )


def _hop(architecture: Architecture, edge: Edge) -> Iterator[Location]:
    caller, callee = edge.source.name, edge.target.name
    if edge.evidence >= Evidence.PROVED:
        yield edge.at(label=f"'{caller}' waits for '{callee}' here")
        return
    named = architecture.environment_references(edge.source, edge.target)
    for reference in named[:1]:
        yield reference.at(label=f"'{caller}' is told of '{callee}' here")
    yield edge.at(label=f"'{caller}' may invoke '{callee}'")


def _waits(chain: Walk) -> str:
    """Say what is paid for waiting: of each hop, as long as both of its functions may run."""
    waits: list[int] = []
    for edge in chain.edges:
        ends = [node.timeout for node in (edge.source, edge.target) if isinstance(node, Function)]
        known = [seconds for seconds in ends if isinstance(seconds, int)]
        if len(known) == len(ends):
            waits.append(min(known))
    if len(waits) == len(chain.edges):
        return f"up to {sum(waits)} s of waiting are paid for in every run"
    return "all the waiting is paid for"


def _remediation(chain: Walk) -> str:
    nodes = list(dict.fromkeys(chain.nodes))
    if len({node.resource.owner for node in nodes}) > 1:
        names = ", ".join(node.name for node in nodes)
        return f"Let a state machine run {names} one after the other, or put a queue between them."
    sam = all(node.is_sam for node in nodes)
    lines = [f"{nodes[0].name}Steps:"]
    lines.append(f"  Type: AWS::{'Serverless' if sam else 'StepFunctions'}::StateMachine")
    lines += ["  Properties:", "    Definition:", f"      StartAt: {nodes[0].name}"]
    lines.append("      States:")
    for node, following in zip(nodes, [*nodes[1:], None], strict=True):
        end = f"Next: {following.name}" if following is not None else "End: true"
        lines += [f"        {node.name}:", "          Type: Task"]
        lines += [f"          Resource: !GetAtt {node.name}.Arn", f"          {end}"]
    if sam:
        lines.append("    Policies:")
        for node in nodes:
            lines.append(f"      - LambdaInvokePolicy: {{FunctionName: !Ref {node.name}}}")
    else:
        lines.append("    RoleArn: !GetAtt <role>.Arn  # may lambda:InvokeFunction on them")
    lines.append(f"# and take the call of {nodes[1].name} out of {nodes[0].name}")
    return "\n".join(lines)
