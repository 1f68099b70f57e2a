"""A picture of an architecture as a Mermaid flowchart, as GitHub draws it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.databases import Database
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.storage import Bucket, Table
from advisor.architecture.nodes.workflows import StateMachine
from advisor.reporters.flow import flow_of, joined, stack_names
from advisor.reporters.safe import safe
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.architecture.nodes.base import Node
    from advisor.reporters.flow import Box, Flow, Link
    from advisor.rules.finding import Finding

MAX_TEXT = 50_000
"""Characters of a Mermaid text that GitHub draws (`maxTextSize`).

https://mermaid.js.org/config/schema-docs/config.html
"""
MAX_EDGES = 500
"""Edges of a Mermaid text that are drawn (`maxEdges`), from the same page."""
MAX_LABEL = 80
"""Characters of one label."""

_CLASSES = {
    Severity.ERROR: "classDef error fill:#fdecea,stroke:#b3261e,color:#410e0b",
    Severity.WARNING: "classDef warning fill:#fff4d6,stroke:#9a6700,color:#3d2a00",
}
_ENTITIES = {character: f"#{ord(character)};" for character in "#&<>\"'`|\\[]{}()"}


def render_mermaid(
    architectures: Sequence[Architecture],
    *,
    findings: Sequence[Finding] = (),
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
) -> str:
    """Return architectures as one Mermaid flowchart that GitHub draws, a frame for each stack.

    What goes beyond its limits is left out and counted in a box of its own.
    """
    flow = joined(
        [part(flow_of(each, findings=findings, everything=all)) for each in architectures]
    )
    return _Chart(flow).text()


class _Chart:
    """A flowchart while it is made: no line is added that goes beyond the limits."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._lines = ["flowchart LR"]
        # Room for the class definitions and the box that counts what is left out.
        self._room = MAX_TEXT - 1_000 - len(self._lines[0])
        self._names: dict[int, str] = {}
        self._classes: dict[str, list[str]] = {}

    def text(self) -> str:
        """Return the chart."""
        left_out = 0
        stacks = stack_names(self._flow.boxes)
        for at, stack in enumerate([*stacks, ""]):
            boxes = [box for box in self._flow.boxes if not stacks or box.stack == stack]
            frame = [f'  subgraph s_{at}["{quoted(stacks[stack])}"]', "  end"] if stack else []
            framed = bool(frame) and self._fits(*frame)
            if framed:
                self._lines.append(frame[0])
            left_out += sum(not self._declared(box) for box in boxes)
            if framed:
                self._lines.append(frame[1])
        edges = 0
        for box in self._flow.boxes:
            for link in box.links:
                if edges < MAX_EDGES and self._linked(link):
                    edges += 1
                else:
                    left_out += 1
        if left_out:
            self._lines.append(f'  n_more["… {left_out} more left out"]')
        for severity, text in _CLASSES.items():
            if severity.word in self._classes:
                names = ",".join(self._classes[severity.word])
                self._lines += [f"  {text}", f"  class {names} {severity.word}"]
        return "\n".join(self._lines) + "\n"

    def _fits(self, *lines: str, more: int = 0) -> bool:
        """Take the room for lines; tell whether there was enough."""
        needed = sum(len(line) + 1 for line in lines) + more
        if self._room < needed:
            return False
        self._room -= needed
        return True

    def _declared(self, box: Box) -> bool:
        name = f"n_{len(self._names)}"
        line = f"  {name}{_shape(box)}"
        coloured = box.severity in _CLASSES
        # The line of its class names it again.
        if not self._fits(line, more=len(name) + 1 if coloured else 0):
            return False
        self._names[id(box)] = name
        self._lines.append(line)
        if coloured and box.severity is not None:
            self._classes.setdefault(box.severity.word, []).append(name)
        return True

    def _linked(self, link: Link) -> bool:
        source, target = self._names.get(id(link.source)), self._names.get(id(link.target))
        if source is None or target is None:
            return False
        line = _edge(source, target, link)
        if not self._fits(line):
            return False
        self._lines.append(line)
        return True


def _shape(box: Box) -> str:
    """Return the brackets of a node with its quoted label."""
    node = box.node
    text = quoted(box.title, box.note, *sorted({f.rule.id for f in box.findings}))
    opens, closes = _brackets(node)
    return f'{opens}"{text}"{closes}'


def _brackets(node: Node) -> tuple[str, str]:
    if isinstance(node, External):
        return "([", "])"
    if isinstance(node, (Table, Bucket, Database)):
        return "[(", ")]"
    if isinstance(node, StateMachine):
        return "[[", "]]"
    if isinstance(node, Api):
        return "{{", "}}"
    return "[", "]"


def _edge(source: str, target: str, link: Link) -> str:
    label = quoted(link.label)
    line = "-->" if link.sure else "-.->"
    return f'  {source} {line}|"{label}"| {target}' if label else f"  {source} {line} {target}"


def quoted(*texts: str) -> str:
    """Return texts on one line in which nothing is markup."""
    text = " · ".join(filter(None, texts))
    shown = safe(text if len(text) <= MAX_LABEL else f"{text[:MAX_LABEL]}…")
    return "".join(_ENTITIES.get(character, character) for character in shown)


__all__ = ["MAX_EDGES", "MAX_TEXT", "quoted", "render_mermaid"]
