"""Slotted value classes that cost a sixtieth of `dataclasses` to define.

The standard library writes each method of a dataclass as source and compiles it, half a
millisecond a class: with some 160 classes that is most of the time to the first finding. Here the
methods are closures over the names of the fields. What is supported means the same: `frozen`,
`eq`, `order`, `kw_only`, defaults, factories, `init=False`, `compare=False`, `__post_init__`,
inheritance. All records are slotted.
"""

from __future__ import annotations

from itertools import dropwhile
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_MISSING = object()
_set = object.__setattr__


class Field:
    """How one field is filled in and compared."""

    __slots__ = ("compare", "default", "factory", "init", "name", "repr")

    def __init__(
        self,
        *,
        default: object = _MISSING,
        factory: Callable[[], object] | None = None,
        init: bool = True,
        repr: bool = True,  # noqa: A002  # named as in the standard library
        compare: bool = True,
    ) -> None:
        self.name = ""
        self.default = default
        self.factory = factory
        self.init = init
        self.repr = repr
        self.compare = compare


if TYPE_CHECKING:
    from dataclasses import field  # the type of its result is that of the default
else:

    def field(
        *,
        default: object = _MISSING,
        default_factory: Callable[[], object] | None = None,
        init: bool = True,
        repr: bool = True,  # noqa: A002  # named as in the standard library
        compare: bool = True,
    ) -> Field:
        """Say how a field is filled in and compared."""
        return Field(
            default=default, factory=default_factory, init=init, repr=repr, compare=compare
        )


@dataclass_transform(field_specifiers=(field,))
def record(
    *,
    frozen: bool = False,
    eq: bool = True,
    order: bool = False,
    kw_only: bool = False,
) -> Callable[[type[T]], type[T]]:
    """Make a class with annotated fields a record."""

    def decorate(cls: type[T]) -> type[T]:
        return _made(cls, frozen=frozen, eq=eq, order=order, kw_only=kw_only)

    return decorate


def fields(of: object) -> tuple[Field, ...]:
    """Return the fields of a record or of its class."""
    found: tuple[Field, ...] = of.__record_fields__  # type: ignore[attr-defined]  # of every record
    return found


def replace(of: T, /, **changes: object) -> T:
    """Return a copy of a record with some fields changed."""
    values = {f.name: getattr(of, f.name) for f in fields(of) if f.init}
    return type(of)(**{**values, **changes})


def _made(cls: type[T], *, frozen: bool, eq: bool, order: bool, kw_only: bool) -> type[T]:
    own = _own_fields(cls)
    inherited = {f.name: f for f in getattr(cls, "__record_fields__", ())}
    all_fields = tuple({**inherited, **{f.name: f for f in own}}.values())
    namespace = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in {"__dict__", "__weakref__"} and name not in {f.name for f in own}
    }
    namespace["__slots__"] = tuple(f.name for f in own if f.name not in inherited)
    namespace["__record_fields__"] = all_fields
    namespace["__match_args__"] = tuple(f.name for f in all_fields if f.init)
    namespace.setdefault("__repr__", _repr)
    namespace["__getstate__"] = _getstate
    namespace["__setstate__"] = _setstate
    compared = tuple(f.name for f in all_fields if f.compare)
    if eq:
        _add_equality(namespace, compared, hashed=frozen)
    if order:
        _add_order(namespace, compared)
    if frozen:
        namespace["__setattr__"] = _refuse
        namespace["__delattr__"] = _refuse
    made: type[T] = type(cls)(cls.__name__, cls.__bases__, namespace)  # type: ignore[misc]  # a metaclass makes the class
    made.__qualname__ = cls.__qualname__
    made.__init__ = _init(made, all_fields, kw_only=kw_only)  # type: ignore[method-assign]  # the slots exist only now
    _mend_super(cls, made)
    return made


def _own_fields(cls: type) -> list[Field]:
    found = []
    for name in cls.__dict__.get("__annotations__", ()):  # noqa: RUF063  # nothing is evaluated
        default = cls.__dict__.get(name, _MISSING)
        one = default if isinstance(default, Field) else Field(default=default)
        one.name = name
        found.append(one)
    return found


def _mend_super(old: type, new: type) -> None:
    """Let `super()` without arguments find the new class: its methods hold the old one."""
    for value in new.__dict__.values():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        for cell in getattr(function, "__closure__", None) or ():
            try:
                if cell.cell_contents is old:
                    cell.cell_contents = new
            except ValueError:  # an empty cell
                continue


