"""Which functions run when a module is loaded, and which when the handler is invoked.

Followed by names: a function that reachable code mentions counts as reachable, a method when
its class is and code mentions its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.meanings import Class, Data, Function, Instance, Namespace
from advisor.source.members import CONSTRUCTORS, decorator_name
from advisor.source.program import (
    Call,
    Constant,
    Definition,
    Imported,
    Language,
    Mapping,
    Member,
    Name,
    children,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.source.evaluate import Evaluator
    from advisor.source.meanings import Meaning
    from advisor.source.program import (
        Expression,
        Module,
        Scope,
    )

_MAX_VISITS = 200_000
"""Expressions visited per phase."""

_INERT = frozenset(
    {
        *("abstractmethod", "asynccontextmanager", "cache", "cached_property", "capture"),
        *("capture_async", "capture_lambda_handler", "capture_method", "classmethod"),
        *("contextmanager", "dataclass", "event_source", "fixture", "idempotent"),
        *("idempotent_function", "inject_lambda_context", "log_metrics", "lru_cache"),
        *("on_exception", "on_predicate", "overload", "override", "property", "retry", "setter"),
        *("single_metric", "singledispatch", "staticmethod", "total_ordering", "validator"),
        *("wraps",),
    }
)
"""Decorators that change how a function runs and do not hand it to anyone else."""


class Reach:
    """The functions and classes that one phase reaches, in the order found."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.scopes: dict[Scope, None] = {}
        self.classes: dict[Scope, None] = {}
        self.names: set[str] = set()
        """The names of members that are mentioned."""
        self._stack: list[tuple[Expression, Scope, bool]] = []
        self._seen: set[tuple[Expression, bool]] = set()
        self._visits = 0

    @property
    def is_cut(self) -> bool:
        """Whether the bound on visits was hit."""
        return self._visits >= _MAX_VISITS

    def visit(self, expression: Expression, scope: Scope, *, deferred: bool = False) -> None:
        """Follow everything that an expression mentions.

        `deferred` where it ran earlier and only its value is used: what it calls is not run
        again, but what it was given may be.
        """
        self._push(expression, scope, deferred=deferred)
        self.follow()

    def follow(self) -> None:
        """Follow what was entered."""
        while self._stack and not self.is_cut:
            self._visits += 1
            self._step(*self._stack.pop())

    def enter(self, scope: Scope) -> None:
        """Add a function and push what stands in it."""
        if scope in self.scopes:
            return
        self.scopes[scope] = None
        for expression in reversed(scope.expressions):
            self._push(expression, scope, deferred=False)
        for decorator in scope.decorators:
            self._push(decorator, scope.parent or scope, deferred=True)

    def _push(self, expression: Expression, scope: Scope, *, deferred: bool) -> None:
        key = (expression, deferred)
        if key not in self._seen:
            self._seen.add(key)
            self._stack.append((expression, scope, deferred))

    def _step(self, expression: Expression, scope: Scope, deferred: bool) -> None:  # noqa: FBT001 - a stack's item
        match expression:
            case Name():
                self._name(expression.name, scope)
            case Imported():
                self._imported(expression, scope.module)
            case Member():
                self._mention(expression.name)
                found = self._evaluator.evaluate(expression.object, scope, None)
                if self._is_entry(expression, found):
                    return
                for meaning in found:
                    if isinstance(meaning, Namespace):
                        self._exported(meaning.module, expression.name)
                    elif isinstance(meaning, Instance):
                        self._class(meaning.scope)
                self._push(expression.object, scope, deferred=deferred)
            case Call() if deferred:
                self._made(expression, scope)
            case Call():
                self._called(expression, scope)
                for part in children(expression):
                    self._push(part, scope, deferred=False)
            case Definition(scope=inner):
                self._definition(inner)
            case _:
                for part in children(expression):
                    self._push(part, scope, deferred=deferred)

    def _is_entry(self, member: Member, found: Iterable[Meaning]) -> bool:
        """Follow one entry of the mapping that a variable holds; the others are not meant."""
        if not isinstance(member.object, Name):
            return False
        entries: list[tuple[Expression, Scope]] = []
        for data in found:
            if not isinstance(data, Data) or not isinstance(data.expression, Mapping):
                return False
            items = data.expression.items
            named = [
                value
                for key, value in items
                if isinstance(key, Constant) and key.value == member.name
            ]
            if not named or any(key is None for key, _ in items):
                return False
            entries += ((value, data.scope) for value in named)
        for value, place in entries:
            self._push(value, place, deferred=True)
        return True

    def _called(self, call: Call, scope: Scope) -> None:
        for meaning in self._evaluator.evaluate(call.function, scope, None):
            if isinstance(meaning, Class):
                self._class(meaning.scope)
                self._construct(meaning.scope)
            elif isinstance(meaning, Function):
                self.enter(meaning.scope)

    def _made(self, call: Call, scope: Scope) -> None:
        for meaning in self._evaluator.evaluate(call, scope, None):
            if isinstance(meaning, Instance):
                self._class(meaning.scope)
            elif isinstance(meaning, Function):
                self.enter(meaning.scope)
        if isinstance(call.function, Member):
            self._push(call.function.object, scope, deferred=True)
        for argument in (*call.arguments, *(value for _, value in call.keywords)):
            self._push(argument, scope, deferred=True)

    def _construct(self, scope: Scope, depth: int = 0) -> None:
        for name in CONSTRUCTORS:
            for value in scope.bindings.get(name, []):
                if isinstance(value, Definition):
                    self.enter(value.scope)
                    return
        for base in self._bases(scope) if depth < 5 else ():
            self._construct(base, depth + 1)

    def _bases(self, scope: Scope) -> list[Scope]:
        return [
            meaning.scope
            for base in scope.bases[:4]
            for meaning in self._evaluator.evaluate(base, scope.parent or scope, None)
            if isinstance(meaning, Class)
        ]

    def _definition(self, scope: Scope) -> None:
        if scope.kind == "class":
            self._class(scope)
        else:
            self.enter(scope)

    def _class(self, scope: Scope) -> None:
        if scope in self.classes:
            return
        self.classes[scope] = None
        for name, values in scope.bindings.items():
            special = name.startswith("__") and name not in CONSTRUCTORS
            if name in self.names or special:
                self._methods(values)
        for base in self._bases(scope):
            self._class(base)
            # A base calls the methods of its heirs by names of its own.

    def _methods(self, values: Iterable[Expression]) -> None:
        for value in values:
            if isinstance(value, Definition) and value.scope.kind == "function":
                self.enter(value.scope)

    def _mention(self, name: str) -> None:
        if name in self.names:
            return
        self.names.add(name)
        for scope in list(self.classes):
            self._methods(scope.bindings.get(name, ()))

    def _name(self, name: str, scope: Scope) -> None:
        place: Scope | None = scope
        while place is not None:
            values = place.bindings.get(name)
            if values and (place.kind != "class" or place is scope):
                self._values(values, place, local=place is scope)
                return
            place = place.parent
        for spec in scope.module.stars:
            module = self._evaluator.modules.resolve(scope.module, spec)
            if module is not None and name in module.scope.bindings:
                self._values(module.scope.bindings[name], module.scope, local=False)

    def _values(self, values: Iterable[Expression], place: Scope, *, local: bool) -> None:
        for value in values:
            if isinstance(value, Definition):
                self._definition(value.scope)
            elif place.kind == "module" or isinstance(value, Imported) or not local:
                self._push(value, place, deferred=True)

    def _imported(self, imported: Imported, module: Module) -> None:
        target = self._evaluator.modules.resolve(module, imported.module)
        if target is not None and imported.name:
            self._exported(target, imported.name)

    def _exported(self, module: Module, name: str, depth: int = 0) -> None:
        self._visits += 1
        if self.is_cut:
            return
        if module.language is Language.PYTHON:
            values = module.scope.bindings.get(name, [])
        else:
            values = module.exports.get(name) or module.exports.get("=", [])
        self._values(values, module.scope, local=False)
        for spec in module.stars if not values and depth < 5 else ():
            further = self._evaluator.modules.resolve(module, spec)
            if further is not None:
                self._exported(further, name, depth + 1)


