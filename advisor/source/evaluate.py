"""What an expression means: constants, environment variables, clients, parts of the event.

A meaning is a tuple of alternatives, each of which some path through the code takes. What
cannot be told is `NOTHING`, never a guess. Steps and depth are bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source import sdk
from advisor.source.meanings import (
    CONTEXT,
    NOTHING,
    Class,
    Context,
    Data,
    External,
    FromEvent,
    Function,
    Instance,
    Literal,
    Method,
    Namespace,
    Operation,
    Prefix,
    Variable,
)
from advisor.source.members import (
    CHECKED,
    ENVIRONMENTS,
    MAX_ALTERNATIVES,
    MAX_DEPTH,
    MAX_STEPS,
    Members,
    constructor_of,
    decorator_name,
    takes_self,
)
from advisor.source.program import (
    Call,
    Choice,
    Constant,
    Definition,
    Fallback,
    Imported,
    Index,
    Item,
    Joined,
    Language,
    Mapping,
    Member,
    Name,
    Parameter,
    Sequence,
    Site,
    Template,
)
from advisor.source.results import of_event, of_external, of_method, of_operation

if TYPE_CHECKING:
    from advisor.source.meanings import (
        Meaning,
    )
    from advisor.source.members import (
        Meanings,
        Modules,
    )
    from advisor.source.program import (
        Expression,
        Scope,
    )

_MAX_ITEMS = 25
"""Items of a list that are looked at; more than the entries of any batch operation."""

_CHECKS = frozenset({"attempt", "cleanEnv", "load", "parse", "validateSync"})
"""Functions of validators that hand back the environment that they are given."""
_CACHING = frozenset({"lru_cache", "cache", "cached_property", "singleton"})


class Evaluator(Members):
    """Finds the meaning of expressions of one function's code; remembers what it found."""

    def __init__(self, modules: Modules, handlers: frozenset[Scope]) -> None:
        super().__init__(modules)
        self.handlers = handlers
        self.callers: dict[Scope, list[tuple[Site, Instance | None]]] = {}
        """Where a function is called from, as far as that is known."""
        self.touched: set[Scope] = set()
        """Functions on whose callers the last answers depend."""
        self._memo: dict[tuple[Expression, Context | None], tuple[Meanings, frozenset[Scope]]] = {}
        self._active: set[tuple[Expression, Context | None]] = set()
        self._sites: dict[Call, Site] = {}
        self._lists: dict[Call, Sequence] = {}

    def forget(self) -> None:
        """Drop what was remembered, after more callers became known."""
        self._memo.clear()

    def site(self, call: Call, scope: Scope) -> Site:
        """Return the one site of a call."""
        return self._sites.setdefault(call, Site(call, scope))

    def know(self, sites: list[Site]) -> None:
        """Remember where calls stand."""
        for site in sites:
            self._sites[site.call] = site

    def evaluate(self, expression: Expression, scope: Scope, context: Context | None) -> Meanings:
        """Return what an expression of a scope may mean, at least one alternative."""
        key = (expression, context)
        known = self._memo.get(key)
        if known is not None:
            self.touched |= known[1]
            return known[0]
        self.steps += 1
        if key in self._active or self.depth >= MAX_DEPTH or self.steps > MAX_STEPS:
            return (NOTHING,)
        outer, self.touched = self.touched, set()
        self._active.add(key)
        self.depth += 1
        found = _distinct(self._meanings(expression, scope, context))
        self.depth -= 1
        self._active.discard(key)
        self._memo[key] = (found, frozenset(self.touched))
        self.touched |= outer
        return found

    def _meanings(  # one branch per kind of expression
        self, expression: Expression, scope: Scope, context: Context | None
    ) -> list[Meaning]:
        match expression:
            case Constant():
                return [Literal(expression.value)]
            case Name():
                return self._name(expression, scope, context)
            case Member(object=Name(name="module"), name="exports") if _is_free("module", scope):
                return [Namespace(scope.module)]
            case Member():
                return self.each(expression.object, scope, context, expression.name)
            case Index():
                key = self.one(expression.key, scope, context)
                if isinstance(key, Literal) and isinstance(key.value, (str, int)):
                    held = self.each(expression.object, scope, context, key.value)
                    # What is looked up by a key may have been put there unseen.
                    return [NOTHING if isinstance(item, Method) else item for item in held]
                objects = self.evaluate(expression.object, scope, context)
                return [
                    FromEvent(f"{item.path}[]") if isinstance(item, FromEvent) else NOTHING
                    for item in objects
                ]
            case Call():
                return self._call(expression, scope, context)
            case Template():
                return [self._text(expression, scope, context)]
            case Mapping() | Sequence() | Joined():
                return [Data(expression, scope, context)]
            case Choice():
                return [
                    meaning
                    for option in expression.options
                    for meaning in self.evaluate(option, scope, context)
                ]
            case Fallback():
                return self._fallback(expression, scope, context)
            case Item():
                return self._item(expression, scope, context)
            case Imported():
                return self.imported(expression, scope.module)
            case Parameter():
                return self._parameter(expression, context)
            case Definition(scope=inner) if inner.kind == "class":
                return [Class(inner)]
            case Definition(scope=inner):
                return [Function(inner, None, context)]
            case _:
                return [NOTHING]

    # --- names ------------------------------------------------------------------------------

    def _name(self, name: Name, scope: Scope, context: Context | None) -> list[Meaning]:
        if name.name in {"this", "super"}:
            owner: Scope | None = scope
            while owner is not None and owner.kind != "class":
                owner = owner.parent
            if owner is None:
                # Outside of classes it is what a module exports, for functions called as that.
                return [Namespace(scope.module) if scope.module.exports else NOTHING]
            return [self._self(scope, owner, context)]
        place: Scope | None = scope
        while place is not None:
            values = place.bindings.get(name.name)
            if values and (place.kind != "class" or place is scope):
                chosen = _in_force(values, place, name) if place is scope else values
                return self.any_of(chosen, place, context)
            place = place.parent
        for spec in scope.module.stars:
            module = self.modules.resolve(scope.module, spec)
            if module is not None and module.language is Language.PYTHON:
                values = module.scope.bindings.get(name.name)
                if values:
                    return self.any_of(values, module.scope, None)
        if name.name == "exports" and scope.module.language is not Language.PYTHON:
            return [Namespace(scope.module)]
        home = "builtins" if scope.module.language is Language.PYTHON else "global"
        return [External(f"{home}.{name.name}")]

    def any_of(
        self, values: list[Expression], scope: Scope, context: Context | None
    ) -> list[Meaning]:
        """Return what any of several bound values may mean."""
        found = [
            meaning
            for value in values[: MAX_ALTERNATIVES * 2]
            for meaning in self.evaluate(value, scope, context)
        ]
        # `client = None` first, the client itself later: the placeholder is no alternative.
        solid = [item for item in found if not (isinstance(item, Literal) and item.value is None)]
        return solid or found

    def _parameter(self, parameter: Parameter, context: Context | None) -> list[Meaning]:
        scope = parameter.scope
        if takes_self(scope) and parameter.index == 0 and scope.owner is not None:
            return [self._self(scope, scope.owner, context)]
        if scope in self.handlers:
            return [FromEvent("event") if parameter.index == 0 else External(CONTEXT)]
        bound = context
        while bound is not None and bound.scope is not scope:
            bound = bound.outer
        if bound is not None:
            return self.argument(parameter, bound.site, bound.outer)
        if scope.over is not None and parameter.index == 0:
            over = Item(scope.over.span, scope.over)
            return self._item(over, scope.parent or scope, context)
        self.touched.add(scope)
        found: list[Meaning] = []
        for site, _ in self.callers.get(scope, [])[:MAX_ALTERNATIVES]:
            found += self.argument(parameter, site, None)
        if not found and parameter.default is not None:
            found += self.evaluate(parameter.default, scope.parent or scope, None)
        return found or [NOTHING]

    def argument(self, parameter: Parameter, site: Site, context: Context | None) -> list[Meaning]:
        """Return what a call passes for a parameter, or the parameter's default."""
        call = site.call
        for name, value in call.keywords:
            if name == parameter.name:
                return list(self.evaluate(value, site.scope, context))
        position = parameter.index - (1 if takes_self(parameter.scope) else 0)
        if 0 <= position < len(call.arguments) and not call.spread:
            return list(self.evaluate(call.arguments[position], site.scope, context))
        if call.spread or any(name == "**" for name, _ in call.keywords):
            return [NOTHING]
        if parameter.default is not None:
            scope = parameter.scope
            return list(self.evaluate(parameter.default, scope.parent or scope, None))
        return [NOTHING]

    def _self(self, scope: Scope, owner: Scope, context: Context | None) -> Instance:
        """Return the object that a method runs on, as precisely as the context tells."""
        place: Scope | None = scope
        constructor = constructor_of(owner)
        bound = context
        while bound is not None:
            if bound.scope is constructor:
                return bound.receiver or Instance(owner, bound.site, bound.outer)
            bound = bound.outer
        method = scope
        while place is not None and place.kind == "function":
            method = place
            bound = context
            while bound is not None:
                if bound.scope is place and bound.receiver is not None:
                    return bound.receiver
                bound = bound.outer
            place = place.parent
        self.touched.add(method)
        return Instance(owner)

    def _item(self, item: Item, scope: Scope, context: Context | None) -> list[Meaning]:
        found: list[Meaning] = []
        for meaning in self.evaluate(item.of, scope, context):
            match meaning:
                case FromEvent():
                    found.append(FromEvent(f"{meaning.path}[]"))
                case Data(expression=Sequence() | Joined()):
                    found += self.items(meaning)
                case _:
                    found.append(NOTHING)
        return found or [NOTHING]

    def items(self, data: Data, depth: int = 0) -> list[Meaning]:
        """Return what may stand in a list."""
        expression = data.expression
        if isinstance(expression, Sequence):
            return [
                meaning
                for part in expression.items[:_MAX_ITEMS]
                for meaning in self.evaluate(part, data.scope, data.context)
            ]
        found: list[Meaning] = []
        if isinstance(expression, Joined) and depth < _MAX_ITEMS:
            for part in (expression.first, expression.second):
                for meaning in self.evaluate(part, data.scope, data.context):
                    known = isinstance(meaning, Data) and not isinstance(
                        meaning.expression, Mapping
                    )
                    if isinstance(meaning, Data) and known:
                        found += self.items(meaning, depth + 1)
                    else:
                        found.append(NOTHING)
        return found

    def _text(self, template: Template, scope: Scope, context: Context | None) -> Meaning:
        text = ""
        known = [self.one(part, scope, context) for part in template.parts]
        whole = [item for item in known if item != Literal("")]
        if len(whole) == 1 and isinstance(whole[0], (Variable, FromEvent)):
            return whole[0]
        for meaning in known:
            if not isinstance(meaning, Literal) or meaning.value is None:
                return Prefix(text) if text else NOTHING
            text += str(meaning.value)
        return Literal(text)

    def _fallback(
        self, expression: Fallback, scope: Scope, context: Context | None
    ) -> list[Meaning]:
        first = self.evaluate(expression.first, scope, context)
        if len(first) == 1 and isinstance(first[0], Variable):
            return [Variable(first[0].name, has_default=True)]
        second = self.evaluate(expression.second, scope, context)
        return [item for item in (*first, *second) if item not in (Literal(None), Literal(""))]

    # --- calls ------------------------------------------------------------------------------

    def _call(self, call: Call, scope: Scope, context: Context | None) -> list[Meaning]:
        found: list[Meaning] = []
        listed = self._mapped(call, scope, context)
        if listed is not None:
            return [listed]
        if isinstance(call.function, Member) and sdk.is_capture(call.function.name):
            # A tracer hands back the client that it is given.
            given = call.arguments[:1] or tuple(value for _, value in call.keywords[:1])
            return [x for value in given for x in self.evaluate(value, scope, context)] or [NOTHING]
        if self._checks_environment(call, scope, context):
            return [External(CHECKED)]
        for function in self.evaluate(call.function, scope, context):
            match function:
                case Function():
                    found += self.returned(function, self.site(call, scope), context)
                case Class():
                    found.append(Instance(function.scope, self.site(call, scope), context))
                case External():
                    found += of_external(self, function.name, call, scope, context)
                case Operation():
                    found += of_operation(self, function, call, scope, context)
                case Method():
                    found += of_method(self, function, call, scope, context)
                case FromEvent():
                    found.append(of_event(self, function, call, scope, context))
                case _:
                    found.append(NOTHING)
        return found or [NOTHING]

    def _mapped(self, call: Call, scope: Scope, context: Context | None) -> Data | None:
        """Return the list that `items.map(make)` makes, of any number of such elements."""
        if not isinstance(call.function, Member) or call.function.name not in {"map", "flatMap"}:
            return None
        maker = self.one(call.arguments[0], scope, context) if call.arguments else NOTHING
        if not isinstance(maker, Function):
            return None
        made = self._lists.setdefault(call, Sequence(call.span, tuple(maker.scope.returns)))
        return Data(made, maker.scope, context)

    def _checks_environment(self, call: Call, scope: Scope, context: Context | None) -> bool:
        """Tell whether a call is `schema.parse(process.env)` or the like."""
        function = call.function
        name = function.name if isinstance(function, (Name, Member)) else ""
        return name in _CHECKS and any(
            isinstance(meaning, External) and meaning.name in ENVIRONMENTS
            for value in call.arguments[:2]
            for meaning in self.evaluate(value, scope, context)
        )

    def returned(self, function: Function, site: Site, context: Context | None) -> list[Meaning]:
        """Return what a function gives back when called at a site."""
        inner = Context(function.scope, site, function.receiver, context)
        found = [
            meaning
            for value in function.scope.returns[:MAX_ALTERNATIVES]
            for meaning in self.evaluate(value, function.scope, inner)
        ]
        solid = [item for item in found if not (isinstance(item, Literal) and item.value is None)]
        return solid or found or [NOTHING]


