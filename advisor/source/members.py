"""What stands under a name of something: imports, exports, attributes, keys of mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from advisor.source import sdk
from advisor.source.meanings import (
    NOTHING,
    Class,
    Client,
    Context,
    Data,
    External,
    Factory,
    FromEvent,
    Function,
    Handle,
    Instance,
    Literal,
    Meaning,
    Method,
    Namespace,
    Operation,
    Variable,
)
from advisor.source.program import (
    Call,
    Definition,
    Language,
    Mapping,
    Member,
    Name,
    Sequence,
)
from advisor.source.settings import is_settings, setting

if TYPE_CHECKING:
    from advisor.source.program import (
        Expression,
        Imported,
        Module,
        Scope,
        Site,
    )

Meanings = tuple[Meaning, ...]

MAX_DEPTH = 45
"""Levels of expressions, calls and names; keeps Python's own stack shallow."""
MAX_ALTERNATIVES = 12
MAX_STEPS = 150_000
"""Lookups per function; enough for 20,000 lines, a second or two at most."""
CHECKED = "checked.environment"
"""What a validator such as zod makes of the environment; it may fill in what is not set."""
ENVIRONMENTS = frozenset(
    {"os.environ", "global.process.env", "process.env", "node:process.env", CHECKED}
)
CONSTRUCTORS = frozenset({"__init__", "constructor"})


class Modules(Protocol):
    """The files of one function and how they import each other."""

    def resolve(self, module: Module, spec: str) -> Module | None:
        """Return the file that an import of `module` names; None where it is not at hand."""
        ...


class Members:
    """Looks names up in what expressions mean; how those are found is left to the heir."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.depth = 0
        self.steps = 0
        self._looking: set[tuple[Meaning, str | int]] = set()

    def evaluate(self, expression: Expression, scope: Scope, context: Context | None) -> Meanings:
        """Return what an expression of a scope may mean, at least one alternative."""
        raise NotImplementedError

    def one(self, expression: Expression, scope: Scope, context: Context | None) -> Meaning:
        """Return the only meaning; NOTHING where there are several."""
        found = self.evaluate(expression, scope, context)
        return found[0] if len(found) == 1 else NOTHING

    def site(self, call: Call, scope: Scope) -> Site:
        """Return the one site of a call."""
        raise NotImplementedError

    def returned(self, function: Function, site: Site, context: Context | None) -> list[Meaning]:
        """Return what a function gives back when called at a site."""
        raise NotImplementedError

    def any_of(
        self, values: list[Expression], scope: Scope, context: Context | None
    ) -> list[Meaning]:
        """Return what any of several bound values may mean."""
        raise NotImplementedError

    def imported(self, imported: Imported, module: Module) -> list[Meaning]:
        """Return what an import names."""
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
        self.steps += 1
        if self.steps > MAX_STEPS:
            return [NOTHING]
        if module.language is Language.PYTHON:
            values = module.scope.bindings.get(name, [])
        else:
            values = module.exports.get(name, [])
            if not values and name == "default":
                return [Namespace(module)]
        if values:
            return self.any_of(values, module.scope, None)
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

    # --- parts ------------------------------------------------------------------------------

    def each(
        self, whole: Expression, scope: Scope, context: Context | None, key: str | int
    ) -> list[Meaning]:
        """Return what stands under a key of whatever an expression may mean."""
        return [
            part
            for meaning in self.evaluate(whole, scope, context)
            for part in self.member(meaning, key)
        ]

    def member(self, meaning: Meaning, key: str | int) -> list[Meaning]:
        """Return what stands under a name or key of something."""
        self.steps += 1
        asked = (meaning, key)
        if self.depth >= MAX_DEPTH or self.steps > MAX_STEPS or asked in self._looking:
            return [NOTHING]
        self._looking.add(asked)
        self.depth += 1
        found = self._member(meaning, key)
        self.depth -= 1
        self._looking.discard(asked)
        return list(dict.fromkeys(found))

    def _member(self, meaning: Meaning, key: str | int) -> list[Meaning]:
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
                return [Variable(key, has_default=meaning.name == CHECKED)]
            case External():
                return [meaning if key == "default" else External(f"{meaning.name}.{key}")]
            case Namespace():
                return self.exported(meaning.module, key)
            case Instance():
                return self._attribute(meaning, key)
            case Class():
                return self._attribute(Instance(meaning.scope), key)
            case Operation(receiver=holder, name="meta") if isinstance(holder, (Factory, Handle)):
                # `table.meta.client` is the client beneath a resource.
                return [Client(holder.service) if key == "client" else NOTHING]
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
                found += self.each(value, data.scope, data.context, key)
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
        if is_settings(self, scope):
            return [setting(scope, name)]
        context = self._construction(instance)
        values = scope.attributes.get(name, [])
        found = [
            meaning
            for value, place in values[:MAX_ALTERNATIVES]
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


def decorator_name(expression: Expression) -> str:
    """Return the last name of a decorator."""
    if isinstance(expression, Call):
        expression = expression.function
    if isinstance(expression, (Name, Member)):
        return expression.name
    return ""


def _is_method(key: str) -> bool:
    return key in {"get", "items", "keys", "values", "copy", "pop", "setdefault", "update"}
