"""Places in an editor's texts: code units, byte order marks, edits that move what follows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from advisor.documents.location import Position, Span
from advisor.lsp.pages import Drift, Page, points, same_ends, units

ENCODINGS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
CHARACTERS = st.sampled_from(["a", "ä", "€", "𝄞", "\n", "\r\n", "\r", "\u2028", "\x0c", " "])
TEXTS = st.lists(CHARACTERS, max_size=30).map("".join)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_code_units_are_those_of_the_encoding(encoding: str, text: str) -> None:
    codec, width = ENCODINGS[encoding]
    assert units(text, encoding) == len(text.encode(codec)) // width
    assert points(text, units(text, encoding), encoding) == len(text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=TEXTS)
def test_each_offset_is_found_again_by_its_position(encoding: str, text: str) -> None:
    page = Page(text, encoding)
    for offset in range(len(text) + 1):
        inside_break = text[offset - 1 : offset + 1] == "\r\n"
        # A place within the end of a line is none: it counts as the end of what stands on it.
        expected = offset - 1 if inside_break else offset
        assert page.offset(page.at(offset)) == expected


@given(text=TEXTS, line=st.integers(0, 40), character=st.integers(0, 60))
def test_any_position_an_editor_may_send_is_within_the_text(
    text: str, line: int, character: int
) -> None:
    assert 0 <= Page(text).offset(types.Position(line, character)) <= len(text)


@given(text=TEXTS, new=TEXTS, places=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_a_change_replaces_what_its_range_names(
    text: str, new: str, places: tuple[int, int]
) -> None:
    page = Page(text)
    start, end = sorted(min(each, len(text)) for each in places)
    first, last = page.at(start), page.at(end)
    change = types.TextDocumentContentChangePartial(types.Range(first, last), new)
    changed = page.changed([change]).text
    assert changed == f"{text[: page.offset(first)]}{new}{text[page.offset(last) :]}"
    # A range that is the wrong way round is meant the right way round.
    turned = types.TextDocumentContentChangePartial(types.Range(last, first), new)
    assert page.changed([turned]).text == changed


def test_changes_count_in_the_text_that_those_before_them_have_made() -> None:
    at = types.Range(types.Position(0, 0), types.Position(0, 0))
    page = Page("c").changed(
        [
            types.TextDocumentContentChangePartial(at, "b"),
            types.TextDocumentContentChangePartial(at, "a"),
        ]
    )
    assert page.text == "abc"
    assert page.changed([types.TextDocumentContentChangeWholeDocument("x")]).text == "x"


def test_only_line_ends_of_the_protocol_end_lines() -> None:
    page = Page("a\u2028b\x0c\x85c\nd")
    assert page.at(page.text.index("c")) == types.Position(0, 5)
    assert page.at(page.text.index("d")) == types.Position(1, 0)


def test_a_byte_order_mark_stands_in_the_text_and_in_no_document() -> None:
    page = Page("\ufeffab\ncd")
    assert page.offset_of(Position(1, 1)) == 1
    assert page.offset_of(Position(2, 1)) == 4
    assert page.place(1) == Position(1, 1)
    assert page.span(Span(Position(1, 1), Position(1, 3))) == types.Range(
        types.Position(0, 1), types.Position(0, 3)
    )


def test_a_place_beyond_the_text_is_at_its_end() -> None:
    page = Page("ab\ncd")
    assert page.offset_of(Position(9, 9)) == 5
    assert page.offset_of(Position(1, 99)) == 3
    assert page.offset_of(Position(0, 0)) == 0


@given(old=TEXTS, new=TEXTS)
def test_what_two_texts_share_is_all_that_they_share(old: str, new: str) -> None:
    start, end = same_ends(old, new)
    assert old[:start] == new[:start]
    assert start + end <= min(len(old), len(new))
    assert old[len(old) - end :] == new[len(new) - end :]
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    if all(middle):
        assert middle[0][0] != middle[1][0]
        assert middle[0][-1] != middle[1][-1]


@given(head=TEXTS, gone=TEXTS, come=TEXTS, tail=TEXTS)
def test_what_stands_around_an_edit_moves_with_it(
    head: str, gone: str, come: str, tail: str
) -> None:
    old, new = Page(head + gone + tail), Page(head + come + tail)
    drift = Drift(old, new)
    for offset in range(len(old.text) + 1):
        there = drift.forward(offset)
        if there is None:
            start, end = same_ends(old.text, new.text)
            assert start < offset < len(old.text) - end
            continue
        assert old.text[:offset] == new.text[:there] or old.text[offset:] == new.text[there:]
    found = [drift.forward(offset) for offset in range(len(old.text) + 1)]
    moved = [each for each in found if each is not None]
    assert all(one <= other for one, other in pairwise(moved))
    assert drift.back(0) == 0
