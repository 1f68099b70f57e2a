"""Files and texts to documents; whatever goes wrong is a LoadError with line and column."""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING

from advisor.documents.construct import Builder, ShapeError
from advisor.documents.document import Syntax
from advisor.documents.json import read_json, scan_json
from advisor.documents.lines import Lines
from advisor.documents.tree import TreeDocument
from advisor.documents.yaml import read_yaml
from advisor.errors import LoadError

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.documents.nodes import Node, Tags

MAX_BYTES = 5 * 1024 * 1024
"""Five times what CloudFormation accepts (1 MB from a bucket) and Step Functions (1 MB)."""

_LOOKS_LIKE_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*["{\[\]]|[{\[]\s*$)')
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_UTF8_MARK = b"\xef\xbb\xbf"


def load_file(file: Path, path: str, *, tags: Tags) -> TreeDocument:
    """Read a file; `path` is how it is shown. LoadError where it cannot be read."""
    return load_bytes(read_bytes(file, path), path, tags=tags)


def load_bytes(content: bytes, path: str, *, tags: Tags) -> TreeDocument:
    """Read the bytes of a file. LoadError where they are no text, or the text cannot be read."""
    text, encoding, bom = decode(content, path)
    document = read_text(text, path, tags=tags)
    document.encoding = encoding
    document.bom = bom
    return document


def read_text(text: str, path: str, *, tags: Tags) -> TreeDocument:
    """Read a text, whatever the file is called. LoadError where it is neither YAML nor JSON.

    What starts with a bracket is read as JSON if it is JSON, else as YAML.
    """
    text = text.removeprefix("\ufeff")
    lines = Lines(text)
    if not text.lstrip().startswith(("{", "[")):
        return _yaml(text, path, lines=lines, tags=tags)
    try:
        return _json(text, path, lines=lines, tags=tags)
    except ShapeError as error:
        place = lines.position(error.offset)
        refused = LoadError(path, error.message, line=place.line, column=place.column)
    try:
        return _yaml(text, path, lines=lines, tags=tags)
    except LoadError:
        if path.endswith(".json") or _LOOKS_LIKE_JSON.match(text):
            raise refused from None
        raise


def read_bytes(file: Path, path: str) -> bytes:
    """Return the content of a regular file of bounded size; LoadError where it is none."""
    try:
        # Opening a pipe must not wait for somebody to write into it.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a usable name"
        raise LoadError(path, f"cannot be opened: {reason}".lower()) from None
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise LoadError(path, "not a regular file")
        content = opened.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise LoadError(path, f"larger than {MAX_BYTES // 1024 // 1024} MiB")
    return content


def decode(content: bytes, path: str) -> tuple[str, str, bool]:
    """Return the text without its byte order mark, its encoding, and whether it had a mark."""
    utf16 = _UTF16.get(content[:2])
    encoding = utf16 or "utf-8"
    bom = utf16 is not None or content.startswith(_UTF8_MARK)
    body = content[2:] if utf16 else content.removeprefix(_UTF8_MARK)
    try:
        return body.decode(encoding), encoding, bom
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "replace")
        place = Lines(before).position(len(before))
        name = "UTF-16" if utf16 else "UTF-8"
        raise LoadError(
            path,
            f"not {name} text (byte 0x{body[error.start]:02x}); save the file as UTF-8",
            line=place.line,
            column=place.column,
        ) from None


def _yaml(text: str, path: str, *, lines: Lines, tags: Tags) -> TreeDocument:
    root, documents = read_yaml(text, path, lines)
    builder = Builder(tags)
    try:
        data = None if root is None else builder.data(root)
    except ShapeError as error:
        place = lines.position(error.offset)
        raise LoadError(path, error.message, line=place.line, column=place.column) from None
    document = TreeDocument(
        path, text, Syntax.YAML, data, lines, builder, lambda: root, documents=documents
    )
    if builder.duplicates:
        document.note_duplicates()
    return document


def _json(text: str, path: str, *, lines: Lines, tags: Tags) -> TreeDocument:
    read = read_json(text)

    def scan() -> Node:
        return scan_json(text)

    builder = Builder(tags)
    document = TreeDocument(path, text, Syntax.JSON, read.data, lines, builder, scan)
    if read.has_duplicates:
        root = document.root
        if root is not None:
            builder.data(root)
        document.note_duplicates()
    return document
