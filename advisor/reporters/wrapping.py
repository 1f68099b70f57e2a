"""Prose broken into lines; source text and what is to be pasted never are."""

from __future__ import annotations

import re

from advisor.reporters.safe import cells

_NOT_PROSE = re.compile(r"\s|- |[\w.:/\"'{}\[\]$!-]+:(\s|$)|[{}\[\]#]")
"""How a line begins that somebody pastes: indented, a list item, a key, JSON or a comment."""

_COMMENT = re.compile(r"(\s*# )(.*)")


def wrapped(text: str, room: int, *, later: int | None = None) -> list[str]:
    """Return the text in lines of at most `room` columns; a longer word stays whole.

    All lines but the first have `later` columns, where that is given.
    """
    if cells(text) <= room:
        return [text]
    lines: list[str] = []
    line, width = "", 0
    for word in text.split():
        size = cells(word)
        if line and width + 1 + size > room:
            lines.append(line)
            line, width = word, size
            room = room if later is None else later
        else:
            line = f"{line} {word}" if line else word
            width += size + (1 if width else 0)
    return [*lines, line]


def wrapped_prose(text: str, room: int) -> list[str]:
    """Return all lines of the text, breaking those that are sentences or comments and no others."""
    lines: list[str] = []
    for line in text.split("\n"):
        comment = _COMMENT.match(line)
        if comment:
            mark, words = comment.groups()
            lines += [f"{mark}{part}" for part in wrapped(words, room - len(mark))]
        else:
            lines += wrapped(line, room) if is_prose(line) else [line]
    return lines


def is_prose(line: str) -> bool:
    """Tell whether a line is a sentence and not something to paste."""
    return _NOT_PROSE.match(line) is None
