"""Functions that reserve more concurrency together than the account has to give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Function, Pillar, Rule, Severity, limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="FUN044",
    name="reserved-concurrency-beyond-account",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="functions reserve more concurrency than the account has",
    rationale="""
        What a function reserves is taken from the concurrency of the whole account, of which 100
        always stay for functions that reserve nothing. A stack that reserves more than is left
        fails to deploy, and one that reserves nearly all of it throttles everybody else in the
        account and region.
        """,
    remediation="""
        Reserve for the functions that need a guarantee or a ceiling, and bound pollers by their
        mapping's MaximumConcurrency, which takes nothing from the account. Or have the quota
        raised, and tell it: `account.concurrency` in the configuration.
        """,
    when_to_ignore="""
        The quota of the account is higher.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 600  # <-- 2 functions reserve 1100
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              ReservedConcurrentExecutions: 500
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: ship/
              ReservedConcurrentExecutions: 500
          Bill:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: bill/
              ReservedConcurrentExecutions: 400
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html",
    ),
)

_PATH = "ReservedConcurrentExecutions"


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    quota = architecture.facts.concurrency
    kept = int(limit("unreserved-concurrency").value)
    # One template is one stack; others may go to other accounts.
    stacks: dict[str, list[tuple[Function, int]]] = {}
    for function in architecture.functions():
        if isinstance(count := function.reserved_concurrency, int) and count > 0:
            stacks.setdefault(function.resource.owner, []).append((function, count))
    for reserving in stacks.values():
        total = sum(count for _, count in reserving)
        if total <= quota - kept:
            continue
        reserving.sort(key=lambda item: -item[1])
        first, most = reserving[0]
        number = len(reserving)
        who = f"{number} functions reserve" if number > 1 else f"'{first.name}' reserves"
        yield rule.finding(
            f"{who} {total} of the account's {quota}, of which {kept} stay unreserved",
            at=first.at(_PATH, label=f"'{first.name}' reserves {most}"),
            related=[
                function.at(_PATH, label=f"'{function.name}' reserves {count}")
                for function, count in reserving[1:]
            ],
            severity=Severity.ERROR if quota != limit("account-concurrency").value else None,
            why="the deployment fails once the account has no more to give",
            remediation=f"""
                {first.name}:
                  Properties:
                    {_PATH}: {max(1, most - (total - quota + kept))}
                # or, where the quota is higher, in advise.toml
                # [account]
                # concurrency = {total + kept}
                """,
        )
