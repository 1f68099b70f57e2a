"""What a rule says of itself: one source for the terminal, Markdown, JSON and report formats."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

from advisor.reporters.look import INK_OF, Ink
from advisor.reporters.safe import cells, safe
from advisor.reporters.wrapping import is_prose, wrapped_prose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from advisor.documents.document import Data
    from advisor.reporters.look import Look
    from advisor.rules.rule import Example, Rule

_INDENT = "  "
_WIDE = 90
"""Columns from which the names of rules need not be broken."""
_BETWEEN = 3
"""Columns between the two examples."""


def sentence(text: str) -> str:
    """Return a rule's summary as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def how_to_ignore(rule: Rule) -> str:
    """Return the comment that suppresses the rule at a place."""
    from advisor.rules.foreign import is_foreign

    word = rule.id if is_foreign(rule.id) else rule.name
    return f"# advise: ignore[{word}] the reason"


def table(rules: Sequence[Rule], *, look: Look) -> str:
    """Return the rules as a table, in the order of their ids, and their number."""
    from rich.box import ASCII2, SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=ASCII2 if look.ascii_only else SIMPLE_HEAD, pad_edge=False)
    whole = {"id", "severity", "name"} if look.room >= _WIDE else {"id", "severity"}
    for heading in ("id", "name", "severity", "finds"):
        drawn.add_column(heading, no_wrap=heading in whole, overflow="fold")
    styles = {3: "bold red", 2: "yellow", 1: "cyan"}
    for rule in rules:
        drawn.add_row(
            rule.id,
            Text(rule.name),
            Text(rule.severity.word, style=styles[rule.severity]),
            Text(safe(rule.summary, ascii_only=look.ascii_only)),
        )
    text = io.StringIO()
    console = Console(
        file=text, width=look.room, force_terminal=look.colour, no_color=not look.colour,
        color_system="standard" if look.colour else None, legacy_windows=False,
    )  # fmt: skip
    console.print(drawn)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    count = f"{len(rules):,} rule{'' if len(rules) == 1 else 's'}, advise rule RULE explains one"
    return "\n".join([*lines, count]).strip("\n") + "\n"


def page(rule: Rule, *, look: Look) -> str:
    """Return the page of a rule for a terminal."""
    lines = list(_page(rule, look=look))
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _page(rule: Rule, *, look: Look) -> Iterator[str]:
    dot = f" {look.glyphs.dot} "
    severity = look.paint(rule.severity.word, INK_OF[rule.severity])
    yield f"{look.paint(f'{rule.id}  {rule.name}', Ink.STRONG)}"
    yield dot.join([severity, rule.pillar.value, f"confidence {rule.confidence.word}"])
    standing = f"since {rule.since}"
    if rule.preview:
        standing += f"{dot}preview: only where it is selected"
    if rule.aliases:
        standing += f"{dot}formerly {', '.join(rule.aliases)}"
    yield standing
    for heading, text in (
        ("What it finds", sentence(rule.summary)),
        ("Why it matters", rule.rationale),
        ("How to mend it", rule.remediation),
    ):
        yield from _section(heading, text, look=look)
    yield ""
    yield from _examples(rule, look=look)
    yield from _section("When to ignore it", rule.when_to_ignore, look=look)
    yield from _section("How to ignore it", how_to_ignore(rule), look=look)
    if rule.options:
        settings = "\n".join(f"{name} = {json.dumps(each)}" for name, each in rule.options.items())
        yield from _section(f"Options: [rules.{rule.name}]", settings, look=look)
    yield from _section("See also", "\n".join(rule.references), look=look)


def _section(heading: str, text: str, *, look: Look) -> Iterator[str]:
    yield ""
    yield look.paint(heading, Ink.STRONG)
    lines = "\n".join(safe(line, ascii_only=look.ascii_only) for line in paragraphs(text))
    yield from (f"{_INDENT}{line}" for line in wrapped_prose(lines, look.room - len(_INDENT)))


def paragraphs(text: str) -> list[str]:
    """Return lines that were broken in a rule file joined again, what is to be pasted as it is."""
    lines: list[str] = []
    open_ended = False
    for line in text.splitlines():
        joins = open_ended and line and is_prose(line)
        if joins:
            lines[-1] = f"{lines[-1]} {line}"
        else:
            lines.append(line)
        open_ended = bool(line) and is_prose(line)
    return lines


