"""A function's code as facts: find its handler, load what it imports, analyse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import record
from advisor.source.code import InlineCode
from advisor.source.facts import Facts, NotRead, Place
from advisor.source.loading import Files, FunctionModules, parse
from advisor.source.locate import locate
from advisor.source.program import Call, Choice, Definition, Imported, Language, Module, Name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.source.code import FunctionCode
    from advisor.source.locate import Handler
    from advisor.source.memory import Memory
    from advisor.source.program import Expression, Scope


_UNSEEN_EXPORTS = ("Object.assign(", "defineProperty(", "...", "__export", "exports[")
"""Words of files whose exports cannot be read off, such as bundles."""
_MAX_WRAPPERS = 12
"""Names, imports and wrappers between a handler's name and its function."""


@record(frozen=True)
class _Entry:
    expressions: list[tuple[Expression, Scope]]
    place: Place | None
    is_missing: bool = False


class SourceReader:
    """Reads the code of functions beneath one root; each file once, each function once."""

    def __init__(
        self,
        root: Path,
        texts: Mapping[Path, str] | None = None,
        memory: Memory | None = None,
    ) -> None:
        """Read beneath `root`; `texts` are read instead of what is on the disk, by real path.

        What a `memory` holds is not read again.
        """
        self.root = root
        self._texts = texts or {}
        self._files = Files(root, texts)
        self._memory = memory
        self._remembered: dict[str, str] = {}
        self._facts: dict[FunctionCode, Facts | NotRead] = {}

    def read(self, code: FunctionCode) -> Facts | NotRead:
        """Return the facts of a function's code, or why there are none. Raises nothing."""
        known = self._facts.get(code)
        if known is None:
            known = self._facts_before(code)
        if known is None:
            found = locate(code, root=self.root)
            try:
                known = found if isinstance(found, NotRead) else self._read(code, found)
            except RecursionError:
                # Every walk is bounded; a caller deep in its own stack may leave less than that.
                known = NotRead("its code is nested too deeply to be read")
            self._facts[code] = known
        return known

    def problems(self) -> list[str]:
        """Return what was not read of the code that was asked for, and why, each once."""
        found: dict[str, None] = {}
        for code, facts in self._facts.items():
            if isinstance(facts, NotRead):
                found[f"code of '{code.logical_id}' is not read: {facts.reason}"] = None
            else:
                found |= dict.fromkeys(facts.problems)
        return list(found)

    def text(self, shown: str) -> str | None:
        """Return the text of a file that was read, by its path relative to the root."""
        text = self._files.text(shown)
        return self._remembered.get(shown) if text is None else text

    def _facts_before(self, code: FunctionCode) -> Facts | None:
        kept = self._memory.get(self.root, code, self._texts) if self._memory else None
        if kept is None:
            return None
        self._remembered |= kept.texts
        self._facts[code] = kept.facts
        return kept.facts

    def _read(self, code: FunctionCode, handler: Handler) -> Facts:
        if isinstance(handler.source, InlineCode):
            inline = handler.source
            module = Module(self.root / inline.shown, inline.shown, handler.language, inline.text)
            module.origin = (inline.line - 1, inline.indent)
            parse(module)
        else:
            module = self._files.module(handler.source)
        modules = FunctionModules(self._files, module, handler.roots)
        facts = _facts(handler, module, modules)
        if self._memory is not None:
            # The text of code in a template is part of what is said of it.
            is_inline = isinstance(handler.source, InlineCode)
            files = modules.loaded[1:] if is_inline else modules.loaded
            self._memory.keep(self.root, code, facts=facts, modules=files, texts=self._texts)
        return facts


