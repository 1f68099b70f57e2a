"""The syntax of JSONPath in state machines: paths, reference paths, intrinsic functions.

A hand-written grammar, as lenient inside filters as the service is: published machines hold
`$.[0]`, `[?(@.x > 0)]` and unquoted operands that no strict parser reads.
Source of the grammar: https://states-language.net/spec.html and its appendix B.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_ROOT = re.compile(r"\$\$?|\$[^\W\d]\w*")
_ROOT_VARIABLE = re.compile(r"\$[^\W\d]\w*")
_NAME = re.compile(r"""[^\s.\[\]()'"*?,@]+""")
_INDEX = re.compile(r"\s*-?\d+\s*\Z")
_SLICE = re.compile(r"\s*-?\d*\s*:\s*-?\d*\s*(?::\s*-?\d*\s*)?\Z")
_KEYS = re.compile(
    r"""\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*\s*\Z""",
    re.DOTALL,
)
_INDEXES = re.compile(r"\s*-?\d+(?:\s*,\s*-?\d+)+\s*\Z")
_QUOTED_KEY = re.compile(r"""\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*\Z""", re.DOTALL)
_INTRINSIC = re.compile(r"States\.(\w+)\s*\(")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"(?:true|false|null)\b")
_STRING = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_BAD_ESCAPE = re.compile(r"\\(?:\\|'|\{|\})|(\\.)", re.DOTALL)
_FORMAT_HOLE = re.compile(r"\\.|\{\}", re.DOTALL)

MAX_NESTING = 10
"""Intrinsic functions inside one another that the service accepts."""

_ANY_NUMBER = 1 << 30

ARGUMENTS: dict[str, tuple[int, int]] = {
    "Format": (1, _ANY_NUMBER),
    "StringToJson": (1, 1),
    "JsonToString": (1, 1),
    "Array": (0, _ANY_NUMBER),
    "ArrayPartition": (2, 2),
    "ArrayContains": (2, 2),
    "ArrayRange": (3, 3),
    "ArrayGetItem": (2, 2),
    "ArrayLength": (1, 1),
    "ArrayUnique": (1, 1),
    "Base64Encode": (1, 1),
    "Base64Decode": (1, 1),
    "Hash": (2, 2),
    "JsonMerge": (3, 3),
    "MathRandom": (2, 3),
    "MathAdd": (2, 2),
    "StringSplit": (2, 2),
    "UUID": (0, 0),
}
"""Name of each intrinsic function and the fewest and most arguments that it takes."""

RETURNS_TEXT = frozenset(
    {"Format", "JsonToString", "ArrayGetItem", "Base64Encode", "Base64Decode", "Hash", "UUID"}
)
"""Intrinsic functions whose result can be a string."""


_NUMBERS_ONLY = {
    "MathAdd": (0, 1),
    "MathRandom": (0, 1, 2),
    "ArrayRange": (0, 1, 2),
    "ArrayPartition": (1,),
    "ArrayGetItem": (1,),
}
"""Positions of arguments that text in quotes can never fit."""


class Intrinsic(NamedTuple):
    """A call of an intrinsic function: its name, and whether a format has the wrong holes."""

    name: str
    mismatch: str = ""


class PathError(Exception):
    """Text that is no path or no intrinsic function; says why."""


def is_intrinsic(text: str) -> bool:
    """Tell whether text means to call an intrinsic function."""
    return text.startswith("States.")


def check_path(text: str) -> bool:
    """Tell whether a path is a reference path, one that can name only one value.

    Raises PathError where it is no path.
    """
    text = text.rstrip()  # which the service does, too
    end, single = _path(text, 0)
    if end != len(text):
        raise PathError(f"does not go on after '{text[:end]}'")
    return single


def is_variable(text: str) -> bool:
    """Tell whether a path starts at a variable."""
    return _ROOT_VARIABLE.match(text) is not None


def check_intrinsic(text: str) -> Intrinsic:
    """Return the function that text calls. Raises PathError where the call is malformed."""
    end, call = _call(text, 0, 1)
    if text[end:].strip():
        raise PathError(f"does not go on after '{_short(text[:end])}'")
    return call


