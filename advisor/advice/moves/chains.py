"""Functions that wait for functions: to a state machine, or to a queue where no answer is needed.

One move for each function at which waiting begins, whatever rules tell of it. A queue takes the
place of a call only if there is one call and its answer is not used: seen in the code, or, where
the code does not tell, because nobody waits for the caller either and nothing says that the other
is there to answer. Where several functions are called, where the answer is used, or where somebody
waits for the caller, a state machine calls them one after the other.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from advisor.advice.moves.move import Drawing, Move, arriving, word_of
from advisor.architecture.edges import EdgeKind, Mode
from advisor.records import record
from advisor.rules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.advice.moves.move import Sketch
    from advisor.advice.moves.subjects import Subjects
    from advisor.architecture.edges import Edge
    from advisor.architecture.nodes.functions import Function
    from advisor.rules.finding import Finding

RULES = ("synchronous-lambda-chain", "function-as-orchestrator", "function-times-out-before-callee")
_MACHINE = "https://docs.aws.amazon.com/lambda/latest/dg/with-step-functions.html"
_QUEUE = "https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"
_MOST = 20
"""Functions that one sketch draws."""


_ASKED = re.compile(
    r"(?i)(get|query|fetch|list|find|read|load|look|search|check|validate|verify|calculate|compute)"
)
"""How the names of functions begin that are called for their answer."""


@record()
class Chain:
    """What findings say of one function at which waiting begins."""

    head: Function
    calls: dict[tuple[str, str], tuple[Function, Function]]
    findings: list[Finding]

    @property
    def others(self) -> list[Function]:
        """The functions that are waited for, in the order in which they are called."""
        order = {target.id: target for _, target in self.calls.values()}
        order.pop(self.head.id, None)
        return list(order.values())[:_MOST]


def moves(subjects: Subjects, findings: Sequence[Finding]) -> Iterator[Move]:
    """Yield a move for each function at which a chain begins."""
    chains: dict[str, Chain] = {}
    # An orchestrator knows the order of its calls.
    for finding in sorted(findings, key=lambda each: each.rule.name != RULES[1]):
        found = subjects.functions(finding) if finding.rule.name in RULES else []
        if len(found) < 2:
            continue
        head = found[0]
        chain = chains.setdefault(head.id, Chain(head, {}, []))
        chain.findings.append(finding)
        one_by_one = finding.rule.name == "function-as-orchestrator"
        for before, callee in pairwise(found):
            caller = head if one_by_one else before
            if caller is not callee:
                chain.calls.setdefault((caller.id, callee.id), (caller, callee))
    inside = {target for chain in chains.values() for _, target in chain.calls}
    for chain in chains.values():
        # What only lies further down a chain moves with the whole of it.
        if chain.head.id in inside and all(
            finding.rule.name == RULES[2] for finding in chain.findings
        ):
            continue
        yield _move(subjects, chain)


def _move(subjects: Subjects, chain: Chain) -> Move:
    head, others = chain.head, chain.others
    names = listed(node.name for node in others)
    used = [subjects.uses_answer(edge) for edge in _calls(subjects, head, others[0])]
    waiting = [edge for edge in arriving(subjects.survey, head) if edge.mode is Mode.SYNCHRONOUS]
    to_queue = False
    if len(others) > 1:
        why = (
            f"'{head.name}' starts a row of calls, of {names}: a state machine keeps their order, "
            "tries each again by itself and is not paid for waiting"
        )
    elif any(used):
        why = (
            f"the code of '{head.name}' goes on with what {names} answers, so that a queue will "
            "not do; a state machine hands the answer on"
        )
    elif used and all(each is False for each in used):
        to_queue = True
        why = (
            f"the code of '{head.name}' makes no use of what {names} answers: a queue takes the "
            "request, and nobody has to wait"
        )
    elif subjects.survey.fronts(others[0]) or _ASKED.match(others[0].name):
        why = (
            f"{names} is there to answer, so that a queue will not do; a state machine hands the "
            "answer on"
        )
    elif waiting:
        source = waiting[0].source
        name = source.resource.logical_id if source.is_generated else source.name
        why = (
            f"'{name}' waits for '{head.name}' and may need what {names} "
            "answers: a state machine runs both"
        )
    else:
        to_queue = True
        why = (
            f"nobody waits for '{head.name}', so that a queue takes the request; should it need "
            f"what {names} answers, let a state machine run both"
        )
    return Move(
        to="queue" if to_queue else "state-machine",
        title="a queue between the two" if to_queue else "a state machine that calls them",
        why=why,
        findings=tuple(chain.findings),
        before=_before(subjects, chain),
        after=_with_queue(subjects, chain) if to_queue else _with_machine(subjects, chain),
        reference=_QUEUE if to_queue else _MACHINE,
    )


def _calls(subjects: Subjects, caller: Function, callee: Function) -> list[Edge]:
    """Return the calls in code that wait for a function."""
    return [
        edge
        for edge in subjects.survey.architecture.calls(caller)
        if edge.target is callee
        and edge.kind is EdgeKind.INVOKES
        and edge.mode is not Mode.ASYNCHRONOUS
    ]


def _before(subjects: Subjects, chain: Chain) -> Sketch:
    drawing = Drawing(subjects.survey)
    drawing.arrivals(chain.head, drawing.node(chain.head))
    for caller, callee in list(chain.calls.values())[:_MOST]:
        drawing.arrow(drawing.node(caller), drawing.node(callee), "waits")
    return drawing.done()


def _with_machine(subjects: Subjects, chain: Chain) -> Sketch:
    drawing = Drawing(subjects.survey)
    head = chain.head
    machine = drawing.machine(head, f"{head.name}Steps")
    drawing.starts(head, machine, waits=True)
    for at, node in enumerate(chain.others, 2):
        drawing.arrow(machine, drawing.node(node), f"step {at}")
    return drawing.done()


def _with_queue(subjects: Subjects, chain: Chain) -> Sketch:
    drawing = Drawing(subjects.survey)
    head, (callee, *_) = chain.head, chain.others
    drawing.arrivals(head, drawing.node(head))
    queue = drawing.new("queue", f"{callee.name}Requests", near=callee)
    failed = drawing.new("queue", f"{callee.name}Failed", near=callee)
    drawing.arrow(drawing.node(head), queue, "sends")
    drawing.arrow(queue, drawing.node(callee), "polled")
    drawing.arrow(queue, failed, "dead letters")
    # Others that call it are as they were.
    for edge in subjects.survey.incoming(callee, EdgeKind.INVOKES):
        if edge.source.id != head.id and edge.evidence.word == "declared":
            drawing.arrow(drawing.node(edge.source), drawing.node(callee), word_of(edge))
    return drawing.done()


__all__ = ["RULES", "moves"]
