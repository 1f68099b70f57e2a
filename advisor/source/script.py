"""The statements of JavaScript and TypeScript: scopes, bindings, imports, exports, classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.documents.location import Span
from advisor.source.program import (
    MENTIONS,
    QUIET_CALLS,
    Catch,
    Constant,
    Definition,
    Fallback,
    Index,
    Item,
    Loop,
    Mapping,
    Member,
    Name,
    Other,
    Parameter,
    Scope,
    added_to,
)
from advisor.source.scriptmodules import ModuleReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from advisor.source.program import (
        Expression,
    )

_FUNCTIONS = frozenset({"function_declaration", "generator_function_declaration"})
_CLASSES = frozenset({"class_declaration", "abstract_class_declaration"})
_SKIPPED = frozenset(
    {
        *("ambient_declaration", "comment", "debugger_statement", "empty_statement"),
        *("function_signature", "interface_declaration", "type_alias_declaration"),
        *("break_statement", "continue_statement", "hash_bang_line", "import_alias"),
    }
)
_LOUD = frozenset(
    {
        *("assignment_expression", "augmented_assignment_expression", "break_statement"),
        *("return_statement", "throw_statement", "update_expression"),
    }
)
_MAX_CATCH = 2000


class ScriptReader(ModuleReader):
    """Walks one syntax tree of JavaScript or TypeScript."""

    def read(self, root: Node) -> None:
        """Read a whole file into the module."""
        self.body(root.named_children)

    # --- statements -------------------------------------------------------------------------

    def body(self, statements: Iterable[Node]) -> None:
        """Read statements in order."""
        if self.too_deep():
            return
        self.depth += 1
        for statement in statements:
            self.statement(statement)
        self.depth -= 1

    def branch(self, node: Node | None) -> None:
        """Read a statement that may not run, or run again."""
        if node is None:
            return
        outer, self.block = self.block, self.span(node)
        self.body(node.named_children if node.type == "statement_block" else [node])
        self.block = outer

    def statement(self, node: Node) -> None:
        """Read one statement."""
        kind = node.type
        if kind in _SKIPPED:
            return
        if kind == "import_statement":
            self.imports(node)
        elif kind == "export_statement":
            self.export(node)
        elif kind in {"lexical_declaration", "variable_declaration"}:
            self.declaration(node)
        elif kind in _FUNCTIONS or kind in _CLASSES or kind == "enum_declaration":
            self.define(node)
        elif kind == "return_statement":
            for child in node.named_children[:1]:
                self.scope.returns.append(self.root(child))
        elif kind == "if_statement":
            self.branches(node)
        elif kind in {"while_statement", "do_statement", "for_statement"}:
            self.repeat(node)
        elif kind == "for_in_statement":
            self.iterate(node)
        elif kind == "try_statement":
            self.attempt(node)
        elif kind == "switch_statement":
            self.field(node, "value")
            cases = node.child_by_field_name("body")
            for case in cases.named_children if cases is not None else ():
                outer, self.block = self.block, self.span(case)
                value = case.child_by_field_name("value")
                if value is not None:
                    self.root(value)
                self.body(item for item in case.named_children if item != value)
                self.block = outer
        elif kind == "statement_block":
            self.body(node.named_children)
        elif kind in {"labeled_statement", "else_clause", "finally_clause"}:
            self.body(node.named_children[-1:])
        elif kind in {"expression_statement", "throw_statement"}:
            for child in node.named_children:
                before, self.dropped = self.dropped, self.start_of_dropped(child)
                added = added_to(self.root(child))
                self.dropped = before
                if added is not None and added[0] in self.scope.bindings:
                    self.bind(*added)
        elif kind in {"internal_module", "module"}:
            inner = node.child_by_field_name("body")
            self.body(inner.named_children if inner is not None else ())
        else:
            self.root(node)

    def start_of_dropped(self, node: Node) -> int | None:
        """Return where a call begins whose promise nobody takes, in an `async` function."""
        if node.type == "unary_expression" and self.text(node).startswith("void "):
            node = node.named_children[0]
        if node.type != "call_expression" or not self.is_async:
            return None
        function = node.child_by_field_name("function")
        name = function.child_by_field_name("property") if function is not None else None
        is_chain = name is not None and self.text(name) in {"then", "finally"}
        return None if is_chain else node.start_byte

    def field(self, node: Node, name: str) -> Expression | None:
        """Read a field of a node as an outermost expression."""
        child = node.child_by_field_name(name)
        return self.root(child) if child is not None else None

    def branches(self, node: Node) -> None:
        """Read a chain of `else if` in a loop, since each is nested in the one before."""
        current: Node | None = node
        while current is not None:
            test = self.field(current, "condition")
            consequence = current.child_by_field_name("consequence")
            if test is not None and not self.ends(consequence):
                self.scope.tests.append(test)
            self.branch(consequence)
            rest = current.child_by_field_name("alternative")
            inner = rest.named_children[-1] if rest is not None and rest.named_children else None
            current = inner if inner is not None and inner.type == "if_statement" else None
            if current is None:
                self.branch(inner)

    def ends(self, node: Node | None) -> bool:
        """Tell whether a branch ends the code, as where something that it needs is missing."""
        last = node
        if node is not None and node.type == "statement_block":
            last = node.named_children[-1] if node.named_children else None
        if last is None or last.type != "expression_statement":
            return last is not None and last.type == "throw_statement"
        return self.text(last).startswith("process.exit(")

    def repeat(self, node: Node) -> None:
        """Read a loop with a condition."""
        start = node.child_by_field_name("initializer")
        if start is not None:
            self.statement(start)
        self.loops = (*self.loops, Loop(self.span(node)))
        for name in ("condition", "increment"):
            child = node.child_by_field_name(name)
            if child is not None and child.type != "empty_statement":
                self.statement(child)
        self.branch(node.child_by_field_name("body"))
        self.loops = self.loops[:-1]

    def iterate(self, node: Node) -> None:
        """Read a loop over a collection."""
        over = self.field(node, "right") or Other(self.span(node))
        left = node.child_by_field_name("left")
        operator = node.child_by_field_name("operator")
        is_of = operator is None or self.text(operator) == "of"
        if left is not None:
            value = Item(over.span, over) if is_of else Other(over.span, (over,))
            self.bind_pattern(left, value, declared=node.child_by_field_name("kind") is not None)
        self.loops = (*self.loops, Loop(self.span(node), over))
        self.branch(node.child_by_field_name("body"))
        self.loops = self.loops[:-1]

    def attempt(self, node: Node) -> None:
        """Read `try`, `catch` and `finally`."""
        inner = node.child_by_field_name("body")
        self.body(inner.named_children if inner is not None else ())
        handler = node.child_by_field_name("handler")
        if handler is not None:
            parameter = handler.child_by_field_name("parameter")
            if parameter is not None:
                self.bind_pattern(parameter, Other(self.span(handler)), declared=True)
            self.scope.catches.append(Catch(self.span(handler), self.is_quiet(handler), self.loops))
            outer, self.rescues = self.rescues, True
            self.branch(handler.child_by_field_name("body"))
            self.rescues = outer
        last = node.child_by_field_name("finalizer")
        if last is not None:
            self.statement(last)

    def is_quiet(self, handler: Node) -> bool:
        """Tell whether a `catch` does nothing but log: it hands the failure to nobody."""
        stack = [handler]
        for _ in range(_MAX_CATCH):
            if not stack:
                return True
            node = stack.pop()
            if node.type in _LOUD:
                return False
            if node.type == "call_expression" and self._called(node) not in QUIET_CALLS:
                return False
            stack.extend(node.named_children)
        return False

    def _called(self, node: Node) -> str:
        """Return the last name of what a call calls."""
        function = node.child_by_field_name("function")
        if function is None:
            return ""
        return self.text(function.child_by_field_name("property") or function)

    # --- names ------------------------------------------------------------------------------

    def bind(self, name: str, value: Expression, *, declared: bool = True) -> None:
        """Bind a name to one more value."""
        scope = self.scope
        if not declared:
            # An assignment goes to the scope that declares the variable.
            place: Scope | None = scope
            while place is not None and name not in place.bindings:
                place = place.parent
            scope = place or self.module.scope
        while scope.kind == "class" and scope.parent is not None:
            scope = scope.parent
        scope.bindings.setdefault(name, []).append(value)
        if self.block is not None:
            scope.blocks[value] = self.block

    def declaration(self, node: Node, *, exported: bool = False) -> None:
        """Read the variables of a declaration."""
        for declarator in node.named_children:
            name = declarator.child_by_field_name("name")
            value = declarator.child_by_field_name("value")
            if declarator.type != "variable_declarator" or name is None:
                continue
            read = self.root(value) if value is not None else Constant(self.span(name), None)
            self.bind_pattern(name, read, declared=True)
            if exported and name.type == "identifier":
                self.module.exports.setdefault(self.text(name), []).append(
                    Name(read.span, self.text(name))
                )

    def bind_pattern(self, pattern: Node, value: Expression, *, declared: bool) -> None:
        """Bind the names of a destructuring pattern."""
        if self.too_deep():
            return
        self.depth += 1
        self._bind_pattern(pattern, value, declared=declared)
        self.depth -= 1

    def _bind_pattern(self, pattern: Node, value: Expression, *, declared: bool) -> None:
        kind, span = pattern.type, self.span(pattern)
        left, right = pattern.child_by_field_name("left"), pattern.child_by_field_name("right")
        if kind in {"identifier", "shorthand_property_identifier_pattern"}:
            self.bind(self.text(pattern), value, declared=declared)
        elif kind == "object_pattern":
            for child in pattern.named_children:
                self.bind_property(child, value, declared=declared)
        elif kind == "array_pattern":
            for position, child in enumerate(pattern.named_children):
                part = Index(span, value, Constant(span, position))
                self.bind_pattern(child, part, declared=declared)
        elif kind == "assignment_pattern" and left is not None and right is not None:
            chosen = Fallback(span, value, self.root(right))
            self.bind_pattern(left, chosen, declared=declared)
        elif kind == "rest_pattern":
            for child in pattern.named_children:
                self.bind_pattern(child, Other(span, (value,)), declared=declared)
        elif kind in {"member_expression", "subscript_expression"}:
            self.assign_member(pattern, value)

    def bind_property(self, child: Node, value: Expression, *, declared: bool) -> None:
        """Bind what one property of a pattern names."""
        span = self.span(child)
        if child.type == "pair_pattern":
            key, inner = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is not None and inner is not None:
                part = Index(span, value, self.key(key))
                self.scope.expressions.append(part)
                self.bind_pattern(inner, part, declared=declared)
            return
        target = child.child_by_field_name("left") or child
        if child.type == "rest_pattern":
            self.bind_pattern(child, value, declared=declared)
            return
        member: Expression = Member(span, value, self.text(target))
        default = child.child_by_field_name("right")
        if default is not None:
            member = Fallback(span, member, self.root(default))
        self.scope.expressions.append(member)
        self.bind(self.text(target), member, declared=declared)

    def assign(self, left: Node, value: Expression) -> None:
        """Read an assignment."""
        self.bind_pattern(left, value, declared=False)

    def assign_member(self, left: Node, value: Expression) -> None:
        """Read `this.x = v`, `exports.x = v` and `parameters.x = v`."""
        whole = left.child_by_field_name("object")
        key = left.child_by_field_name("property") or left.child_by_field_name("index")
        if whole is None or key is None:
            return
        name = self.text(key) if left.type == "member_expression" else ""
        if left.type == "subscript_expression" and key.type == "string":
            name = self.string(key)
        holder = self.text(whole) if len(self.text(whole)) < 100 else ""
        if holder == "this":
            owner: Scope | None = self.scope
            while owner is not None and owner.kind != "class":
                owner = owner.parent
            if owner is not None:
                owner.attributes.setdefault(name, []).append((value, self.scope))
        elif (holder, name) == ("module", "exports"):
            self.export_all(value)
        elif holder in {"exports", "module.exports"}:
            self.module.exports.setdefault(name, []).append(value)
        elif name and whole.type == "identifier" and holder in self.scope.bindings:
            start = self.span(left).start
            before = Name(Span(start, start), holder)
            span = Span(start, value.span.end)
            if name in MENTIONS:
                self.module.mentions.setdefault(name, span)
            pair = (Constant(span, name), value)
            self.bind(holder, Mapping(span, ((None, before), pair)))
        else:
            self.root(whole)

    # --- definitions ------------------------------------------------------------------------

    def define(self, node: Node) -> Expression | None:
        """Read a declared function, class or enumeration."""
        name, span = self.name_of(node), self.span(node)
        value: Expression
        if node.type in _CLASSES:
            value = self.klass(node)
        elif node.type == "enum_declaration":
            value = self.enumeration(node)
        elif node.type in _FUNCTIONS:
            scope = Scope("function", name, self.module, self.scope, span)
            self.module.scopes.append(scope)
            self.function(node, scope, keep_loops=False)
            value = Definition(span, scope)
        else:
            return None
        if name:
            self.bind(name, value)
        return value

    def enumeration(self, node: Node) -> Mapping:
        """Read an enumeration as a mapping."""
        body = node.child_by_field_name("body")
        items: list[tuple[Expression | None, Expression]] = []
        for position, child in enumerate(body.named_children if body is not None else ()):
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            key = self.key(name if name is not None else child)
            span = self.span(child)
            items.append((key, self.root(value) if value is not None else Constant(span, position)))
        return Mapping(self.span(node), tuple(items))

    def klass(self, node: Node) -> Definition:
        """Read a class."""
        span = self.span(node)
        scope = Scope("class", self.name_of(node), self.module, self.scope, span)
        self.module.scopes.append(scope)
        for child in node.named_children:
            if child.type == "class_heritage":
                bases = [x for x in child.named_children if x.type != "implements_clause"]
                for base in bases:
                    value = base.child_by_field_name("value") or base
                    scope.bases.append(self.root(value))
        body = node.child_by_field_name("body")
        outer = (self.scope, self.loops, self.block)
        self.scope, self.loops, self.block = scope, (), None
        for child in body.named_children if body is not None else ():
            self.class_item(child, scope)
        self.scope, self.loops, self.block = outer
        return Definition(span, scope)

    def class_item(self, node: Node, scope: Scope) -> None:
        """Read a method or field of a class."""
        if node.type == "method_definition":
            name = self.name_of(node)
            inner = Scope("function", name, self.module, scope, self.span(node))
            self.module.scopes.append(inner)
            self.function(node, inner, keep_loops=False)
            scope.bindings.setdefault(name, []).append(Definition(self.span(node), inner))
        elif node.type in {"field_definition", "public_field_definition"}:
            key = node.child_by_field_name("property") or node.child_by_field_name("name")
            value = node.child_by_field_name("value")
            if key is not None and value is not None:
                read = self.root(value)
                scope.attributes.setdefault(self.text(key), []).append((read, scope))
                if isinstance(read, Definition):
                    scope.bindings.setdefault(self.text(key), []).append(read)
        elif node.type == "class_static_block":
            self.body(node.named_children)

    def parameters(self, node: Node, scope: Scope) -> None:
        """Read the parameters of a function."""
        single = node.child_by_field_name("parameter")
        several = node.child_by_field_name("parameters")
        found = [single] if single is not None else []
        found += [x for x in several.named_children if x.type != "comment"] if several else []
        for index, item in enumerate(found):
            pattern = item.child_by_field_name("pattern") or item
            default = item.child_by_field_name("value")
            if pattern.type == "assignment_pattern":
                default = pattern.child_by_field_name("right")
                pattern = pattern.child_by_field_name("left") or pattern
            name = self.text(pattern) if pattern.type == "identifier" else ""
            value = self.root(default) if default is not None else None
            parameter = Parameter(self.span(item), scope, index, name, value)
            if pattern.type == "rest_pattern":
                self.bind_pattern(pattern, Other(self.span(item)), declared=True)
                continue
            scope.parameters.append(parameter)
            self.bind_pattern(pattern, parameter, declared=True)
            is_field = any(x.type in {"accessibility_modifier", "readonly"} for x in item.children)
            if is_field and scope.owner is not None:
                # `constructor(private readonly client: Client)` also sets the attribute.
                scope.owner.attributes.setdefault(name, []).append((parameter, scope))

    def function(self, node: Node, scope: Scope, *, keep_loops: bool) -> None:
        """Read parameters and body of a function into its scope."""
        outer = (self.scope, self.loops, self.block)
        was_async = self.is_async
        self.is_async = any(child.type == "async" for child in node.children[:4])
        self.scope, self.block = scope, None
        self.loops = self.loops if keep_loops else ()
        self.parameters(node, scope)
        body = node.child_by_field_name("body")
        if body is not None and body.type == "statement_block":
            self.body(body.named_children)
        elif body is not None:
            scope.returns.append(self.root(body))
        self.scope, self.loops, self.block = outer
        self.is_async = was_async
