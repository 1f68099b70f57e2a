"""From templates on disk to the stacks of one architecture, and which of them belong together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.templates.stacks import Given, Project, add_workflow, build_stack
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from advisor.documents.document import Data
    from advisor.templates.loading import Files
    from advisor.templates.template import Template

_NESTS = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_SUFFIXES = (".yaml", ".yml", ".json", ".template")
_MOST_NEIGHBOURS = 200  # files of one folder that are looked at for what names a given file
_MOST_BYTES = 1_000_000  # of each; CloudFormation accepts no larger template
_NAMES_FILE = ("TemplateURL", "Location", "DefinitionUri", "DefinitionS3Location", "BodyS3Location")
_KEYS = tuple(key.encode() for key in _NAMES_FILE)


def nested_files(files: Files, template: Template) -> list[Path]:
    """Return the local files that a template nests as stacks or applications."""
    found = []
    for raw in section(template.data, "Resources").values():
        if not isinstance(raw, dict) or raw.get("Type") not in _NESTS:
            continue
        properties = section(raw, "Properties")
        location = properties.get("TemplateURL", properties.get("Location"))
        if isinstance(location, str) and "://" not in location:
            file = files.local(template.file, location)
            if file is not None:
                found.append(file)
    return found


def referenced_files(files: Files, template: Template) -> list[Path]:
    """Return every local file that a template names: nested ones, definitions, includes."""
    found = []
    pending: list[Data] = [template.data.get("Resources")]
    while pending:
        data = pending.pop()
        if isinstance(data, dict):
            for key, value in data.items():
                if key in _NAMES_FILE and isinstance(value, str) and "://" not in value:
                    file = files.local(template.file, value)
                    if file is not None:
                        found.append(file)
                else:
                    pending.append(value)
        elif isinstance(data, list):
            pending.extend(data)
    return found


def neighbours(files: Files, given: Collection[Path]) -> list[Path]:
    """Return the templates beside or above the given files, up to the root, that name one.

    A file that is given alone is read in the context that deploys it.
    """
    names = {file.name.encode() for file in given}
    folders = {
        folder for file in given for folder in file.parents if folder.is_relative_to(files.root)
    }
    found = [
        other
        for folder in sorted(folders)
        for other in _candidates(folder)
        if other not in given and files.inside(other) == other and _mentions(files, other, names)
    ]
    return [other for other in found if _references(files, other, given)]


def _candidates(folder: Path) -> list[Path]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if entry.name.endswith(_SUFFIXES)][:_MOST_NEIGHBOURS]


def _mentions(files: Files, file: Path, names: Iterable[bytes]) -> bool:
    """Tell cheaply whether a file may name another one."""
    try:
        if file in files.texts:
            content = files.texts[file].encode("utf-8", "replace")
        elif not file.is_file():
            return False
        else:
            with file.open("rb") as stream:
                content = stream.read(_MOST_BYTES)
    except OSError:
        return False
    return any(key in content for key in _KEYS) and any(name in content for name in names)


def _references(files: Files, other: Path, given: Collection[Path]) -> bool:
    try:
        template = files.template(other)
    except LoadError:
        return False
    return any(file in given for file in referenced_files(files, template))


def build_project(
    files: Files,
    templates: Iterable[Path],
    *,
    workflows: Iterable[Path] = (),
    given: Callable[[Path], Given] = lambda _: Given(),
) -> Project:
    """Return the stacks of readable templates; one that another nests appears inside it only.

    A state machine's file is a stack of its own unless a template names it. `given` tells what
    is given for the parameters of a template that no other nests.
    """
    project = Project(files)
    ours = list(dict.fromkeys(templates))
    nested = {
        child
        for file in ours
        for child in nested_files(files, files.template(file))
        if child != file
    }
    covered: set[Path] = set()
    # Templates that nest each other in a circle have no root: then each is one.
    for file in [file for file in ours if file not in nested] or ours:
        stack = build_stack(project, files.template(file), files.load, given=given(file))
        covered.update(part.template.file for part in stack.walk() if part.template.file)
    for file in ours:
        if file not in covered:
            build_stack(project, files.template(file), files.load, given=given(file))
    named = {
        other
        for stack in project.stacks.values()
        for other in referenced_files(files, stack.template)
    }
    for file in dict.fromkeys(workflows):
        if file not in named:
            add_workflow(project, files.template(file))
    return project


def groups(project: Project, links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the owners of stacks that belong together, in the order of the project.

    Nested stacks belong to their parents; `links` are pairs of owners that edges connect.
    """
    leader = {owner: owner for owner in project.stacks}

    def find(owner: str) -> str:
        while leader[owner] != owner:
            leader[owner] = leader[leader[owner]]
            owner = leader[owner]
        return owner

    for owner, stack in project.stacks.items():
        if stack.parent is not None:
            leader[find(owner)] = find(stack.parent.owner)
    for one, other in links:
        if one in leader and other in leader:
            leader[find(one)] = find(other)
    found: dict[str, list[str]] = defaultdict(list)
    for owner in project.stacks:
        found[find(owner)].append(owner)
    return list(found.values())
