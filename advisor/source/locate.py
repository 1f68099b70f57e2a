"""From what a template says of a function to the file and function that handle its events.

Lambda's own naming: https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html and
https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.built import BUILT, source_of
from advisor.source.facts import NotRead
from advisor.source.files import is_file, is_folder, is_inside, read_text, shown
from advisor.source.loading import language_of
from advisor.source.program import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.source.code import FunctionCode, InlineCode

_UNREAD = {
    "java": "Java",
    "go": "Go",
    "dotnet": ".NET",
    "dotnetcore": ".NET",
    "ruby": "Ruby",
    "provided": "a custom runtime",
}
_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".jsx")
_BUILD_FOLDER = ".aws-sam/build"
_MAX_DOCKERFILE = 64 * 1024
_LONGEST = 1000


@record(frozen=True)
class Handler:
    """The file and function that handle a function's events."""

    source: Path | InlineCode
    shown: str
    function: str
    language: Language
    roots: tuple[Path, ...] = ()
    """Folders that absolute imports are looked up in: the code's own first, then layers'."""


def locate(code: FunctionCode, *, root: Path) -> Handler | NotRead:
    """Return a function's handler, or why it is not read. Opens nothing outside `root`."""
    handler = code.handler
    if code.is_image:
        return _image(code, root)
    language = _by_runtime(code.runtime)
    if isinstance(language, NotRead):
        return language
    if not handler or len(handler) > _LONGEST or "\0" in handler or "\0" in code.path:
        return NotRead("its handler is not known")
    if code.inline is not None:
        if language is None:
            return NotRead("its runtime is not known")
        function = handler.rsplit(".", 1)[-1]
        return Handler(code.inline, code.inline.shown, function, language, _layer_roots(code, root))
    if "://" in code.path or len(code.path) > _LONGEST:
        return NotRead("its code is not a local path")
    folder = code.folder / code.path
    if not is_inside(folder, root):
        return NotRead("its code lies outside the project's root")
    if is_file(folder, root):
        if language_of(folder) is None:
            return NotRead("its code is an archive, which is not read")
        folder = folder.parent
    return _find(code, folder, root, language)


def _find(
    code: FunctionCode, folder: Path, root: Path, language: Language | None
) -> Handler | NotRead:
    stem, function = split_handler(code.handler, language)
    layers = _layer_roots(code, root)
    tried = [folder]
    built = code.folder / _BUILD_FOLDER / code.logical_id
    if not _is_plain(code.logical_id) or not is_folder(built, root):
        built = folder
    if built != folder:
        tried.append(built)
    for base in tried:
        if not is_folder(base, root):
            continue
        for candidate in _candidates(base, stem, language, code.entry_points):
            if is_file(candidate, root):
                candidate = Path(os.path.normpath(candidate))  # noqa: PLW2901 - the same file
                found = language_of(candidate)
                if found is not None:
                    return Handler(
                        candidate, shown(candidate, root), function, found, (base, *layers)
                    )
    origin = (
        source_of(code.path, stem, folder=code.folder, root=root)
        if language is not Language.PYTHON
        else None
    )
    if origin is not None and is_file(origin, root):
        path = Path(os.path.normpath(origin))
        kind = language_of(path) or Language.JAVASCRIPT
        return Handler(path, shown(path, root), function, kind, (path.parent, *layers))
    where = shown(folder, root)
    if not is_folder(folder, root):
        # A build may make it: only what lies beside other code is certainly missing.
        return NotRead(f"its code folder '{where}' is not there")
    for base in layers:
        for candidate in _candidates(base, stem, language, ()):
            if is_file(candidate, root):
                return NotRead("its handler is that of a layer")
    certain = not code.other_layers and not code.entry_points and _has_code(folder, language)
    hint = _other_case(folder, stem, root)
    return NotRead(f"its handler file '{stem}' is not in '{where}'{hint}", missing=certain)


def _has_code(folder: Path, language: Language | None) -> bool:
    """Tell whether source files of a language lie in a folder, so that nothing is to be built."""
    try:
        names = os.listdir(folder)[:5000]  # noqa: PTH208 - plain names are enough
    except OSError:
        return False
    endings = (".py",) if language is Language.PYTHON else (".js", ".mjs", ".cjs")
    return language is not None and any(name.endswith(endings) for name in names)


def split_handler(handler: str, language: Language | None) -> tuple[str, str]:
    """Return the file without its ending, and the function, that a handler names."""
    if language is Language.PYTHON:
        module, _, function = handler.rpartition(".")
        folder, _, name = module.rpartition("/")
        name = name.replace(".", "/")
        return (f"{folder}/{name}" if folder else name), function
    folder, _, rest = handler.rpartition("/")
    name, _, function = rest.partition(".")
    if language is None and function.count(".") and not folder:
        # An unknown runtime: dotted modules are Python's.
        return split_handler(handler, Language.PYTHON)
    return (f"{folder}/{name}" if folder else name), function


