"""JavaScript and TypeScript source as a program: read with tree-sitter, never executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.positions import Columns
from advisor.source.program import Scope

if TYPE_CHECKING:
    from advisor.source.program import Module


def read_javascript(module: Module) -> None:
    """Fill `module` from its text; what cannot be read becomes one of its problems."""
    columns = Columns(module.text, module.origin)
    module.scope = Scope("module", "", module, None, columns.span((1, 0), (1, 0)))
    module.scopes.append(module.scope)
    module.problems.append("JavaScript support is not installed")
