"""The files of one function: its handler's and the local modules that it imports, bounded."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.source.aliases import aliases_for
from advisor.source.files import is_file, read_text, real, shown
from advisor.source.program import Language, Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from advisor.source.aliases import Aliases
    from advisor.source.program import Imported

MAX_FILES = 60
MAX_DEPTH = 8
MAX_BYTES = 1024 * 1024
MAX_SCRIPT_BYTES = 512 * 1024
"""A bundle larger than this is generated code: its source is what can be judged."""

_SCRIPT_ENDINGS = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
_ENDINGS = {
    ".py": Language.PYTHON,
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), Language.JAVASCRIPT),
    **dict.fromkeys((".ts", ".tsx", ".mts", ".cts"), Language.TYPESCRIPT),
}
_VENDORED = frozenset(
    {
        *("aiobotocore", "aioboto3", "aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore"),
        *("certifi", "requests", "s3transfer", "urllib3"),
    }
)
"""Packages whose inside is never followed, even where a copy lies beside the handler."""

_DATA = frozenset({".css", ".gql", ".graphql", ".html", ".json", ".node", ".sql", ".txt", ".wasm"})
_MAX_MISSING = 20
"""Imports that lead nowhere, of those that are told."""
_DISTRIBUTION = re.compile(r"(.+?)-[^-]+\.(dist|egg)-info")


def language_of(path: Path) -> Language | None:
    """Return the language of a file by its ending; None for one that is not read."""
    return _ENDINGS.get(path.suffix.lower())


class Files:
    """Reads each file once, for all functions of a project."""

    def __init__(self, root: Path, texts: Mapping[Path, str] | None = None) -> None:
        self.root = root
        self._texts = texts or {}
        self._modules: dict[Path, Module] = {}
        self._vendored: dict[Path, frozenset[str]] = {}
        self._aliases: dict[Path, Aliases] = {}

    def module(self, path: Path) -> Module:
        """Return a file as a module; what cannot be read is among its problems."""
        path = Path(os.path.normpath(path))
        known = self._modules.get(path)
        if known is None:
            known = self._modules[path] = self._read(path)
        return known

    def text(self, shown: str) -> str | None:
        """Return the text of a file that was read, by its path relative to the root."""
        found = self._modules.get(Path(os.path.normpath(self.root / shown)))
        return found.text if found is not None else None

    def _read(self, path: Path) -> Module:
        language = language_of(path) or Language.PYTHON
        limit = MAX_BYTES if language is Language.PYTHON else MAX_SCRIPT_BYTES
        text = self._unsaved(path) if self._texts else None
        if text is None:
            text = read_text(path, self.root, limit)
        module = Module(path, shown(path, self.root), language, text or "")
        if text is None:
            module.problems.append(f"not read: larger than {limit // 1024} KiB or not readable")
        parse(module)
        return module

    def _unsaved(self, path: Path) -> str | None:
        there = real(path)
        return self._texts.get(there) if there is not None else None

    def aliases(self, folder: Path) -> Aliases:
        """Return what tsconfig.json calls the folders of a project."""
        known = self._aliases.get(folder)
        if known is None:
            known = self._aliases[folder] = aliases_for(folder, self.root)
        return known

    def vendored(self, folder: Path) -> frozenset[str]:
        """Return the top-level names in a folder that are installed packages."""
        known = self._vendored.get(folder)
        if known is None:
            try:
                names = os.listdir(folder)[:5000]  # noqa: PTH208 - plain names are enough
            except OSError:
                names = []
            found = (_DISTRIBUTION.fullmatch(name) for name in names)
            known = frozenset(item[1].lower().replace("-", "_") for item in found if item)
            self._vendored[folder] = known
        return known


def parse(module: Module) -> None:
    """Fill a module from its text with the reader of its language."""
    from advisor.source.python import read_python

    if module.language is Language.PYTHON:
        read_python(module)
        return
    from advisor.source.javascript import read_javascript

    read_javascript(module)


class FunctionModules:
    """The modules that one handler can import."""

    def __init__(self, files: Files, handler: Module, roots: Sequence[Path]) -> None:
        self._files = files
        self._roots = list(roots)
        self._resolved: dict[tuple[Path, str], Module | None] = {}
        self.loaded: list[Module] = [handler]
        self.problems: list[str] = []
        self._missing: dict[str, None] = {}
        self._known: dict[Path, Module] = {handler.path: handler}
        self._load()
        self.problems += [*self._missing][:_MAX_MISSING]

    def resolve(self, module: Module, spec: str) -> Module | None:
        """Return the loaded module that an import names."""
        key = (module.path, spec)
        if key not in self._resolved:
            path = self._path(module, spec)
            self._resolved[key] = self._known.get(path) if path is not None else None
        return self._resolved[key]

    def _load(self) -> None:
        level = list(self.loaded)
        for _ in range(MAX_DEPTH):
            following: list[Module] = []
            for module in level:
                for path in self._imported(module):
                    if path in self._known:
                        continue
                    if len(self.loaded) >= MAX_FILES:
                        self.problems.append(f"only the first {MAX_FILES} local modules are read")
                        return
                    further = self._files.module(path)
                    self._known[path] = further
                    self.loaded.append(further)
                    following.append(further)
            if not following:
                return
            level = following
        if any(path not in self._known for module in level for path in self._imported(module)):
            self.problems.append(f"imports deeper than {MAX_DEPTH} levels are not read")

    def _imported(self, module: Module) -> Iterator[Path]:
        for value, _ in module.imports:
            path = self._path(module, value.module)
            if path is not None:
                yield path
            inner = None
            if value.name and module.language is Language.PYTHON:
                inner = self._path(module, _submodule(value))
                if inner is not None:
                    yield inner
            if path is None and inner is None and _is_local(value.module):
                self._missing[f"{module.shown}: '{value.module}' leads to no file"] = None

    def _path(self, module: Module, spec: str) -> Path | None:
        if module.language is Language.PYTHON:
            return self._python(module, spec)
        return self._script(module, spec)

    def _python(self, module: Module, spec: str) -> Path | None:
        name = spec.lstrip(".")
        level = len(spec) - len(name)
        parts = name.split(".") if name else []
        if not all(part.isidentifier() for part in parts):
            return None
        if level:
            base = module.path.parent
            for _ in range(min(level - 1, 20)):
                base = base.parent
            return self._python_file(base, parts)
        if not parts or parts[0] in _VENDORED:
            return None
        for base in self._roots:
            if parts[0].lower() in self._files.vendored(base):
                continue
            found = self._python_file(base, parts)
            if found is not None:
                return found
        return None

    def _python_file(self, base: Path, parts: list[str]) -> Path | None:
        stem = base.joinpath(*parts)
        candidates = [stem / "__init__.py"]
        if parts:
            candidates.insert(0, stem.with_name(f"{stem.name}.py"))
        for candidate in candidates:
            if is_file(candidate, self._files.root):
                return Path(os.path.normpath(candidate))
        return None

    def _script(self, module: Module, spec: str) -> Path | None:
        if "\0" in spec or len(spec) > 400:
            return None
        if spec.startswith("/opt/nodejs/"):
            bases = [base / spec.removeprefix("/opt/nodejs/") for base in self._roots[1:]]
            bases += [base / spec.removeprefix("/opt/") for base in self._roots[1:]]
        elif spec.startswith(("./", "../")) or spec in {".", ".."}:
            bases = [module.path.parent / spec]
        else:
            bases = [*self._files.aliases(module.path.parent).candidates(spec)]
        for base in bases:
            for candidate in _script_candidates(base):
                if language_of(candidate) and is_file(candidate, self._files.root):
                    return Path(os.path.normpath(candidate))
        return None


def _script_candidates(base: Path) -> Iterator[Path]:
    yield base
    for ending in _SCRIPT_ENDINGS:
        yield Path(f"{base}{ending}")
    if base.suffix in {".js", ".mjs", ".cjs"}:
        # TypeScript imports the file that it will be compiled to.
        for ending in (".ts", ".tsx", ".mts", ".cts"):
            yield base.with_suffix(ending)
    for ending in _SCRIPT_ENDINGS:
        yield base / f"index{ending}"


def _is_local(spec: str) -> bool:
    """Tell whether an import names code of the project, and no data beside it."""
    if spec.startswith(("@/", "~/", "#/")):
        return True
    # In Python every dot but the leading ones parts names.
    names = spec.startswith((".", "..")) and "/" not in spec
    return spec.startswith(".") and (names or Path(spec).suffix not in _DATA)


def _submodule(value: Imported) -> str:
    glue = "" if value.module.endswith(".") else "."
    return f"{value.module}{glue}{value.name}"
