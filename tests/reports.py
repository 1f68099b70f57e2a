"""Reports built by hand over the orders application, for the tests of what is shown."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.architecture.edges import Evidence
from advisor.documents.location import Location, Position, Span
from advisor.records import replace
from advisor.report import AnalysedFile, FileKind, Problem, Report, Suppressed, in_reading_order
from advisor.rules.finding import Change, Confidence, Fix, NotJudged, Pillar, Severity
from advisor.rules.rule import Rule

if TYPE_CHECKING:
    from advisor.documents.location import Pointer
    from advisor.rules.finding import Finding

ROOT = Path(__file__).parent.parent
ORDERS = ROOT / "fixtures" / "applications" / "orders"
TEMPLATE = "template.yaml"
CODE = "src/checkout/app.py"


@cache
def text_of(path: str) -> str:
    """Return a file of the orders application."""
    return (ORDERS / path).read_text(encoding="utf-8")


def place(
    words: str,
    label: str = "",
    *,
    path: str = TEMPLATE,
    resource: str | None = None,
    pointer: Pointer = (),
    text: str | None = None,
    after: str = "",
) -> Location:
    """Return where `words` stand first in a file, behind `after`."""
    source = text_of(path) if text is None else text
    offset = source.index(words, source.index(after))
    line = source.count("\n", 0, offset) + 1
    column = offset - (source.rfind("\n", 0, offset) + 1) + 1
    span = Span(Position(line, column), Position(line, column + len(words)))
    return Location(path, pointer, span, label, resource)


def rule(number: int, name: str, *, severity: Severity, pillar: Pillar) -> Rule:
    """Return a rule that says what outputs need of one."""
    return Rule(
        id=f"QUE{number:03}",
        name=name,
        pillar=pillar,
        severity=severity,
        confidence=Confidence.HIGH,
        applies_to=object,  # type: ignore[arg-type] # never run
        summary=f"{name.replace('-', ' ')} is found",
        rationale="It matters.\n\nVery much so.",
        remediation="Mend it.",
        when_to_ignore="Never.",
        bad="Resources: {}",
        good="Resources: {}",
        references=("https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html",),
    )


VISIBILITY = rule(
    10, "visibility-timeout-too-short", severity=Severity.ERROR, pillar=Pillar.RELIABILITY
)
NO_DLQ = rule(1, "source-queue-without-dlq", severity=Severity.WARNING, pillar=Pillar.RELIABILITY)
CHAIN = rule(20, "function-waits-for-function", severity=Severity.WARNING, pillar=Pillar.COST)
NO_TRACING = rule(30, "function-without-tracing", severity=Severity.INFO, pillar=Pillar.OPERATIONS)
RECOVERY = rule(40, "table-without-recovery", severity=Severity.WARNING, pillar=Pillar.SECURITY)


def findings() -> tuple[Finding, ...]:
    """Return one finding of every shape there is."""
    visibility = ("Resources", "Orders", "Properties", "VisibilityTimeout")
    return in_reading_order(
        [
            replace(
                VISIBILITY.finding(
                    "'Orders' hides messages for 30 s, 'Ship' may run for 60 s",
                    at=place(
                        "30",
                        "'Orders' hides a message for only 30 s",
                        resource="Orders",
                        pointer=visibility,
                    ),
                    related=[
                        place(
                            "Timeout: 60",
                            "'Ship' may run for 60 s (from Globals.Function)",
                            resource="Ship",
                        ),
                        place(
                            "!GetAtt Orders.Arn", "they meet in event 'FromOrders'", resource="Ship"
                        ),
                    ],
                    why="an order that takes 31 to 60 s is shipped twice, and nothing in the logs"
                    " says so",
                    remediation="VisibilityTimeout: 360",
                    evidence=Evidence.DECLARED,
                    fix=Fix(
                        "set VisibilityTimeout to 360",
                        (Change(TEMPLATE, visibility, 360),),
                        safe=True,
                    ),
                    about=("Orders", "Ship"),
                ),
                fingerprint="QUE010:template.yaml:Orders,Ship:VisibilityTimeout",
            ),
            NO_DLQ.finding(
                "'Orders' feeds 'Ship' but has no dead-letter queue",
                at=place(
                    "Orders:",
                    "no RedrivePolicy",
                    resource="Orders",
                    pointer=("Resources", "Orders"),
                    after="Resources:",
                ),
                why="'Ship' is started again and again for 4 days for one bad message",
                remediation="On Orders:\n  RedrivePolicy:\n    deadLetterTargetArn:"
                " !GetAtt OrdersDlq.Arn\n    maxReceiveCount: 5",
            ),
            CHAIN.finding(
                "'Checkout' waits for 'Price'",
                at=place(
                    "PRICE_FUNCTION: !Ref Price",
                    "'Checkout' knows 'Price'",
                    resource="Checkout",
                    pointer=("Resources", "Checkout"),
                ),
                related=[
                    place(
                        "lambda_client.invoke(",
                        "and waits for it here",
                        path=CODE,
                        resource="Checkout",
                    ),
                    place("Timeout: 45", "which may take 45 s", resource="Price"),
                    place("Path: /orders", "while the browser waits", resource="Checkout"),
                ],
                why="both are paid for while one of them only waits",
                remediation="let Price answer within Checkout",
                evidence=Evidence.PROVED,
                confidence=Confidence.MEDIUM,
                about=("Checkout", "Price"),
            ),
            replace(
                NO_TRACING.finding(
                    "5 functions have no tracing: 'Checkout', 'Price', 'Ship', …",
                    at=place("Resources:", pointer=("Resources",)),
                    why="a slow request cannot be followed from one function to the next",
                    remediation="Globals:\n  Function:\n    Tracing: Active",
                ),
                resources=("Checkout", "Price", "Ship", "SendReceipt", "Report"),
            ),
            replace(
                RECOVERY.finding(
                    "'Parcels' cannot be restored to a point in time",
                    at=place(
                        "!If [IsProd, true, false]",
                        "false where it is not production",
                        resource="Parcels",
                        pointer=("Resources", "Parcels"),
                    ),
                    why="a faulty release that overwrites parcels cannot be undone",
                    remediation="PointInTimeRecoveryEnabled: true",
                ),
                when=(("IsProd", False),),
            ),
        ]
    )


def report(**changes: object) -> Report:
    """Return a report over the orders application, changed as asked for."""
    shown = Report(
        findings=findings(),
        files=(
            AnalysedFile(TEMPLATE, FileKind.SAM, 9),
            AnalysedFile("workflows/fulfilment.asl.json", FileKind.STATE_MACHINE, 3),
        ),
        rules_run=64,
        today=date(2026, 11, 21),
        version="0.1.0",
        data_date=date(2026, 11, 1),
        duration=0.14,
        sources={TEMPLATE: text_of(TEMPLATE), CODE: text_of(CODE)},
    )
    return replace(shown, **changes)


def clean(**changes: object) -> Report:
    """Return a report without a finding."""
    return report(findings=(), **changes)


def full() -> Report:
    """Return a report in which every part has something in it."""
    first, *rest = findings()
    return report(
        findings=tuple(rest),
        suppressed=(Suppressed(first, "the tracer costs too much", until=date(2027, 1, 31)),),
        hidden=(first,),
        errors=(
            Problem("broken.yaml", "mapping values are not allowed here", 3, 7),
            Problem("", "rule QUE001 failed"),
        ),
        not_judged=(NotJudged(NO_DLQ, place("Orders:", resource="Orders"), "it is imported"),),
        skipped=("package.json",),
        notes=("only the first 64 scenarios were looked at",),
    )
