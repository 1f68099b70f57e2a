"""What an expression means: constants, environment variables, clients, parts of the event.

A meaning is a tuple of alternatives, each of which some path through the code takes. What
cannot be told is `NOTHING`, never a guess. Steps and depth are bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from advisor.source import sdk
from advisor.source.meanings import (
    NOTHING,
    Class,
    Context,
    Data,
    External,
    FromEvent,
    Function,
    Instance,
    Literal,
    Meaning,
    Method,
    Namespace,
    Operation,
    Prefix,
    Variable,
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
    from advisor.source.program import (
        Expression,
        Module,
        Scope,
    )

Meanings = tuple[Meaning, ...]

MAX_STEPS = 150_000
"""Expressions looked at per function; enough for 20,000 lines, a second at most."""
_MAX_DEPTH = 45
"""Levels of expressions, calls and names; keeps Python's own stack shallow."""
_MAX_ALTERNATIVES = 12
_MAX_ITEMS = 25
"""Items of a list that are looked at; more than the entries of any batch operation."""

ENVIRONMENTS = frozenset({"os.environ", "global.process.env", "process.env", "node:process.env"})
CONSTRUCTORS = frozenset({"__init__", "constructor"})
_CACHING = frozenset({"lru_cache", "cache", "cached_property", "singleton"})


class Modules(Protocol):
    """The files of one function and how they import each other."""

    def resolve(self, module: Module, spec: str) -> Module | None:
        """Return the file that an import of `module` names; None where it is not at hand."""
        ...