def is_cached(scope: Scope) -> bool:
    """Tell whether a decorator keeps the function's first result."""
    return any(decorator_name(item) in _CACHING for item in scope.decorators)


def _is_free(name: str, scope: Scope) -> bool:
    """Tell whether no variable of JavaScript code goes by the name of one of Node.js's own."""
    place: Scope | None = scope
    while place is not None:
        if name in place.bindings:
            return False
        place = place.parent
    return scope.module.language is not Language.PYTHON


def _in_force(values: list[Expression], scope: Scope, name: Name) -> list[Expression]:
    """Return which assignments of a variable may hold where it is used.

    Going back from the use, up to the first that is certain to have run.
    """
    if len(values) == 1:
        return values
    use = name.span.start
    chosen: list[Expression] = []
    for value in sorted(values, key=lambda item: item.span.end, reverse=True):
        if value.span.end > use:
            continue
        chosen.append(value)
        block = scope.blocks.get(value)
        if block is None or block.start <= use < block.end:
            return chosen
    return values


def _distinct(found: list[Meaning]) -> Meanings:
    distinct = tuple(dict.fromkeys(found))
    if len(distinct) > MAX_ALTERNATIVES:
        return (*distinct[:MAX_ALTERNATIVES], NOTHING)
    return distinct or (NOTHING,)
