"""Templates as stacks: nested ones inside their parents, each with its parameters bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import field, record, replace
from advisor.templates.macros import expand_loops, include_files
from advisor.templates.resource import Resource
from advisor.templates.template import section

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer, Span
    from advisor.templates.conditions import Variable
    from advisor.templates.loading import Files
    from advisor.templates.macros import Included
    from advisor.templates.template import Parameter, Template
    from advisor.templates.values import Value

_MOST_NESTED = 8  # levels of stacks in stacks that are followed
_MOST_STACKS = 2_000  # instances in one architecture, against templates that nest themselves


@record(eq=False)
class Stack:
    """One template as it is deployed: by itself, or nested in a parent with bound parameters."""

    owner: str
    """Its template's path; for a nested one the parent's owner, `>` and the logical id."""
    template: Template
    data: dict[str, Data]
    """The template's data after loops and includes."""
    resources: dict[str, Resource] = field(default_factory=dict)
    """All resources by logical id, generated ones included, in reading order."""
    parent: Stack | None = None
    bindings: Mapping[str, Data] = field(default_factory=dict)
    """Raw values that the parent passes for parameters."""
    overrides: Mapping[str, str] = field(default_factory=dict)
    """Values that the user gives for parameters, which also decide conditions."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """The parameters, with the defaults of a deployment's configuration in place of their own."""
    children: dict[str, Stack] = field(default_factory=dict)
    """Nested stacks by the logical id of the resource that nests them."""
    included: dict[int, Included] = field(default_factory=dict)
    """Where included data comes from, by the identity of the data."""
    spans: dict[tuple[str, Pointer, bool], Span] = field(default_factory=dict, repr=False)
    """Spans that were asked for, by file and pointer."""
    mentions: dict[str, frozenset[str] | None] = field(default_factory=dict, repr=False)
    """What resources refer to, by logical id, where that was asked for: see `mentions.py`."""
    aliases: dict[str, str] = field(default_factory=dict)
    """What SAM lets a template refer to, such as `Fn.Alias`, with the generated logical id."""

    @property
    def path(self) -> str:
        """The path of the template as shown to the user."""
        return self.template.path

    @property
    def conditions(self) -> dict[str, Data]:
        """The raw Conditions section."""
        return section(self.data, "Conditions")

    @property
    def outputs(self) -> dict[str, Data]:
        """The raw Outputs section."""
        return section(self.data, "Outputs")

    def walk(self) -> Iterable[Stack]:
        """Yield this stack and all that are nested in it."""
        pending = [self]
        while pending:
            stack = pending.pop(0)
            yield stack
            pending.extend(stack.children.values())


