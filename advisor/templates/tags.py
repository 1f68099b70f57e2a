"""The short forms of CloudFormation's intrinsic functions in YAML."""

from __future__ import annotations


def long_form(tag: str) -> str | None:
    """Return the long form of a YAML tag without its `!`, such as `Fn::Sub` for `Sub`.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
    """
    if not tag or tag.startswith("!"):
        return None
    if tag in {"Ref", "Condition"}:
        return tag
    return f"Fn::{tag}"
