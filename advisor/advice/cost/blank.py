"""Writes a new traffic file: every number that can be given, with what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.advice.cost.estimate import DEFAULT_REGION
from advisor.advice.cost.traffic import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from advisor.advice.cost.answers import Answers, Question

_LONGEST_NOTE = 160
_LONGEST_KEY = 1000
"""Characters of a key before its colon; YAML looks for one no further than 1,024."""


def blank(answers: Answers, *, title: str) -> str:
    """Return the file as text; what it leaves open is unknown, and what it does not say as well."""
    return "".join(f"{line}\n" for line in _lines(answers, title))


def _lines(answers: Answers, title: str) -> Iterator[str]:
    yield f"# Traffic of {_plain(title)} in one month of 730 hours."
    yield "# A value that is left open is unknown, and what depends on it is said to be at least"
    yield "# so much. A value behind '#' holds unless another is given."
    yield f"region: {DEFAULT_REGION}"
    by_section: dict[str, list[Question]] = {}
    for question in answers.questions.values():
        by_section.setdefault(question.key[0], []).append(question)
    for section, about in SECTIONS.items():
        if section not in by_section:
            continue
        yield ""
        yield f"{section}:  # {about}"
        by_name: dict[str, list[Question]] = {}
        for question in by_section[section]:
            by_name.setdefault(question.key[1], []).append(question)
        for name, asked in by_name.items():
            if not asked[0].key[2]:
                yield f"  {_colon(name)}  # {_note(asked[0])}"
                continue
            yield f"  {_colon(name)}"
            for question in asked:
                yield f"    {_colon(question.key[2], inner=True)}  # {_note(question)}"


def _note(question: Question) -> str:
    note = _plain(question.note)
    known = question.known
    return note if known is None else f"{note}; {_short(known)} unless given"


def _short(number: Decimal) -> str:
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return text or "0"


def _colon(name: str, *, inner: bool = False) -> str:
    """Return a name as a key of YAML with its colon, quoted unless it is a plain word."""
    if name.isascii() and name.isidentifier() and not _means(name):
        return f"{name}:"
    quoted = "".join(map(_escaped, name))
    if len(quoted) <= _LONGEST_KEY:
        return f'"{quoted}":'
    return f'? "{quoted}"\n{"    " if inner else "  "}:'


def _escaped(character: str) -> str:
    """Return a character as it stands between double quotes, none of it acting on a terminal."""
    if character in {'"', "\\"}:
        return f"\\{character}"
    return character if character.isprintable() else f"\\U{ord(character):08X}"


def _means(name: str) -> bool:
    """Tell whether YAML reads a word as something else than text."""
    return name.lower() in {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def _plain(text: str) -> str:
    """Return one line of printable characters for a comment."""
    flat = "".join(c if c.isprintable() else " " for c in text)
    flat = " ".join(flat.split())
    return flat if len(flat) <= _LONGEST_NOTE else f"{flat[:_LONGEST_NOTE]}…"


__all__ = ["blank"]
