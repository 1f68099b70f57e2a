"""Opening files of a project: never outside its root, never more than a bounded amount."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path


def real(path: Path) -> Path | None:
    """Return the path with every link followed; None where that cannot be done."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=16)
def _real_root(root: Path) -> Path | None:
    # A project stays where it is while it is looked at.
    return real(root)


def is_inside(path: Path, root: Path) -> bool:
    """Tell whether a path lies beneath the root once every link in both is followed."""
    inner, outer = real(path), _real_root(root)
    return inner is not None and outer is not None and (inner == outer or outer in inner.parents)


def is_file(path: Path, root: Path) -> bool:
    """Tell whether a regular file is there, spelled exactly so, inside the root."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
    except (OSError, ValueError):
        return False
    return is_inside(path, root) and _is_spelled(path, root)


def is_folder(path: Path, root: Path) -> bool:
    """Tell whether a folder is there, inside the root."""
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            return False
    except (OSError, ValueError):
        return False
    return is_inside(path, root)


def _is_spelled(path: Path, root: Path) -> bool:
    """Tell whether each name is spelled as on the disk: Lambda's file system minds the case."""
    here = Path(os.path.normpath(path))
    top = Path(os.path.normpath(root))
    while here not in (top, here.parent):
        try:
            names = os.listdir(here.parent)  # noqa: PTH208 - plain names are all that is needed
        except OSError:
            return True
        if here.name not in names:
            return False
        here = here.parent
    return True


def read_text(path: Path, root: Path, limit: int) -> str | None:
    """Return a file's text, undecodable bytes replaced; None where it is not to be read."""
    if not is_file(path, root):
        return None
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError:
        return None
    if len(data) > limit:
        return None
    return data.decode("utf-8-sig", "replace")


def shown(path: Path, root: Path) -> str:
    """Return a path as users see it: relative to the root, with forward slashes."""
    here, top = Path(os.path.normpath(path)), Path(os.path.normpath(root))
    try:
        return here.relative_to(top).as_posix()
    except ValueError:
        return here.name
