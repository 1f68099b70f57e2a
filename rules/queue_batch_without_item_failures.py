"""A batch of messages in which one that fails takes all others back to the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    EventSourceMapping,
    Evidence,
    Facts,
    Fix,
    Function,
    Pillar,
    Queue,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged

rule = Rule(
    id="QUE024",
    name="queue-batch-without-item-failures",
    pillar=Pillar.RELIABILITY,
    severity=Severity.INFO,
    confidence=Confidence.HIGH,
    applies_to=EventSourceMapping,
    summary="mapping of a queue repeats a whole batch when one of its messages fails",
    rationale="""
        A function gets up to ten messages at once unless it is told otherwise. If it fails on
        one of them, all go back to the queue: the others are handled again, and all of them have
        a receive more on their account. With `ReportBatchItemFailures` the function tells which
        ones failed, and only these come back. Without it the answer of the function is not
        looked at, whatever it says.
        """,
    remediation="""
        Set `FunctionResponseTypes: [ReportBatchItemFailures]` and return `batchItemFailures` from
        the handler, by hand or with the batch processor of Powertools. One goes with the other:
        an answer without the list counts as success.
        """,
    when_to_ignore="""
        The messages of a batch succeed or fail together, such as rows of one transaction.
        """,
    bad="""
        Resources:
          FromOrders:  # <-- 'FromOrders' repeats a whole batch of up to 10 messages
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
        """,
    good="""
        Resources:
          FromOrders:
            Type: AWS::Lambda::EventSourceMapping
            Properties:
              FunctionName: !ImportValue ship-function
              EventSourceArn: arn:aws:sqs:eu-west-1:111122223333:orders
              FunctionResponseTypes: [ReportBatchItemFailures]
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/example_serverless_SQS_Lambda_batch_item_failures_section.html",
    ),
    aggregate="{count} mappings of queues repeat a whole batch when one message fails: {names}",
    options={"few_receives": 3},
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    few = architecture.option(rule, "few_receives")
    for mapping in architecture.all(EventSourceMapping):
        size = mapping.batch_size
        if not mapping.is_queue or mapping.reports_item_failures is not False:
            continue
        if isinstance(size, int) and size > 1:
            yield _finding(mapping, size, few)


def _finding(mapping: EventSourceMapping, size: int, few: int) -> Finding:
    queue, function = mapping.source, mapping.target
    name = function.name if function is not None else "the function"
    why = f"when '{name}' fails on one of up to {size} messages, all of them are handled again"
    severity = None
    related = []
    # The code is read only here; where it cannot be read it says nothing.
    code = function.source if isinstance(function, Function) else None
    answered = getattr(code, "batch_item_failures", None)
    count = queue.max_receive_count if isinstance(queue, Queue) else None
    if answered is not None:
        severity = Severity.WARNING
        why = f"'{name}' answers with the messages that failed, and the answer is not looked at"
    elif isinstance(queue, Queue) and isinstance(count, int) and count <= few:
        severity = Severity.WARNING
        related = [
            queue.at("RedrivePolicy", label=f"{count} receive{'s' if count > 1 else ''} at most")
        ]
        why = (
            f"one bad message takes up to {size - 1} good ones to the dead-letter queue of "
            f"'{queue.title}' after {count} receive{'s' if count > 1 else ''}"
        )
    change = None
    # Where the code is known to answer with nothing it has to be changed first.
    if answered is not None or not isinstance(code, Facts):
        change = mapping.change(("FunctionResponseTypes",), ["ReportBatchItemFailures"])
    if mapping.is_of_subscription:
        remediation = """
# SqsSubscription has no such setting: subscribe a queue of your own to the topic with an
# AWS::SNS::Subscription, and give the function an event of Type: SQS with
#   FunctionResponseTypes: [ReportBatchItemFailures]
"""
    else:
        remediation = mapping.setting("FunctionResponseTypes: [ReportBatchItemFailures]")
        remediation += "# and return batchItemFailures from the handler\n"
    return rule.finding(
        f"'{mapping.title}' repeats a whole batch of up to {size} messages when one fails",
        at=mapping.at(label="no ReportBatchItemFailures"),
        related=related,
        why=why,
        remediation=remediation,
        severity=severity,
        evidence=Evidence.DECLARED,
        # Safe only where the code already tells which messages failed.
        fix=Fix("Look at which messages failed", (change,), safe=answered is not None)
        if change
        else None,
    )
