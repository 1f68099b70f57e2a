"""Where code waits: sleeps, loops that ask again, waiters of the SDK."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.source import sdk
from advisor.source.calls import place_of
from advisor.source.facts import Place, PollingLoop, Sleep
from advisor.source.habits import sleep_of
from advisor.source.meanings import External, Function, Operation, Pager
from advisor.source.program import Call, Constant, Definition, Mapping, every_part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.source.evaluate import Evaluator
    from advisor.source.facts import SdkCall
    from advisor.source.program import Loop, Scope, Site

_ASKING = re.compile(r"(Get|Describe|List|Receive|Head|BatchGet(?!Item)|Query)")
"""Operations that a loop may repeat to learn of a change."""
_PAGING = frozenset(
    {
        *("ContinuationToken", "ExclusiveStartKey", "ExclusiveStartTableName", "KeyMarker"),
        *("Marker", "NextMarker", "NextToken", "PaginationToken", "nextToken", "position"),
    }
)
"""Parameters of operations that a loop repeats for the next page."""
_MAX_SITES = 500
"""Calls looked at per level below a loop."""
_LEVELS = 4
"""Levels of calls below a loop, and of functions that only handlers of failures call."""


class Waits:
    """Reads off the reached functions where they wait."""

    def __init__(self, evaluator: Evaluator, scopes: Iterable[Scope], looped: set[Scope]) -> None:
        self._evaluator = evaluator
        self._scopes = [scope for scope in scopes if scope.kind == "function"]
        self._looped = looped

    def sleeps(self) -> Iterator[Sleep]:
        """Yield the waits, less those after a failure, before code tries again."""
        for scope in self._scopes:
            for site in scope.sites:
                found = sleep_of(self._evaluator, site)
                if found is not None and not self._rescues(site):
                    in_loop = bool(site.loops) or scope in self._looped
                    yield Sleep(found[0], in_loop, place_of(site.call, scope))

    def polling(self, calls: Iterable[SdkCall]) -> Iterator[PollingLoop]:
        """Yield loops that sleep and ask again, and the waiters of the SDK."""
        asked = {call.place: call for call in calls if _ASKING.match(call.operation)}
        loops: dict[Loop, tuple[Scope, list[Site]]] = {}
        for scope in self._scopes:
            for site in scope.sites:
                waiter = self._waiter(site)
                if waiter:
                    yield PollingLoop(waiter, place_of(site.call, scope), is_waiter=True)
                for loop in site.loops:
                    if self._repeats(loop, scope):
                        loops.setdefault(loop, (scope, []))[1].append(site)
        for loop, (scope, sites) in loops.items():
            operation = next(
                (
                    asked[place].operation
                    for site in self._through(sites)
                    if (place := place_of(site.call, site.scope)) in asked and not _pages(site)
                ),
                "",
            )
            # What only waits after a failure tries again; it asks for nothing.
            waiting = self._through([site for site in sites if not site.rescues])
            if operation and any(sleep_of(self._evaluator, site) is not None for site in waiting):
                yield PollingLoop(operation, Place(scope.module.shown, loop.span))

    def _waiter(self, site: Site) -> str:
        for meaning in self._evaluator.evaluate(site.call.function, site.scope, None):
            if isinstance(meaning, Operation) and isinstance(meaning.receiver, Pager):
                if meaning.receiver.waits and meaning.name == "wait":
                    return meaning.receiver.operation
            elif isinstance(meaning, Operation) and meaning.name == "waitFor":
                return "waitFor"
            elif isinstance(meaning, External):
                helper = sdk.javascript_helper(meaning.name)
                if helper is not None and helper[2]:
                    return helper[1]
        return ""

    def _repeats(self, loop: Loop, scope: Scope) -> bool:
        """Tell whether a loop is one that goes on until something happens."""
        if loop.over is None:
            return True
        if not isinstance(loop.over, Call):
            return False
        functions = self._evaluator.evaluate(loop.over.function, scope, None)
        return External("builtins.range") in functions or External("itertools.count") in functions

    def _through(self, sites: list[Site]) -> list[Site]:
        """Return calls, and those of the functions they call, a few levels down, bounded."""
        found: list[Site] = []
        seen: set[Scope] = set()
        level = sites
        for _ in range(_LEVELS):
            following: list[Site] = []
            for site in level[:_MAX_SITES]:
                found.append(site)
                for scope in self._entered(site):
                    if scope not in seen:
                        seen.add(scope)
                        following += (x for x in scope.sites if not x.rescues)
            level = following
        return found

    def _entered(self, site: Site) -> Iterator[Scope]:
        """Yield the functions that a call runs: the called one, and those it is given."""
        for meaning in self._evaluator.evaluate(site.call.function, site.scope, None):
            if isinstance(meaning, Function):
                yield meaning.scope
        for value in site.call.arguments:
            # `new Promise((resolve) => setTimeout(resolve, 1000))`
            if isinstance(value, Definition):
                yield value.scope

    def _rescues(self, site: Site) -> bool:
        """Tell whether a call stands in a handler of failures, or only such handlers lead to it."""
        if site.rescues:
            return True
        scope: Scope | None = site.scope
        for _ in range(_LEVELS):
            if scope is None or scope.kind != "function":
                return False
            callers = self._evaluator.callers.get(scope, [])
            if callers:
                return all(caller.rescues for caller, _ in callers)
            scope = scope.parent
        return False


def _pages(site: Site) -> bool:
    """Tell whether a call asks for the next page of an answer."""
    names = {name for name, _ in site.call.keywords}
    for part in every_part(site.call.arguments):
        if isinstance(part, Mapping):
            names |= {str(key.value) for key, _ in part.items if isinstance(key, Constant)}
    return bool(names & _PAGING)


__all__ = ["Waits"]
