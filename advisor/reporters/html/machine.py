"""A state machine as a picture that unfolds inside its box: states, and where each leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.reporters.html.layout import Measure, laid_out
from advisor.reporters.html.svg import loop_of, loop_path, number, path_of, short, text_of
from advisor.reporters.workflow_diagram import findings_by_state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.rules.finding import Finding, Severity
    from advisor.workflows.model import State, Workflow

MAX_STATES = 400
"""States that are drawn; the rest is counted."""
WIDTH, HEIGHT = 188, 38
TURNED = Measure(width=HEIGHT, height=WIDTH, across=42, down=26)
"""Machines are laid out from top to bottom, where many states take less room."""
MARGIN = 16
HEAD = 52
"""Pixels above the states that the box itself takes."""
_MOST_NAME = 25
_MOST_WORDS = 30
_MOST_LABEL = 14
_WORDS = {"Next": "", "Default": "else", "Choices": "if", "Catch": "catch"}


@record(frozen=True)
class Unfolded:
    """The inside of a machine's box: how many states, its size in pixels, and its SVG."""

    states: int
    width: float
    height: float
    svg: str


def unfolded(
    architecture: Architecture, machine: StateMachine, findings: Sequence[Finding]
) -> Unfolded | None:
    """Return the picture of a machine's states, None where its definition is not at hand."""
    workflow = machine.workflow
    if workflow is None or not workflow.scopes:
        return None
    every = list(workflow.states())
    states = every[:MAX_STATES]
    if not states:
        return None
    at = {state: index for index, state in enumerate(states)}
    ways = _ways(states, at)
    drawing = laid_out(len(states), ways, TURNED)
    corners = [(x, y) for y, x in drawing.boxes]
    found = findings_by_state(workflow, findings)
    tasks = {task.state: task.label for task in architecture.workflow_tasks(machine)}
    starts = _starts(workflow)
    parts = []
    for pair, (label, kind) in ways.items():
        itself = pair[0] == pair[1]
        points = drawing.lines.get(pair, [])
        if itself:
            line = loop_path(loop_of(corners[pair[0]], WIDTH))
        elif points:
            line = path_of(points, down=True)
        else:
            continue
        parts.append(f'<path class="way {kind}" d="{line}"/>')
        if label and not itself:
            (y0, x0), (y, x) = points[-2:]
            parts.append(
                f'<text class="wlabel" x="{number((x0 + x) / 2)}" '
                f'y="{number((y0 + y) / 2 - 3)}">{text_of(short(label, _MOST_LABEL))}</text>'
            )
    for state, (x, y) in zip(states, corners, strict=True):
        worst = max((each.severity for each in found.get(state, ())), default=None)
        parts.append(_box(state, x, y, tasks.get(state, ""), worst, first=state in starts))
    more = len(every) - len(states)
    if more:
        top = number(drawing.width + MARGIN)
        parts.append(f'<text class="snote" x="0" y="{top}">{more} more states</text>')
    inner = "".join(parts)
    svg = f'<g transform="translate({MARGIN} {HEAD + MARGIN})">{inner}</g>'
    return Unfolded(
        len(every),
        drawing.height + 2 * MARGIN,
        drawing.width + HEAD + (3 if more else 2) * MARGIN,
        svg,
    )


def _ways(states: Sequence[State], at: dict[State, int]) -> dict[tuple[int, int], tuple[str, str]]:
    """Return what leads where: the words on the line, and what kind of line it is."""
    ways: dict[tuple[int, int], tuple[str, str]] = {}
    for state in states:
        for target, label, kind in _targets(state):
            if target in at:
                ways.setdefault((at[state], at[target]), (label, kind))
    return ways


def _targets(state: State) -> Iterator[tuple[State, str, str]]:
    for move in state.transitions:
        if move.state is not None:
            word = move.kind.value
            yield move.state, _WORDS.get(word, ""), "catch" if word == "Catch" else "next"
    for at, scope in enumerate(state.scopes, 1):
        if scope.start is not None:
            label = f"branch {at}" if state.type == "Parallel" else "each item"
            yield scope.start, label, "inner"


def _starts(workflow: Workflow) -> set[State]:
    start = workflow.scopes[0].start
    return {start} if start is not None else set()


def _box(
    state: State, x: float, y: float, does: str, worst: Severity | None, *, first: bool
) -> str:
    words = does or state.type
    call = state.call
    if call is not None and not does:
        words = call.resource.rpartition(":::")[2]
    classes = "state" + (f" {worst.word}" if worst else "") + (" first" if first else "")
    if state.is_terminal:
        classes += " last"
    title = f"{state.name} · {state.type} · {words}"
    return (
        f'<g class="{classes}" transform="translate({number(x)} {number(y)})">'
        f"<title>{text_of(short(title, 300))}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="5"/>'
        f'<text class="sname" x="9" y="16">{text_of(short(state.name, _MOST_NAME))}</text>'
        f'<text class="snote" x="9" y="30">{text_of(short(words, _MOST_WORDS))}</text></g>'
    )


__all__ = ["Unfolded", "unfolded"]