def _path(text: str, start: int) -> tuple[int, bool]:
    """Return where a path ends that starts at an offset, and whether it names one value."""
    root = _ROOT_VARIABLE.match(text, start) or _ROOT.match(text, start)
    if root is None:
        raise PathError("does not start with '$'")
    at, single = root.end(), True
    while at < len(text):
        letter = text[at]
        if letter == "[":
            end = _bracket_end(text, at)
            single = _selects_one(text[at + 1 : end - 1]) and single
            at = end
            continue
        if letter != ".":
            break
        deep = text.startswith("..", at)
        single = single and not deep
        at += 2 if deep else 1
        if text.startswith("[", at):
            continue
        if text.startswith("*", at):
            at, single = at + 1, False
            continue
        name = _NAME.match(text, at)
        if name is None:
            raise PathError("ends in '.'" if at >= len(text) else f"has '{text[at]}' for a name")
        at = name.end()
        if text.startswith("(", at):
            at, single = _parenthesis_end(text, at), False
    return at, single


def _bracket_end(text: str, start: int) -> int:
    """Return the offset after the bracket that closes the one at `start`."""
    end = _closing(text, start, "[", "]")
    inside = text[start + 1 : end - 1]
    stripped = inside.strip()
    if not stripped:
        raise PathError("has empty brackets")
    known = (
        stripped == "*"
        or stripped.startswith(("?", "("))
        or _INDEX.match(inside)
        or _SLICE.match(inside)
        or _KEYS.match(inside)
        or _INDEXES.match(inside)
    )
    if not known:
        raise PathError(f"has '[{_short(inside)}]'")
    return end


def _parenthesis_end(text: str, start: int) -> int:
    return _closing(text, start, "(", ")")


def _closing(text: str, start: int, opening: str, closing: str) -> int:
    """Return the offset after the partner of a bracket; quotes hide what is inside them."""
    depth, quote, at = 0, "", start
    while at < len(text):
        letter = text[at]
        if quote:
            if letter == "\\":
                at += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == opening:
            depth += 1
        elif letter == closing:
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    raise PathError(f"has no '{closing}' for its '{opening}'")


def _selects_one(inside: str) -> bool:
    return bool(_INDEX.match(inside) or _QUOTED_KEY.match(inside))


def _call(text: str, start: int, depth: int) -> tuple[int, Intrinsic]:
    head = _INTRINSIC.match(text, start)
    if head is None:
        raise PathError(f"has '{_short(text[start:])}' where a function is called")
    name = head[1]
    if name not in ARGUMENTS:
        raise PathError(f"calls 'States.{name}', which is no intrinsic function")
    if depth > MAX_NESTING:
        raise PathError(f"nests functions more than {MAX_NESTING} deep")
    at, count, mismatch, template = _blanks(text, head.end()), 0, "", None
    while not text.startswith(")", at):
        if count:
            if not text.startswith(",", at):
                raise PathError(f"has no ')' for 'States.{name}('")
            at = _blanks(text, at + 1)
        at, literal, inner = _argument(text, at, depth)
        if literal is not None and count in _NUMBERS_ONLY.get(name, ()):
            raise PathError(f"gives 'States.{name}' the text '{_short(literal)}' for a number")
        template = literal if count == 0 else template
        mismatch = mismatch or inner
        count = count + 1
        at = _blanks(text, at)
    least, most = ARGUMENTS[name]
    if not least <= count <= most:
        wanted = str(least) if least == most else f"at least {least}"
        raise PathError(f"gives 'States.{name}' {count} arguments; it takes {wanted}")
    if name == "Format" and template is not None:
        holes = _FORMAT_HOLE.findall(template).count("{}")
        if holes != count - 1:
            mismatch = f"has {holes} '{{}}' for {count - 1} arguments"
    return at + 1, Intrinsic(name, mismatch)


def _argument(text: str, at: int, depth: int) -> tuple[int, str | None, str]:
    """Return where an argument ends, its text if it is a string, and a mismatch inside."""
    if text.startswith("'", at):
        string = _STRING.match(text, at)
        if string is None:
            raise PathError("has a string without its closing quote")
        for escape in _BAD_ESCAPE.finditer(string[1]):
            if escape[1]:
                raise PathError(f"escapes '{escape[1]}'; only \\' \\{{ \\}} \\\\ can be")
        return string.end(), string[1], ""
    if text.startswith("States.", at):
        end, call = _call(text, at, depth + 1)
        return end, None, call.mismatch
    if text.startswith("$", at):
        return _path(text, at)[0], None, ""
    simple = _NUMBER.match(text, at) or _WORD.match(text, at)
    if simple is None:
        raise PathError(f"has '{_short(text[at:])}' for an argument" if text[at:] else "is cut off")
    return simple.end(), None, ""


def _blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
