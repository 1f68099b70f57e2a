"""The expressions of JavaScript and TypeScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from advisor.source.program import (
    MENTIONS,
    Call,
    Choice,
    Constant,
    Definition,
    Fallback,
    Imported,
    Index,
    Loop,
    Mapping,
    Member,
    Name,
    Other,
    Scope,
    Sequence,
    Site,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node

    from advisor.documents.location import Span
    from advisor.source.positions import Columns
    from advisor.source.program import (
        Expression,
        Module,
    )

MAX_DEPTH = 100
"""Levels of nested code that are followed; what lies deeper is left out and said to be."""

_TRANSPARENT = frozenset(
    {
        *("as_expression", "await_expression", "non_null_expression", "parenthesized_expression"),
        *("satisfies_expression",),
    }
)
_FUNCTIONS = frozenset({"arrow_function", "function", "function_expression", "generator_function"})
_EACH = frozenset(
    {
        *("every", "filter", "find", "flatMap", "forEach", "map", "reduce", "some"),
        *("mapSeries", "eachSeries", "forEachSeries"),
    }
)
"""Methods that call what they are given once per element."""

_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_MAX_CODE_POINT = 0x10FFFF


class ExpressionReader:
    """Translates expressions; what statements do is left to the heir."""

    def __init__(self, module: Module, columns: Columns, data: bytes) -> None:
        self.module = module
        self.columns = columns
        self.data = data
        self.scope = module.scope
        self.loops: tuple[Loop, ...] = ()
        self.block: Span | None = None
        self.rescues = False
        self.is_async = False
        self.dropped: int | None = None
        """The first byte of a statement that is a call and nothing else."""
        self.depth = 0
        self.cut = False

    # --- for the heir -------------------------------------------------------------------------

    def assign(self, left: Node, value: Expression) -> None:
        """Read an assignment."""
        raise NotImplementedError

    def klass(self, node: Node) -> Definition:
        """Read a class."""
        raise NotImplementedError

    def function(self, node: Node, scope: Scope, *, keep_loops: bool) -> None:
        """Read parameters and body of a function into its scope."""
        raise NotImplementedError

    def note_import(self, value: Imported) -> None:
        """Remember an import."""
        raise NotImplementedError

    # --- helpers ------------------------------------------------------------------------------

    def span(self, node: Node) -> Span:
        """Return where a node stands."""
        start, end = node.start_point, node.end_point
        return self.columns.span((start[0] + 1, start[1]), (end[0] + 1, end[1]))

    def text(self, node: Node) -> str:
        """Return the text of a node."""
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def string(self, node: Node) -> str:
        """Return the value of a quoted string."""
        return _unescaped(self.text(node)[1:-1])

    def too_deep(self) -> bool:
        """Tell whether the bound on nesting is reached, and say so once."""
        if self.depth < MAX_DEPTH:
            return False
        if not self.cut:
            self.cut = True
            self.module.problems.append(f"code nested deeper than {MAX_DEPTH} levels is not read")
        return True

    def root(self, node: Node) -> Expression:
        """Read an outermost expression and remember it."""
        value = self.expression(node)
        self.scope.expressions.append(value)
        return value

    def expression(self, node: Node) -> Expression:
        """Read an expression."""
        if self.too_deep():
            return Other(self.span(node))
        self.depth += 1
        value = self.convert(node)
        self.depth -= 1
        return value

    def many(self, nodes: Iterable[Node]) -> tuple[Expression, ...]:
        """Read several expressions."""
        return tuple([self.expression(node) for node in nodes if node.type != "comment"])

    def constant(self, span: Span, value: str) -> Constant:
        """Make a text, and remember one that matters as such."""
        if value in MENTIONS:
            self.module.mentions.setdefault(value, span)
        return Constant(span, value)

    def key(self, node: Node) -> Expression:
        """Read the key of a property."""
        span = self.span(node)
        if node.type == "computed_property_name":
            return self.expression(node.named_children[0]) if node.named_children else Other(span)
        if node.type == "string":
            return self.constant(span, self.string(node))
        return self.constant(span, self.text(node))

    # --- kinds --------------------------------------------------------------------------------

    def convert(self, node: Node) -> Expression:
        """Translate an expression by its kind."""
        kind, span = node.type, self.span(node)
        match kind:
            case "identifier" | "this" | "super" | "shorthand_property_identifier" | "undefined":
                name = self.text(node)
                if name in MENTIONS:
                    self.module.mentions.setdefault(name, span)
                return Constant(span, None) if name == "undefined" else Name(span, name)
            case "string":
                return self.constant(span, self.string(node))
            case "template_string":
                return self.template(node, span)
            case "number":
                return Constant(span, _number(self.text(node)))
            case "true" | "false":
                return Constant(span, kind == "true")
            case "null":
                return Constant(span, None)
            case "member_expression":
                return self.member(node, span)
            case "subscript_expression":
                return self.subscript(node, span)
            case "call_expression" | "new_expression":
                return self.call(node, span)
            case "object":
                return self.object(node, span)
            case "array":
                return Sequence(span, self.many(node.named_children))
            case "class":
                return self.klass(node)
            case "binary_expression":
                return self.binary(node, span)
            case "ternary_expression":
                return self.ternary(node, span)
            case "assignment_expression" | "augmented_assignment_expression":
                return self.assignment(node, span)
            case "sequence_expression":
                parts = self.many(node.named_children)
                self.scope.expressions.extend(parts[:-1])
                return parts[-1] if parts else Other(span)
        if kind in _TRANSPARENT:
            inner = [child for child in node.named_children if child.type != "comment"]
            return self.expression(inner[0]) if inner else Other(span)
        if kind in _FUNCTIONS:
            return self.anonymous(node, span, None)
        if kind in {"type_arguments", "type_annotation", "comment", "type_parameters"}:
            return Other(span)
        return Other(span, self.many(node.named_children))

    def template(self, node: Node, span: Span) -> Expression:
        """Read a template string."""
        parts: list[Expression] = []
        position = node.start_byte + 1
        for child in node.named_children:
            if child.type != "template_substitution":
                continue
            self.literal(parts, position, child.start_byte, span)
            parts.extend(self.many(child.named_children[:1]))
            position = child.end_byte
        self.literal(parts, position, node.end_byte - 1, span)
        if len(parts) == 1 and isinstance(parts[0], Constant):
            return parts[0]
        return Template(span, tuple(parts)) if parts else Constant(span, "")

    def literal(self, parts: list[Expression], start: int, end: int, span: Span) -> None:
        """Add a literal part of a template string."""
        if end > start:
            text = self.data[start:end].decode("utf-8", "replace")
            parts.append(self.constant(span, _unescaped(text)))

    def member(self, node: Node, span: Span) -> Expression:
        """Read `a.b`."""
        whole, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if whole is None or name is None:
            return Other(span)
        text = self.text(name)
        if text in MENTIONS:
            self.module.mentions.setdefault(text, span)
        return Member(span, self.expression(whole), text)

    def subscript(self, node: Node, span: Span) -> Expression:
        """Read `a[b]`."""
        whole, key = node.child_by_field_name("object"), node.child_by_field_name("index")
        if whole is None or key is None:
            return Other(span)
        return Index(span, self.expression(whole), self.expression(key))

    def object(self, node: Node, span: Span) -> Mapping:
        """Read an object literal."""
        items: list[tuple[Expression | None, Expression]] = []
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "pair" and key is not None and value is not None:
                items.append((self.key(key), self.expression(value)))
            elif child.type == "shorthand_property_identifier":
                items.append((self.key(child), self.expression(child)))
            elif child.type == "spread_element":
                items.extend((None, part) for part in self.many(child.named_children))
            elif child.type == "method_definition":
                name = child.child_by_field_name("name")
                if name is not None:
                    items.append((self.key(name), self.anonymous(child, self.span(child), None)))
        return Mapping(span, tuple(items))

    def binary(self, node: Node, span: Span) -> Expression:
        """Read an operator with two sides."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        sign = node.child_by_field_name("operator")
        if left is None or right is None or sign is None:
            return Other(span, self.many(node.named_children))
        operator = self.text(sign)
        if operator in {"||", "??"}:
            return Fallback(span, self.expression(left), self.expression(right))
        if operator == "&&":
            first = self.expression(left)
            self.scope.tests.append(first)
            return Other(span, (first, self.expression(right)))
        if operator != "+":
            return Other(span, self.many((left, right)))
        terms = [right]
        # `a + b + c` is nested to the left.
        while left.type == "binary_expression":
            inner, last = left.child_by_field_name("left"), left.child_by_field_name("right")
            inner_sign = left.child_by_field_name("operator")
            if inner is None or last is None or inner_sign is None or self.text(inner_sign) != "+":
                break
            terms.append(last)
            left = inner
        return Template(span, self.many([left, *reversed(terms)]))

    def ternary(self, node: Node, span: Span) -> Expression:
        """Read `a ? b : c`."""
        names = ("condition", "consequence", "alternative")
        parts = [node.child_by_field_name(name) for name in names]
        test, *options = [self.expression(part) for part in parts if part is not None]
        self.scope.expressions.append(test)
        self.scope.tests.append(test)
        return Choice(span, tuple(options))

    def assignment(self, node: Node, span: Span) -> Expression:
        """Read an assignment, whose value is what is assigned."""
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return Other(span)
        value = self.expression(right)
        sign = node.child_by_field_name("operator")
        if sign is not None and self.text(sign) not in {"??=", "||="}:
            self.assign(left, Other(span, (value,)))
            return value
        if sign is not None and self.block is None:
            # It may keep what was there before.
            self.block = span
            self.assign(left, value)
            self.block = None
        else:
            self.assign(left, value)
        # What is assigned may be called or mentioned, whatever the assignment is used for.
        self.scope.expressions.append(value)
        return value

    # --- calls and functions ------------------------------------------------------------------

    def call(self, node: Node, span: Span) -> Expression:
        """Read a call."""
        is_new = node.type == "new_expression"
        callee = node.child_by_field_name("constructor" if is_new else "function")
        arguments = node.child_by_field_name("arguments")
        if callee is None:
            return Other(span)
        plain = arguments.named_children if arguments is not None else []
        if arguments is not None and arguments.type == "template_string":
            return Other(span, (self.expression(callee), self.expression(arguments)))
        required = self.required(callee, plain, span)
        if required is not None:
            return required
        if self.text(callee) == "__export" and len(plain) > 1:
            self.lazy_exports(plain[1])
            return Other(span)
        function = self.expression(callee)
        over = None
        if isinstance(function, Member) and function.name in _EACH:
            over = Loop(span, function.object)
        spread = any(child.type == "spread_element" for child in plain)
        for child in plain:
            # Where it ends up among the parameters is not known, but it runs.
            if child.type == "spread_element":
                self.scope.expressions.extend(self.many(child.named_children))
        values = [
            self.anonymous(child, self.span(child), over)
            if child.type in _FUNCTIONS
            else self.expression(child)
            for child in plain
            if child.type not in {"comment", "spread_element"}
        ]
        call = Call(span, function, tuple(values), (), is_new=is_new, spread=spread)
        # `send(command).catch(log)` and `invoke(parameters).promise()` begin where it begins.
        is_dropped = self.dropped == node.start_byte
        self.scope.sites.append(
            Site(call, self.scope, self.loops, rescues=self.rescues, is_dropped=is_dropped)
        )
        return call

    def required(self, callee: Node, arguments: list[Node], span: Span) -> Imported | None:
        """Read `require("x")` and `import("x")`."""
        if callee.type != "import" and self.text(callee) != "require":
            return None
        if len(arguments) != 1 or arguments[0].type not in {"string", "template_string"}:
            return None
        value = Imported(span, self.string(arguments[0]))
        self.note_import(value)
        return value

    def lazy_exports(self, node: Node) -> None:
        """Read `{name: () => value}`, the form in which esbuild exports."""
        for child in node.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if key is None or value is None or value.type != "arrow_function":
                continue
            body = value.child_by_field_name("body")
            if body is not None:
                exported = self.module.exports.setdefault(self.text(key), [])
                exported.append(self.expression(body))

    def anonymous(self, node: Node, span: Span, over: Loop | None) -> Definition:
        """Read a function written in place."""
        scope = Scope("function", "", self.module, self.scope, span)
        self.module.scopes.append(scope)
        loops = self.loops
        if over is not None:
            scope.over = over.over
            self.loops = (*loops, over)
        scope.loops = self.loops
        self.function(node, scope, keep_loops=True)
        self.loops = loops
        return Definition(span, scope)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        if code:
            number = int(code, 16)
            return chr(number) if number <= _MAX_CODE_POINT else "\ufffd"
        return _SIMPLE.get(found[4], found[4])

    return _ESCAPE.sub(one, text)


def _number(text: str) -> float | int | None:
    plain = text.replace("_", "").rstrip("n")
    try:
        return int(plain, 0) if len(plain) < 30 else None
    except ValueError:
        pass
    try:
        return float(plain) if len(plain) < 30 else None
    except ValueError:
        return None
