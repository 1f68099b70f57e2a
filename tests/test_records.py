"""Records mean what dataclasses mean, at a fraction of the cost to define."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.records import field, fields, record, replace

if TYPE_CHECKING:
    from collections.abc import Callable


@record(frozen=True, order=True)
class Point:
    """A value."""

    x: int
    y: int = 0
    label: str = field(default="", compare=False)


@record(frozen=True)
class Named(Point):
    """A value with a further field."""

    name: str = "?"

    def __repr__(self) -> str:
        return f"<{super().__repr__()}>"


@record(eq=False)
class Bag:
    """A changeable thing."""

    items: list[int] = field(default_factory=list)
    total: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.total = sum(self.items)


@record(frozen=True, kw_only=True)
class Options:
    """Given by name only."""

    one: int
    two: int = 2


def test_values_are_compared_ordered_and_hashed_by_their_fields() -> None:
    assert Point(1, 2) == Point(x=1, y=2, label="other")
    assert Point(1) != Named(1)
    assert Point(1, 2) < Point(1, 3) <= Point(1, 3)
    assert len({Point(1), Point(1, label="x"), Point(2)}) == 2
    assert repr(Point(1)) == "Point(x=1, y=0, label='')"


def test_a_field_that_is_inherited_comes_first_and_super_finds_the_class() -> None:
    assert [one.name for one in fields(Named)] == ["x", "y", "label", "name"]
    assert repr(Named(1, name="n")) == "<Named(x=1, y=0, label='', name='n')>"


def test_a_frozen_record_stays_as_it_is_and_has_no_further_attributes() -> None:
    with pytest.raises(AttributeError, match="frozen"):
        Point(1).x = 2  # type: ignore[misc]  # that is the point
    with pytest.raises(AttributeError):
        Bag().more = 1  # type: ignore[attr-defined]  # that is the point


def test_defaults_are_made_anew_and_may_be_worked_on() -> None:
    assert Bag().items is not Bag().items
    assert Bag([1, 2]).total == 3
    assert Bag([1]) != Bag([1])


@pytest.mark.parametrize(
    ("kind", "args", "named"),
    [
        (Point, (), {}),
        (Point, (1, 2, "x", 4), {}),
        (Point, (1,), {"z": 3}),
        (Point, (1,), {"x": 3}),
        (Options, (1,), {}),
        (Options, (), {"two": 1}),
        (Bag, (), {"total": 3}),
    ],
)
def test_wrong_arguments_are_refused(
    kind: Callable[..., object], args: tuple[object, ...], named: dict[str, object]
) -> None:
    with pytest.raises(TypeError, match=r"takes|lacks|does not take"):
        kind(*args, **named)


def test_copies_changes_and_pickles_are_equal() -> None:
    point = Named(1, 2, name="n")
    assert replace(point, y=5) == Named(1, 5, name="n")
    assert copy.copy(point) == point
    assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301  # our own bytes
    match point:
        case Named(x, y, _, name):
            assert (x, y, name) == (1, 2, "n")


def test_they_are_no_dataclasses_so_that_nothing_is_compiled() -> None:
    assert not dataclasses.is_dataclass(Point)


def test_no_module_of_a_run_uses_the_costly_kind() -> None:
    package = Path(__file__).parent.parent / "advisor"
    users = [
        str(path.relative_to(package))
        for path in sorted(package.rglob("*.py"))
        if "from dataclasses import" in path.read_text(encoding="utf-8")
        and path.name != "records.py"
        and "catalogue" not in path.parts
    ]
    assert users == []


@record(kw_only=True)
class Choices:
    """Fields that are given by name, all with a default."""

    names: list[str] = field(default_factory=list)
    most: int = 3


def test_a_record_without_arguments_has_its_defaults_and_things_of_its_own() -> None:
    one, other = Choices(), Choices()
    one.names.append("x")
    assert (one.names, other.names, other.most) == (["x"], [], 3)
    assert Choices(most=4).most == 4
    with pytest.raises(TypeError):
        Choices([])  # type: ignore[call-arg]  # it is to be refused
