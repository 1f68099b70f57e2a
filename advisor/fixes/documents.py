"""The documents that fixes are about: those of a report, else read from beneath its base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from advisor.documents.load import decode, read_bytes
from advisor.documents.tree import TreeDocument
from advisor.errors import LoadError
from advisor.fixes.verified import read_for_edits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from advisor.report import Report


class Documents:
    """Documents by the path that is shown, each read at most once."""

    def __init__(self, report: Report, texts: Mapping[Path, str] | None = None) -> None:
        """Take the documents of a report; `texts` are the contents of files that differ."""
        self._report = report
        self._texts = texts or {}
        self._known: dict[str, TreeDocument | None] = {}

    def file(self, path: str) -> Path | None:
        """Return the real file behind a path, None where it lies outside the report's base."""
        if not self._report.base:
            return None
        base = Path(self._report.base)
        try:
            file = (base / path).resolve()
        except (OSError, RuntimeError, ValueError):
            return None
        return file if file.is_relative_to(base.resolve()) else None

    def get(self, path: str) -> TreeDocument | None:
        """Return a document whose offsets are those of the file; None where there is none."""
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> TreeDocument | None:
        known = self._report.documents.get(path)
        if isinstance(known, TreeDocument) and "${" not in known.text:
            return known
        text = self._text(path)
        if text is None:
            return known if isinstance(known, TreeDocument) else None
        if isinstance(known, TreeDocument) and known.text == text:
            return known
        try:
            return read_for_edits(text, path)
        except LoadError:
            return None

    def _text(self, path: str) -> str | None:
        file = self.file(path)
        if file is not None and file in self._texts:
            return self._texts[file]
        if file is not None and file.is_file():
            try:
                return decode(read_bytes(file, path), path)[0]
            except LoadError:
                return None
        return self._report.sources.get(path)
