"""Values in brackets: JSON, and the flow style of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.fixes.calls import call_of, short_call
from advisor.fixes.scalars import json_scalar, yaml_key, yaml_scalar

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.fixes.style import Style


def flow_text(value: Data, style: Style, lead: str | None = None) -> str:
    """Return a value in brackets.

    `lead` is the white space that its line starts with, where its items may stand on lines of
    their own; None keeps everything on one line.
    """
    if not isinstance(value, (dict, list)):
        return _scalar(value, style)
    if style.short_tags and not style.is_json and (call := short_call(value)) is not None:
        return f"{call[0]} {tagged_argument(call[1], style, lead)}"
    is_map = isinstance(value, dict)
    opening, closing = "{}" if is_map else "[]"
    if not value:
        return opening + closing
    if lead is None or _stays_inline(value, style):
        inside = style.comma.join(entries(value, style, None))
        pad = style.pad_map if is_map else style.pad_list
        return f"{opening}{pad}{inside}{pad}{closing}"
    deeper = lead + style.indent
    between = f",{style.eol}{deeper}"
    inside = between.join(entries(value, style, deeper))
    return f"{opening}{style.eol}{deeper}{inside}{style.eol}{lead}{closing}"


def tagged_argument(argument: Data, style: Style, lead: str | None = None) -> str:
    """Return what follows a short tag."""
    return flow_text(argument, style, lead)


def entries(value: dict[str, Data] | list[Data], style: Style, lead: str | None) -> list[str]:
    """Return the items of a collection, each as text."""
    if isinstance(value, dict):
        return [flow_entry(key, item, style, lead) for key, item in value.items()]
    return [flow_text(item, style, lead) for item in value]


def flow_entry(key: str, value: Data, style: Style, lead: str | None = None) -> str:
    """Return a key with its value as it stands in brackets."""
    return f"{flow_key(key, style)}{flow_colon(style)}{flow_text(value, style, lead)}"


def flow_colon(style: Style) -> str:
    """Return what stands between key and value; YAML wants a space there."""
    return style.colon if style.is_json or style.colon.endswith(" ") else ": "


def flow_key(key: str, style: Style) -> str:
    """Return a key as it stands in brackets."""
    if style.is_json:
        return json_scalar(key, ascii_only=style.ascii_only)
    return yaml_key(key, quote=style.quote, flow=True)


def _scalar(value: str | float | bool | None, style: Style) -> str:  # noqa: FBT001  # a value
    if style.is_json:
        return json_scalar(value, ascii_only=style.ascii_only)
    return yaml_scalar(value, quote=style.quote, flow=True)


def _stays_inline(value: dict[str, Data] | list[Data], style: Style) -> bool:
    if isinstance(value, list):
        return style.inline_lists and not any(isinstance(item, (dict, list)) for item in value)
    if not style.inline_calls or call_of(value) is None:
        return False
    argument = next(iter(value.values()))
    return not isinstance(argument, (dict, list)) or (
        isinstance(argument, list) and _stays_inline(argument, style)
    )
