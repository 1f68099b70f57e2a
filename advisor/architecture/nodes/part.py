"""A part of a resource that is a node of its own: an operation of an OpenAPI body, a state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.architecture.nodes.base import Node
from advisor.documents.location import format_pointer

if TYPE_CHECKING:
    from advisor.documents.change import Change
    from advisor.documents.document import Data
    from advisor.documents.location import Location
    from advisor.templates.values import Value


class Part(Node):
    """What stands at `prefix` in the properties of another node's resource.

    `get` and `at` are relative to the part.
    """

    def __init__(self, parent: Node, *prefix: str | int) -> None:
        super().__init__(parent.resource, parent.view)
        self.parent = parent
        self.prefix = prefix

    @property
    def id(self) -> str:
        """The parent's id and the pointer within it."""
        return f"{self.parent.id}{format_pointer(self.prefix)}"

    def get(self, *path: str | int) -> Value:
        """Return a resolved value below the part."""
        return self.view.get(self.resource, *self.prefix, *path)

    def change(
        self,
        path: tuple[str | int, ...],
        value: Data,
        *,
        shared: bool = False,
        over_call: bool = False,
    ) -> Change | None:
        """Return the change that gives a value below the part another one."""
        return super().change((*self.prefix, *path), value, shared=shared, over_call=over_call)

    def removal(self, *path: str | int) -> Change | None:
        """Return the change that removes a value below the part."""
        return super().removal(*self.prefix, *path)

    def at(self, *path: str | int, label: str = "") -> Location:
        """Return the place of a value below the part, or of the part where it is absent."""
        if path and self.get(*path) is None:
            path = ()
        return self.view.at(self.resource, *self.prefix, *path, label=label)


__all__ = ["Part"]
