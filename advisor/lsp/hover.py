"""What an editor shows over a place: the rule of a finding, else what is known of a resource."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.explanation import explained
from advisor.lsp.places import findings_at, node_at, pointer_at
from advisor.reporters.rule_pages import markdown
from advisor.reporters.words import condition_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from advisor.architecture.nodes.base import Node
    from advisor.explanation import Connection, Explanation
    from advisor.lsp.places import Here
    from advisor.reading import Reading
    from advisor.rules.finding import Finding

_MOST_FINDINGS = 3
_MOST_LINES = 12
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def hover(at: Here, graph: Callable[[], Sequence[Reading]]) -> types.Hover | None:
    """Return what is to be shown; None where nothing is known."""
    parts = list(_rule_named(at))
    found = [] if parts else findings_at(at, at.judged.report.findings)
    for finding in found[:_MOST_FINDINGS]:
        parts += _finding(finding)
    if not parts:
        parts = list(_known(at, graph()))
    if not parts:
        return None
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "\n\n".join(parts)))


def _rule_named(at: Here) -> Iterator[str]:
    """Yield the page of a rule that a suppression names under the cursor."""
    if "ignore" in at.line or "rule" in at.line:
        rule = at.judged.registry.get(at.word) if at.word else None
        if rule is not None:
            yield markdown(rule)


def _finding(finding: Finding) -> Iterator[str]:
    when = condition_words(finding)
    yield f"**{plain(finding.message)}**{f' when {plain(when)}' if when else ''}"
    yield plain(finding.why)
    if finding.remediation:
        yield f"```yaml\n{fenced(finding.remediation)}\n```"
    for note in finding.context:
        yield f"> {plain(note)}"
    yield "---"
    yield markdown(finding.rule)


def _known(at: Here, readings: Sequence[Reading]) -> Iterator[str]:
    found = node_at(at, readings)
    if found is None:
        return
    architecture, node = found
    rules = [rule for rule, _ in at.judged.report.judged]
    about = explained(architecture, node, report=at.judged.report, rules=rules)
    yield f"**{plain(about.name)}**{f' · `{about.type}`' if about.type else ''}"
    yield from _value(at, node, about)
    yield from _connections("Reached by", about.incoming)
    yield from _connections("Reaches", about.outgoing)
    if about.more:
        yield _list(about.about.capitalize(), [plain(line) for line in about.more])
    if about.not_met:
        yield _list("Not met", [f"`{j.id}` {j.name}: {plain(j.said)}" for j in about.not_met])
    if about.not_judged:
        yield _list("Not judged", [f"`{j.id}` {j.name}: {plain(j.said)}" for j in about.not_judged])
    if about.met:
        yield f"{len(about.met)} rules met"


def _value(at: Here, node: Node, about: Explanation) -> Iterator[str]:
    """Yield what the property under the cursor comes to, where it is not what stands there."""
    if at.before is None or at.document is None:
        return
    pointer, _ = pointer_at(at.document, at.before)
    line = at.document.span(pointer).start.line if pointer else 0
    for value in about.values:
        if value.place == f"{at.path}:{line}":
            why = f" ({value.why})" if value.why else ""
            yield f"`{value.name}`: {plain(value.value)}{why}"
            return
    del node


def _connections(title: str, found: Sequence[Connection]) -> Iterator[str]:
    if found:
        yield _list(
            title,
            [
                f"**{plain(each.other)}**: {each.kind}{f' {each.mode}' if each.mode else ''}"
                f"{f', {plain(each.via)}' if each.via else ''}, {each.evidence} "
                f"({plain(each.place)})"
                for each in found
            ],
        )


def _list(title: str, items: Sequence[str]) -> str:
    more = [f"and {len(items) - _MOST_LINES} more"] if len(items) > _MOST_LINES else []
    return "\n".join([f"{title}", "", *(f"- {item}" for item in [*items[:_MOST_LINES], *more])])


def plain(text: str) -> str:
    """Return a stranger's text so that no Markdown in it is any."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def fenced(text: str) -> str:
    """Return a text that cannot end the fence it stands in."""
    return text.replace("```", "'''")


__all__ = ["hover"]
