"""The values of all stacks under one set of assumptions: the real `View`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from advisor.errors import LoadError
from advisor.templates.evaluation import Evaluator, choose, is_function, step_into
from advisor.templates.mentions import hidden_parameters, mentions
from advisor.templates.places import locate
from advisor.templates.values import Cause, Unknown, references_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Location
    from advisor.templates.resource import Resource
    from advisor.templates.scenarios import Scenario
    from advisor.templates.stacks import Project, Stack
    from advisor.templates.values import Reference, Value

T = TypeVar("T")


class Resolver(Evaluator):
    """Resolves properties of the resources that exist in one scenario."""

    def __init__(
        self,
        project: Project,
        scenario: Scenario,
        *,
        owners: frozenset[str] | None = None,
        region: str = "",
    ) -> None:
        """Look at the stacks named by `owners`, or at all; `region` is the account's, if known."""
        super().__init__(project, scenario, region=region)
        self._owners = owners
        self._cache: dict[tuple[str, str, tuple[str | int, ...]], Value] = {}
        self._shared = project.values.setdefault(region, {})

    # --- the View ---------------------------------------------------------------------------

    def stacks(self) -> Iterable[Stack]:
        """Yield the stacks that are looked at."""
        for owner, stack in self.project.stacks.items():
            if self._owners is None or owner in self._owners:
                yield stack

    def resources(self) -> Iterable[Resource]:
        """Yield the resources that exist in the scenario, in reading order."""
        for stack in self.stacks():
            if not self._stack_exists(stack):
                continue
            for resource in stack.resources.values():
                if self.exists(resource):
                    yield resource

    def exists(self, resource: Resource) -> bool:
        """Tell whether the conditions of a resource hold in the scenario."""
        truths = self.truths(self.project.stacks[resource.owner])
        return all(truths[name] for name in resource.conditions)

    def _stack_exists(self, stack: Stack) -> bool:
        while stack.parent is not None:
            nested = stack.parent.resources.get(stack.owner.rpartition(">")[2])
            if nested is not None and not self.exists(nested):
                return False
            stack = stack.parent
        return True

    def get(self, resource: Resource, *path: str | int) -> Value:
        """Return the resolved value of a property; None where absent."""
        key = (resource.owner, resource.logical_id, path)
        if key in self._shared:
            return self._shared[key]
        if key in self._cache:
            self._questions.count += 1  # as it did when the value was found
            return self._cache[key]
        asked = self._questions.count
        value = self._walk(resource, resource.properties, path)
        # What depends on no assumption is the same for all who look at the project.
        (self._shared if self._questions.count == asked else self._cache)[key] = value
        return value

    def once(self, key: object, make: Callable[[], T]) -> T:
        """Return what `make` makes, made once for all scenarios where no assumption bears on it.

        `make` asks this view alone, and what it returns is changed by nobody.
        """
        made = self.project.made
        key = (self._region, key)
        if key in made:
            return made[key]  # type: ignore[return-value]  # what the same function made
        asked = self._questions.count
        result = make()
        if self._questions.count == asked:
            made[key] = result
        return result

    def attribute(self, resource: Resource, *path: str | int) -> Value:
        """Return the resolved value of what stands beside `Properties`."""
        if not path:
            return None
        data = resource.attributes.get(str(path[0]))
        return self._walk(resource, data, path[1:])

    def at(self, resource: Resource, *path: str | int, label: str = "") -> Location:
        """Return where a property is written; the resource's key where it is not."""
        stack = self.project.stacks[resource.owner]
        return locate(stack, resource, path, label=label, truths=self.truths(stack))

    def document(self, resource: Resource) -> Document | None:
        """Return the document that a resource is written in; None for what no template holds."""
        stack = self.project.stacks.get(resource.owner)
        return stack.template.document if stack else None

    def path(self, resource: Resource) -> str:
        """Return the path of the template that declares a resource, as shown to the user."""
        stack = self.project.stacks.get(resource.owner)
        return stack.path if stack else ""

    def mentions(self, resource: Resource) -> frozenset[str] | None:
        """Return the logical ids that a resource names in any scenario; None if not known."""
        return mentions(self.project.stacks[resource.owner], resource)

    def hidden_parameters(self, resource: Resource) -> frozenset[str]:
        """Return the parameters of the resource's template that hold a secret."""
        return hidden_parameters(self.project.stacks[resource.owner])

    def resolve(self, resource: Resource, data: object) -> Value:
        """Return the value of raw data that stands somewhere in the resource's template."""
        return self.evaluate(self.project.stacks[resource.owner], data)  # type: ignore[arg-type]  # any data is evaluated, whatever its shape

    def file(self, resource: Resource, *path: str | int) -> Document | None:
        """Return the local file that a property names, read; None where there is none to read."""
        name = self.get(resource, *path)
        if not isinstance(name, str):
            return None
        files = self.project.files
        file = files.local(self.project.stacks[resource.owner].template.file, name)
        try:
            return files.document(file) if file else None
        except LoadError:
            return None

    def folder(self, resource: Resource) -> Path | None:
        """Return the folder of the resource's template."""
        file = self.project.stacks[resource.owner].template.file
        return file.parent if file else None

    def exported(self) -> Iterable[Reference]:
        """Return every reference to a resource that a stack exports for other stacks to use."""
        for stack in self.stacks():
            for output in stack.outputs.values():
                if isinstance(output, dict) and "Export" in output:
                    value = self.evaluate(stack, output.get("Value"))
                    yield from references_in(value)

    def outputs(self) -> Iterable[Reference]:
        """Return every reference to a resource that a stack tells its users of."""
        for stack in self.stacks():
            for output in stack.outputs.values():
                if isinstance(output, dict):
                    yield from references_in(self.evaluate(stack, output.get("Value")))

    # --- walking ----------------------------------------------------------------------------

    def _walk(self, resource: Resource, data: Data, path: tuple[str | int, ...]) -> Value:
        """Go down raw data without resolving its neighbours, then resolve what is found."""
        stack = self.project.stacks[resource.owner]
        truths = self.truths(stack)
        for at, key in enumerate(path):
            data = choose(data, truths)
            if isinstance(data, dict) and is_function(data):
                return step_into(self.evaluate(stack, data), path[at:])
            if isinstance(data, dict):
                if str(key) not in data:
                    return self._absent(stack, resource, data)
                data = data[str(key)]
            elif isinstance(data, list) and isinstance(key, int) and -len(data) <= key < len(data):
                if any(isinstance(item, dict) and is_function(item) for item in data):
                    # An item may be `AWS::NoValue`, which moves those behind it.
                    return step_into(self.evaluate(stack, data), path[at:])
                data = data[key]
            else:
                return None
        value = self.evaluate(stack, data)
        if value is None and (stack.template.has_unknown_macro or not path):
            return self._absent(stack, resource, {}) if path else {}
        return value

    @staticmethod
    def _absent(stack: Stack, resource: Resource, data: Mapping[str, Data]) -> Value:
        if "Fn::Transform" in data:
            return Unknown(Cause.MACRO, "Fn::Transform")
        if "Fn::Transform" in resource.properties or stack.template.has_unknown_macro:
            return Unknown(Cause.MACRO, ", ".join(stack.template.transforms))
        return None
