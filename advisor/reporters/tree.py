"""A picture of an architecture as a tree of text that starts where events come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.external import External
from advisor.records import record
from advisor.reporters.flow import flow_of, stack_names
from advisor.reporters.flow_words import sign_of
from advisor.reporters.look import WIDEST
from advisor.reporters.safe import cells, safe
from advisor.rules.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.reporters.flow import Box, Flow, Link
    from advisor.rules.finding import Finding

MAX_LEVELS = 40
"""Levels of the tree; deeper ones go on at the left margin, or no line would end."""
MAX_LABEL = 80
"""Characters of one label."""

_AGAIN = (" ↑", " ^")
_MARKS = {Severity.ERROR: ("✗", "x"), Severity.WARNING: ("!", "!"), Severity.INFO: ("·", "i")}


def render_tree(  # each by its name
    architecture: Architecture,
    *,
    findings: Sequence[Finding] = (),
    ascii: bool = False,  # noqa: A002  # the word that users know from other tools
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
    width: int = WIDEST,
) -> str:
    """Return the architecture as a tree, stack by stack where there are several.

    Each node is drawn out once and marked afterwards; helpers are counted unless `all`. Only the
    legend is broken at `width`.
    """
    flow = part(flow_of(architecture, findings=findings, everything=all))
    return "\n".join([_headline(flow), "", *_Tree(flow, ascii_only=ascii).lines(width)]) + "\n"


def _headline(flow: Flow) -> str:
    shown = sum(1 for box in flow.boxes if not isinstance(box.node, External))
    total = shown + flow.hidden
    text = f"{total} resource{'s' if total != 1 else ''}"
    if flow.hidden:
        word = "helper" if flow.hidden == 1 else "helpers"
        text += f" ({shown} shown, {flow.hidden} {word} hidden: --all)"
    return text


@record(frozen=True)
class _Row:
    """One line that is still to be drawn: a link, the indent before it, where it stands."""

    link: Link
    indent: str
    last: bool
    level: int


class _Tree:
    """One picture while it is made."""

    def __init__(self, flow: Flow, *, ascii_only: bool) -> None:
        self._flow = flow
        self._ascii = ascii_only
        self._names = stack_names(flow.boxes)
        self._drawn: set[str] = set()

    def lines(self, width: int) -> Iterator[str]:
        """Yield all lines: what sets things off, what hangs together with nothing, the legend."""
        made: list[str] = []
        # What lies in no stack comes first; with one stack, or none, everything does.
        for stack in ["", *self._names]:
            roots = [b for b in self._flow.roots if not self._names or b.stack == stack]
            if not roots:
                continue
            if stack:
                made += [self._text(self._names[stack]), ""]
            made += self._group(roots)
        again = any(line.endswith(_AGAIN) for line in made)
        yield from made
        yield from self._legend(width, again=again)

    def _group(self, roots: Sequence[Box]) -> Iterator[str]:
        loose = [root for root in roots if not (root.links or root.arrivals)]
        waiting = _alike([root for root in roots if root.links or root.arrivals])
        at = 0
        while at < len(waiting):
            *others, root = waiting[at]
            at += 1
            yield from (f"  {self._box(other)}" for other in others)
            yield f"  {self._box(root)}"
            deep: list[Box] = []
            yield from self._branch(root, deep)
            waiting.extend([box] for box in deep)
            yield ""
        if loose:
            yield "  not connected"
            yield from (f"    {self._box(box)}" for box in loose)
            yield ""

    def _branch(self, root: Box, deep: list[Box]) -> Iterator[str]:
        """Yield the lines below a root; add to `deep` what lies too deep to go on here."""
        tee, corner, bar = ("|- ", "`- ", "|  ") if self._ascii else ("├─ ", "└─ ", "│  ")
        arrow, again = ("-->", "^") if self._ascii else ("─▶", "↑")
        dash = "-" if self._ascii else "─"
        self._drawn.add(root.id)
        pending = _below(root, "", 0)
        while pending:
            row = pending.pop()
            link, target = row.link, row.link.target
            # Reading sets nothing off: what follows is drawn where events do arrive.
            known = target.id in self._drawn or (link.reads and bool(target.links))
            label = self._text(link.label)
            line = f"  {row.indent}{corner if row.last else tee}{label} "
            line += f"{arrow if link.sure else dash + arrow} {self._box(target, short=known)}"
            if target.stack and target.stack != link.source.stack and self._names:
                line += f"  [{self._text(self._names[target.stack])}]"
            seen_above = target.id in self._drawn and target.links
            yield line + (f" {again}" if seen_above else "")
            if known:
                continue
            if row.level + 1 >= MAX_LEVELS and target.links:
                deep.append(target)
                continue
            self._drawn.add(target.id)
            indent = row.indent + ("   " if row.last else bar)
            pending += _below(target, indent, row.level + 1)

    def _text(self, text: str) -> str:
        shown = safe(text, ascii_only=self._ascii)
        dots = "..." if self._ascii else "…"
        return shown if len(shown) <= MAX_LABEL else f"{shown[:MAX_LABEL]}{dots}"

    def _box(self, box: Box, *, short: bool = False) -> str:
        """Return a node in one line: sign, name, and beside it what there is to say."""
        sign = sign_of(box.node)[1 if self._ascii else 0]
        name = self._text(box.title)
        text = f"{sign} {name}" if sign else name
        if short:
            return text
        notes = [self._text(box.note)]
        if box.severity is not None:
            mark = _MARKS[box.severity][1 if self._ascii else 0]
            ids = sorted({finding.rule.id for finding in box.findings})
            notes.append(f"{mark} {' '.join(ids)}")
        return "  ".join([text, *filter(None, notes)])

    def _legend(self, width: int, *, again: bool) -> Iterator[str]:
        """Yield what the signs mean that are in the picture."""
        line = " "
        for sign, word in self._signs(again=again).items():
            text = f"{sign} {word}"
            if line.strip() and cells(line) + 3 + cells(text) > width:
                yield line
                line = " "
            line += f" {text}" if line == " " else f"   {text}"
        if line.strip():
            yield line

    def _signs(self, *, again: bool) -> dict[str, str]:
        words: dict[str, str] = {}
        for box in self._flow.boxes:
            sign, letters, word = sign_of(box.node)
            if word and not self._ascii:
                words.setdefault(sign, word)
            elif word and letters != word:
                words.setdefault(letters, word)
        if again:
            words["^" if self._ascii else "↑"] = "shown above"
        for box in self._flow.boxes:
            if box.severity is not None:
                words[_MARKS[box.severity][1 if self._ascii else 0]] = box.severity.word
        if any(not link.sure for box in self._flow.boxes for link in box.links):
            words["--->" if self._ascii else "──▶"] = "only granted or named"
        return words


def _below(box: Box, indent: str, level: int) -> list[_Row]:
    """Return the links of a box as lines to draw, the first on top of the stack."""
    count = len(box.links)
    rows = [_Row(link, indent, at == count - 1, level) for at, link in enumerate(box.links)]
    return rows[::-1]


def _alike(roots: Sequence[Box]) -> list[list[Box]]:
    """Put roots together that do nothing but the same to the same: the alarms of one topic."""
    groups: dict[tuple[object, ...], list[Box]] = {}
    for root in roots:
        alone = len(root.links) != 1 or root.arrivals or sign_of(root.node)[2]
        link = root.links[0] if root.links else None
        key = (
            (root.id,)
            if alone or link is None
            else (root.node.type, link.label, link.sure, link.target.id)
        )
        groups.setdefault(key, []).append(root)
    return list(groups.values())


__all__ = ["render_tree"]
