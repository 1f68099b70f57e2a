"""How modules of JavaScript and TypeScript import from and export to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.source.program import Constant, Imported, Mapping, Name
from advisor.source.scriptexpressions import ExpressionReader

if TYPE_CHECKING:
    from tree_sitter import Node

    from advisor.source.program import Expression


class ModuleReader(ExpressionReader):
    """Reads imports and exports; declarations are left to the heir."""

    def bind(self, name: str, value: Expression, *, declared: bool = True) -> None:
        """Bind a name to one more value."""
        raise NotImplementedError

    def declaration(self, node: Node, *, exported: bool = False) -> None:
        """Read the variables of a declaration."""
        raise NotImplementedError

    def define(self, node: Node) -> Expression | None:
        """Read a declared function, class or enumeration."""
        raise NotImplementedError

    def export_all(self, value: Expression) -> None:
        """Read `module.exports = value`."""
        exports = self.module.exports
        exports.setdefault("=", []).append(value)
        if isinstance(value, Mapping):
            for key, item in value.items:
                if isinstance(key, Constant) and isinstance(key.value, str):
                    exports.setdefault(key.value, []).append(item)

    def note_import(self, value: Imported) -> None:
        """Remember an import."""
        self.module.imports.append((value, self.scope.kind == "module"))

    def imports(self, node: Node) -> None:
        """Read an `import` statement."""
        source = node.child_by_field_name("source")
        clause = next((x for x in node.named_children if x.type == "import_clause"), None)
        required = next((x for x in node.named_children if x.type == "import_require_clause"), None)
        if required is not None:
            source = required.child_by_field_name("source")
            clause = required
        if source is None or any(child.type == "type" for child in node.children):
            return
        spec, span = self.string(source), self.span(node)
        self.note_import(Imported(span, spec))
        for child in clause.named_children if clause is not None else ():
            if child.type == "identifier":
                default = "" if required is not None else "default"
                self.bind(self.text(child), Imported(span, spec, default))
            elif child.type == "namespace_import":
                self.bind(self.text(child.named_children[-1]), Imported(span, spec))
            elif child.type == "named_imports":
                for item in child.named_children:
                    self.import_name(item, spec)

    def import_name(self, item: Node, spec: str) -> None:
        """Read one name of an `import` statement."""
        name = item.child_by_field_name("name")
        alias = item.child_by_field_name("alias") or name
        if name is not None and alias is not None:
            value = Imported(self.span(item), spec, self.text(name))
            self.bind(self.text(alias), value)
            self.module.imports.append((value, True))

    def export(self, node: Node) -> None:
        """Read an `export` statement."""
        declaration = node.child_by_field_name("declaration")
        value = node.child_by_field_name("value")
        source = node.child_by_field_name("source")
        is_default = any(child.type == "default" for child in node.children)
        spec = self.string(source) if source is not None else ""
        if spec:
            self.note_import(Imported(self.span(node), spec))
            whole = next((x for x in node.named_children if x.type == "namespace_export"), None)
            if whole is not None:
                name = self.text(whole.named_children[-1])
                self.module.exports.setdefault(name, []).append(Imported(self.span(whole), spec))
            elif any(child.type == "*" for child in node.children):
                self.module.stars.append(spec)
        if declaration is not None:
            if declaration.type in {"lexical_declaration", "variable_declaration"}:
                self.declaration(declaration, exported=True)
            else:
                defined = self.define(declaration)
                if defined is not None:
                    name = "default" if is_default else self.name_of(declaration)
                    self.module.exports.setdefault(name, []).append(defined)
        elif value is not None:
            self.module.exports.setdefault("default", []).append(self.root(value))
        elif any(child.type == "=" for child in node.children):
            self.export_all(self.root(node.named_children[-1]))
        for clause in node.named_children:
            for item in clause.named_children if clause.type == "export_clause" else ():
                name_node = item.child_by_field_name("name")
                if name_node is not None:
                    self.export_name(name_node, item.child_by_field_name("alias"), spec)

    def export_name(self, name: Node, alias: Node | None, spec: str) -> None:
        """Read one name of an `export` statement."""
        span, inner = self.span(name), self.text(name)
        value = Imported(span, spec, inner) if spec else Name(span, inner)
        outer = self.text(alias) if alias is not None else inner
        self.module.exports.setdefault(outer, []).append(value)

    def name_of(self, node: Node) -> str:
        """Return the name that a declaration gives."""
        name = node.child_by_field_name("name")
        return self.text(name) if name is not None else ""
