"""What is kept of code from one run to the next of one process, as long as the code is the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from advisor.source.code import FunctionCode
    from advisor.source.facts import Facts
    from advisor.source.program import Module

MOST_FUNCTIONS = 5_000
"""Functions whose facts are kept; beyond that everything is forgotten and read anew."""

Stamp = tuple[int, int] | str | None
"""What tells two states of a file apart: the time and size on the disk, or an editor's text."""


@record(frozen=True)
class Kept:
    """The facts of one function, with the files that they rest on."""

    facts: Facts
    files: tuple[tuple[Path, Stamp], ...]
    texts: Mapping[str, str]
    """The texts of the files, by the path that is shown."""


@record()
class Memory:
    """Facts by root and by what the template says of the code.

    A file that is there no longer, or differs, is noticed. One that is new is not: whoever hears
    of new files calls `forget`.
    """

    _kept: dict[tuple[Path, FunctionCode], Kept] = field(default_factory=dict)

    def forget(self) -> None:
        """Keep nothing: files may have come that code looks for."""
        self._kept.clear()

    def get(self, root: Path, code: FunctionCode, texts: Mapping[Path, str]) -> Kept | None:
        """Return what is known of a function, None where a file has changed since."""
        kept = self._kept.get((root, code))
        if kept is None or any(_stamp(file, texts) != stamp for file, stamp in kept.files):
            return None
        return kept

    def keep(
        self,
        root: Path,
        code: FunctionCode,
        *,
        facts: Facts,
        modules: Iterable[Module],
        texts: Mapping[Path, str],
    ) -> None:
        """Keep the facts of a function; `modules` are the files that they rest on."""
        if len(self._kept) >= MOST_FUNCTIONS:
            self._kept.clear()
        files = list(modules)
        self._kept[root, code] = Kept(
            facts,
            tuple((module.path, _stamp(module.path, texts)) for module in files),
            {module.shown: module.text for module in files},
        )


def _stamp(file: Path, texts: Mapping[Path, str]) -> Stamp:
    if file in texts:
        return texts[file]
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


__all__ = ["Kept", "Memory"]
