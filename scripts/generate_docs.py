"""Writes the parts of docs/ that the rules, the options and the configuration's schema say.

    python scripts/generate_docs.py

Everything else in docs/ is written by hand. A test tells when this has to be run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from advisor.cli.options import OPTIONS, Takes  # noqa: E402  # the checkout's, installed or not
from advisor.data.limits import limits  # noqa: E402
from advisor.reporters.rule_pages import markdown, sentence  # noqa: E402
from advisor.rules.registry import load  # noqa: E402
from advisor.rules.rule import FAMILIES  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from advisor.cli.options import Option
    from advisor.rules.rule import Rule

DOCS = ROOT / "docs"
SCHEMA = ROOT / "advisor" / "data" / "config.schema.json"
COMMAND = "python scripts/generate_docs.py"
_MADE = f"<!-- Made by `{COMMAND}`. -->\n\n"


def pages(*, only_known: bool = False) -> dict[str, str]:
    """Return the generated pages by their path below docs/.

    `only_known` leaves out rules that have no page yet: a new rule is a file of its own, and its
    page is made with the next release.
    """
    rules = load().rules
    if only_known:
        rules = tuple(rule for rule in rules if (DOCS / "rules" / f"{rule.name}.md").is_file())
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    made = {f"rules/{rule.name}.md": _MADE + markdown(rule) for rule in rules}
    made["rules.md"] = _MADE + "\n".join(_index(rules)) + "\n"
    made["configuration-reference.md"] = _MADE + "\n".join(_settings(schema)) + "\n"
    made["limits.md"] = _MADE + "\n".join(_limits()) + "\n"
    made["options.md"] = _MADE + "\n".join(_options()) + "\n"
    return made


def stale(made: Mapping[str, str]) -> list[str]:
    """Return the paths of pages that are not as they would be made, or are of no rule."""
    wrong = [path for path, text in made.items() if _text(DOCS / path) != text]
    there = {file.relative_to(DOCS).as_posix() for file in (DOCS / "rules").glob("*.md")}
    return sorted({*wrong, *(there - set(made))})


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _index(rules: tuple[Rule, ...]) -> Iterator[str]:
    yield "# Rules"
    yield ""
    yield (
        f"{len(rules)} rules. Each has a page: what it finds, why it matters, bad, good, when and "
        "how to ignore it. The same pages stand in the terminal: `advise rule QUE001`."
    )
    for prefix, about in FAMILIES.items():
        family = [rule for rule in rules if rule.id.startswith(prefix)]
        if not family:
            continue
        yield from ("", f"## {prefix}: {about}", "")
        yield "| id | rule | severity | finds |"
        yield "| --- | --- | --- | --- |"
        for rule in family:
            preview = " (preview)" if rule.preview else ""
            link = f"[{rule.name}](rules/{rule.name}.md){preview}"
            yield f"| {rule.id} | {link} | {rule.severity.word} | {_cell(rule.summary)} |"


def _limits() -> Iterator[str]:
    yield "# Limits"
    yield ""
    yield (
        "Every number of AWS that a rule relies on. A row that is not verified is never the ground "
        "of an error."
    )
    yield from ("", "| limit | value | what it is | date | source | verified |")
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in limits().values():
        known = "yes" if row.verified else "**no**"
        source = f"<{row.source}>" if row.source.startswith("https://") else _cell(row.source)
        yield (
            f"| {row.key} | {row.value:,g} {row.unit} | {_cell(row.about)} | {row.date} | {source} "
            f"| {known} |"
        )


def _settings(schema: Mapping[str, object]) -> Iterator[str]:
    yield "# Settings"
    yield ""
    yield sentence(str(schema["description"]).rstrip("."))
    yield "`advise config schema` writes the JSON Schema of them."
    yield from _properties(schema, "")


def _properties(schema: Mapping[str, object], prefix: str) -> Iterator[str]:
    properties = schema["properties"]
    if not isinstance(properties, dict):
        return
    for name, row in properties.items():
        yield from ("", f"## `{prefix}{name}`", "")
        yield str(row["description"])
        kind = _kind(row)
        default = f" By default `{json.dumps(row['default'])}`." if "default" in row else ""
        yield from ("", f"Takes {kind}.{default}")
        for example in row.get("examples", ()):
            yield from ("", "```toml", *_toml(f"{prefix}{name}", example), "```")
        if "properties" in row:
            yield from _properties(row, f"{prefix}{name}.")


def _kind(row: Mapping[str, object]) -> str:
    words = row.get("enum")
    if isinstance(words, list):
        return "one of " + ", ".join(f"`{word}`" for word in words)
    if row.get("format") == "date":
        return "a date"
    if row.get("type") == "integer":
        return f"a whole number from {row['minimum']} to {row['maximum']}"
    kinds = {"array": "a list of texts", "object": "a table", "boolean": "`true` or `false`"}
    return kinds.get(str(row.get("type")), "a text")


def _toml(key: str, value: object) -> list[str]:
    """Return an example as TOML: a table for a mapping, a line for everything else."""
    table, _, last = key.rpartition(".")
    if not isinstance(value, dict):
        line = f"{last} = {json.dumps(value, ensure_ascii=False)}"
        return [f"[{table}]", line] if table else [line]
    lines = []
    for name, inner in value.items():
        if isinstance(inner, dict):
            lines += [f"[{key}.{name}]", *(f"{k} = {json.dumps(v)}" for k, v in inner.items())]
        else:
            lines.append(f"{_bare(name)} = {json.dumps(inner)}")
    return lines if lines[0].startswith("[") else [f"[{key}]", *lines]


def _bare(key: str) -> str:
    plain = key.replace("-", "").replace("_", "").isalnum()
    return key if plain else json.dumps(key)


def _options() -> Iterator[str]:
    yield "# Options"
    yield ""
    yield (
        "Of `advise PATH…`, which is `advise check PATH…`. Every other command explains itself "
        "with `--help`."
    )
    for heading, options in OPTIONS.items():
        yield from ("", f"## {heading}", "")
        yield "| option | does |"
        yield "| --- | --- |"
        for option in options:
            yield f"| {_spelling(option)} | {_cell(option.help)} |"


def _spelling(option: Option) -> str:
    shows = "\\|".join(option.choices) or option.shows
    long = option.name if option.takes is Takes.NOTHING else f"{option.name} {shows}"
    return f"`{option.short}`, `{long}`" if option.short else f"`{long}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages and remove those of rules that are gone."""
    made = pages()
    for path in stale(made):
        file = DOCS / path
        if path in made:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(made[path], encoding="utf-8", newline="\n")
        else:
            file.unlink()
        sys.stdout.write(f"{file.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
