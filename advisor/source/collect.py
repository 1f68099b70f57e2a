"""From a function's modules to its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source import sdk
from advisor.source.calls import contexts, place_of, read_call
from advisor.source.duck import may_be_api
from advisor.source.evaluate import Evaluator, is_cached
from advisor.source.facts import (
    ClientCreation,
    DatabaseConnection,
    FileWrite,
    PackageImport,
    Phase,
    Place,
    SwallowedFailure,
    Target,
    TargetKind,
)
from advisor.source.habits import connection_of, path_written
from advisor.source.meanings import (
    NOTHING,
    Class,
    Client,
    External,
    Factory,
    FromEvent,
    Function,
    Handle,
    Literal,
    Operation,
    target_of,
)
from advisor.source.members import MAX_STEPS, constructor_of, decorator_name
from advisor.source.program import (
    Call,
    Constant,
    Language,
    Member,
    Name,
    every_part,
)
from advisor.source.reach import possible, reach
from advisor.source.variables import Variables
from advisor.source.varying import varies_by_event
from advisor.source.waiting import Waits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.documents.location import Span
    from advisor.source.facts import (
        EnvironmentRead,
        SdkCall,
    )
    from advisor.source.meanings import (
        Context,
    )
    from advisor.source.members import Modules
    from advisor.source.program import (
        Expression,
        Loop,
        Module,
        Scope,
        Site,
    )
    from advisor.source.reach import Reach

_MAX_LINKS = 8
"""Members and calls between a resource and what is called on a part of it."""
_MAX_POSSIBLE = 500
"""Functions that nothing is seen to call, of those that are looked at all the same."""


class Collector:
    """Reads facts off the code that one handler reaches."""

    def __init__(
        self,
        modules: Modules,
        files: list[Module],
        entries: list[tuple[Expression, Scope]],
        handlers: frozenset[Scope],
    ) -> None:
        self.files = files
        self.evaluator = Evaluator(modules, handlers)
        for module in files:
            for scope in module.scopes:
                self.evaluator.know(scope.sites)
        init, invocation = reach(self.evaluator, files, entries)
        # Parameters are known once the callers are, and what they call may reach further.
        self._find_callers(init, invocation)
        self.init, self.invocation = reach(self.evaluator, files, entries)
        self._find_callers(self.init, self.invocation)
        self.looped = self._looped()
        self.calls: list[SdkCall] = []
        self.opaque: list[Place] = []
        for scope in self.scopes():
            for site in scope.sites:
                self._sdk_calls(site)
        maybe = possible(self.evaluator, files, (self.init, self.invocation))
        self.maybe = [*self.scopes((maybe,))][:_MAX_POSSIBLE]

    @property
    def is_cut(self) -> bool:
        """Whether a bound was hit, so that not everything was seen."""
        return self.init.is_cut or self.invocation.is_cut or self.evaluator.steps > MAX_STEPS

    # --- what runs ----------------------------------------------------------------------------

    def scopes(self, reaches: Iterable[Reach] | None = None) -> Iterator[Scope]:
        """Yield modules, class bodies and reached functions in reading order."""
        reached = {
            scope for item in reaches or (self.init, self.invocation) for scope in item.scopes
        }
        for module in self.files:
            for scope in module.scopes:
                if scope.kind != "function" or scope in reached:
                    yield scope

    def phase(self, scope: Scope) -> Phase:
        """Return when the code of a scope runs; at every invocation where both."""
        if scope.kind == "function" and scope in self.invocation.scopes:
            return Phase.INVOCATION
        return Phase.INIT

    def creation_phase(self, call: Call, scope: Scope) -> Phase:
        """Return when something is made, where the result may be kept for later invocations."""
        phase = self.phase(scope)
        if phase is Phase.INIT:
            return phase
        place: Scope | None = scope
        while place is not None and place.kind == "function":
            if is_cached(place):
                return Phase.ONCE
            owner = place.owner
            if owner is not None and owner in self.init.classes:
                kept = (value for values in owner.attributes.values() for value, _ in values)
                if any(_holds(value, call) for value in kept):
                    return Phase.ONCE
            place = place.parent
        for values in scope.module.scope.bindings.values():
            if any(_holds(value, call) for value in values):
                return Phase.ONCE
        return phase

    def _find_callers(self, init: Reach, invocation: Reach) -> None:
        for _ in range(2):
            callers: dict[Scope, list[tuple[Site, object]]] = {}
            for scope in self.scopes((init, invocation)):
                for site in scope.sites:
                    for meaning in self.evaluator.evaluate(site.call.function, scope, None):
                        if isinstance(meaning, Function):
                            callers.setdefault(meaning.scope, []).append((site, meaning.receiver))
                        elif isinstance(meaning, Class):
                            constructor = constructor_of(meaning.scope)
                            if constructor is not None:
                                callers.setdefault(constructor, []).append((site, None))
            self.evaluator.callers = callers  # type: ignore[assignment]  # receivers are instances
            self.evaluator.forget()

    def _looped(self) -> set[Scope]:
        looped = {scope for module in self.files for scope in module.scopes if scope.loops}
        for _ in range(5):
            before = len(looped)
            for scope, sites in self.evaluator.callers.items():
                if any(site.loops or site.scope in looped for site, _ in sites):
                    looped.add(scope)
            # A callback runs where it is written.
            looped |= {
                scope
                for module in self.files
                for scope in module.scopes
                if scope.kind == "function" and not scope.name and scope.parent in looped
            }
            if len(looped) == before:
                break
        return looped

    # --- API calls ------------------------------------------------------------------------------

    def _sdk_calls(self, site: Site) -> None:
        scope = site.scope
        phase = self.phase(scope)
        in_loop = bool(site.loops) or scope in self.looped

        def look(context: Context | None) -> list[SdkCall]:
            return read_call(self.evaluator, site, context, phase, in_loop=in_loop)

        found: dict[object, SdkCall] = {}
        for context in contexts(self.evaluator, scope, look):
            for call in look(context):
                found.setdefault((call.service, call.operation, call.target, call.invocation), call)
        self.calls += found.values()
        if not found:
            self._note_opaque(site)

    def _note_opaque(self, site: Site) -> None:
        """Remember a client that is handed to code that is not at hand, or used by reflection."""
        if self._is_unread(site):
            self.opaque.append(place_of(site.call, site.scope))
            return
        called = site.call.function
        if isinstance(called, Member) and sdk.is_capture(called.name):
            return
        values = (*site.call.arguments, *(value for _, value in site.call.keywords))
        functions = self.evaluator.evaluate(site.call.function, site.scope, None)
        for function in functions:
            name = function.name if isinstance(function, External) else ""
            local = isinstance(function, (Function, Class))
            if local or (name and (sdk.is_sdk(name) or sdk.is_capture(name))):
                return
        for value in values[:20]:
            for meaning in self.evaluator.evaluate(value, site.scope, None):
                if isinstance(meaning, (Client, Factory, Handle, Operation)):
                    self.opaque.append(place_of(site.call, site.scope))
                    return

    def possible_calls(self) -> list[SdkCall]:
        """Return the calls of functions that may run for all that is seen."""
        found: list[SdkCall] = []
        for scope in self.maybe:
            for site in scope.sites if scope.kind == "function" else ():
                found += read_call(self.evaluator, site, None, Phase.INVOCATION, in_loop=False)
        return found

    def _is_unread(self, site: Site) -> bool:
        """Tell whether a client or resource is asked for something that is not followed."""
        call, scope = site.call, site.scope
        functions = self.evaluator.evaluate(call.function, scope, None)
        if NOTHING in functions and may_be_api(call):
            return True
        for meaning in functions:
            if isinstance(meaning, Operation) and meaning.name == "send" and call.arguments:
                return isinstance(meaning.receiver, Client)
        holder = call.function
        for _ in range(_MAX_LINKS):
            if isinstance(holder, Call):
                holder = holder.function
            elif isinstance(holder, Member):
                holder = holder.object
                found = self.evaluator.evaluate(holder, scope, None)
                if any(isinstance(x, Operation) and isinstance(x.receiver, Handle) for x in found):
                    # A part of a resource, such as one of its collections.
                    return self.evaluator.evaluate(call, scope, None) == (NOTHING,)
        return False

    # --- the other facts ------------------------------------------------------------------------

    def environment(self) -> tuple[list[EnvironmentRead], bool]:
        """Return the variables read, and whether others may be by names put together."""
        variables = Variables(self.evaluator)
        return variables.read(self.scopes()), variables.is_open

    def possible_variables(self) -> frozenset[str]:
        """Return the variables that functions read which may run for all that is seen."""
        functions = (scope for scope in self.maybe if scope.kind == "function")
        return frozenset(item.name for item in Variables(self.evaluator).read(functions))

    def clients(self) -> list[ClientCreation]:
        """Return the clients that are made."""
        found = []
        for scope in self.scopes():
            for site in scope.sites:
                functions = self.evaluator.evaluate(site.call.function, scope, None)
                if any(isinstance(item, Function) for item in functions):
                    continue
                called = site.call.function
                if isinstance(called, Member) and sdk.is_capture(called.name):
                    continue
                if all(isinstance(x, External) and sdk.wraps_client(x.name) for x in functions):
                    continue
                for meaning in self.evaluator.evaluate(site.call, scope, None):
                    if isinstance(meaning, (Client, Factory)):
                        phase = self.creation_phase(site.call, scope)
                        place = place_of(site.call, scope)
                        varies = varies_by_event(self.evaluator, site)
                        found.append(ClientCreation(meaning.service, phase, place, varies))
        return found

    def databases(self) -> list[DatabaseConnection]:
        """Return the database connections that are made."""
        found = []
        for scope in self.scopes():
            for site in scope.sites:
                driver, host = connection_of(self.evaluator, site)
                if driver:
                    target = target_of(host) if host is not None else Target(TargetKind.UNKNOWN)
                    phase = self.creation_phase(site.call, scope)
                    place = place_of(site.call, scope)
                    varies = varies_by_event(self.evaluator, site)
                    found.append(DatabaseConnection(driver, phase, target, place, varies))
        return found

    def waits(self) -> Waits:
        """Return the reader of where an invocation waits."""
        return Waits(self.evaluator, self.scopes((self.invocation,)), self.looped)

    def writes(self) -> list[FileWrite]:
        """Return files opened for writing outside `/tmp`."""
        return [
            FileWrite(path, place_of(site.call, scope))
            for scope in self.scopes()
            for site in scope.sites
            if (path := path_written(self.evaluator, site))
        ]

    def swallowed(self) -> list[SwallowedFailure]:
        """Return silent handlers of all exceptions in loops over the event's records."""
        return [
            SwallowedFailure(Place(scope.module.shown, catch.span))
            for scope in self.scopes((self.invocation,))
            for catch in scope.catches
            if catch.quiet and any(self._over_records(loop, scope) for loop in catch.loops)
        ]

    def _over_records(self, loop: Loop, scope: Scope) -> bool:
        if loop.over is None:
            return False
        found = self.evaluator.evaluate(loop.over, scope, None)
        return any(
            isinstance(item, FromEvent) and item.path.lower().endswith("records") for item in found
        )

    def batch(self) -> tuple[Place | None, bool]:
        """Return where a partial batch response is made, and whether one may be for all known."""
        found: list[Place] = []
        may_be = False
        for module in self.files:
            if "batchItemFailures" in module.mentions:
                span = module.mentions["batchItemFailures"]
                may_be = True
                if self._is_reached(module, span):
                    found.append(Place(module.shown, span))
        for scope in self.scopes():
            calls: list[Expression] = [x.call for x in scope.sites if self._answers_batch(x)]
            calls += [x for x in scope.decorators if decorator_name(x) in sdk.BATCH_HELPERS]
            found += [place_of(call, scope) for call in calls]
        return (found[0] if found else None), may_be or bool(found)

    def _is_reached(self, module: Module, span: Span) -> bool:
        """Tell whether the innermost function around a place is one that runs."""
        around = [
            scope
            for scope in module.scopes
            if scope.kind == "function" and scope.span.start <= span.start < scope.span.end
        ]
        reached = {**self.init.scopes, **self.invocation.scopes}
        return not around or max(around, key=lambda scope: scope.span.start) in reached

    def _answers_batch(self, site: Site) -> bool:
        """Tell whether a call of Powertools makes a partial batch response."""
        function = site.call.function
        name = function.name if isinstance(function, (Member, Name)) else ""
        if name in sdk.BATCH_HELPERS:
            return True
        # `processor.response()` of a processor of Powertools.
        return name == "response" and any(
            sdk.is_batch_module(value.module) for value, _ in site.scope.module.imports
        )

    def imports(self) -> list[PackageImport]:
        """Return the imported modules that are not part of the code at hand."""
        found: dict[tuple[str, str], PackageImport] = {}
        for module in self.files:
            for value, at_load in module.imports:
                if value.module.startswith(".") or self.evaluator.modules.resolve(
                    module, value.module
                ):
                    continue
                package = package_of(value.module, module.language)
                place = Place(module.shown, value.span)
                found.setdefault(
                    (module.shown, value.module),
                    PackageImport(package, value.module, at_load, place),
                )
        return list(found.values())


def package_of(module: str, language: Language) -> str:
    """Return the package that a module belongs to."""
    if language is Language.PYTHON:
        return module.split(".", maxsplit=1)[0]
    parts = module.removeprefix("node:").split("/")
    return "/".join(parts[:2]) if module.startswith("@") else parts[0]


def _holds(value: Expression, call: Call) -> bool:
    """Tell whether a bound value is, or is chosen from or wrapped around, a call."""
    return any(item is call for item in every_part([value]))


__all__ = ["Collector", "Constant", "Literal", "package_of"]