def _init(cls: type, all_fields: tuple[Field, ...], *, kw_only: bool) -> Callable[..., None]:
    """Return what fills the slots of a class.

    Records of two and of three fields are most of those that are made (positions, spans,
    references): without the loop over the slots they take two thirds of the time.
    """
    taken = tuple(f for f in all_fields if f.init)
    unset = tuple(f for f in all_fields if not f.init and _has_default(f))
    has_post = hasattr(cls, "__post_init__")
    completed = _completed(cls.__qualname__, taken, 0 if kw_only else len(taken))
    # No number of arguments without names is enough where names must be given.
    enough = -1 if kw_only else len(taken)
    puts = [getattr(cls, f.name).__set__ for f in taken]

    def fill(self: object, *args: object, **kwargs: object) -> None:
        if kwargs or len(args) != enough:
            args = completed(args, kwargs)
        for put, value in zip(puts, args, strict=True):
            put(self, value)
        for one in unset:
            _set(self, one.name, one.factory() if one.factory is not None else one.default)
        if has_post:
            self.__post_init__()  # type: ignore[attr-defined]  # looked for above

    if unset or has_post or len(puts) not in {2, 3}:
        return fill
    put_first, put_second = puts[:2]
    if len(puts) == 2:

        def fill_two(self: object, *args: object, **kwargs: object) -> None:
            if kwargs or len(args) != enough:
                args = completed(args, kwargs)
            first, second = args
            put_first(self, first)
            put_second(self, second)

        return fill_two
    put_third = puts[2]

    def fill_three(self: object, *args: object, **kwargs: object) -> None:
        if kwargs or len(args) != enough:
            args = completed(args, kwargs)
        first, second, third = args
        put_first(self, first)
        put_second(self, second)
        put_third(self, third)

    return fill_three


def _completed(
    title: str, taken: tuple[Field, ...], most: int
) -> Callable[[tuple[object, ...], dict[str, object]], tuple[object, ...]]:
    """Return what makes the arguments of a call one value for each field, in their order."""
    names = tuple(f.name for f in taken)
    defaults = {f.name: f.default for f in taken if f.default is not _MISSING}
    factories = {f.name: f.factory for f in taken if f.factory is not None}
    optional = {*defaults, *factories}
    # So many arguments are enough where none has a name and no value is made anew.
    needed = [*dropwhile(optional.__contains__, reversed(names))]
    least = len(names if factories else needed)
    rest = tuple(defaults.get(name) for name in names)
    behind = [frozenset(names[count:]) for count in range(most + 1)]

    def completed(args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[object, ...]:
        count = len(args)
        if count > most:
            raise TypeError(f"{title} takes {most} positional arguments, {count} were given")
        if not kwargs and least <= count:
            return args + rest[count:]
        try:
            found = [
                kwargs[name]
                if name in kwargs
                else defaults[name]
                if name in defaults
                else factories[name]()
                for name in names[count:]
            ]
        except KeyError as error:
            raise TypeError(f"{title} lacks the argument '{error.args[0]}'") from None
        if kwargs and not kwargs.keys() <= behind[count]:
            odd = next(name for name in kwargs if name not in behind[count])
            raise TypeError(f"{title} does not take '{odd}' here")
        return (*args, *found)

    return completed


def _has_default(one: Field) -> bool:
    return one.factory is not None or one.default is not _MISSING


def _repr(self: object) -> str:
    shown = ", ".join(f"{f.name}={getattr(self, f.name, '…')!r}" for f in fields(self) if f.repr)
    return f"{type(self).__qualname__}({shown})"


def _getstate(self: object) -> dict[str, object]:
    return {f.name: getattr(self, f.name) for f in fields(self) if hasattr(self, f.name)}


def _setstate(self: object, state: dict[str, object]) -> None:
    for name, value in state.items():
        _set(self, name, value)


def _refuse(self: object, name: str, *_: object) -> None:
    raise AttributeError(f"{type(self).__qualname__} is frozen: '{name}' stays as it is")


def _add_equality(namespace: dict[str, object], names: tuple[str, ...], *, hashed: bool) -> None:
    def values(self: object) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in names])

    def __eq__(self: object, other: object) -> bool:  # noqa: N807  # it is the method
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    def __hash__(self: object) -> int:  # noqa: N807  # it is the method
        return hash(values(self))

    namespace.setdefault("__eq__", __eq__)
    if "__hash__" not in namespace or namespace["__hash__"] is None:
        namespace["__hash__"] = __hash__ if hashed else None


def _add_order(namespace: dict[str, object], names: tuple[str, ...]) -> None:
    import operator

    def method(compare: Callable[[object, object], bool]) -> Callable[[object, object], bool]:
        def compared(self: object, other: object) -> bool:
            if other.__class__ is not self.__class__:
                return NotImplemented  # type: ignore[no-any-return]  # as the protocol wants it
            mine = tuple([getattr(self, name) for name in names])
            return bool(compare(mine, tuple([getattr(other, name) for name in names])))

        return compared

    for name in ("lt", "le", "gt", "ge"):
        namespace[f"__{name}__"] = method(getattr(operator, name))


__all__ = ["Field", "field", "fields", "record", "replace"]
