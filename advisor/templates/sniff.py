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
_SECTION, _VERSION = "Resources", "AWSTemplateFormatVersion"
_WORKFLOW = frozenset({"StartAt", "States"})
_OURS = (_SECTION, _VERSION, *sorted(_WORKFLOW))

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
    typed = template and _RESOURCE_TYPE.search(raw) is not None
    module = template and not typed and _MODULE_TYPE.search(raw) is not None
    keys: set[str] = set()
    for key in _top_keys(raw.removeprefix(b"\xef\xbb\xbf")):
        keys.add(key)
        if _SECTION in keys and (typed or (module and _VERSION in keys)):
            sam = _SAM_TRANSFORM.search(raw) or _SAM_TYPE.search(raw)
            return Kind.SAM if sam else Kind.CLOUDFORMATION
        if key in _WORKFLOW and keys >= _WORKFLOW:
            return Kind.WORKFLOW
    return None


def _top_keys(raw: bytes) -> Iterator[str]:
    """Yield the keys of the outermost mapping of a text; of YAML, those that matter here."""
    preamble = _PREAMBLE.match(raw)
    body = raw[preamble.end() :] if preamble else raw
    first = body.lstrip()[:1]
    if first == b"[":
        return iter(())
    if first == b"{":
        return _flow_keys(body)
    indent = _INDENT.match(body)
    return _block_keys(body, indent[0] if indent else b"")


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
    names = b"|".join(name.encode() for name in _OURS)
    pattern = rb"^" + indent + rb"""(?:"(%s)"|'(%s)'|(%s))\s*:(?=\s|$)""" % (names, names, names)
    for found in re.finditer(pattern, raw, re.MULTILINE):
        yield (found[1] or found[2] or found[3]).decode()
