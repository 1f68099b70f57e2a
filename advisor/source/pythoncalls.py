"""Calls that Python code leaves to others to make: threads, executors, partial functions."""

from __future__ import annotations

from advisor.source.program import Call, Item, Member, Name, Other, Sequence

_FIRST = {"partial": 0, "submit": 0, "to_thread": 0, "run_in_executor": 1, "call_soon": 0}
"""Functions that call what they are given with the other arguments, and where it stands."""
_EACH = frozenset({"map", "imap", "imap_unordered", "starmap"})
"""Functions that call what they are given once per element."""


def made_later(call: Call) -> Call | None:
    """Return the call of what a call is given, as far as it can be told by name.

    Where the name is used for something else, what it is given is no function.
    """
    function = call.function
    name = function.name if isinstance(function, (Name, Member)) else ""
    if name in _FIRST:
        position = _FIRST[name]
        if len(call.arguments) <= position or call.spread:
            return None
        rest = call.arguments[position + 1 :]
        # Whoever calls a partial function gives it more.
        more = (("**", Other(call.span)),) if name == "partial" else ()
        return Call(call.span, call.arguments[position], rest, (*call.keywords, *more))
    if name in _EACH and len(call.arguments) > 1:
        each = tuple(Item(value.span, value) for value in call.arguments[1:])
        return Call(call.span, call.arguments[0], each)
    if name == "Thread":
        given = dict(call.keywords)
        target, values = given.get("target"), given.get("args")
        if target is not None:
            items = values.items if isinstance(values, Sequence) else ()
            return Call(call.span, target, items, spread=values is not None and not items)
    return None


__all__ = ["made_later"]
