"""Text of strangers made harmless for a terminal: nothing in it acts, nothing in it hides."""

from __future__ import annotations

_SYMBOLS_FOR_CONTROLS = 0x2400
_DELETE = 0x7F
_SYMBOL_FOR_DELETE = "\u2421"
_FIRST_PRINTABLE = 0x20
TAB_CELLS = 4

_IN_ASCII = {
    "\u2026": "...",
    "\u2013": "-",
    "\u2014": "-",
    "\u2192": "->",
    "\u00d7": "x",
    "\u2018": "'",
    "\u2019": "'",
}
"""Signs that rules use in sentences, where only ASCII may be written."""

_COMMANDS = ("::", "##[")
"""How a line begins that a GitHub runner obeys; it looks past leading blanks."""


def safe(text: str, *, ascii_only: bool = False) -> str:
    """Return one line in which control, bidirectional and invisible characters are visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(shown(character, ascii_only=ascii_only) for character in text)


def shown(character: str, *, ascii_only: bool) -> str:
    """Return what stands for one code point."""
    if character.isprintable() and (character.isascii() or not ascii_only):
        return character
    if character == "\t":
        return " " * TAB_CELLS
    code = ord(character)
    if ascii_only and character in _IN_ASCII:
        return _IN_ASCII[character]
    if not ascii_only:
        if code < _FIRST_PRINTABLE:
            return chr(_SYMBOLS_FOR_CONTROLS + code)
        if code == _DELETE:
            return _SYMBOL_FOR_DELETE
    return f"<U+{code:04X}>"


def cells(text: str) -> int:
    """Return how many columns of a terminal the text takes; it is safe already."""
    if text.isascii():
        return len(text)
    # Most text is ASCII and does not pay for the tables.
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
        for character in text
    )


def no_command(line: str) -> str:
    """Return the line so that no build runner takes it for an instruction."""
    return f". {line}" if line.lstrip().startswith(_COMMANDS) else line
