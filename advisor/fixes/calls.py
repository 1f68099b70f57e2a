"""Intrinsic functions in a value that is to be written: which are they, and how short."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.documents.document import Data

TAGS = {
    "Ref": "!Ref",
    **{
        f"Fn::{name}": f"!{name}"
        for name in (
            "And", "Base64", "Cidr", "Equals", "FindInMap", "GetAtt", "GetAZs", "If",
            "ImportValue", "Join", "Not", "Or", "Select", "Split", "Sub", "Transform",
        )
    },
}  # fmt: skip
"""Functions with a short form, which only YAML has.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""


def call_of(value: Data) -> tuple[str, Data] | None:
    """Return name and argument of an intrinsic function in its long form."""
    if isinstance(value, dict) and len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in TAGS or name.startswith("Fn::"):
            return name, argument
    return None


def short_call(value: Data) -> tuple[str, Data] | None:
    """Return tag and argument where the short form can say the same."""
    call = call_of(value)
    if call is None or call[0] not in TAGS:
        return None
    name, argument = call
    if name == "Fn::GetAtt" and isinstance(argument, list):
        parts = [part for part in argument if isinstance(part, str)]
        if len(parts) == len(argument) == 2 and "." not in parts[0]:
            return TAGS[name], ".".join(parts)
    # One value carries one tag, and a tagged number would be read as text.
    if short_call(argument) is not None or not isinstance(argument, (str, list, dict)):
        return None
    return TAGS[name], argument