def _facts(handler: Handler, module: Module, modules: FunctionModules) -> Facts:
    # Only where there is code to read: what follows is a fifth of all modules.
    from advisor.source.collect import Collector
    from advisor.source.credentials import secrets_of

    entry = _entry(module, handler.function, modules)
    handlers = frozenset(_handlers(entry.expressions, modules))
    problems = [
        *(f"{item.shown}: {text}" for item in modules.loaded for text in item.problems),
        *modules.problems,
    ]
    collector = Collector(modules, modules.loaded, entry.expressions, handlers)
    environment, is_open = collector.environment()
    answers = collector.batch()
    waits = collector.waits()
    if collector.is_cut:
        problems.append("the code is too large to be followed to its end")
    return Facts(
        handler=None if isinstance(handler.source, InlineCode) else handler.source,
        shown=module.shown,
        function=handler.function,
        language=handler.language,
        handler_place=entry.place,
        lacks_handler=entry.is_missing,
        calls=tuple(sorted(collector.calls, key=lambda item: item.place.order)),
        environment=tuple(environment),
        clients=tuple(collector.clients()),
        databases=tuple(collector.databases()),
        sleeps=tuple(waits.sleeps()),
        polling=tuple(waits.polling(collector.calls)),
        writes=tuple(collector.writes()),
        swallowed=tuple(collector.swallowed()),
        imports=tuple(collector.imports()),
        secrets=tuple(item for loaded in modules.loaded for item in secrets_of(loaded)),
        batch_item_failures=answers[0],
        may_answer_batches=answers[1],
        opaque=tuple(collector.opaque),
        possible_calls=tuple(collector.possible_calls()),
        possible_variables=collector.possible_variables(),
        environment_is_open=is_open,
        files=tuple(item.shown for item in modules.loaded),
        problems=tuple(problems),
    )


def _entry(module: Module, function: str, modules: FunctionModules) -> _Entry:
    """Return the expressions that the handler's name stands for."""
    names = function.split(".")
    current = module
    for _ in range(5):
        if module.language is Language.PYTHON:
            values = current.scope.bindings.get(names[0], [])
        else:
            values = current.exports.get(names[0], [])
        if not values:
            values = [
                value
                for star in current.stars
                if (further := modules.resolve(current, star)) is not None
                for value in (
                    further.scope.bindings
                    if module.language is Language.PYTHON
                    else further.exports
                ).get(names[0], [])
            ]
        if values:
            pairs = [(value, current.scope) for value in values]
            return _Entry(pairs, Place(current.shown, values[-1].span))
        break
    whole = module.exports.get("=", [])
    if whole:
        # `module.exports = something()` gives names that cannot be seen.
        return _Entry([(value, module.scope) for value in whole], None)
    opaque = bool(module.stars or module.problems or "." in function)
    return _Entry([], None, is_missing=not opaque and not _names_itself(module))


def _names_itself(module: Module) -> bool:
    """Tell whether a module may get names by other means than writing them down."""
    if module.language is Language.PYTHON:
        return any(word in module.text for word in ("globals(", "setattr(", "exec("))
    if any(word in module.text for word in _UNSEEN_EXPORTS):
        return True
    return not module.exports and "export" in module.text


def _handlers(expressions: list[tuple[Expression, Scope]], modules: FunctionModules) -> list[Scope]:
    """Return the functions that are called with the event: defined, or handed to a wrapper."""
    found: list[Scope] = []
    seen: set[Expression] = set()
    stack: list[tuple[Expression, Scope, int]] = [(value, scope, 0) for value, scope in expressions]
    while stack:
        expression, scope, depth = stack.pop()
        if depth > _MAX_WRAPPERS or expression in seen:
            continue
        seen.add(expression)
        match expression:
            case Definition(scope=inner) if inner.kind == "function":
                found.append(inner)
            case Name():
                place: Scope | None = scope
                while place is not None and expression.name not in place.bindings:
                    place = place.parent
                if place is not None:
                    values = place.bindings[expression.name]
                    stack += [(value, place, depth + 1) for value in values]
            case Imported():
                target = modules.resolve(scope.module, expression.module)
                if target is not None:
                    named = (
                        target.scope.bindings
                        if target.language is Language.PYTHON
                        else target.exports
                    )
                    stack.extend(
                        (value, target.scope, depth + 1) for value in named.get(expression.name, [])
                    )
            case Call():
                stack += [(value, scope, depth + 1) for value in expression.arguments[:1]]
                inner_call = getattr(expression.function, "object", None)
                if isinstance(inner_call, (Call, Name)):
                    stack.append((inner_call, scope, depth + 1))
            case Choice():
                stack.extend((value, scope, depth + 1) for value in expression.options)
    return found
