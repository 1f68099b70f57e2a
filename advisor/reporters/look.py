"""How a terminal wants its text: width, characters, colour and how much of it."""

from __future__ import annotations

import os
from enum import StrEnum

from advisor.records import record
from advisor.rules.finding import Severity

WIDEST = 100
NARROWEST = 40


class Ink(StrEnum):
    """The few colours there are, as parameters of the escape sequence that starts them."""

    ERROR = "1;31"
    WARNING = "1;33"
    INFO = "1;36"
    GOOD = "1;32"
    GUTTER = "34"
    DIM = "2"
    STRONG = "1"


INK_OF = {Severity.ERROR: Ink.ERROR, Severity.WARNING: Ink.WARNING, Severity.INFO: Ink.INFO}


@record(frozen=True)
class Glyphs:
    """The characters that draw; one set for UTF-8 and one for everything else."""

    opens: str
    continues: str
    bar: str
    gap: str
    row: str
    last: str
    heavy: str
    light: str
    ellipsis: str
    dot: str
    good: str
    bad: str
    dash: str


UNICODE = Glyphs("╭─▸", "├─▸", "│", "┆", "├", "╰", "━", "─", "…", "·", "✓", "✗", "—")
ASCII = Glyphs("-->", "-->", "|", ":", "=", "=", "^", "-", "...", "-", "ok", "x", "-")

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@record(frozen=True, kw_only=True)
class Look:
    """Everything that the terminal and the user's wishes decide; nothing that the findings do."""

    width: int = WIDEST
    ascii_only: bool = False
    colour: bool = False
    verbose: bool = False
    quiet: bool = False
    """Nothing at all where there is nothing to say."""
    timed: bool = False
    """Whether to tell the time the run took; a file would differ on every run."""
    show_suppressed: bool = False
    base: str = ""
    """The absolute folder that the paths of the report start from."""
    start: str = ""
    """The absolute folder that shown paths start from; empty for that of the report."""

    def path(self, path: str) -> str:
        """Return a path of the report as its reader can use it, with forward slashes."""
        if not self.start or not path or self.start == self.base:
            return path
        whole = os.path.normpath(f"{self.base}/{path}")
        way = os.path.relpath(whole, self.start)
        # From far away the way there is harder to read than the place.
        return (way if len(way) <= len(whole) else whole).replace(os.sep, "/")

    @property
    def glyphs(self) -> Glyphs:
        """The characters to draw with."""
        return ASCII if self.ascii_only else UNICODE

    @property
    def room(self) -> int:
        """Columns to fill."""
        return max(NARROWEST, min(self.width, WIDEST))

    def paint(self, text: str, ink: Ink) -> str:
        """Return the text in colour, where there is colour."""
        return f"\033[{ink}m{text}\033[0m" if self.colour and text else text

    def number(self, count: int) -> str:
        """Return the mark of the `count`-th place, in the order in which to read."""
        if self.ascii_only or count > len(_CIRCLED):
            return f"({count})"
        return _CIRCLED[count - 1]
