"""Where things lie in the picture: frames around their stacks, words on their lines."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.reporters.html.labels import Places
from advisor.reporters.html.layout import Measure
from advisor.reporters.html.packing import packed

MEASURE = Measure(width=100, height=40, across=90, down=20)
# How fast a machine is under load is not what is tested.
CALM = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
Area = tuple[float, float, float, float]


def overlap(one: Area, other: Area) -> bool:
    """Tell whether two areas, each a corner and a size, have more than a rim in common."""
    (x, y, width, height), (left, top, wide, high) = one, other
    return (
        x + 0.01 < left + wide
        and left + 0.01 < x + width
        and y + 0.01 < top + high
        and top + 0.01 < y + height
    )


sizes = st.tuples(st.integers(1, 900), st.integers(1, 900))


@given(st.lists(sizes, max_size=20), st.integers(0, 50))
@CALM
def test_what_is_packed_keeps_its_distance(sizes: list[tuple[int, int]], gap: int) -> None:
    corners = packed(sizes, gap)
    areas = [
        (x, y, width + gap, height + gap)
        for (x, y), (width, height) in zip(corners, sizes, strict=True)
    ]
    assert not any(overlap(one, other) for one, other in combinations(areas, 2))
    assert all(x >= 0 and y >= 0 for x, y in corners)


def test_what_is_packed_wastes_little() -> None:
    sizes = [(200.0, 100.0)] * 20 + [(400.0, 300.0), (100.0, 600.0)]
    corners = packed(sizes, 10)
    right = max(x + width for (x, _), (width, _) in zip(corners, sizes, strict=True))
    bottom = max(y + height for (_, y), (_, height) in zip(corners, sizes, strict=True))
    assert right * bottom < 1.5 * sum(width * height for width, height in sizes)
    assert 0.5 < right / bottom < 2.5


@st.composite
def stacks(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]]]:
    groups = draw(st.lists(st.integers(-1, 4), min_size=1, max_size=25))
    ends = st.integers(0, len(groups) - 1)
    return groups, draw(st.lists(st.tuples(ends, ends), max_size=40))


@given(stacks())
@CALM
def test_every_frame_holds_its_own_boxes_and_no_other(
    case: tuple[list[int], list[tuple[int, int]]],
) -> None:
    pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    from advisor.reporters.html.frames import framed

    groups, pairs = case
    drawing = framed(groups, pairs, MEASURE)
    boxes = [(x, y, MEASURE.width, MEASURE.height) for x, y in drawing.boxes]
    assert set(drawing.frames) == {group for group in groups if group >= 0}
    assert not any(overlap(a, b) for a, b in combinations(drawing.frames.values(), 2))
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))
    for box, group in zip(boxes, groups, strict=True):
        for other, (x, y, width, height) in drawing.frames.items():
            inside = x <= box[0] <= x + width - box[2] and y <= box[1] <= y + height - box[3]
            assert inside is (other == group)
            assert inside or not overlap(box, (x, y, width, height))
    assert set(drawing.lines) == {pair for pair in pairs if pair[0] != pair[1]}
    for _, _, x, y in [(0, 0, a[0] + a[2], a[1] + a[3]) for a in drawing.frames.values()]:
        assert x <= drawing.width + 0.01
        assert y <= drawing.height + 0.01


def test_frames_follow_events_from_left_to_right() -> None:
    pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")
    from advisor.reporters.html.frames import framed

    # Tall frames, so that nothing is put below another for want of room.
    groups = [group for group in range(3) for _ in range(20)]
    inner = [(20 * group, 20 * group + at) for group in range(3) for at in range(1, 20)]
    drawing = framed(groups, [*inner, (0, 20), (20, 40)], MEASURE)
    lefts = [drawing.frames[group][0] for group in range(3)]
    assert lefts == sorted(lefts)
    assert len(set(lefts)) == 3


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=12))
@CALM
def test_words_stand_on_no_box_and_on_no_other_words(corners: list[tuple[int, int]]) -> None:
    boxes = [(float(x), float(y)) for x, y in corners]
    places = Places(boxes, MEASURE)
    taken: list[Area] = [(x, y, MEASURE.width, MEASURE.height) for x, y in boxes]
    for at in range(12):
        placed = places.place("sync POST /orders", [(0, 10 * at), (400, 30 * at)], at_end=at > 5)
        if placed is None:
            continue
        words, (x, y) = placed
        assert "sync POST /orders".startswith(words.removesuffix("…"))
        area = (x - len(words) * 3.2, y - 9, len(words) * 6.4, 10.0)
        assert not any(overlap(area, other) for other in taken)
        taken.append(area)


def test_words_that_find_no_place_whole_are_cut() -> None:
    places = Places([(0, 0), (210, 0)], MEASURE)
    placed = places.place("sync POST /orders/{id}", [(100, 20), (210, 20)], at_end=False)
    assert placed is not None
    assert placed[0] == "sync POST /or…"
    assert places.place("sync", [(100, 20), (120, 20)], at_end=False) is None
