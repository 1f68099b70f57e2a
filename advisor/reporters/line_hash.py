"""The hash of a line by which GitHub knows an alert again after the file has changed.

The upload step computes it for every result and warns where a tool's own differs:
https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
"""

from __future__ import annotations

import re
import sys

_BREAK = re.compile(r"\r\n|\r")
_BLANKS = str.maketrans("", "", " \t")
_LINE_FEED = 10
_WINDOW = 100
"""UTF-16 units that count, from the start of the line, blanks not counted."""
_BASE = 37
_MODULUS = 1 << 64
_END_OF_FILE = 0xFFFF


def line_hashes(text: str) -> list[str]:
    """Return the hash of every line, each with the number of its occurrence in the file."""
    plain = _BREAK.sub("\n", text).translate(_BLANKS)
    order = "le" if sys.byteorder == "little" else "be"
    raw = plain.encode(f"utf-16-{order}", errors="surrogatepass")
    units = [*memoryview(raw).cast("H"), _END_OF_FILE, *[0] * _WINDOW]
    prefixes = [0]
    for unit in units:
        prefixes.append((prefixes[-1] * _BASE + unit) % _MODULUS)
    behind = pow(_BASE, _WINDOW, _MODULUS)
    length = len(units) - _WINDOW
    starts = [0, *(at + 1 for at, unit in enumerate(units[: length - 1]) if unit == _LINE_FEED)]
    seen: dict[int, int] = {}
    hashes = []
    for start in starts:
        value = (prefixes[start + _WINDOW] - prefixes[start] * behind) % _MODULUS
        seen[value] = seen.get(value, 0) + 1
        hashes.append(f"{value:x}:{seen[value]}")
    return hashes
