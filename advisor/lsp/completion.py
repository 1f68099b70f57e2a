"""What may be written in a suppression: its form, and the names and ids of rules."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lsprotocol import types

from advisor.reporters.rule_pages import markdown, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.lsp.places import Here
    from advisor.rules.registry import Registry
    from advisor.rules.rule import Rule

TRIGGERS = ["[", ",", ":", " "]
_IN_COMMENT = re.compile(r"(?:#|//|--)\s*advise:\s*ignore(?:-file)?\s*\[(?:[^\]]*,)?\s*([\w-]*)$")
_BEFORE_BRACKET = re.compile(r"(?:#|//|--)\s*advise:\s*([\w-]*)$")
_IN_METADATA = re.compile(r"""^[\s{,-]*["']?rule["']?\s*:\s*["']?([\w-]*)$""")
_IN_FLOW = re.compile(r"""[{,]\s*["']?rule["']?\s*:\s*["']?([\w-]*)$""")
_OURS = re.compile(r"""["']?(?:advise|ignore)["']?\s*:""")
_FAR = 400  # lines above an entry in which its `ignore:` is looked for


def completed(at: Here) -> types.CompletionList | None:
    """Return what may stand at a place; None where it is no suppression."""
    before = at.line[: at.offset - at.page.lines.starts[at.position.line]]
    found = _BEFORE_BRACKET.search(before)
    if found is not None:
        return _list(at, found[1], _forms())
    found = _IN_COMMENT.search(before)
    if found is None:
        found = _IN_METADATA.search(before) or _IN_FLOW.search(before)
        if found is None or not _is_ours(at, before):
            return None
    return _list(at, found[1], _rules(at))


def page_of(item: types.CompletionItem, registry: Registry) -> types.CompletionItem:
    """Return an item with the page of its rule."""
    rule = registry.get(item.label)
    if rule is not None:
        item.documentation = types.MarkupContent(types.MarkupKind.Markdown, markdown(rule))
    return item


def _list(at: Here, typed: str, items: Iterator[types.CompletionItem]) -> types.CompletionList:
    # The word is replaced as a whole: editors do not agree on whether `-` is part of one.
    rest = re.match(r"[\w-]*", at.page.text[at.offset : at.offset + 100])
    end = at.offset + (rest.end() if rest else 0)
    where = at.page.range(at.offset - len(typed), end)
    found = []
    for item in items:
        item.text_edit = types.TextEdit(where, item.insert_text or item.label)
        item.insert_text = None
        found.append(item)
    return types.CompletionList(is_incomplete=False, items=found)


def _forms() -> Iterator[types.CompletionItem]:
    for word, what in (("ignore", "this line, or all below its key"), ("ignore-file", "the file")):
        yield types.CompletionItem(
            label=word, detail=what, insert_text=f"{word}[",
            kind=types.CompletionItemKind.Keyword,
        )  # fmt: skip


def _rules(at: Here) -> Iterator[types.CompletionItem]:
    """Yield every rule by name and by id, first those that say something of the file."""
    report = at.judged.report
    near = {
        each.rule.id for each in (*report.findings, *report.hidden) if each.location.path == at.path
    }
    for rule in at.judged.registry.rules:
        rank = "0" if rule.id in near else "1"
        yield _item(rule, rule.name, rule.id, f"{rank}0")
        yield _item(rule, rule.id, rule.name, f"{rank}1")


def _item(rule: Rule, word: str, other: str, rank: str) -> types.CompletionItem:
    return types.CompletionItem(
        label=word,
        label_details=types.CompletionItemLabelDetails(description=other),
        detail=sentence(rule.summary),
        kind=types.CompletionItemKind.EnumMember,
        filter_text=word,
        sort_text=f"{rank}{word}",
        data={"rule": rule.id},
    )


def _is_ours(at: Here, before: str) -> bool:
    """Tell whether a `rule:` stands in `advise: ignore:` of Metadata."""
    seen = ""
    for number in range(at.position.line, max(at.position.line - _FAR, -1), -1):
        line = before if number == at.position.line else at.page.line(number)
        seen = f"{line}\n{seen}"
        if "advise" in line:
            return "ignore" in seen and _OURS.search(line) is not None
        if "Properties" in line or "Resources" in line:
            return False
    return False


__all__ = ["TRIGGERS", "completed", "page_of"]
