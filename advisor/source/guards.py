"""Which variables Python code looks up without being prepared for their absence."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.source.program import Module

_CAUGHT = frozenset({"KeyError", "LookupError", "Exception", "BaseException"})


def unguarded(module: Module) -> frozenset[int]:
    """Return the lines of a module's text on which a failed look-up ends the code.

    Lines inside a `try` that catches it are left out, and so is everything below an `if` that
    asks whether something is in a mapping.
    """
    try:
        tree = ast.parse(module.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    lines = set(range(1, module.text.count("\n") + 2))
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_catches(item) for item in node.handlers):
            _leave_out(lines, node.body)
        elif isinstance(node, (ast.If, ast.IfExp)) and _asks(node.test):
            _leave_out(lines, [node])
    return frozenset(lines)


def _leave_out(lines: set[int], nodes: list[ast.stmt] | list[ast.If | ast.IfExp]) -> None:
    for node in nodes:
        lines.difference_update(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(name, ast.Name) and name.id in _CAUGHT for name in names)


def _asks(test: ast.expr) -> bool:
    return any(
        isinstance(operator, (ast.In, ast.NotIn))
        for part in ast.walk(test)
        if isinstance(part, ast.Compare)
        for operator in part.ops
    )


__all__ = ["unguarded"]
