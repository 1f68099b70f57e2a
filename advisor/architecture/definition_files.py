"""The file that a state machine's definition lies in, and whether it is there under that name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from advisor.records import record
from advisor.templates.resolver import Resolver

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.architecture.nodes.workflows import StateMachine
    from advisor.templates.loading import Files

_KEYS = ("DefinitionUri", "DefinitionS3Location")
_REMOTE = ("s3://", "http://", "https://", "/", "\\", "~")
_MOST_NAMES = 2_000
"""Names of a directory that are compared."""


@record(frozen=True)
class DefinitionFile:
    """A definition that a template names by a path of its own project."""

    key: str
    """The property that names it."""
    written: str
    exists: bool
    """Whether a file of exactly that name is there: in capitals and small letters as well."""
    instead: str
    """The path that may be meant where it is not there; empty where nothing is alike."""
    is_read: bool
    """Whether the run reads the file itself, and says what is wrong with its text."""


def definition_file(machine: StateMachine) -> DefinitionFile | None:
    """Return the file that a machine names; None where it names none within the project."""
    view = machine.view
    if machine.stands_alone or not isinstance(view, Resolver):
        return None
    template = view.project.stacks[machine.resource.owner].template.file
    if template is None:
        return None
    for key in _KEYS:
        written = machine.get(key)
        if isinstance(written, str):
            return _file(view.project.files, template, key, written)
    return None


def _file(files: Files, template: Path, key: str, written: str) -> DefinitionFile | None:
    if not written or "\0" in written or "${" in written or written.startswith(_REMOTE):
        return None
    path = template.parent / written
    if files.inside(template.parent / os.path.normpath(written)) is None:
        return None
    names = _names(files, path.parent)
    if path.name in names:
        found = files.local(template, written)
        is_read = found is not None and files.has_read(found)
        return DefinitionFile(key, written, exists=found is not None, instead="", is_read=is_read)
    # What is read instead of the disk has no name in a directory.
    if path in files.texts:
        return None
    folder = written[: len(written) - len(path.name)]
    near = [name for name in names if name.lower() == path.name.lower()]
    from difflib import get_close_matches  # seldom needed, and slow to import

    near = near or get_close_matches(path.name, names, n=1, cutoff=0.8)
    instead = f"{folder}{near[0]}" if near else ""
    return DefinitionFile(key, written, exists=False, instead=instead, is_read=False)


def _names(files: Files, folder: Path) -> list[str]:
    real = files.inside(folder)
    if real is None:
        return []
    names: list[str] = []
    try:
        with os.scandir(real) as entries:
            for entry in entries:
                names.append(entry.name)
                if len(names) >= _MOST_NAMES:
                    break
    except OSError:
        return []
    return sorted(names)


__all__ = ["DefinitionFile", "definition_file"]