class Evaluator:
    """Finds the meaning of expressions of one function's code; remembers what it found."""

    def __init__(self, modules: Modules, handlers: frozenset[Scope]) -> None:
        self.modules = modules
        self.handlers = handlers
        self.callers: dict[Scope, list[tuple[Site, Instance | None]]] = {}
        """Where a function is called from, as far as that is known."""
        self.touched: set[Scope] = set()
        """Functions on whose callers the last answers depend."""
        self.steps = 0
        self._depth = 0
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
        if key in self._active or self._depth >= _MAX_DEPTH or self.steps > MAX_STEPS:
            return (NOTHING,)
        outer, self.touched = self.touched, set()
        self._active.add(key)
        self._depth += 1
        found = _distinct(self._meanings(expression, scope, context))
        self._depth -= 1
        self._active.discard(key)
        self._memo[key] = (found, frozenset(self.touched))
        self.touched |= outer
        return found

    def one(self, expression: Expression, scope: Scope, context: Context | None) -> Meaning:
        """Return the only meaning; NOTHING where there are several."""
        found = self.evaluate(expression, scope, context)
        return found[0] if len(found) == 1 else NOTHING

    def _meanings(  # one branch per kind of expression
        self, expression: Expression, scope: Scope, context: Context | None
    ) -> list[Meaning]:
        match expression:
            case Constant():
                return [Literal(expression.value)]
            case Name():
                return self._name(expression, scope, context)
            case Member():
                return self._each(expression.object, scope, context, expression.name)
            case Index():
                key = self.one(expression.key, scope, context)
                if isinstance(key, Literal) and isinstance(key.value, (str, int)):
                    return self._each(expression.object, scope, context, key.value)
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
                return self._import(expression, scope.module)
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
                return [NOTHING]
            return [self._self(scope, owner, context)]
        place: Scope | None = scope
        while place is not None:
            values = place.bindings.get(name.name)
            if values and (place.kind != "class" or place is scope):
                chosen = _in_force(values, place, name) if place is scope else values
                return self._any(chosen, place, context)
            place = place.parent
        for spec in scope.module.stars:
            module = self.modules.resolve(scope.module, spec)
            if module is not None and module.language is Language.PYTHON:
                values = module.scope.bindings.get(name.name)
                if values:
                    return self._any(values, module.scope, None)
        home = "builtins" if scope.module.language is Language.PYTHON else "global"
        return [External(f"{home}.{name.name}")]

    def _any(
        self, values: list[Expression], scope: Scope, context: Context | None
    ) -> list[Meaning]:
        found = [
            meaning
            for value in values[: _MAX_ALTERNATIVES * 2]
            for meaning in self.evaluate(value, scope, context)
        ]
        # `client = None` first, the client itself later: the placeholder is no alternative.
        solid = [item for item in found if not (isinstance(item, Literal) and item.value is None)]
        return solid or found

    def _import(self, imported: Imported, module: Module) -> list[Meaning]:
        target = self.modules.resolve(module, imported.module)
        if imported.name and module.language is Language.PYTHON:
            if target is not None and imported.name in target.scope.bindings:
                return self.exported(target, imported.name)
            glue = "" if imported.module.endswith(".") else "."
            submodule = self.modules.resolve(module, f"{imported.module}{glue}{imported.name}")
            if submodule is not None:
                return [Namespace(submodule)]
        if target is None:
            name = "" if imported.name == "default" else imported.name
            return [External(f"{imported.module}.{name}" if name else imported.module)]
        return self.exported(target, imported.name) if imported.name else [Namespace(target)]

    def exported(self, module: Module, name: str, depth: int = 0) -> list[Meaning]:
        """Return what a module of the code at hand gives under a name."""
        if module.language is Language.PYTHON:
            values = module.scope.bindings.get(name, [])
        else:
            values = module.exports.get(name, [])
            if not values and name == "default":
                return [Namespace(module)]
        if values:
            return self._any(values, module.scope, None)
        for whole in module.exports.get("=", []):
            for meaning in self.evaluate(whole, module.scope, None):
                found = self.member(meaning, name)
                if found != [NOTHING]:
                    return found
        for spec in module.stars if depth < 5 else ():
            further = self.modules.resolve(module, spec)
            if further is not None:
                found = self.exported(further, name, depth + 1)
                if found != [NOTHING]:
                    return found
        if module.language is Language.PYTHON:
            submodule = self.modules.resolve(module, f".{name}")
            if submodule is not None and submodule is not module:
                return [Namespace(submodule)]
        return [NOTHING]

    def _parameter(self, parameter: Parameter, context: Context | None) -> list[Meaning]:
        scope = parameter.scope
        if takes_self(scope) and parameter.index == 0 and scope.owner is not None:
            return [self._self(scope, scope.owner, context)]
        if scope in self.handlers:
            return [FromEvent("event") if parameter.index == 0 else NOTHING]
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
        for site, _ in self.callers.get(scope, [])[:_MAX_ALTERNATIVES]:
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

    # --- parts ------------------------------------------------------------------------------

    def _each(
        self, whole: Expression, scope: Scope, context: Context | None, key: str | int
    ) -> list[Meaning]:
        return [
            part
            for meaning in self.evaluate(whole, scope, context)
            for part in self.member(meaning, key)
        ]

    def member(self, meaning: Meaning, key: str | int) -> list[Meaning]:  # one branch per kind
        """Return what stands under a name or key of something."""
        match meaning:
            case FromEvent():
                dot = "." if isinstance(key, str) else ""
                return [FromEvent(f"{meaning.path}{dot}{key if dot else f'[{key}]'}")]
            case Data():
                return self._entry(meaning, key)
        if not isinstance(key, str):
            return [NOTHING]
        match meaning:
            case External() if meaning.name in ENVIRONMENTS and not _is_method(key):
                return [Variable(key)]
            case External():
                return [meaning if key == "default" else External(f"{meaning.name}.{key}")]
            case Namespace():
                return self.exported(meaning.module, key)
            case Instance():
                return self._attribute(meaning, key)
            case Class():
                return self._attribute(Instance(meaning.scope), key)
            case Literal() if key == "value":
                return [meaning]
            case _ if sdk.has_operations(meaning):
                return [Operation(meaning, key)]  # type: ignore[arg-type]  # checked above
            case _:
                return [NOTHING if meaning is NOTHING else Method(meaning, key)]

    def _entry(self, data: Data, key: str | int) -> list[Meaning]:
        expression = data.expression
        if isinstance(expression, Sequence):
            if isinstance(key, int) and -len(expression.items) <= key < len(expression.items):
                return list(self.evaluate(expression.items[key], data.scope, data.context))
            return [Method(data, key)] if isinstance(key, str) else [NOTHING]
        if not isinstance(expression, Mapping):
            return [NOTHING]
        found: list[Meaning] = []
        for name, value in reversed(expression.items):
            if name is None:
                # What is spread later wins, what is spread earlier fills the gaps.
                found += self._each(value, data.scope, data.context, key)
                if NOTHING not in found and not any(isinstance(item, Method) for item in found):
                    return found
                found = [NOTHING]
                continue
            known = self.one(name, data.scope, data.context)
            if isinstance(known, Literal) and known.value == key:
                return list(self.evaluate(value, data.scope, data.context))
        return found or ([Method(data, key)] if isinstance(key, str) else [NOTHING])

    def entry(self, meaning: Meaning, key: str) -> Meanings | None:
        """Return the value of a mapping's key; None where a known mapping has none of it."""
        if not isinstance(meaning, Data) or not isinstance(meaning.expression, Mapping):
            return (NOTHING,)
        found = self._entry(meaning, key)
        if all(isinstance(item, Method) for item in found):
            return None
        return tuple(found)

    def _attribute(self, instance: Instance, name: str, depth: int = 0) -> list[Meaning]:
        scope = instance.scope
        method = scope.bindings.get(name)
        if method and isinstance(method[-1], Definition):
            inner = method[-1].scope
            function = Function(inner, instance, instance.context)
            if any(
                decorator_name(item) in {"property", "cached_property"} for item in inner.decorators
            ):
                site = self.site(Call(inner.span, method[-1]), scope)
                return self.returned(function, site, None)
            return [function]
        context = self._construction(instance)
        values = scope.attributes.get(name, [])
        found = [
            meaning
            for value, place in values[:_MAX_ALTERNATIVES]
            for meaning in self.evaluate(
                value, place, context if place.name in CONSTRUCTORS else None
            )
        ]
        if found:
            solid = [x for x in found if not (isinstance(x, Literal) and x.value is None)]
            return solid or found
        for base in scope.bases[:4] if depth < 5 else ():
            for meaning in self.evaluate(base, scope.parent or scope, None):
                if isinstance(meaning, Class):
                    inherited = Instance(meaning.scope, instance.site, instance.context)
                    found = self._attribute(inherited, name, depth + 1)
                    if found != [NOTHING]:
                        return found
        return [NOTHING]

    def _construction(self, instance: Instance) -> Context | None:
        constructor = constructor_of(instance.scope)
        if instance.site is None or constructor is None:
            return None
        return Context(constructor, instance.site, instance, instance.context)

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

    def returned(self, function: Function, site: Site, context: Context | None) -> list[Meaning]:
        """Return what a function gives back when called at a site."""
        inner = Context(function.scope, site, function.receiver, context)
        found = [
            meaning
            for value in function.scope.returns[:_MAX_ALTERNATIVES]
            for meaning in self.evaluate(value, function.scope, inner)
        ]
        solid = [item for item in found if not (isinstance(item, Literal) and item.value is None)]
        return solid or found or [NOTHING]


def takes_self(scope: Scope) -> bool:
    """Tell whether the first parameter of a function is the object it is called on."""
    return (
        scope.owner is not None
        and scope.module.language is Language.PYTHON
        and not any(decorator_name(item) == "staticmethod" for item in scope.decorators)
    )


def constructor_of(scope: Scope) -> Scope | None:
    """Return the constructor of a class."""
    for name in CONSTRUCTORS:
        for value in scope.bindings.get(name, []):
            if isinstance(value, Definition):
                return value.scope
    return None


def is_cached(scope: Scope) -> bool:
    """Tell whether a decorator keeps the function's first result."""
    return any(decorator_name(item) in _CACHING for item in scope.decorators)


def decorator_name(expression: Expression) -> str:
    """Return the last name of a decorator."""
    if isinstance(expression, Call):
        expression = expression.function
    if isinstance(expression, (Name, Member)):
        return expression.name
    return ""


def _is_method(key: str) -> bool:
    return key in {"get", "items", "keys", "values", "copy", "pop", "setdefault", "update"}


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
    if len(distinct) > _MAX_ALTERNATIVES:
        return (*distinct[:_MAX_ALTERNATIVES], NOTHING)
    return distinct or (NOTHING,)
