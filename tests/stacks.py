"""Builds stacks and their values from text, for the tests of the templates layer."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from advisor.templates.loading import Files
from advisor.templates.project import build_project
from advisor.templates.resolver import Resolver
from advisor.templates.scenarios import formulas_of, scenarios
from advisor.templates.stacks import Given

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.templates.scenarios import Scenario, Scenarios
    from advisor.templates.stacks import Project
    from advisor.templates.values import Value


def project_of(
    folder: Path, overrides: Mapping[str, str] | None = None, /, **files: str
) -> Project:
    """Write files (`main` is main.yaml) into a folder and read main.yaml with what it nests."""
    folder = folder.resolve()
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
    main = folder / "main.yaml"
    return build_project(Files(folder), [main], given=lambda _: Given(fixed=overrides or {}))


def scenarios_of(project: Project) -> Scenarios:
    """Return the scenarios of a whole project."""
    return scenarios(project, list(project.stacks), formulas_of(project))


def value(project: Project, logical_id: str, *path: str | int) -> Value:
    """Return a property in the usual scenario."""
    return in_scenario(project, scenarios_of(project).items[0], logical_id, *path)


def in_scenario(project: Project, scenario: Scenario, logical_id: str, *path: str | int) -> Value:
    """Return a property in one scenario."""
    resolver = Resolver(project, scenario)
    owner, _, name = logical_id.rpartition("#")
    stack = project.stacks[owner or "main.yaml"]
    return resolver.get(stack.resources[name], *path)
