"""A function's code as a few kinds of expressions, whatever language it is written in.

The readers of Python and JavaScript translate into this form; one analysis reads it. Only what
says which service is called with what is kept: names, members, calls, texts, mappings.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from advisor.records import field, record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from advisor.documents.location import Span

Scalar = str | int | float | bool | None


class Language(StrEnum):
    """Languages whose code is read."""

    PYTHON = "python"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"


@record(frozen=True, eq=False)
class Expression:
    """Something that has a value; compared by identity."""

    span: Span


@record(frozen=True, eq=False)
class Name(Expression):
    """A variable."""

    name: str


@record(frozen=True, eq=False)
class Member(Expression):
    """`object.name`."""

    object: Expression
    name: str


@record(frozen=True, eq=False)
class Index(Expression):
    """`object[key]`."""

    object: Expression
    key: Expression


@record(frozen=True, eq=False)
class Call(Expression):
    """`function(arguments, keyword=…)`; `is_new` for the constructors of JavaScript.

    `spread` says that more arguments follow which cannot be seen (`*rest`, `**options`).
    """

    function: Expression
    arguments: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()
    is_new: bool = False
    spread: bool = False


@record(frozen=True, eq=False)
class Constant(Expression):
    """A literal; its value is not kept where it is neither text nor number."""

    value: Scalar


@record(frozen=True, eq=False)
class Template(Expression):
    """A text put together from parts."""

    parts: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Mapping(Expression):
    """A dictionary or object literal; a key of None stands for a spread mapping."""

    items: tuple[tuple[Expression | None, Expression], ...]


@record(frozen=True, eq=False)
class Sequence(Expression):
    """A list or tuple literal."""

    items: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Joined(Expression):
    """A list and what is added to it."""

    first: Expression
    second: Expression


@record(frozen=True, eq=False)
class Choice(Expression):
    """One of several, such as a conditional expression."""

    options: tuple[Expression, ...]


@record(frozen=True, eq=False)
class Fallback(Expression):
    """The first, or the second where the first is empty: `a or b`, `a ?? b`."""

    first: Expression
    second: Expression


@record(frozen=True, eq=False)
class Item(Expression):
    """Any element of a collection: the variable of a loop."""

    of: Expression


@record(frozen=True, eq=False)
class Imported(Expression):
    """A module, or one name of it; leading dots of a Python module count its levels up."""

    module: str
    name: str = ""


@record(frozen=True, eq=False)
class Parameter(Expression):
    """A parameter of a function."""

    scope: Scope
    index: int
    name: str
    default: Expression | None = None


@record(frozen=True, eq=False)
class Definition(Expression):
    """A function or a class, named or not."""

    scope: Scope


@record(frozen=True, eq=False)
class Other(Expression):
    """Anything else; what stands inside it is kept, for the calls and names in it."""

    children: tuple[Expression, ...] = ()


@record(frozen=True, eq=False)
class Loop:
    """A loop or comprehension; `over` is None for a loop with a condition only."""

    span: Span
    over: Expression | None = None


@record(frozen=True, eq=False)
class Site:
    """A call with the loops around it, the innermost last."""

    call: Call
    scope: Scope
    loops: tuple[Loop, ...] = ()
    rescues: bool = False
    """Whether it stands in the handler of an exception."""
    is_dropped: bool = False
    """Whether JavaScript code neither waits for its result nor hands it on."""


@record(frozen=True, eq=False)
class Catch:
    """A handler of all exceptions; `quiet` where it neither raises nor notes the failure."""

    span: Span
    quiet: bool
    loops: tuple[Loop, ...] = ()


@record(eq=False)
class Scope:
    """A module, a class or a function: what its names are bound to and what it calls."""

    kind: str
    """`module`, `class` or `function`."""
    name: str
    module: Module
    parent: Scope | None
    span: Span
    parameters: list[Parameter] = field(default_factory=list)
    bindings: dict[str, list[Expression]] = field(default_factory=dict)
    blocks: dict[Expression, Span] = field(default_factory=dict)
    """For a bound value the branch or loop body in which it is bound; absent for all of it."""
    sites: list[Site] = field(default_factory=list)
    expressions: list[Expression] = field(default_factory=list)
    """The outermost expressions, in reading order."""
    returns: list[Expression] = field(default_factory=list)
    decorators: list[Expression] = field(default_factory=list)
    outer_names: set[str] = field(default_factory=set)
    """Names declared `global` or `nonlocal`: assigned here, bound outside."""
    catches: list[Catch] = field(default_factory=list)
    tests: list[Expression] = field(default_factory=list)
    """What branches depend on, less those that only end the code where something is missing."""
    attributes: dict[str, list[tuple[Expression, Scope]]] = field(default_factory=dict)
    """Of a class: what its instances' attributes are set to, and where."""
    bases: list[Expression] = field(default_factory=list)
    loops: tuple[Loop, ...] = ()
    """The loops that a function written in place stands in, such as a callback of `map`."""

    over: Expression | None = None
    """The collection whose elements a function written in place is called with."""

    @property
    def owner(self) -> Scope | None:
        """The class that a method belongs to."""
        if self.kind == "function" and self.parent is not None and self.parent.kind == "class":
            return self.parent
        return None


