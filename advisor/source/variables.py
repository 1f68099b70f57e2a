"""Which environment variables code reads, and whether it is prepared for their absence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.calls import contexts, place_of
from advisor.source.facts import EnvironmentRead
from advisor.source.guards import unguarded
from advisor.source.meanings import NOTHING, External, Literal, Variable
from advisor.source.members import ENVIRONMENTS
from advisor.source.program import (
    Call,
    Choice,
    Constant,
    Fallback,
    Index,
    Item,
    Joined,
    Language,
    Mapping,
    Member,
    Name,
    Other,
    Sequence,
    children,
    every_part,
)
from advisor.source.settings import is_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from advisor.source.evaluate import Evaluator
    from advisor.source.facts import Place
    from advisor.source.meanings import Context, Meaning
    from advisor.source.program import Expression, Module, Scope

_GETTERS = frozenset({"decouple.config", "env-var.get", "os.getenv"})
_MAX_TESTED = 50
"""Parts of one condition that are looked at."""


class Variables:
    """Reads the variables off the scopes that one function reaches."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._unguarded: dict[Module, frozenset[int]] = {}
        self.is_open = False
        """Whether variables may be read by names that the code puts together."""

    def read(self, scopes: Iterable[Scope]) -> list[EnvironmentRead]:
        """Return the variables that scopes read, in reading order."""
        scopes = list(scopes)
        checked = {name for scope in scopes for name in self._checked(scope)}
        found: dict[tuple[str, Place], EnvironmentRead] = {}
        for scope in scopes:
            defaulted: set[Expression] = set()
            held = [value for values in scope.bindings.values() for value in values]
            self.is_open |= scope.kind == "class" and is_settings(self._evaluator, scope)
            self.is_open |= any(self._hands_on(value, scope) for value in held)
            for expression in every_part(scope.expressions):
                self.is_open |= self._hands_on(expression, scope)
                if isinstance(expression, Fallback):
                    defaulted.add(expression.first)
                if not isinstance(expression, (Member, Index, Call)):
                    continue
                for item in self._variables(expression, scope):
                    if not isinstance(item, Variable):
                        self.is_open = True
                        continue
                    place = place_of(expression, scope)
                    known = found.get((item.name, place))
                    default = item.has_default or expression in defaulted
                    default = default or (known is not None and known.has_default)
                    found[item.name, place] = EnvironmentRead(
                        item.name,
                        default,
                        place,
                        fails=not default and self._fails(expression, scope),
                        checked=item.name in checked,
                    )
        return sorted(found.values(), key=lambda item: item.place.order)

    def _hands_on(self, expression: Expression, scope: Scope) -> bool:
        """Tell whether an expression has the environment as a whole, to take any name of it."""
        if not isinstance(expression, (Choice, Item, Joined, Mapping, Other, Sequence)):
            return False
        parts = children(expression)
        if any(isinstance(part, Constant) for part in parts):
            # `"NAME" in os.environ`
            return False
        return any(
            isinstance(meaning, External) and meaning.name in ENVIRONMENTS
            for part in parts
            if isinstance(part, (Name, Member))
            for meaning in self._evaluator.evaluate(part, scope, None)
        )

    def _checked(self, scope: Scope) -> Iterator[str]:
        """Yield the variables that a condition asks for."""
        for test in scope.tests:
            for part in _compared(test):
                for meaning in self._evaluator.evaluate(part, scope, None):
                    if isinstance(meaning, Variable):
                        yield meaning.name
                    elif isinstance(meaning, Literal) and isinstance(meaning.value, str):
                        # `"NAME" in os.environ` has the name beside the environment.
                        yield meaning.value

    def _fails(self, expression: Expression, scope: Scope) -> bool:
        """Tell whether a look-up raises for a missing name, and nothing is prepared for that."""
        module = scope.module
        if module.language is not Language.PYTHON or not isinstance(expression, Index):
            return False
        if module not in self._unguarded:
            self._unguarded[module] = unguarded(module)
        line = place_of(expression, scope).span.start.line - module.origin[0]
        return line in self._unguarded[module]

    def _variables(self, expression: Expression, scope: Scope) -> list[Meaning]:
        """Return the variables that an expression itself reads; NOTHING for unnamed ones."""
        evaluator = self._evaluator
        if isinstance(expression, Call):
            functions = evaluator.evaluate(expression.function, scope, None)
            names = {item.name for item in functions if isinstance(item, External)}
            reads = names & _GETTERS or any(f"{whole}.get" in names for whole in ENVIRONMENTS)
            whole = any(
                isinstance(meaning, External) and meaning.name in ENVIRONMENTS
                for value in expression.arguments[:5]
                for meaning in evaluator.evaluate(value, scope, None)
            )
            if not reads:
                return [NOTHING] if whole else []
        elif isinstance(expression, (Member, Index)):
            owners = evaluator.evaluate(expression.object, scope, None)
            if not any(isinstance(x, External) and x.name in ENVIRONMENTS for x in owners):
                return []
            if isinstance(expression, Member) and scope.module.language is Language.PYTHON:
                is_open = expression.name in {"items", "values", "copy", "keys"}
                return [NOTHING] if is_open else []
        found: list[Meaning] = []

        def look(context: Context | None) -> tuple[Meaning, ...]:
            return evaluator.evaluate(expression, scope, context)

        for context in contexts(evaluator, scope, look):
            found += look(context)
        return [item if isinstance(item, Variable) else NOTHING for item in dict.fromkeys(found)]


def _compared(test: Expression) -> Iterator[Expression]:
    """Yield what a condition asks for: itself, or what is negated, compared or joined in it."""
    stack = [test]
    for _ in range(_MAX_TESTED):
        if not stack:
            return
        part = stack.pop()
        if isinstance(part, Other):
            stack.extend(part.children)
        elif isinstance(part, Fallback):
            stack += (part.first, part.second)
        else:
            yield part


__all__ = ["Variables"]