def _candidates(
    base: Path, stem: str, language: Language | None, entry_points: tuple[str, ...]
) -> Iterator[Path]:
    if language in {None, Language.PYTHON}:
        yield base / f"{stem}.py"
        yield base / stem / "__init__.py"
    if language is Language.PYTHON:
        return
    name = stem.rsplit("/", 1)[-1]
    matching = [item for item in entry_points[:50] if Path(item).stem == name]
    for entry in matching or (entry_points if len(entry_points) == 1 else ()):
        yield base / entry
        for ending in _SCRIPTS:
            yield base / f"{entry}{ending}"
    for ending in _SCRIPTS:
        yield base / f"{stem}{ending}"
    first, _, rest = stem.partition("/")
    if rest and first in BUILT:
        # What is deployed is compiled from a file of the same name.
        for source in ("src/", "", "lib/"):
            for ending in (".ts", ".tsx", ".mts", ".js", ".mjs"):
                yield base / f"{source}{rest}{ending}"


def _by_runtime(runtime: str) -> Language | NotRead | None:
    name = runtime.lower()
    if not name:
        return None
    if name.startswith("python"):
        return Language.PYTHON
    if name.startswith("nodejs"):
        return Language.JAVASCRIPT
    family = re.match(r"[a-z]+", name)
    word = _UNREAD.get(family[0] if family else "", "")
    return NotRead(f"{word} is not read ({runtime})" if word else f"'{runtime}' is not read")


def _layer_roots(code: FunctionCode, root: Path) -> tuple[Path, ...]:
    found: list[Path] = []
    for layer in code.layers[:10]:
        base = code.folder / layer
        if "\0" in layer or not is_folder(base, root):
            continue
        found += [base / inner for inner in ("python", "nodejs") if is_folder(base / inner, root)]
        found.append(base)
    return tuple(found)


def _image(code: FunctionCode, root: Path) -> Handler | NotRead:
    """Read which handler a local Dockerfile starts, where it builds on Lambda's base images."""
    if not code.docker_context and not code.dockerfile:
        return NotRead("it is an image without a local Dockerfile")
    if "\0" in code.docker_context + code.dockerfile:
        return NotRead("its Dockerfile is not readable")
    context = code.folder / code.docker_context
    text = read_text(context / (code.dockerfile or "Dockerfile"), root, _MAX_DOCKERFILE)
    if text is None:
        return NotRead("its Dockerfile is not readable")
    command, language, folders = code.command, None, [""]
    for line in text.replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if word.upper() == "FROM":
            language = _by_image(rest)
            folders = [""]
        elif word.upper() == "CMD" and not code.command:
            command = _first_word(rest)
        elif word.upper() in {"COPY", "ADD"}:
            words = [item for item in rest.split() if not item.startswith("--")]
            if "--from=" not in rest:
                folders += [
                    str(Path(item).parent) if Path(item).suffix else item
                    for item in words[:-1][:20]
                ]
    if language is None:
        return NotRead("its image is not built on Lambda's images of Python or Node.js")
    if "." not in command or "/" not in f"/{command}":
        return NotRead("its image names no handler")
    stem, function = split_handler(command, language)
    for folder in dict.fromkeys(folders):
        base = context / folder.strip("*")
        if not is_inside(base, root):
            continue
        for candidate in _candidates(base, stem, language, ()):
            if is_file(candidate, root):
                found = language_of(candidate) or language
                place = Path(os.path.normpath(candidate))
                return Handler(place, shown(place, root), function, found, (base,))
    return NotRead(f"its handler file '{stem}' is not beside its Dockerfile")


def _by_image(image: str) -> Language | None:
    name = image.lower()
    if "lambda" in name and "python" in name:
        return Language.PYTHON
    return Language.JAVASCRIPT if "lambda" in name and "nodejs" in name else None


def _first_word(rest: str) -> str:
    try:
        words = json.loads(rest)
    except (ValueError, RecursionError):
        return ""
    return words[0] if isinstance(words, list) and words and isinstance(words[0], str) else ""


def _is_plain(name: str) -> bool:
    return name.isalnum() and name.isascii()


def _other_case(folder: Path, stem: str, root: Path) -> str:
    """Return a hint where the file is there in another spelling."""
    wanted = Path(f"{stem}.")
    if not is_folder(folder / wanted.parent, root):
        return ""
    try:
        names = os.listdir(folder / wanted.parent)[:5000]  # noqa: PTH208 - plain names are enough
    except (OSError, ValueError):
        return ""
    name = stem.rsplit("/", 1)[-1]
    for item in sorted(names):
        plain = item.split(".")[0]
        if plain != name and plain.lower() == name.lower():
            return f", '{item}' is: the case of letters matters"
    return ""