def reach(
    evaluator: Evaluator, modules: Iterable[Module], entries: Iterable[tuple[Expression, Scope]]
) -> tuple[Reach, Reach]:
    """Return what loading the modules reaches, and what invoking the entries reaches."""
    init, invocation = Reach(evaluator), Reach(evaluator)
    for module in modules:
        for scope in module.scopes:
            if scope.kind == "class":
                for site in scope.sites:
                    init.visit(site.call, scope)
        for site in module.scope.sites:
            init.visit(site.call.function, module.scope)
            for meaning in evaluator.evaluate(site.call, module.scope, None):
                if isinstance(meaning, Instance):
                    init.visit(site.call, module.scope)
            for argument in (*site.call.arguments, *(v for _, v in site.call.keywords)):
                invocation.visit(argument, module.scope, deferred=True)
        for scope in module.scopes:
            if scope.kind == "function" and _is_registered(scope):
                invocation.enter(scope)
    for expression, scope in entries:
        invocation.visit(expression, scope, deferred=True)
    # What a decorator registered stands on the stack until it is followed.
    invocation.follow()
    return init, invocation


def possible(evaluator: Evaluator, modules: Iterable[Module], reached: Iterable[Reach]) -> Reach:
    """Return what runs as well if each member that is mentioned may be any of its name.

    An object that cannot be followed may have any method, a module may be handed on whole.
    """
    found = Reach(evaluator)
    known: set[Scope] = set()
    for item in reached:
        found.names |= item.names
        known.update(item.scopes)
    waiting = {
        name: [scope for scope in scopes if scope not in known]
        for name, scopes in _by_name(modules).items()
    }
    while names := [name for name in waiting if name in found.names]:
        for name in names:
            for scope in waiting.pop(name):
                found.enter(scope)
        found.follow()
    for scope in known:
        found.scopes.pop(scope, None)
    return found


def _by_name(modules: Iterable[Module]) -> dict[str, list[Scope]]:
    """Return the functions of modules by the names that give access to them."""
    found: dict[str, list[Scope]] = {}
    for module in modules:
        values = [(name, value) for name, items in module.exports.items() for value in items]
        for scope in module.scopes:
            values += ((name, value) for name, items in scope.bindings.items() for value in items)
            values += ((name, x) for name, items in scope.attributes.items() for x, _ in items)
        for name, value in values:
            if isinstance(value, Mapping):
                inner = ((getattr(key, "value", None), item) for key, item in value.items)
                named = [(key, item) for key, item in inner if isinstance(key, str)]
            else:
                named = [(name, value)]
            for key, item in named:
                if isinstance(item, Definition) and item.scope.kind == "function":
                    found.setdefault(key, []).append(item.scope)
    return found


def _is_registered(scope: Scope) -> bool:
    """Tell whether a decorator hands the function to a router or the like."""
    return any(
        decorator_name(decorator) not in _INERT and isinstance(decorator, (Call, Member))
        for decorator in scope.decorators
    )
