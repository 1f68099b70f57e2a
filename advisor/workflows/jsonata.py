"""JSONata expressions in state machines: syntax, and what Step Functions does not let them name.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from advisor.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_LENGTH = 30_000
_MAX_NESTING = 60
"""Beyond these an expression counts as unknown: its parser recurses."""

_SHIFTED_BY_PATH = ("predicate", "stages", "group")


@record(frozen=True)
class ExpressionFault:
    """What is wrong with an expression; `syntax` where it does not even parse."""

    message: str
    syntax: bool = False
    warning: bool = False


def is_expression(text: str) -> bool:
    """Tell whether text means to be an expression: only these are evaluated."""
    return text.startswith("{%")


@lru_cache(maxsize=512)
def expression_faults(
    text: str, *, result: bool = False, error_output: bool = False
) -> tuple[ExpressionFault, ...]:
    """Return the faults of text that starts with `{%`.

    `result` and `error_output` say whether `$states.result` and `$states.errorOutput` exist
    where it stands.
    """
    if not text.endswith("%}") or len(text) < 4:
        return (ExpressionFault("starts with '{%' but does not end with '%}'", syntax=True),)
    body = text[2:-2]
    if not body.strip():
        return (ExpressionFault("is an empty expression", syntax=True),)
    if len(body) > _MAX_LENGTH or _nesting(body) > _MAX_NESTING:
        return ()
    try:
        tree = _parse(body)
    except _RefusedError as error:
        return (ExpressionFault(f"is no JSONata: {error}", syntax=True),)
    if tree is None:
        return ()
    found = dict.fromkeys(_forbidden(tree, result=result, error_output=error_output))
    return tuple(found)


class _RefusedError(Exception):
    """The parser does not accept the text."""


def _parse(body: str) -> object | None:
    """Return the syntax tree, None where the parser itself gives up."""
    from jsonata import Jsonata
    from jsonata.jexception import JException

    try:
        return Jsonata(body).ast  # type: ignore[no-any-return]  # the package has no types
    except JException as error:
        text = " ".join(str(error).split()) or "syntax error"
        raise _RefusedError(text[0].lower() + text[1:].rstrip(".")) from error
    except Exception:  # noqa: BLE001 - a fault of the parser is not a fault of the expression
        return None


def _nesting(body: str) -> int:
    depth = deepest = 0
    for letter in body:
        if letter in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif letter in ")]}":
            depth -= 1
    return deepest


def _forbidden(tree: object, *, result: bool, error_output: bool) -> Iterator[ExpressionFault]:
    # Each node with whether it stands where there is no context to read from.
    waiting: list[tuple[object, bool]] = [(tree, True)]
    while waiting:
        node, top = waiting.pop()
        if isinstance(node, (list, tuple)):
            waiting.extend((item, top) for item in node)
            continue
        kind = getattr(node, "type", None)
        if not isinstance(kind, str):
            if hasattr(node, "__dict__"):
                waiting.extend((part, top and not shifts) for part, shifts in _parts(node))
            continue
        yield from _named(node, kind, top=top, result=result, error_output=error_output)
        if kind == "path":
            steps = getattr(node, "steps", None) or []
            waiting.extend((step, top and not index) for index, step in enumerate(steps))
            waiting.extend((getattr(node, name, None), False) for name in _SHIFTED_BY_PATH)
        elif kind == "lambda":
            # A lambda's body is evaluated where it is called, which decides its context.
            waiting.append((getattr(node, "body", None), False))
        else:
            # A transformation reads from what it is applied to.
            top = top and kind != "transform"
            waiting.extend((part, top and not shifts) for part, shifts in _parts(node))


_OWN = frozenset({"_outer_instance", "steps", "signature", "position", "value"})


def _parts(node: object) -> Iterator[tuple[object, bool]]:
    """Yield the nodes inside of one, each with whether it is evaluated on the node's value."""
    for name, part in vars(node).items():
        if name not in _OWN and (isinstance(part, (list, tuple)) or hasattr(part, "type")):
            yield part, name in _SHIFTED_BY_PATH


def _named(
    node: object, kind: str, *, top: bool, result: bool, error_output: bool
) -> Iterator[ExpressionFault]:
    value = getattr(node, "value", None)
    if kind == "name" and top:
        yield ExpressionFault(f"names '{value}' at its top level, where there is no input")
    elif kind == "variable" and top and value in {"", "$"}:
        yield ExpressionFault(f"uses '${value}' at its top level, where there is no context")
    elif kind == "path":
        steps = getattr(node, "steps", None) or []
        if len(steps) < 2 or getattr(steps[0], "value", None) != "states":
            return
        if getattr(steps[0], "type", None) != "variable":
            return
        field = getattr(steps[1], "value", None)
        if field == "errorOutput" and not error_output:
            yield ExpressionFault("reads '$states.errorOutput' outside of a catcher")
        elif field == "result" and not result:
            yield ExpressionFault("reads '$states.result', which does not exist here", warning=True)
    elif kind in {"function", "partial"}:
        procedure = getattr(node, "procedure", None)
        if getattr(procedure, "value", None) == "eval":
            yield ExpressionFault("calls '$eval', which Step Functions does not have", warning=True)
