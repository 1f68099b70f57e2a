"""The short forms of CloudFormation's intrinsic functions in YAML."""

from __future__ import annotations


def long_form(tag: str) -> str | None:
    """Return the long form of a YAML tag, such as `Fn::Sub` for `!Sub`; None if it is none.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
    """
    name = tag.removeprefix("!")
    if not name or not tag.startswith("!") or tag.startswith("!!"):
        return None
    if name in {"Ref", "Condition"}:
        return name
    return f"Fn::{name}"
