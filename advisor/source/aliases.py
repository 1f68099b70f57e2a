"""Names that TypeScript projects give to their folders: `paths` and `baseUrl` of tsconfig.json.

https://www.typescriptlang.org/docs/handbook/modules/reference.html#paths
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.files import is_inside, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = ("tsconfig.json", "jsconfig.json")
_MAX_BYTES = 256 * 1024
_MAX_LEVELS = 20
_MAX_EXTENDS = 4
_MAX_PATTERNS = 200
# A text is kept, a comment is not; nor is a comma before a closing bracket.
_NOT_JSON = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/|,(?=\s*[}\]])', re.DOTALL)


@record(frozen=True)
class Aliases:
    """What the nearest tsconfig.json maps names to."""

    base: Path | None
    """Where names without a pattern are looked up; None where no `baseUrl` is set."""
    patterns: tuple[tuple[str, Path], ...]
    """What a name looks like, with at most one `*`, and what it stands for."""

    def candidates(self, spec: str) -> Iterator[Path]:
        """Yield the paths that a name may stand for, without their endings."""
        for pattern, target in self.patterns:
            before, star, after = pattern.partition("*")
            if not star:
                if spec == pattern:
                    yield target
            elif spec.startswith(before) and spec.endswith(after):
                held = spec[len(before) : len(spec) - len(after)]
                yield Path(str(target).replace("*", held, 1))
        if self.base is not None:
            yield self.base / spec


NONE = Aliases(None, ())


def aliases_for(folder: Path, root: Path) -> Aliases:
    """Return the aliases for a folder's files; none where no tsconfig.json is above them."""
    here = folder
    for _ in range(_MAX_LEVELS):
        if not is_inside(here, root):
            break
        for name in _NAMES:
            text = read_text(here / name, root, _MAX_BYTES)
            if text is not None:
                return _read(here / name, text, root)
        if here in (root, here.parent):
            break
        here = here.parent
    return NONE


def _read(path: Path, text: str, root: Path) -> Aliases:
    for _ in range(_MAX_EXTENDS):
        data = _json(text)
        options = data.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        if "paths" in options or "baseUrl" in options:
            return _aliases(path.parent, options)
        wider = data.get("extends")
        if not isinstance(wider, str) or not wider.startswith("."):
            break
        path = path.parent / (wider if wider.endswith(".json") else f"{wider}.json")
        found = read_text(path, root, _MAX_BYTES)
        if found is None:
            break
        text = found
    return NONE


def _aliases(folder: Path, options: dict[str, object]) -> Aliases:
    written = options.get("baseUrl")
    base = folder / written if isinstance(written, str) and "\0" not in written else None
    patterns: list[tuple[str, Path]] = []
    paths = options.get("paths")
    for pattern, targets in [*paths.items()][:_MAX_PATTERNS] if isinstance(paths, dict) else ():
        patterns += [
            (pattern, (base or folder) / target)
            for target in (targets[:5] if isinstance(targets, list) else ())
            if isinstance(target, str) and "\0" not in target
        ]
    return Aliases(base, tuple(patterns))


def _json(text: str) -> dict[str, object]:
    try:
        data = json.loads(_NOT_JSON.sub(lambda found: found[1] or "", text))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


__all__ = ["NONE", "Aliases", "aliases_for"]
