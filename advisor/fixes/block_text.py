"""Values on lines of their own: the block style of YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.fixes.calls import short_call
from advisor.fixes.flow_text import flow_text, tagged_argument
from advisor.fixes.scalars import literal_lines, yaml_key, yaml_scalar
from advisor.records import record, replace

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from advisor.fixes.style import Style

_WIDEST = 100
"""Columns that a line in brackets may take."""


@record(frozen=True)
class Block:
    """A value below a key: what stands behind the colon, and the lines below, indented."""

    head: str
    lines: tuple[str, ...] = ()


@record(frozen=True)
class Taste:
    """What of the habits may bend for one place."""

    style: Style
    flow: bool = False
    """Whether the neighbours stand in brackets."""
    literal: bool = True
    """Whether a text of several lines may be a block scalar."""


def block_value(value: Data, column: int, taste: Taste, *, item: bool = False) -> Block:
    """Return a value for a key that stands at a column; `item` for one behind a dash."""
    style = taste.style
    if isinstance(value, str) and taste.literal and (literal := literal_lines(value)):
        header, lines = literal
        lead = " " * (column + style.step)
        return Block(header, tuple(lead + line if line else "" for line in lines))
    if not isinstance(value, (dict, list)):
        return Block(yaml_scalar(value, quote=style.quote, flow=False))
    call = short_call(value) if style.short_tags else None
    if call is not None:
        return _call(*call, column, taste, item=item)
    if not value or _in_brackets(value, column, taste):
        return Block(flow_text(value, style))
    if isinstance(value, dict):
        inner = column + (2 if item else style.step)
        return Block("", tuple(block_entries(value, inner, taste)))
    inner = column + (2 if item else style.dash)
    return Block("", tuple(line for part in value for line in block_item(part, inner, taste)))


def block_entries(value: dict[str, Data], column: int, taste: Taste) -> list[str]:
    """Return the lines of keys with their values, the keys at a column."""
    lines: list[str] = []
    for key, item in value.items():
        lines += block_entry(key, item, column, taste)
    return lines


def block_entry(
    key: str, value: Data, column: int, taste: Taste, *, quote_key: str = ""
) -> list[str]:
    """Return the lines of one key with its value; `quote_key` quotes what need not be."""
    name = yaml_key(key, quote=quote_key or taste.style.quote, flow=False, forced=bool(quote_key))
    block = block_value(value, column, taste)
    return [" " * column + f"{name}: {block.head}".rstrip(), *block.lines]


def block_item(value: Data, column: int, taste: Taste) -> list[str]:
    """Return the lines of an item of a list, its dash at a column."""
    block = block_value(value, column, taste, item=True)
    lead = " " * column + "- "
    if block.head or not block.lines:
        return [lead + block.head, *block.lines]
    return [lead + block.lines[0].lstrip(" "), *block.lines[1:]]


def _call(tag: str, argument: Data, column: int, taste: Taste, *, item: bool) -> Block:
    style = taste.style
    if isinstance(argument, str):
        block = block_value(argument, column, taste)
        return Block(f"{tag} {block.head}", block.lines)
    inline = f"{tag} {tagged_argument(argument, style)}"
    is_list = isinstance(argument, list)
    if not argument or (is_list and _fits(argument, inline, column)):
        return Block(inline)
    # Behind a tag the items of a list have to be deeper than a dash before it.
    deeper = replace(style, dash=style.step) if item else style
    block = block_value(argument, column, replace(taste, style=deeper, flow=False))
    return Block(f"{tag} {block.head}".rstrip(), block.lines)


def _in_brackets(value: dict[str, Data] | list[Data], column: int, taste: Taste) -> bool:
    style = taste.style
    inline = flow_text(value, style)
    if isinstance(value, list) and not any(isinstance(part, (dict, list)) for part in value):
        wanted = style.flow_lists or taste.flow
    else:
        wanted = taste.flow
    return wanted and _fits(value, inline, column)


def _fits(value: Data, inline: str, column: int) -> bool:
    """Tell whether a value is short enough for one line and holds no text of several lines."""
    return column + len(inline) < _WIDEST and not _has_lines(value)


def _has_lines(value: Data) -> bool:
    if isinstance(value, str):
        return "\n" in value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_has_lines(part) for part in inner)
