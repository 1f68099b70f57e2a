"""Tell templates and state machines from everything else by a look at the bytes.

In real repositories most YAML and JSON is neither, and real templates lack the format version,
so content decides. Nothing is parsed: what is broken is still recognised for what it is.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Kind(StrEnum):
    """What a file holds."""

    CLOUDFORMATION = "cloudformation"
    SAM = "sam"
    WORKFLOW = "workflow"


_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SECTION, _VERSION, _TRANSFORM = "Resources", "AWSTemplateFormatVersion", "Transform"
_START, _STATES = "StartAt", "States"
_OURS = frozenset({_SECTION, _VERSION, _TRANSFORM, _START, _STATES})

_RESOURCE_TYPE = re.compile(
    rb"""["']?\bType["']?\s*:\s*["']?(?:AWS::\w+::\w+|Custom::[\w@-]|Alexa::\w+::\w+)"""
)
_MODULE_TYPE = re.compile(rb"""["']?\bType["']?\s*:\s*["']?\w+::\w+::\w+(?:::MODULE)?""")
_SAM_TRANSFORM = re.compile(rb"AWS::Serverless-2016-10-31")
_SAM_TYPE = re.compile(rb"""\bType["']?\s*:\s*["']?AWS::Serverless::\w""")
_PREAMBLE = re.compile(rb"(?:[ \t]*(?:[#%][^\r\n]*)?(?:\r\n|\n|\r)|---(?=\s)[ \t]*)*")
_INDENT = re.compile(rb" *")
_FLOW_TOKEN = re.compile(
    rb"""("(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*'|[A-Za-z]\w*)(?=\s*:)"""
    rb"""|"(?:[^"\\\r\n]|\\.)*"|[\[{]|[\]}]"""
)


def sniff(content: bytes | str) -> Kind | None:
    """Return what a file holds, from its content alone; None for anything but ours."""
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else content
    if raw[:2] in _MARKS:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    template = b"Resources" in raw and b"::" in raw
    workflow = b"StartAt" in raw and b"States" in raw
    if not template and not workflow:
        return None
    keys = top_keys(raw.removeprefix(b"\xef\xbb\xbf"))
    if template and _SECTION in keys and _is_template(raw, keys):
        sam = _SAM_TRANSFORM.search(raw) or _SAM_TYPE.search(raw)
        return Kind.SAM if sam else Kind.CLOUDFORMATION
    if workflow and {_START, _STATES} <= keys:
        return Kind.WORKFLOW
    return None


def _is_template(raw: bytes, keys: set[str]) -> bool:
    if _RESOURCE_TYPE.search(raw):
        return True
    return _VERSION in keys and _MODULE_TYPE.search(raw) is not None


def top_keys(raw: bytes) -> set[str]:
    """Return which of our sections the outermost mapping of a text has."""
    preamble = _PREAMBLE.match(raw)
    body = raw[preamble.end() :] if preamble else raw
    indent = _INDENT.match(body)
    first = body[indent.end() :] if indent else body
    if first.lstrip().startswith(b"["):
        return set()
    if first.lstrip().startswith(b"{"):
        keys = _flow_keys(body)
    else:
        keys = _block_keys(body, indent[0] if indent else b"")
    return {key for key in keys if key in _OURS}


def _flow_keys(body: bytes) -> Iterator[str]:
    depth = 0
    for found in _FLOW_TOKEN.finditer(body):
        first = found[0][:1]
        if first in b"[{":
            depth += 1
        elif first in b"]}":
            depth -= 1
        elif depth == 1 and found[1]:
            yield found[1].strip(b"\"'").decode("utf-8", "replace")


def _block_keys(raw: bytes, indent: bytes) -> Iterator[str]:
    names = b"|".join(name.encode() for name in sorted(_OURS))
    pattern = rb"^" + indent + rb"""(?:"(%s)"|'(%s)'|(%s))\s*:(?=\s|$)""" % (names, names, names)
    for found in re.finditer(pattern, raw, re.MULTILINE):
        yield (found[1] or found[2] or found[3]).decode()
