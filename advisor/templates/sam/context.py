"""What the resources of one template leave for each other while SAM is expanded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.records import field, record
from advisor.templates.sam.source import mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.sam.source import Source


_DEEPEST = 60
_VARIABLE = re.compile(r"\$\{([A-Za-z0-9]+)\}")


@record(frozen=True)
class Route:
    """A path and method that an event adds to an API."""

    path: str
    method: str
    """In lower case; `any` where every method is meant."""
    operation: dict[str, Data]
    """The OpenAPI operation with its integration, before the API's own defaults."""
    auth: dict[str, Data]
    """The event's own `Auth`; it wins over the API's defaults."""
    place: Pointer
    maker: str
    """The function or state machine that has the event."""
    condition: str = ""
    settings: Data = None
    """The event's `RouteSettings`."""
    tags: Data = None
    """Tags that `PropagateTags` of the maker passes on."""


@record(frozen=True)
class Hook:
    """Something that an event adds to another resource, such as a bucket's notification."""

    value: Data
    place: Pointer
    name: str = ""
    """The name of the trigger where it has one."""


@record(eq=False)
class Context:
    """The template, and what its events ask of APIs, buckets and user pools."""

    template: dict[str, Data]
    routes: dict[str, list[Route]] = field(default_factory=dict)
    """By the logical id of the API."""
    notifications: dict[str, list[Hook]] = field(default_factory=dict)
    """By the logical id of the bucket."""
    triggers: dict[str, list[Hook]] = field(default_factory=dict)
    """By the logical id of the user pool."""
    deployments: list[Resource] = field(default_factory=list)
    """Deployment groups; the first brings the application with it."""
    sharers: list[tuple[str, ...]] = field(default_factory=list)
    """Conditions of the APIs that share a usage plan."""
    shared_stages: list[tuple[Data, Data]] = field(default_factory=list)
    """Stages of the usage plan that several APIs share, as the plan and as its key name them."""
    records: dict[str, list[Data]] = field(default_factory=dict)
    """DNS records by the logical id of the group that APIs of one hosted zone share."""
    conditions: dict[str, Data] = field(default_factory=dict)
    """Conditions that SAM adds to those of the template."""
    links: list[Source] = field(default_factory=list)
    """Connectors that SAM makes itself, expanded after everything else."""
    has_deployment_role: bool = False
    """Whether the role of the deployments is made already."""

    @property
    def resources(self) -> dict[str, Data]:
        """The raw resources by logical id."""
        return mapping(self.template.get("Resources"))

    def negated(self, condition: str) -> str:
        """Return the name of a condition that holds where another does not."""
        name = f"NOT{condition}"
        self.conditions[name] = {"Fn::Not": [{"Condition": condition}]}
        return name

    def either(self, found: Iterable[tuple[str, ...]], name: str) -> tuple[str, ...]:
        """Return the conditions of what exists where any of several resources does.

        One that all share is taken as it is; otherwise `name` stands for all of them together.
        """
        distinct = list(dict.fromkeys(found))
        if len(distinct) <= 1 or () in distinct:
            return distinct[0] if len(distinct) == 1 else ()
        single = sorted({conditions[0] for conditions in distinct})
        self.conditions[name] = {"Fn::Or": [{"Condition": each} for each in single]}
        return (name,)

    def raw(self, logical_id: str) -> dict[str, Data]:
        """Return a resource as written, empty where there is none."""
        return mapping(self.resources.get(logical_id))

    def properties(self, logical_id: str) -> dict[str, Data]:
        """Return the properties of a resource as written, without Globals."""
        return mapping(self.raw(logical_id).get("Properties"))

    def default(self, value: Data) -> Data:
        """Return what a `Ref` to a parameter stands for by default; anything else as it is.

        SAM needs some values while it expands: the names of aliases and stages in logical ids.
        """
        if isinstance(value, dict) and len(value) == 1:
            name = value.get("Ref")
            if isinstance(name, str):
                parameter = mapping(mapping(self.template.get("Parameters")).get(name))
                found = parameter.get("Default")
                return value if found is None else found
        return value

    def settled(self, value: Data, depth: int = 0) -> Data:
        """Return a value with the defaults of parameters in it, as SAM hashes it for an id."""
        if depth > _DEEPEST:
            return value
        if isinstance(value, list):
            return [self.settled(item, depth + 1) for item in value]
        if not isinstance(value, dict):
            return value
        known = self.default(value)
        if known is not value:
            return known
        text = value.get("Fn::Sub")
        if isinstance(text, str) and len(value) == 1:
            return {"Fn::Sub": _VARIABLE.sub(self._named, text)}
        return {key: self.settled(item, depth + 1) for key, item in value.items()}

    def _named(self, match: re.Match[str]) -> str:
        found = self.default({"Ref": match[1]})
        return found if isinstance(found, str) else match[0]
