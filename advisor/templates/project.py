"""From templates on disk to the stacks of one architecture, and which of them belong together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.templates.stacks import Project, build_stack
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from advisor.templates.loading import Files
    from advisor.templates.template import Template

_NESTS = ("AWS::CloudFormation::Stack", "AWS::Serverless::Application")
_SUFFIXES = (".yaml", ".yml", ".json", ".template")
_MOST_NEIGHBOURS = 200  # files of one folder that are looked at for a parent of a template


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


def parents_of(files: Files, file: Path) -> list[Path]:
    """Return the templates beside or above a file, up to the root, that nest it.

    A template that is given alone is read in the context that deploys it.
    """
    found: list[Path] = []
    folder = file.parent
    while folder.is_relative_to(files.root):
        try:
            neighbours = sorted(folder.iterdir())[:_MOST_NEIGHBOURS]
        except OSError:
            break
        for other in neighbours:
            if other == file or not other.name.endswith(_SUFFIXES) or not other.is_file():
                continue
            if files.inside(other) == other and _mentions(other, file.name):
                found.append(other)
        if folder == files.root:
            break
        folder = folder.parent
    return [other for other in found if _nests(files, other, file)]


def _mentions(file: Path, name: str) -> bool:
    try:
        with file.open("rb") as stream:
            return name.encode() in stream.read(1_000_000)
    except OSError:
        return False


def _nests(files: Files, other: Path, file: Path) -> bool:
    try:
        return file in nested_files(files, files.template(other))
    except LoadError:
        return False


def build_project(
    files: Files,
    templates: Iterable[Path],
    *,
    overrides: Mapping[Path, Mapping[str, str]] | None = None,
) -> Project:
    """Return the stacks of readable templates; one that another nests appears inside it only."""
    project = Project(files)
    given = list(dict.fromkeys(templates))
    nested = {
        child
        for file in given
        for child in nested_files(files, files.template(file))
        if child != file
    }
    roots = [file for file in given if file not in nested]
    # Templates that nest each other in a circle have no root: then each is one.
    covered: set[Path] = set()
    for file in roots or given:
        stack = build_stack(
            project,
            files.template(file),
            files.load,
            overrides=(overrides or {}).get(file, {}),
        )
        covered.update(part.template.file for part in stack.walk() if part.template.file)
    for file in given:
        if file not in covered:
            template = files.template(file)
            build_stack(project, template, files.load, overrides=(overrides or {}).get(file, {}))
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