def _examples(rule: Rule, *, look: Look) -> Iterator[str]:
    bad = list(_example_lines(rule.bad, look=look))
    good = list(_example_lines(rule.good, look=look))
    left = max(cells(line) for line in bad)
    right = max(cells(line) for line in good)
    if left + right + _BETWEEN + 2 * len(_INDENT) > look.room:
        yield look.paint("Bad", Ink.STRONG)
        yield from (f"{_INDENT}{line}" for line in bad)
        yield ""
        yield look.paint("Good", Ink.STRONG)
        yield from (f"{_INDENT}{line}" for line in good)
        return
    width = left + _BETWEEN + len(_INDENT)
    yield f"{look.paint('Bad', Ink.STRONG)}{'':{width - 3}}{look.paint('Good', Ink.STRONG)}"
    for index in range(max(len(bad), len(good))):
        one = bad[index] if index < len(bad) else ""
        other = good[index] if index < len(good) else ""
        yield f"{_INDENT}{one}{' ' * (width - len(_INDENT) - cells(one))}{_INDENT}{other}"


def _example_lines(example: Example, *, look: Look) -> Iterator[str]:
    for name, text in files_of(example).items():
        if name:
            yield f"# {name}"
        for line in text.splitlines():
            yield safe(line, ascii_only=look.ascii_only)


def files_of(example: Example) -> Mapping[str, str]:
    """Return the texts of an example by file name; a lone template has no name."""
    return {"": example} if isinstance(example, str) else example


def markdown(rule: Rule) -> str:
    """Return the page of a rule in Markdown, as documentation and report formats carry it."""
    facts = (
        f"`{rule.id}` · {rule.severity.word} · {rule.pillar.value} · confidence "
        f"{rule.confidence.word} · since {rule.since}{' · preview' if rule.preview else ''}"
    )
    parts = [f"# {rule.name}", facts]
    parts += ["## What it finds", sentence(rule.summary)]
    parts += ["## Why it matters", rule.rationale]
    if rule.bad:
        parts += ["## How to mend it", rule.remediation]
        parts += ["## Bad", _fenced(rule.bad), "## Good", _fenced(rule.good)]
        parts += ["## When to ignore it", rule.when_to_ignore]
    parts += ["## How to ignore it", f"```yaml\n{how_to_ignore(rule)}\n```"]
    if rule.options:
        settings = "\n".join(f"{name} = {json.dumps(each)}" for name, each in rule.options.items())
        parts += ["## Options", f"```toml\n[rules.{rule.name}]\n{settings}\n```"]
    if rule.aliases:
        parts += ["## Former names", ", ".join(f"`{alias}`" for alias in rule.aliases)]
    parts += ["## See also", "\n".join(f"- <{each}>" for each in rule.references)]
    return "\n\n".join(parts) + "\n"


def _fenced(example: Example) -> str:
    return "\n\n".join(
        (f"`{name}`\n\n" if name else "") + f"```{_language(name)}\n{text.rstrip()}\n```"
        for name, text in files_of(example).items()
    )


def _language(name: str) -> str:
    suffix = name.rpartition(".")[2] if "." in name else ""
    known = {"py": "python", "js": "javascript", "ts": "typescript", "json": "json"}
    return known.get(suffix, "yaml")


def as_data(rule: Rule) -> dict[str, Data]:
    """Return everything a rule says of itself as plain data."""
    return {
        "id": rule.id,
        "name": rule.name,
        "pillar": rule.pillar.value,
        "severity": rule.severity.word,
        "confidence": rule.confidence.word,
        "summary": rule.summary,
        "rationale": rule.rationale,
        "remediation": rule.remediation,
        "when_to_ignore": rule.when_to_ignore,
        "bad": dict(files_of(rule.bad)),
        "good": dict(files_of(rule.good)),
        "references": list(rule.references),
        "since": rule.since,
        "preview": rule.preview,
        "aliases": list(rule.aliases),
        "options": json.loads(json.dumps(dict(rule.options), default=str)),
        "supersedes": list(rule.supersedes),
    }


def as_json(rules: Sequence[Rule]) -> str:
    """Return the rules as a JSON list."""
    return json.dumps([as_data(rule) for rule in rules], indent=2) + "\n"


def one_as_json(rule: Rule) -> str:
    """Return one rule as a JSON object."""
    return json.dumps(as_data(rule), indent=2) + "\n"
