"""One project as it is read: inputs, stacks, values and the graph in every scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.build import build
from advisor.inputs import context
from advisor.records import field, record
from advisor.source.sources import Sources
from advisor.templates.parameters import given_for
from advisor.templates.project import build_project, groups, neighbours
from advisor.templates.resolver import Resolver
from advisor.templates.scenarios import Scenario, formulas_of, scenarios, usual_scenario
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.config import Config
    from advisor.inputs import Inputs
    from advisor.source.memory import Memory
    from advisor.templates.conditions import Formula
    from advisor.templates.stacks import Given, Project


@record()
class Reading:
    """One project as it was read: its stacks, and its graph under the usual assumptions."""

    inputs: Inputs
    project: Project
    formulas: Mapping[str, Mapping[str, Formula]]
    view: Resolver
    """All stacks under the usual assumptions."""
    architecture: Architecture
    config: Config
    sources: Sources
    notes: list[str] = field(default_factory=list)
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    """Families of edges that could not be drawn, with what went wrong."""

    def judged(self) -> Iterator[Iterable[tuple[Scenario, Architecture]]]:
        """Yield, for each group of stacks that belong together, its graph in every scenario.

        A scenario that differs from an earlier one in nothing that was asked of the graph of
        that one comes with the same graph.
        """
        if not self.formulas:
            yield [(Scenario(), self.architecture)]
            return
        links = _links(self.architecture)
        if len(self.project.stacks) > 1:
            # What exists only under other conditions may connect stacks as well.
            view = self._view(Scenario(everything=True), [*self.project.stacks])
            links |= _links(self._built(view))
        unconditional: list[str] = []
        for owners in groups(self.project, sorted(links)):
            if not any(owner in self.formulas for owner in owners):
                unconditional += owners
                continue
            found = scenarios(self.project, owners, self.formulas)
            if found.bounded:
                first = self.project.stacks[owners[0]].path
                self.notes.append(
                    f"{first}: has more combinations of conditions than are looked at; "
                    f"{len(found.items)} were, in which every two conditions meet"
                )
            yield self._in_each(found.items, owners)
        if unconditional:
            yield self._in_the_only_one(unconditional)

    def _in_the_only_one(self, owners: Sequence[str]) -> Iterator[tuple[Scenario, Architecture]]:
        whole = len(owners) == len(self.project.stacks)
        built = None if whole else self._built(self._view(Scenario(), owners))
        yield Scenario(), built or self.architecture

    def _in_each(
        self, items: Iterable[Scenario], owners: Sequence[str]
    ) -> Iterator[tuple[Scenario, Architecture]]:
        known: list[tuple[Resolver, Architecture]] = []
        if len(owners) == len(self.project.stacks):
            known.append((self.view, self.architecture))
        for item in items:
            for view, architecture in known:
                # Asked here, when those before have been judged.
                if view.is_same_in(item):
                    yield item, architecture
                    break
            else:
                view = self._view(item, owners)
                known.append((view, self._built(view)))
                yield item, known[-1][1]

    def _view(self, scenario: Scenario, owners: Sequence[str]) -> Resolver:
        return Resolver(self.project, scenario, owners=frozenset(owners), region=self.config.region)

    def _built(self, view: Resolver) -> Architecture:
        architecture = build(view, sources=self.sources)
        self.failures += architecture.failures
        return architecture


def _links(architecture: Architecture) -> set[tuple[str, str]]:
    """Return the pairs of stacks that edges connect."""
    owners = (
        (edge.source.resource.owner, edge.target.resource.owner) for edge in architecture.edges()
    )
    return {(one, other) for one, other in owners if one != other}


def read_inputs(inputs: Inputs, config: Config, memory: Memory | None = None) -> Reading:
    """Read the files of one root, with their neighbours for context, and build their graph.

    `memory` holds what earlier runs have read of code.
    """
    if inputs.given:
        context(inputs, neighbours(inputs.files, inputs.given))
    # Only an environment that was asked for decides conditions.
    named = config.origin("samconfig-env") != "default"
    environment = config.samconfig_env if named else None

    def given(file: Path) -> Given:
        return given_for(file, config.parameters, environment, root=inputs.files.root)

    project = build_project(inputs.files, inputs.templates, workflows=inputs.workflows, given=given)
    formulas = formulas_of(project, config.region)
    view = Resolver(project, usual_scenario(project, formulas), region=config.region)
    files = inputs.files
    sources = Sources(files.root, files.base, text_of=files.text, texts=files.texts, memory=memory)
    architecture = build(view, sources=sources)
    reading = Reading(inputs, project, formulas, view, architecture, config, sources)
    reading.failures += architecture.failures
    return reading


CONTEXT = "com.aws.cloudformation.Context"
_MOST_NOTES = 6  # of one resource; a reader wants the finding, not a chapter


def paths_with_notes(readings: Sequence[Reading]) -> set[str]:
    """Return the templates whose authors may have noted something: hardly any."""
    return {
        stack.path
        for reading in readings
        for stack in reading.project.stacks.values()
        if CONTEXT in stack.template.document.text
    }


def notes_on(readings: Sequence[Reading], path: str, resource: str | None) -> tuple[str, ...]:
    """Return what a template's authors noted of a resource: why it is as it is, what must hold.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-metadata.html
    """
    notes: list[str] = []
    for reading in readings:
        for stack in reading.project.stacks.values():
            if stack.path != path or CONTEXT not in stack.template.document.text:
                continue
            whole = section(section(stack.data, "Metadata"), CONTEXT)
            own = stack.resources.get(resource or "")
            metadata = own.attributes.get("Metadata") if own else None
            said = section(metadata, CONTEXT) if isinstance(metadata, dict) else {}
            if isinstance(why := said.get("why"), str):
                notes.append(f"why it is so: {why}")
            for source in (said, whole):
                must = source.get("must")
                notes += (
                    [f"must hold: {item}" for item in must if isinstance(item, str)]
                    if (isinstance(must, list))
                    else []
                )
            return tuple(notes[:_MOST_NOTES])
    return ()
