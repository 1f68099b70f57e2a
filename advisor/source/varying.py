"""Whether something is made with a part of the event, so that the next one needs another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.meanings import NOTHING, FromEvent
from advisor.source.program import Name, Parameter, every_part

if TYPE_CHECKING:
    from advisor.source.evaluate import Evaluator
    from advisor.source.program import Expression, Scope, Site

_MAX_PARTS = 200
"""Expressions behind the arguments of one call that are looked at."""


def varies_by_event(evaluator: Evaluator, site: Site) -> bool:
    """Tell whether what a call is given comes from the event, or from where nobody can tell.

    What its caller hands on counts unless it is known to be the same every time.
    """
    call = site.call
    waiting: list[tuple[Expression, Scope]] = [
        (value, site.scope) for value in (*call.arguments, *(value for _, value in call.keywords))
    ]
    seen: set[Expression] = set()
    while waiting and len(seen) < _MAX_PARTS:
        expression, scope = waiting.pop()
        for part in every_part([expression]):
            if part in seen:
                continue
            seen.add(part)
            found = evaluator.evaluate(part, scope, None)
            if any(isinstance(item, FromEvent) for item in found):
                return True
            if isinstance(part, Parameter) and NOTHING in found:
                return True
            if isinstance(part, Name):
                waiting += _bound(part.name, scope)
    return False


def _bound(name: str, scope: Scope) -> list[tuple[Expression, Scope]]:
    """Return what a variable of a function holds; what a module holds is the same every time."""
    place: Scope | None = scope
    while place is not None and place.kind == "function":
        if name in place.bindings:
            return [(value, place) for value in place.bindings[name]]
        place = place.parent
    return []


__all__ = ["varies_by_event"]