@record(eq=False)
class Module:
    """One file of code."""

    path: Path
    shown: str
    """As shown to the user: relative to the project's root, with forward slashes."""
    language: Language
    text: str = field(repr=False, default="")
    scope: Scope = field(init=False, repr=False)
    scopes: list[Scope] = field(default_factory=list, repr=False)
    exports: dict[str, list[Expression]] = field(default_factory=dict, repr=False)
    """JavaScript's exported names; Python exports what its module binds."""
    stars: list[str] = field(default_factory=list)
    """Modules of which everything is imported or exported again."""
    imports: list[tuple[Imported, bool]] = field(default_factory=list, repr=False)
    """Every import in reading order, and whether it runs when the module is loaded."""
    mentions: dict[str, Span] = field(default_factory=dict, repr=False)
    """Where texts that matter as such first stand, such as `batchItemFailures`."""
    problems: list[str] = field(default_factory=list)
    origin: tuple[int, int] = (0, 0)
    """Lines above and columns left of the text, where it stands inside another file."""


MENTIONS = frozenset({"batchItemFailures"})
"""Texts that matter wherever they stand."""


QUIET_CALLS = frozenset(
    {
        *("critical", "debug", "error", "exception", "fatal", "info", "log", "trace", "warn"),
        *("warning", "print", "print_exc", "format_exc", "format", "str", "repr", "type", "len"),
        *("dumps", "stringify", "get", "join", "String", "toString", "add_metric", "addMetric"),
        *("put_annotation", "put_metadata", "addErrorAsMetadata", "capture_exception"),
        *("captureException", "append_keys", "appendKeys"),
    }
)
"""Calls after which a failure is known to logs at most; any other may hand it on."""


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions that stand directly inside another one."""
    if isinstance(expression, (Member, Index)):
        key = (expression.key,) if isinstance(expression, Index) else ()
        return (expression.object, *key)
    if isinstance(expression, Call):
        return (
            expression.function,
            *expression.arguments,
            *(value for _, value in expression.keywords),
        )
    if isinstance(expression, Template):
        return expression.parts
    if isinstance(expression, Mapping):
        return tuple(part for item in expression.items for part in item if part is not None)
    if isinstance(expression, Sequence):
        return expression.items
    if isinstance(expression, Choice):
        return expression.options
    if isinstance(expression, (Fallback, Joined)):
        return (expression.first, expression.second)
    if isinstance(expression, Item):
        return (expression.of,)
    if isinstance(expression, Other):
        return expression.children
    return ()


def every_part(expressions: Iterable[Expression]) -> Iterator[Expression]:
    """Yield expressions and all that stands inside them, each once."""
    stack = list(expressions)
    seen: set[Expression] = set()
    while stack:
        expression = stack.pop()
        if expression in seen:
            continue
        seen.add(expression)
        yield expression
        stack.extend(children(expression))


def added_to(expression: Expression) -> tuple[str, Expression] | None:
    """Return the list and its new value, of `items.append(x)` and its kin."""
    if not isinstance(expression, Call) or len(expression.arguments) != 1:
        return None
    function, added = expression.function, expression.arguments[0]
    if not isinstance(function, Member) or not isinstance(function.object, Name):
        return None
    if function.name in {"append", "push"}:
        added = Sequence(added.span, (added,))
    elif function.name != "extend":
        return None
    return function.object.name, Joined(expression.span, function.object, added)