@record(frozen=True)
class Given:
    """What is given for the parameters of a template that is deployed by itself."""

    fixed: Mapping[str, str] = field(default_factory=dict)
    """Values that hold: conditions have no other outcome."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """Values of one deployment among others: known, but conditions stay open."""

    def defaults_of(self, template: Template) -> Mapping[str, Parameter]:
        """Return the parameters of a template with these defaults."""
        if not self.defaults:
            return template.parameters
        return {
            name: replace(parameter, default=self.defaults.get(name, parameter.default))
            for name, parameter in template.parameters.items()
        }


@record()
class Project:
    """All stacks of one architecture by owner, and the notes of what was bounded or not found."""

    files: Files
    stacks: dict[str, Stack] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    assumed: set[Variable] = field(default_factory=set, repr=False)
    """What the scenarios so far assume something of."""
    values: dict[str, dict[tuple[str, str, tuple[str | int, ...]], Value]] = field(
        default_factory=dict, repr=False
    )
    """By region, the values of properties that are the same in every scenario so far."""

    made: dict[object, object] = field(default_factory=dict, repr=False)
    """What was made of values that are the same in every scenario so far, by what it is."""

    def assume(self, variables: Iterable[Variable]) -> None:
        """Note what another scenario assumes something of; what was the same may now differ."""
        if not self.assumed.issuperset(variables):
            self.assumed.update(variables)
            self.values.clear()
            self.made.clear()


def build_stack(
    project: Project,
    template: Template,
    load: Callable[[Stack, str], Template | None],
    *,
    given: Given,
) -> Stack:
    """Add a template to the project as a stack of its own, with all that it nests."""
    stack = _instance(project, template, template.path, load, given=given)
    _nest(project, stack, load, depth=0)
    return stack


def _instance(
    project: Project,
    template: Template,
    owner: str,
    load: Callable[[Stack, str], Template | None],
    *,
    given: Given | None = None,
    parent: Stack | None = None,
    bindings: Mapping[str, Data] | None = None,
) -> Stack:
    stack = Stack(
        owner=owner,
        template=template,
        data=template.data,
        parent=parent,
        bindings=bindings or {},
        overrides=given.fixed if given else {},
        parameters=given.defaults_of(template) if given else template.parameters,
    )
    project.stacks[owner] = stack
    include_files(stack, load)

    def evaluate(stack: Stack, data: Data) -> Value:
        from advisor.templates.evaluation import Evaluator
        from advisor.templates.scenarios import Scenario

        return Evaluator(project, Scenario()).evaluate(stack, data)

    moved = expand_loops(stack, evaluate)
    for resource in _expand_sam(stack):
        if moved:
            _move(resource, moved)
        stack.resources.setdefault(resource.logical_id, resource)
    return stack


def _expand_sam(stack: Stack) -> Iterable[Resource]:
    if stack.template.is_sam or any(
        isinstance(raw, dict) and str(raw.get("Type", "")).startswith("AWS::Serverless::")
        for raw in section(stack.data, "Resources").values()
    ):
        from advisor.templates.sam import expand_all, references

        resources, conditions = expand_all(stack.data, stack.owner)
        stack.aliases.update(references(resources))
        if conditions:
            stack.data = {**stack.data, "Conditions": {**conditions, **stack.conditions}}
        return resources
    return plain_resources(stack.data, stack.owner)


def plain_resources(data: Mapping[str, Data], owner: str) -> list[Resource]:
    """Return the resources of a template without SAM, in reading order."""
    found = []
    for logical_id, raw in section(data, "Resources").items():
        if not isinstance(raw, dict) or not isinstance(kind := raw.get("Type"), str):
            continue
        condition = raw.get("Condition")
        found.append(
            Resource(
                owner=owner,
                logical_id=logical_id,
                type=kind,
                properties=section(raw, "Properties"),
                place=("Resources", logical_id),
                conditions=(condition,) if isinstance(condition, str) else (),
                attributes={
                    key: value for key, value in raw.items() if key not in {"Type", "Properties"}
                },
            )
        )
    return found


def _move(resource: Resource, moved: Mapping[str, Pointer]) -> None:
    """Point a resource that a loop made at the loop's body, where it is written."""

    def place(pointer: Pointer) -> Pointer:
        if len(pointer) > 1 and pointer[0] == "Resources" and pointer[1] in moved:
            return moved[str(pointer[1])] + pointer[2:]
        return pointer

    resource.place = place(resource.place)
    resource.origins = {prefix: place(pointer) for prefix, pointer in resource.origins.items()}


def _nest(
    project: Project,
    stack: Stack,
    load: Callable[[Stack, str], Template | None],
    *,
    depth: int,
) -> None:
    """Follow `TemplateURL` and SAM's `Location` where they name a local file."""
    for logical_id, resource in list(stack.resources.items()):
        if resource.type not in {"AWS::CloudFormation::Stack", "AWS::Serverless::Application"}:
            continue
        location = resource.properties.get("TemplateURL", resource.properties.get("Location"))
        if not isinstance(location, str) or "://" in location or not location.strip():
            continue
        if depth >= _MOST_NESTED or len(project.stacks) >= _MOST_STACKS:
            project.notes.append(f"{stack.path}: nested stacks are followed {_MOST_NESTED} deep")
            return
        template = load(stack, location)
        if template is None or _is_inside_itself(stack, template):
            continue
        child = _instance(
            project,
            template,
            f"{stack.owner}>{logical_id}",
            load,
            parent=stack,
            bindings=section(resource.properties, "Parameters"),
        )
        stack.children[logical_id] = child
        _nest(project, child, load, depth=depth + 1)


def _is_inside_itself(stack: Stack, template: Template) -> bool:
    current: Stack | None = stack
    while current is not None:
        if current.template.path == template.path:
            return True
        current = current.parent
    return False


def add_workflow(project: Project, template: Template) -> Stack:
    """Add the file of a state machine that no template names, as a stack of that one machine.

    Whether it is a Standard or an Express workflow is not known.
    """
    machine = Resource(
        owner=template.path,
        logical_id="",
        type="AWS::StepFunctions::StateMachine",
        properties={
            "Definition": template.data,
            "StateMachineType": {"Fn::Unknown": "a definition does not say"},
        },
        place=(),
        origins={("Definition",): ()},
    )
    stack = Stack(template.path, template, data={}, resources={"": machine})
    project.stacks[template.path] = stack
    return stack
