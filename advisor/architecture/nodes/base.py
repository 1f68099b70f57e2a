"""What every node has in common: identity, resolved properties and places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.templates.values import Text, Unknown, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from advisor.documents.change import Change
    from advisor.documents.document import Data
    from advisor.documents.location import Location, Pointer
    from advisor.templates.resource import Resource
    from advisor.templates.values import Value
    from advisor.templates.view import View

_MOST_DIGITS = 20
_BEYOND_ALL = 10**_MOST_DIGITS


class Node:
    """One resource of the architecture, seen in one scenario.

    Values that the files do not tell are `Unknown`, absent ones None; defaults that AWS
    documents are applied by the typed properties of the subclasses.
    """

    __slots__ = ("__dict__", "resource", "view")

    is_dead_letter_sink = False
    """Whether something sends here what it could not handle; known once the graph is built."""

    def __init__(self, resource: Resource, view: View) -> None:
        self.resource = resource
        self.view = view

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id}>"

    @property
    def id(self) -> str:
        """Unique within the architecture: the template (or stack instance) and the logical id."""
        return f"{self.resource.owner}#{self.resource.logical_id}"

    @property
    def name(self) -> str:
        """The logical id that a reader finds in the template."""
        return self.resource.shown_id

    @property
    def title(self) -> str:
        """What a reader calls it: the logical id, or the event's name for what SAM makes of one."""
        place = self.resource.place
        return str(place[-1]) if self.is_generated and len(place) > 2 else self.name

    @property
    def type(self) -> str:
        """The CloudFormation type."""
        return self.resource.type

    @property
    def is_sam(self) -> bool:
        """Whether a remediation is to be written in SAM's terms."""
        return self.resource.is_sam

    @property
    def is_generated(self) -> bool:
        """Whether SAM or CloudFormation makes it, so that there is no resource to edit."""
        return self.resource.is_generated

    def parts(self) -> Iterable[Node]:
        """Yield what the resource declares within itself and a rule judges on its own."""
        return ()

    def get(self, *path: str | int) -> Value:
        """Return the resolved value of a property in raw CloudFormation names."""
        return self.view.get(self.resource, *path)

    def at(self, *path: str | int, label: str = "") -> Location:
        """Return the place of a property, or of the resource's key where it is absent."""
        return self.view.at(self.resource, *path, label=label)

    def change(
        self,
        path: tuple[str | int, ...],
        value: Data,
        *,
        shared: bool = False,
        over_call: bool = False,
    ) -> Change | None:
        """Return the change that gives a property a value; None where there is nothing to edit.

        `shared` changes what `Globals` say for all, where the value comes from there;
        `over_call` writes in the place of a reference or another function.
        """
        from advisor.architecture.changes import change

        return change(self, path, value, shared=shared, over_call=over_call)

    def removal(self, *path: str | int) -> Change | None:
        """Return the change that removes a property; None where the template has it not."""
        from advisor.architecture.changes import removal

        return removal(self, path)

    def new_sibling(self, logical_id: str, body: Mapping[str, Data]) -> Change | None:
        """Return the change that adds a resource to the same template; None where none can be."""
        from advisor.architecture.changes import new_resource

        return new_resource(self, logical_id, body)

    @property
    def key(self) -> tuple[str, str | None, Pointer]:
        """Path, logical id and pointer of the place that `at` gives, without looking it up."""
        if type(self).at is not Node.at:
            place = self.at()
            return (place.path, place.resource, place.pointer)
        resource = self.resource
        return (self.view.path(resource), resource.shown_id or None, resource.place)

    def setting(self, text: str) -> str:
        """Return YAML for a remediation: properties under the keys where the template has them."""
        from advisor.architecture.snippets import setting

        return setting(self, text)

    def number(self, *path: str | int, default: int | None = None) -> int | Unknown | None:
        """Return a whole number, from text where it is written as text; Unknown if neither."""
        return as_number(self.get(*path), default)

    def text(self, *path: str | int, default: str | None = None) -> str | Unknown | None:
        """Return a string that is known in full; Unknown where only parts are known."""
        value = self.get(*path)
        if value is None:
            return default
        if isinstance(value, str):
            return value
        return value if isinstance(value, Unknown) else _not_literal(value)

    def flag(self, *path: str | int, default: bool = False) -> bool | Unknown:
        """Return a truth value, from `"true"` and `"false"` as well."""
        value = self.get(*path)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in {"true", "false"}:
            return value.lower() == "true"
        return value if isinstance(value, Unknown) else _not_literal(value)

    def items(self, *path: str | int) -> list[Value] | Unknown:
        """Return a list, a single item as a list of one, nothing as an empty one."""
        value = self.get(*path)
        if value is None:
            return []
        if isinstance(value, (list, Unknown)):
            return value
        return [value]

    def mapping(self, *path: str | int) -> dict[str, Value] | Unknown:
        """Return a mapping, an empty one where absent or not a mapping."""
        value = self.get(*path)
        if isinstance(value, (dict, Unknown)):
            return value
        return {}


def as_number(value: Value, default: int | None = None) -> int | Unknown | None:
    """Return a value as a whole number, Unknown where it is none, `default` where absent."""
    if value is None:
        return default
    if isinstance(value, bool):
        return _not_literal(value)
    # What is beyond any limit of AWS is no number to compute with; no float may hold it.
    if isinstance(value, int) and -_BEYOND_ALL < value < _BEYOND_ALL:
        return value
    if isinstance(value, float) and value.is_integer() and -_BEYOND_ALL < value < _BEYOND_ALL:
        return int(value)
    if isinstance(value, str):
        digits = value.strip()
        if (
            len(digits) < _MOST_DIGITS
            and digits.removeprefix("-").isascii()
            and digits.removeprefix("-").isdigit()
        ):
            return int(digits)
    return value if isinstance(value, Unknown) else _not_literal(value)


def _not_literal(value: Value) -> Unknown:
    """Return the Unknown that stands for a value of another kind than the one asked for."""
    from advisor.templates.values import UNKNOWN, Cause

    if isinstance(value, Text):
        return Unknown(Cause.FUNCTION, show(value))
    return UNKNOWN
