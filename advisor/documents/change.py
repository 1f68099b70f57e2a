"""A change of a document in terms of its data; the text that makes it is found later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.documents.location import Pointer


@record(frozen=True)
class Change:
    """One edit in the document's own terms: set what the pointer names, or remove it.

    A pointer whose last keys do not exist yet adds them; a value is plain data, intrinsics in
    long form (they are written in the style of the file). Where the pointer names a text that is
    a document of its own, `inside` leads on within it.
    """

    path: str
    pointer: Pointer
    value: Data
    remove: bool = False
    inside: Pointer = ()
    rename: str = ""
    """Another name for the key that the pointer ends with, instead of another value."""
