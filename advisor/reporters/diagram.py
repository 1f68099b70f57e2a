"""Pictures of an architecture in the direction of events: a tree as text, and Mermaid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.apis import Api
from advisor.architecture.nodes.databases import Database
from advisor.architecture.nodes.external import External
from advisor.architecture.nodes.storage import Bucket, Table
from advisor.architecture.nodes.workflows import StateMachine
from advisor.reporters.flow import flow_of, note_of, sign_of, title_of
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
MAX_LEVELS = 40
"""Levels of the tree; deeper ones go on at the left margin, or no line would end."""
MAX_LABEL = 80
"""Characters of one label."""

_AGAIN = (" ↑", " ^")
_MARKS = {Severity.ERROR: ("✗", "x"), Severity.WARNING: ("!", "!"), Severity.INFO: ("·", "i")}


def render_tree(
    architecture: Architecture,
    *,
    findings: Sequence[Finding] = (),
    ascii: bool = False,  # noqa: A002  # the word that users know from other tools
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
) -> str:
    """Return the architecture as a tree that starts where events come from.

    Each node is drawn out once and marked afterwards; helpers are counted unless `all`.
    """
    flow = part(flow_of(architecture, findings=findings, everything=all))
    lines = [_headline(flow), ""]
    drawn: set[str] = set()
    loose: list[Box] = []
    waiting = list(flow.roots)
    at = 0
    while at < len(waiting):
        root = waiting[at]
        at += 1
        if not (root.links or root.arrivals):
            loose.append(root)
            continue
        lines.append(f"  {_box(root, ascii_only=ascii)}")
        waiting.extend(_branch(root, lines, drawn, ascii_only=ascii))
        lines.append("")
    if loose:
        lines.append("  not connected")
        lines += [f"    {_box(box, ascii_only=ascii)}" for box in loose]
        lines.append("")
    again = any(line.endswith(_AGAIN) for line in lines)
    lines.append(f"  {_legend(flow, ascii_only=ascii, again=again)}")
    return "\n".join(lines).rstrip() + "\n"


def _headline(flow: Flow) -> str:
    shown = sum(1 for box in flow.boxes if not isinstance(box.node, External))
    total = shown + flow.hidden
    text = f"{total} resource{'s' if total != 1 else ''}"
    if flow.hidden:
        word = "helper" if flow.hidden == 1 else "helpers"
        text += f" ({shown} shown, {flow.hidden} {word} hidden: --all)"
    return text


def _branch(root: Box, lines: list[str], drawn: set[str], *, ascii_only: bool) -> list[Box]:
    """Add the lines below a root; return the boxes that lie too deep to go on here."""
    tee, corner, bar = ("|- ", "`- ", "|  ") if ascii_only else ("├─ ", "└─ ", "│  ")
    arrow, again = ("-->", "^") if ascii_only else ("─▶", "↑")
    drawn.add(root.node.id)
    deep: list[Box] = []
    # What is left to draw: the link, the indent before it, whether it is the last of its box.
    pending = _below(root, "", 0)
    while pending:
        link, indent, last, level = pending.pop()
        # Reading sets nothing off: what follows is drawn where events do arrive.
        known = link.target.node.id in drawn or (link.reads and bool(link.target.links))
        label = _line(link.label, ascii_only=ascii_only)
        dash = "-" if ascii_only else "─"
        line = f"  {indent}{corner if last else tee}{label} {arrow if link.sure else dash + arrow} "
        line += _box(link.target, ascii_only=ascii_only, short=known)
        lines.append(
            line + (f" {again}" if link.target.node.id in drawn and link.target.links else "")
        )
        if known:
            continue
        if level + 1 >= MAX_LEVELS and link.target.links:
            deep.append(link.target)
            continue
        drawn.add(link.target.node.id)
        pending += _below(link.target, indent + ("   " if last else bar), level + 1)
    return deep


def _below(box: Box, indent: str, level: int) -> list[tuple[Link, str, bool, int]]:
    """Return the links of a box as lines to draw, the first on top of the stack."""
    count = len(box.links)
    rows = [(link, indent, at == count - 1, level) for at, link in enumerate(box.links)]
    return rows[::-1]


def _line(text: str, *, ascii_only: bool) -> str:
    shown = safe(text, ascii_only=ascii_only)
    dots = "..." if ascii_only else "…"
    return shown if len(shown) <= MAX_LABEL else f"{shown[:MAX_LABEL]}{dots}"


def _box(box: Box, *, ascii_only: bool, short: bool = False) -> str:
    """Return a node in one line: sign, name, and beside it what there is to say."""
    sign = sign_of(box.node)[1 if ascii_only else 0]
    name = _line(title_of(box.node), ascii_only=ascii_only)
    text = f"{sign} {name}" if sign else name
    if short:
        return text
    notes = [_line(note_of(box.node), ascii_only=ascii_only)]
    if box.severity is not None:
        mark = _MARKS[box.severity][1 if ascii_only else 0]
        ids = sorted({finding.rule.id for finding in box.findings})
        notes.append(f"{mark} {' '.join(ids)}")
    return "  ".join([text, *filter(None, notes)])


def _legend(flow: Flow, *, ascii_only: bool, again: bool) -> str:
    """Return what the signs mean that are in the picture."""
    words: dict[str, str] = {}
    for box in flow.boxes:
        sign, letters, word = sign_of(box.node)
        if word and not ascii_only:
            words.setdefault(sign, word)
        elif word and letters != word:
            words.setdefault(letters, word)
    if again:
        words["^" if ascii_only else "↑"] = "shown above"
    for box in flow.boxes:
        if box.severity is not None:
            words[_MARKS[box.severity][1 if ascii_only else 0]] = box.severity.word
    if any(not link.sure for box in flow.boxes for link in box.links):
        words["--->" if ascii_only else "──▶"] = "only granted or named"
    return "   ".join(f"{sign} {word}" for sign, word in words.items())


# --- Mermaid ------------------------------------------------------------------------------------

_CLASSES = {
    Severity.ERROR: "classDef error fill:#fdecea,stroke:#b3261e,color:#410e0b",
    Severity.WARNING: "classDef warning fill:#fff4d6,stroke:#9a6700,color:#3d2a00",
}
_ENTITIES = {character: f"#{ord(character)};" for character in "#&<>\"'`|\\[]{}()"}


def render_mermaid(
    architecture: Architecture,
    *,
    findings: Sequence[Finding] = (),
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
) -> str:
    """Return the architecture as a Mermaid flowchart that GitHub draws.

    What goes beyond its limits is left out and counted in a box of its own.
    """
    flow = part(flow_of(architecture, findings=findings, everything=all))
    names = {box.node.id: f"n_{at}" for at, box in enumerate(flow.boxes)}
    classes: dict[str, list[str]] = {}
    lines = ["flowchart LR"]
    # Room for the class definitions and the box that counts what is left out.
    budget = MAX_TEXT - 1_000 - len(lines[0])
    written: set[str] = set()
    left_out = 0
    edges = 0

    def add(text: str) -> bool:
        nonlocal budget
        if budget < len(text) + 1:
            return False
        budget -= len(text) + 1
        lines.append(text)
        return True

    def declare(box: Box) -> bool:
        name = names[box.node.id]
        if name in written:
            return True
        if not add(f"  {name}{_shape(box)}"):
            return False
        written.add(name)
        if box.severity in _CLASSES and box.severity is not None:
            classes.setdefault(box.severity.word, []).append(name)
            # The class line below names it again.
            budget_for_class(name)
        return True

    def budget_for_class(name: str) -> None:
        nonlocal budget
        budget -= len(name) + 1

    for box in flow.boxes:
        if not declare(box):
            left_out += 1
    for box in flow.boxes:
        for link in box.links:
            ends = names[link.source.node.id], names[link.target.node.id]
            text = _edge(*ends, link)
            if edges >= MAX_EDGES or not written.issuperset(ends) or not add(text):
                left_out += 1
                continue
            edges += 1
    if left_out:
        lines.append(f'  n_more["… {left_out} more left out"]')
    for severity, text in _CLASSES.items():
        if severity.word in classes:
            lines += [f"  {text}", f"  class {','.join(classes[severity.word])} {severity.word}"]
    return "\n".join(lines) + "\n"


def _shape(box: Box) -> str:
    """Return the brackets of a node with its quoted label."""
    node = box.node
    text = _quoted(title_of(node), note_of(node), *sorted({f.rule.id for f in box.findings}))
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
    label = _quoted(link.label)
    line = "-->" if link.sure else "-.->"
    return f'  {source} {line}|"{label}"| {target}' if label else f"  {source} {line} {target}"


def _quoted(*texts: str) -> str:
    """Return texts on one line in which nothing is markup."""
    text = " · ".join(filter(None, texts))
    shown = safe(text if len(text) <= MAX_LABEL else f"{text[:MAX_LABEL]}…")
    return "".join(_ENTITIES.get(character, character) for character in shown)


__all__ = ["render_mermaid", "render_tree"]
