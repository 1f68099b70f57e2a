"""JavaScript and TypeScript source as a program: parsed with tree-sitter, never executed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from advisor.source.positions import Columns
from advisor.source.program import Language, Scope
from advisor.source.script import ScriptReader

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

    from advisor.source.program import Module

NOT_INSTALLED = "JavaScript support is not installed"
_MAX_STEPS = 10_000


def read_javascript(module: Module) -> None:
    """Fill `module` from its text; what cannot be read becomes one of its problems."""
    text = module.text.replace("\r\n", "\n").replace("\r", "\n")
    columns = Columns(text, module.origin)
    start = columns.span((1, 0), (1, 0))
    module.scope = Scope("module", "", module, None, start)
    module.scopes.append(module.scope)
    grammar = "javascript"
    if module.language is Language.TYPESCRIPT:
        grammar = "tsx" if module.path.suffix.lower() == ".tsx" else "typescript"
    parser = _parser(grammar)
    if parser is None:
        module.problems.append(NOT_INSTALLED)
        return
    data = text.encode("utf-8", "replace")
    tree = parser.parse(data)
    if tree.root_node.has_error:
        line = _first_error(tree.root_node) + 1 + module.origin[0]
        module.problems.append(f"syntax error (line {line})")
    ScriptReader(module, columns, data).read(tree.root_node)


@cache
def _parser(grammar: str) -> Parser | None:
    """Return a parser, None where the optional wheels are not installed."""
    try:
        import tree_sitter
        import tree_sitter_javascript
        import tree_sitter_typescript
    except ImportError:
        return None
    pointers = {
        "javascript": tree_sitter_javascript.language,
        "typescript": tree_sitter_typescript.language_typescript,
        "tsx": tree_sitter_typescript.language_tsx,
    }
    return tree_sitter.Parser(tree_sitter.Language(pointers[grammar]()))


def _first_error(root: Node) -> int:
    """Return the row of the first node that the grammar does not know."""
    node = root
    for _ in range(_MAX_STEPS):
        if node.is_error or node.is_missing:
            break
        following = next((child for child in node.children if child.has_error), None)
        if following is None:
            break
        node = following
    return node.start_point[0]
