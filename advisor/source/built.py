"""From the folder that a build will fill to the source that it is filled from."""

from __future__ import annotations

import os
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from advisor.source.files import is_folder

if TYPE_CHECKING:
    from pathlib import Path

BUILT = frozenset({"dist", "build", "lib", "out", ".build", ".dist", "bundle", "dist-src"})
"""What folders are called that compilers and bundlers write to."""
_PASSED_OVER = frozenset(
    {"node_modules", "test", "tests", "__tests__", "coverage", "cdk.out", "__mocks__"}
)
_ENDINGS = (".ts", ".mts", ".tsx", ".js", ".mjs", ".cjs")
_MAX_ENTRIES = 5000


def source_of(written: str, stem: str, *, folder: Path, root: Path) -> Path | None:
    """Return the file that `written` and `stem` are built from; None unless there is just one.

    `dist/orders` and `handler` come from the only `…/orders/handler.ts` beside `dist`.
    """
    parts = [part for part in PurePosixPath(written).parts if part != "."]
    at = next((index for index, part in enumerate(parts) if part in BUILT), None)
    if at is None or ".." in parts[at:]:
        return None
    wanted = "/".join((*parts[at + 1 :], stem))
    base = folder.joinpath(*parts[:at])
    if not is_folder(base, root):
        return None
    found: dict[str, Path] = {}
    for path in _files(base):
        name, ending = os.path.splitext(path)  # noqa: PTH122 - a text, thousands of times
        if ending in _ENDINGS and f"/{name}".endswith(f"/{wanted}"):
            earlier = found.get(name)
            if earlier is None or _ENDINGS.index(ending) < _ENDINGS.index(earlier.suffix):
                found[name] = base / path
    return next(iter(found.values())) if len(found) == 1 else None


def _files(base: Path) -> list[str]:
    """Return the files of a project that may be source, by their paths inside it, bounded."""
    found: list[str] = []
    waiting = [""]
    count = 0
    while waiting:
        inner = waiting.pop()
        try:
            with os.scandir(base / inner) as entries:
                for entry in entries:
                    count += 1
                    if count > _MAX_ENTRIES:
                        return []
                    name = f"{inner}{entry.name}"
                    if not entry.is_dir(follow_symlinks=False):
                        found.append(name)
                    elif not (entry.name in _PASSED_OVER | BUILT or entry.name.startswith(".")):
                        waiting.append(f"{name}/")
        except OSError:
            continue
    return found


__all__ = ["BUILT", "source_of"]
