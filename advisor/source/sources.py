"""The code and packages of a project's functions: read when a rule asks, each once in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.facts import NotRead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from advisor.source.code import FunctionCode
    from advisor.source.dependencies import Estimate
    from advisor.source.facts import Facts
    from advisor.source.memory import Memory
    from advisor.source.package import Deployment, PackageSize
    from advisor.source.read import SourceReader

MOST_FILES = 500_000
"""Files that are counted in one run, over all packages; some seconds of looking."""


class Sources:
    """Reads beneath one root; facts are kept by what the template says of the code."""

    def __init__(
        self,
        root: Path,
        base: Path | None = None,
        *,
        text_of: Callable[[str], str | None] = lambda _: None,
        texts: Mapping[Path, str] | None = None,
        memory: Memory | None = None,
    ) -> None:
        """Read beneath `root`; shown paths start at `base` where several roots are read.

        `text_of` returns the text of a template by its shown path, for code that stands in it;
        `texts` are read instead of what is on the disk, by real path; `memory` is what earlier
        runs have read.
        """
        self._memory = memory
        self._texts = texts
        self.root = root
        self.text_of = text_of
        self._prefix = ""
        if base is not None and base != root and root.is_relative_to(base):
            self._prefix = f"{root.relative_to(base).as_posix()}/"
        self._reader: SourceReader | None = None
        self._sizes: dict[tuple[Path, str], PackageSize | NotRead] = {}
        self._packages: dict[
            tuple[FunctionCode, bool], tuple[Deployment, PackageSize] | NotRead
        ] = {}
        self._estimates: dict[tuple[Path, str], Estimate | None] = {}
        self._counted = 0
        self._heard: dict[str, str] = {}
        self._heard_problems: list[str] = []

    def shown(self, path: str) -> str:
        """Return a path relative to the root as it is shown to the user."""
        return f"{self._prefix}{path}"

    def facts(self, code: FunctionCode) -> Facts | NotRead:
        """Return what a function's code says, or why it says nothing."""
        if self._reader is None:
            from advisor.source.read import SourceReader

            self._reader = SourceReader(self.root, self._texts, self._memory)
        return self._reader.read(code)

    def package(
        self, code: FunctionCode, *, builds: bool
    ) -> tuple[Deployment, PackageSize] | NotRead:
        """Return what a function's package weighs and whether it is deployed as it lies."""
        key = (code, builds)
        if key not in self._packages:
            self._packages[key] = self._package(code, builds=builds)
        return self._packages[key]

    def _package(
        self, code: FunctionCode, *, builds: bool
    ) -> tuple[Deployment, PackageSize] | NotRead:
        from advisor.source.package import how_deployed

        found = how_deployed(code, root=self.root, builds=builds)
        if isinstance(found, NotRead):
            return found
        deployment, path = found
        size = self.weigh(path, code.runtime)
        return size if isinstance(size, NotRead) else (deployment, size)

    def estimate(self, code: FunctionCode) -> Estimate | None:
        """Return what the dependencies weigh that a build of the code installs, once each."""
        from advisor.source.dependencies import estimate
        from advisor.source.package import Deployment, how_deployed

        found = how_deployed(code, root=self.root, builds=True)
        if isinstance(found, NotRead) or found[0] is not Deployment.BUILT_FIRST:
            return None
        key = (found[1], code.runtime)
        if key not in self._estimates:
            self._estimates[key] = estimate(found[1], root=self.root, runtime=code.runtime)
        return self._estimates[key]

    def weigh(self, path: Path, runtime: str = "") -> PackageSize | NotRead:
        """Return what a folder or an archive weighs; bounded over the whole run."""
        key = (path, runtime)
        if key not in self._sizes:
            if self._counted >= MOST_FILES:
                return NotRead(f"more than {MOST_FILES} files were counted before it")
            from advisor.source.package import measure

            size = measure(path, root=self.root, runtime=runtime)
            self._counted += 0 if isinstance(size, NotRead) else size.files
            self._sizes[key] = size
        return self._sizes[key]

    def problems(self) -> list[str]:
        """Return what was not read of the code that was asked for, and why, in order."""
        own = [] if self._reader is None else self._reader.problems()
        return sorted({*own, *self._heard_problems})

    def text(self, shown: str) -> str | None:
        """Return the text of a file of code that was read, by its shown path."""
        if shown in self._heard:
            return self._heard[shown]
        if self._reader is None or not shown.startswith(self._prefix):
            return None
        return self._reader.text(shown.removeprefix(self._prefix))

    def hear(self, texts: Mapping[str, str], problems: Iterable[str]) -> None:
        """Take what another process has read: texts by shown path, and what it could not read."""
        self._heard |= texts
        self._heard_problems += problems
