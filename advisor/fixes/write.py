"""Changed texts on their way to the disk, or to a reader as differences."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.documents.load import decode, read_bytes
from advisor.errors import LoadError
from advisor.report import Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.fixes.apply import ChangedFile

_MARKS = {"utf-8": b"\xef\xbb\xbf", "utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}


def write_all(changed: Sequence[ChangedFile]) -> list[Problem]:
    """Write the files, each whole or not at all; return what could not be written."""
    return [problem for each in changed if (problem := _write(each)) is not None]


def _write(changed: ChangedFile) -> Problem | None:
    file = changed.file
    if file is None or not file.is_file():
        return Problem(changed.path, "not written: it is not a file of this project")
    try:
        content = read_bytes(file, changed.path)
        text, encoding, bom = decode(content, changed.path)
        if text != changed.before:
            return Problem(changed.path, "not written: it has changed since it was read")
        mode = stat.S_IMODE(file.stat().st_mode)
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(file, os.W_OK):
            return Problem(changed.path, "not written: it is read-only")
        _replace(file, (_MARKS[encoding] if bom else b"") + changed.after.encode(encoding), mode)
    except LoadError as error:
        return Problem(changed.path, f"not written: {error.message}")
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        return Problem(changed.path, f"not written: {reason}")
    return None


def _replace(file: Path, content: bytes, mode: int) -> None:
    """Put a file in the place of another in one step."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def unified_diff(changed: Sequence[ChangedFile]) -> str:
    """Return the changes as one patch, in the form that `git apply` takes."""
    return "".join(_difference(each) for each in changed)


def _difference(changed: ChangedFile) -> str:
    from difflib import unified_diff as compared  # seldom needed, and slow to import

    lines = compared(
        _lines(changed.before),
        _lines(changed.after),
        f"a/{changed.path}",
        f"b/{changed.path}",
        lineterm="\n",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """Return the lines with what ends them; only a line feed does, as for git."""
    parts = text.split("\n")
    return [f"{part}\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])
