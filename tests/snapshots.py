"""Compares a text with the file that holds it, and writes the file anew when asked to."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "snapshots"
UPDATE = "ADVISE_UPDATE_SNAPSHOTS"
"""Set in the environment, the files are written instead of compared: read the diff."""


def matches(name: str, text: str) -> bool:
    """Tell whether a text is what its file holds."""
    file = FOLDER / name
    if os.environ.get(UPDATE):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    assert text == file.read_text(encoding="utf-8")
    return True
