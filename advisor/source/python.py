"""Python source as a program: read with the standard library's `ast`, never executed."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from advisor.documents.location import Span
from advisor.source.positions import Columns
from advisor.source.program import (
    MENTIONS,
    QUIET_CALLS,
    Call,
    Catch,
    Choice,
    Constant,
    Definition,
    Fallback,
    Imported,
    Index,
    Item,
    Loop,
    Mapping,
    Member,
    Name,
    Other,
    Parameter,
    Scope,
    Sequence,
    Site,
    Template,
    added_to,
)
from advisor.source.pythoncalls import made_later

if TYPE_CHECKING:
    from collections.abc import Iterable

    from advisor.source.program import (
        Expression,
        Module,
    )

MAX_DEPTH = 100
"""Levels of nested code that are followed; what lies deeper is left out and said to be."""

_BROAD = frozenset({"Exception", "BaseException"})


def read_python(module: Module) -> None:
    """Fill `module` from its text; a syntax error becomes one of its problems."""
    text = module.text.replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(module, Columns(text, module.origin))
    try:
        with warnings.catch_warnings():
            # An invalid escape sequence in their code is not for our users' screens.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        module.problems.append(f"{error.msg} (line {error.lineno or 1})")
        return
    except (ValueError, RecursionError, MemoryError) as error:
        module.problems.append(f"not readable as Python: {type(error).__name__}")
        return
    reader.body(tree.body)


class _Reader:
    """Walks one syntax tree; holds where it stands."""

    def __init__(self, module: Module, columns: Columns) -> None:
        self.module = module
        self.columns = columns
        start = columns.span((1, 0), (1, 0))
        self.scope = Scope("module", "", module, None, start)
        module.scope = self.scope
        module.scopes.append(self.scope)
        self.loops: tuple[Loop, ...] = ()
        self.block: Span | None = None
        self.rescues = False
        self.depth = 0
        self.cut = False

    def span(self, node: ast.expr | ast.stmt | ast.excepthandler | ast.arg) -> Span:
        return self.columns.span(
            (node.lineno, node.col_offset),
            (node.end_lineno or node.lineno, node.end_col_offset or node.col_offset),
        )

    def too_deep(self) -> bool:
        if self.depth < MAX_DEPTH:
            return False
        if not self.cut:
            self.cut = True
            self.module.problems.append(f"code nested deeper than {MAX_DEPTH} levels is not read")
        return True

    # --- statements -------------------------------------------------------------------------

    def body(self, statements: Iterable[ast.stmt]) -> None:
        if self.too_deep():
            return
        self.depth += 1
        for statement in statements:
            self.statement(statement)
        self.depth -= 1

    def branch(self, statements: list[ast.stmt]) -> None:
        """Read statements that may not run, or run again."""
        if not statements:
            return
        outer = self.block
        self.block = Span(self.span(statements[0]).start, self.span(statements[-1]).end)
        self.body(statements)
        self.block = outer

    def statement(self, node: ast.stmt) -> None:  # noqa: PLR0915 - one branch per kind
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.bind(node.name, Definition(self.span(node), self.function(node)))
            case ast.ClassDef():
                self.bind(node.name, Definition(self.span(node), self.klass(node)))
            case ast.Import():
                for alias in node.names:
                    top = alias.name if alias.asname else alias.name.split(".")[0]
                    self.imported(node, alias.asname or top, top, "")
                    if top != alias.name:
                        self.note_import(Imported(self.span(node), alias.name))
            case ast.ImportFrom():
                base = "." * node.level + (node.module or "")
                for alias in node.names:
                    if alias.name == "*":
                        self.module.stars.append(base)
                        self.note_import(Imported(self.span(node), base))
                    else:
                        self.imported(node, alias.asname or alias.name, base, alias.name)
            case ast.Assign():
                value = self.root(node.value)
                for target in node.targets:
                    self.assign(target, value)
            case ast.AnnAssign() if node.value is not None:
                self.assign(node.target, self.root(node.value))
            case ast.AugAssign():
                self.assign(node.target, Other(self.span(node), (self.root(node.value),)))
            case ast.Return():
                if node.value is not None:
                    self.scope.returns.append(self.root(node.value))
            case ast.Global() | ast.Nonlocal():
                self.scope.outer_names.update(node.names)
            case ast.If():
                self.branches(node)
            case ast.For() | ast.AsyncFor():
                over = self.root(node.iter)
                self.assign(node.target, Item(over.span, over))
                self.loops = (*self.loops, Loop(self.span(node), over))
                self.branch(node.body)
                self.loops = self.loops[:-1]
                self.branch(node.orelse)
            case ast.While():
                loop = Loop(self.span(node))
                self.loops = (*self.loops, loop)
                self.scope.tests.append(self.root(node.test))
                self.branch(node.body)
                self.loops = self.loops[:-1]
                self.branch(node.orelse)
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    value = self.root(item.context_expr)
                    if item.optional_vars is not None:
                        self.assign(item.optional_vars, value)
                self.body(node.body)
            case ast.Try() | ast.TryStar():
                self.body(node.body)
                for handler in node.handlers:
                    self.handler(handler)
                self.body(node.orelse)
                self.body(node.finalbody)
            case ast.Match():
                self.root(node.subject)
                for branch in node.cases:
                    if branch.guard is not None:
                        self.root(branch.guard)
                    self.branch(branch.body)
            case ast.Expr():
                value = self.root(node.value)
                added = added_to(value)
                if added is not None and added[0] in self.scope.bindings:
                    self.bind(*added)
            case ast.Raise() | ast.Assert() | ast.Delete():
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        self.root(child)
            case _:
                pass

    def branches(self, node: ast.If) -> None:
        """Read a chain of `elif` in a loop, since each is nested in the one before."""
        current: ast.If | None = node
        while current is not None:
            if not _is_never_run(current.test):
                test = self.root(current.test)
                if not _ends(current.body):
                    self.scope.tests.append(test)
                self.branch(current.body)
            rest = current.orelse
            current = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
            if current is None:
                self.branch(rest)

    def handler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.root(node.type)
        if node.name:
            self.bind(node.name, Other(self.span(node)))
        if _is_broad(node.type):
            self.scope.catches.append(Catch(self.span(node), _is_quiet(node), self.loops))
        outer, self.rescues = self.rescues, True
        self.branch(node.body)
        self.rescues = outer

    # --- definitions and names --------------------------------------------------------------

    def bind(self, name: str, value: Expression) -> None:
        scope = self.scope
        while name in scope.outer_names and scope.parent is not None:
            scope = scope.parent
            while scope.kind == "class" and scope.parent is not None:
                scope = scope.parent
        scope.bindings.setdefault(name, []).append(value)
        if self.block is not None:
            scope.blocks[value] = self.block

    def imported(self, node: ast.stmt, name: str, module: str, attribute: str) -> None:
        value = Imported(self.span(node), module, attribute)
        self.bind(name, value)
        self.note_import(value)

    def note_import(self, value: Imported) -> None:
        self.module.imports.append((value, self.scope.kind != "function"))

    def assign(self, target: ast.expr, value: Expression) -> None:
        match target:
            case ast.Name():
                self.bind(target.id, value)
            case ast.Tuple() | ast.List():
                for position, part in enumerate(target.elts):
                    if isinstance(value, Sequence) and len(value.items) == len(target.elts):
                        self.assign(part, value.items[position])
                    else:
                        key = Constant(value.span, position)
                        self.assign(part, Index(value.span, value, key))
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                method = self.scope
                while method.owner is None and method.parent is not None:
                    method = method.parent
                if method.owner is not None:
                    owner = method.owner
                    owner.attributes.setdefault(target.attr, []).append((value, self.scope))
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=str(key))):
                # `d["k"] = v` reads as `d = {**d, "k": v}`.
                before = Name(Span(self.span(target).start, self.span(target).start), name)
                span = Span(before.span.start, value.span.end)
                pair = (Constant(span, key), value)
                if key in MENTIONS:
                    self.module.mentions.setdefault(key, span)
                if name in self.scope.bindings:
                    self.bind(name, Mapping(span, ((None, before), pair)))
            case ast.Subscript() | ast.Attribute():
                self.root(target.value)
                if isinstance(target, ast.Subscript):
                    self.root(target.slice)
            case ast.Starred():
                self.assign(target.value, Other(value.span, (value,)))
            case _:
                pass

    def enter(self, kind: str, name: str, span: Span) -> Scope:
        scope = Scope(kind, name, self.module, self.scope, span)
        self.module.scopes.append(scope)
        return scope

    def function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Scope:
        scope = self.enter("function", node.name, self.span(node))
        scope.decorators = [self.root(decorator) for decorator in node.decorator_list]
        self.parameters(scope, node.args)
        self.inside(scope, node.body)
        return scope

    def klass(self, node: ast.ClassDef) -> Scope:
        scope = self.enter("class", node.name, self.span(node))
        scope.decorators = [self.root(decorator) for decorator in node.decorator_list]
        scope.bases = [self.root(base) for base in node.bases]
        self.inside(scope, node.body)
        for name, values in scope.bindings.items():
            scope.attributes.setdefault(name, []).extend((value, scope) for value in values)
        return scope

    def inside(self, scope: Scope, body: list[ast.stmt]) -> None:
        outer = (self.scope, self.loops, self.block)
        self.scope, self.loops, self.block = scope, (), None
        self.body(body)
        self.scope, self.loops, self.block = outer

    def parameters(self, scope: Scope, arguments: ast.arguments) -> None:
        positional = [*arguments.posonlyargs, *arguments.args]
        defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
        pairs = [*zip(positional, [*defaults, *arguments.defaults], strict=True)]
        pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        for index, (argument, default) in enumerate(pairs):
            value = self.root(default) if default is not None else None
            parameter = Parameter(self.span(argument), scope, index, argument.arg, value)
            scope.parameters.append(parameter)
            scope.bindings[argument.arg] = [parameter]
        for rest in (arguments.vararg, arguments.kwarg):
            if rest is not None:
                scope.bindings[rest.arg] = [Other(self.span(rest))]

    # --- expressions ------------------------------------------------------------------------

    def root(self, node: ast.expr) -> Expression:
        """Read an outermost expression and remember it."""
        value = self.read(node)
        self.scope.expressions.append(value)
        return value

    def read(self, node: ast.expr) -> Expression:
        if self.too_deep():
            return Other(self.span(node))
        self.depth += 1
        value = self.convert(node)
        self.depth -= 1
        return value

    def many(self, nodes: Iterable[ast.expr]) -> tuple[Expression, ...]:
        return tuple([self.read(node) for node in nodes])

    def convert(self, node: ast.expr) -> Expression:
        span = self.span(node)
        match node:
            case ast.Name():
                return Name(span, node.id)
            case ast.Constant():
                return self.constant(span, node.value)
            case ast.Attribute():
                return Member(span, self.read(node.value), node.attr)
            case ast.Subscript(slice=ast.Slice()):
                # A part of a list holds the same kind of items.
                return self.read(node.value)
            case ast.Subscript():
                return Index(span, self.read(node.value), self.read(node.slice))
            case ast.Call():
                return self.call(span, node)
            case ast.Await():
                return self.read(node.value)
            case ast.JoinedStr():
                return Template(span, self.many(node.values))
            case ast.FormattedValue():
                return self.read(node.value)
            case ast.BinOp(op=ast.Add()):
                return Template(span, self.many(_addends(node)))
            case ast.Dict():
                pairs = zip(node.keys, node.values, strict=True)
                return Mapping(
                    span, tuple([(self.read(k) if k else None, self.read(v)) for k, v in pairs])
                )
            case ast.List() | ast.Tuple() | ast.Set():
                return Sequence(span, self.many(node.elts))
            case ast.IfExp():
                test = self.read(node.test)
                self.scope.expressions.append(test)
                self.scope.tests.append(test)
                return Choice(span, self.many((node.body, node.orelse)))
            case ast.BoolOp(op=ast.Or(), values=[first, second]):
                return Fallback(span, self.read(first), self.read(second))
            case ast.BoolOp(op=ast.And()):
                values = self.many(node.values)
                self.scope.tests.extend(values[:-1])
                return Other(span, values)
            case ast.NamedExpr():
                value = self.read(node.value)
                self.assign(node.target, value)
                return value
            case ast.Lambda():
                return self.anonymous(span, node)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                return self.comprehension(span, node)
            case _:
                inner = [
                    child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
                ]
                return Other(span, self.many(inner))

    def constant(self, span: Span, value: object) -> Constant:
        if isinstance(value, str) and value in MENTIONS:
            self.module.mentions.setdefault(value, span)
        return Constant(span, value if isinstance(value, (str, int, float, bool)) else None)

    def call(self, span: Span, node: ast.Call) -> Call:
        function = self.read(node.func)
        plain = [item for item in node.args if not isinstance(item, ast.Starred)]
        for item in node.args:
            # Where it ends up among the parameters is not known, but it runs.
            if isinstance(item, ast.Starred):
                self.scope.expressions.append(self.read(item.value))
        named = [(item.arg, self.read(item.value)) for item in node.keywords]
        call = Call(
            span,
            function,
            self.many(plain),
            tuple((name or "**", value) for name, value in named),
            spread=len(plain) != len(node.args),
        )
        self.scope.sites.append(Site(call, self.scope, self.loops, rescues=self.rescues))
        later = made_later(call)
        if later is not None:
            self.scope.sites.append(Site(later, self.scope, self.loops))
        return call

    def anonymous(self, span: Span, node: ast.Lambda) -> Definition:
        scope = self.enter("function", "lambda", span)
        self.parameters(scope, node.args)
        scope.loops = self.loops
        outer = (self.scope, self.loops, self.block)
        # What is written in a loop runs in the loop.
        self.scope, self.block = scope, None
        scope.returns.append(self.root(node.body))
        self.scope, self.loops, self.block = outer
        return Definition(span, scope)

    def comprehension(
        self, span: Span, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> Expression:
        loops = self.loops
        parts: list[Expression] = []
        for generator in node.generators:
            over = self.read(generator.iter)
            parts.append(over)
            self.assign(generator.target, Item(over.span, over))
            self.loops = (*self.loops, Loop(span, over))
            parts.extend(self.many(generator.ifs))
        if isinstance(node, ast.DictComp):
            parts.extend(self.many((node.key, node.value)))
        else:
            parts.append(self.read(node.elt))
        self.loops = loops
        if isinstance(node, ast.DictComp):
            return Other(span, tuple(parts))
        # A list of any number of such elements.
        self.scope.expressions.extend(parts[:-1])
        return Sequence(span, (parts[-1],))


def _addends(node: ast.BinOp) -> list[ast.expr]:
    """Return the terms of `a + b + c`, which is nested to the left, without recursion."""
    terms = [node.right]
    left = node.left
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        terms.append(left.right)
        left = left.left
    return [left, *reversed(terms)]


def _is_never_run(test: ast.expr) -> bool:
    """Tell whether the branch is for type checkers or for running the file as a script."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Compare(left=ast.Name(id="__name__")):
            return True
        case _:
            return False


def _ends(body: list[ast.stmt]) -> bool:
    """Tell whether a branch ends the code, as where something that it needs is missing."""
    match body[-1]:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="exit") | ast.Name(id="exit"))):
            return True
        case _:
            return False


def _is_broad(kind: ast.expr | None) -> bool:
    match kind:
        case None:
            return True
        case ast.Name():
            return kind.id in _BROAD
        case ast.Tuple():
            return any(_is_broad(item) for item in kind.elts[:20] if isinstance(item, ast.Name))
        case _:
            return False


def _is_quiet(node: ast.ExceptHandler) -> bool:
    """Tell whether the handler does nothing but log: it hands the failure to nobody."""
    for part in ast.walk(node):
        if isinstance(part, (ast.Raise, ast.Return, ast.Break, ast.Assign, ast.AugAssign)):
            return False
        if isinstance(part, ast.Call):
            name = getattr(part.func, "attr", getattr(part.func, "id", ""))
            if name not in QUIET_CALLS:
                return False
    return True
