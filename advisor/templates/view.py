"""One way of looking at all stacks: every property resolved under one set of assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from advisor.documents.document import Document
    from advisor.documents.location import Location
    from advisor.templates.resource import Resource
    from advisor.templates.values import Reference, Value


class View(Protocol):
    """The resources of all stacks that exist in one scenario, and their resolved values."""

    def resources(self) -> Iterable[Resource]:
        """Return the resources that exist here, in reading order, generated ones included."""
        ...

    def get(self, resource: Resource, *path: str | int) -> Value:
        """Return the resolved value of a property; None where absent, Unknown where unknowable.

        A path through something unknown gives that Unknown. Lists take integers.
        """
        ...

    def attribute(self, resource: Resource, *path: str | int) -> Value:
        """Return the resolved value of what stands beside `Properties`, such as `Metadata`."""
        ...

    def at(self, resource: Resource, *path: str | int, label: str = "") -> Location:
        """Return where a property is written; the resource's key where it is not.

        Without a path it is the key that declares the resource. The span is that of the
        value, or of the key where the value covers several lines.
        """
        ...

    def document(self, resource: Resource) -> Document | None:
        """Return the document that a resource is written in; None for what no template holds."""
        ...

    def path(self, resource: Resource) -> str:
        """Return the path of the template that declares a resource, as shown to the user."""
        ...

    def mentions(self, resource: Resource) -> frozenset[str] | None:
        """Return the logical ids that a resource names in any scenario, maybe too many.

        None where only resolved values tell.
        """
        ...

    def hidden_parameters(self, resource: Resource) -> frozenset[str]:
        """Return the parameters of the resource's template that hold a secret."""
        ...

    def resolve(self, resource: Resource, data: object) -> Value:
        """Return the value of raw data that stands somewhere in the resource's template."""
        ...

    def file(self, resource: Resource, *path: str | int) -> Document | None:
        """Return the local file that a property names, read; None where there is none to read.

        Relative paths start at the folder of the resource's template; nothing outside the
        project's root is opened.
        """
        ...

    def folder(self, resource: Resource) -> Path | None:
        """Return the folder of the resource's template; None where it has no file."""
        ...

    def exported(self) -> Iterable[Reference]:
        """Return every reference to a resource that a stack exports for other stacks to use."""
        ...

    def outputs(self) -> Iterable[Reference]:
        """Return every reference to a resource that a stack tells its users of."""
        ...
