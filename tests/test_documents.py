"""Texts become data, every position is exact, and nothing but a LoadError goes wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.documents.document import Syntax
from advisor.documents.lines import Lines
from advisor.documents.load import load_bytes, load_file, read_text
from advisor.documents.location import Position, Span
from advisor.documents.yaml import PythonParser, read_yaml
from advisor.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.documents.document import Data, Document
    from advisor.documents.location import Pointer
    from advisor.documents.nodes import Node
    from advisor.documents.tree import TreeDocument

FIXTURES = Path(__file__).parent.parent / "fixtures"

BROKEN = {
    "truncated.yaml": (7, 1, "the quote opened in line 6"),
    "truncated.json": (5, 22, "the file ends"),
    "tab.yaml": (4, 1, "a tab"),
    "unquoted_braces.yaml": (5, 19, "'{{' without quotes"),
    "unindented_text.yaml": (2, 1, "without its ':'"),
    "two_tags.yaml": (8, 21, "a second tag"),
    "missing_anchor.yaml": (4, 29, "'*name'"),
    "comma.asl.json": (3, 3, "a ','"),
    "latin1.yaml": (2, 5, "not UTF-8"),
    "aliases.yaml": (5, 40, "aliases add more than"),
}


def tags(name: str) -> str | None:
    if name == "Ignored":
        return None
    return name if name in ("Ref", "Condition") else f"Fn::{name}"


def read(text: str) -> TreeDocument:
    return read_text(text, "template.yaml", tags=tags)


def cut(document: TreeDocument, span: Span) -> str:
    lines = Lines(document.text)
    return document.text[lines.offset(span.start) : lines.offset(span.end)]


def value_at(text: str, *pointer: str | int) -> str:
    document = read(text)
    return cut(document, document.span(pointer))


def pointers(data: Data, above: Pointer = ()) -> Iterator[Pointer]:
    yield above
    if isinstance(data, dict):
        for key, value in data.items():
            yield from pointers(value, (*above, key))
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from pointers(item, (*above, index))


def at(data: Data, pointer: Pointer) -> Data:
    for part in pointer:
        data = data[part]  # type: ignore[index]  # the pointer fits the data
    return data


def test_a_read_text_is_a_document() -> None:
    document: Document = read("a: 1")
    assert document.data == {"a": 1}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_file_is_an_error_with_line_and_column(name: str) -> None:
    with pytest.raises(LoadError) as caught:
        load_file(FIXTURES / "broken" / name, name, tags=tags)
    line, column, words = BROKEN[name]
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message
    assert "\n" not in str(caught.value)


def test_every_broken_fixture_is_listed() -> None:
    assert {file.name for file in (FIXTURES / "broken").iterdir()} == set(BROKEN)


def test_yaml_and_json_of_one_template_give_equal_data() -> None:
    formats = FIXTURES / "formats"
    first = load_file(formats / "template.yaml", "a", tags=tags)
    second = load_file(formats / "template.json", "b", tags=tags)
    assert (first.syntax, second.syntax) == (Syntax.YAML, Syntax.JSON)
    assert first.data == second.data
    assert list(pointers(first.data)) == list(pointers(second.data))


@pytest.mark.parametrize("name", ["template.yaml", "template.json", "flow.yaml"])
def test_every_pointer_of_a_fixture_has_a_span_and_a_layout(name: str) -> None:
    document = load_file(FIXTURES / "formats" / name, name, tags=tags)
    for pointer in pointers(document.data):
        span = document.span(pointer)
        layout = document.layout(pointer)
        assert span.start <= span.end
        assert document.offsets(pointer) == (layout.start, layout.end)
        assert document.key_span(pointer).start <= span.start


def test_short_tags_are_their_long_form() -> None:
    document = read("a: !Ref X\nb: !GetAtt X.Arn\nc: !If [P, 1, !Ignored 2]\nd: !Sub {x: 1}")
    assert document.data == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": "X.Arn"},
        "c": {"Fn::If": ["P", 1, "2"]},
        "d": {"Fn::Sub": {"x": 1}},
    }


def test_a_pointer_through_a_short_tag_leads_to_the_tagged_value() -> None:
    document = read("a: !If [P, 'x', !Ref Y]")
    assert cut(document, document.span(("a",))) == "!If [P, 'x', !Ref Y]"
    assert document.span(("a", "Fn::If")) == document.span(("a",))
    assert cut(document, document.span(("a", "Fn::If", 1))) == "'x'"
    assert cut(document, document.span(("a", "Fn::If", 2, "Ref"))) == "!Ref Y"
    assert cut(document, document.key_span(("a", "Fn::If", 2, "Ref"))) == "!Ref"
    assert cut(document, document.key_span(("a",))) == "a"


@pytest.mark.parametrize("pointer", [("b",), ("a", 0), ("a", "Ref", "x"), ("l", 2), ("l", -1)])
def test_a_pointer_to_nothing_is_a_key_error(pointer: Pointer) -> None:
    with pytest.raises(KeyError):
        read("a: !Ref X\nl: [1, 2]").span(pointer)


def test_plain_values_are_those_of_yaml_1_1_with_dates_and_account_ids_as_text() -> None:
    text = (
        "a: on\nb: 'on'\nc: 0644\nd: 012345670123\ne: 2012-10-17\nf: 1.50\ng: ~\nh:\n"
        "i: 0x1F\nj: 1_000\nk: 1:30\nl: 1e3\nm: 1.0e+3\nn: .inf\no: 08\np: !!str 12\nq: ! 12"
    )
    assert read(text).data == {
        "a": True,
        "b": "on",
        "c": 420,
        "d": "012345670123",
        "e": "2012-10-17",
        "f": 1.5,
        "g": None,
        "h": None,
        "i": 31,
        "j": 1000,
        "k": 90,
        "l": "1e3",
        "m": 1000.0,
        "n": ".inf",
        "o": "08",
        "p": "12",
        "q": "12",
    }


def test_keys_stay_as_written_and_their_yaml_type_can_be_asked_for() -> None:
    document = read("Yes: 2012-10-17\n1: '1'\nk: {}\n'no': [no]")
    assert document.data == {"Yes": "2012-10-17", "1": "1", "k": {}, "no": [False]}
    assert [document.key_type((key,)) for key in ("Yes", "1", "k", "no")] == [
        *("bool", "int", "str", "str"),
    ]
    assert document.plain_type(("Yes",)) == "timestamp"
    assert document.plain_type(("1",)) == "str"
    assert document.plain_type(("no", 0)) == "bool"
    assert document.plain_type(("k",)) == "map"


def test_duplicate_keys_are_recorded_and_the_last_value_wins() -> None:
    document = read("a:\n  - !If [c, {x: 1, y: 2, x: 3}]\nb: 1\nb: 2")
    assert document.data == {"a": [{"Fn::If": ["c", {"x": 3, "y": 2}]}], "b": 2}
    found = [(one.pointer, one.first.start, one.again.start) for one in document.duplicate_keys]
    assert found == [
        (("a", 0, "Fn::If", 1, "x"), Position(2, 14), Position(2, 26)),
        (("b",), Position(3, 1), Position(4, 1)),
    ]
    assert cut(document, document.span(("a", 0, "Fn::If", 1, "x"))) == "3"


def test_duplicate_keys_of_json_are_recorded_too() -> None:
    document = read('{"a": {"x": 1, "x": 2}, "<<": {"y": 1}}')
    assert document.data == {"a": {"x": 2}, "<<": {"y": 1}}
    assert [one.pointer for one in document.duplicate_keys] == [("a", "x")]


def test_duplicate_keys_with_one_value_are_told_from_those_that_lose_one() -> None:
    document = read("a: {x: 1}\na: {x: 1}\nb: 1\nb: true\nc: 1\nc: '1'")
    assert [(one.pointer[-1], one.is_same) for one in document.duplicate_keys] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]


def test_aliases_and_merge_keys_are_expanded() -> None:
    document = read("a: &x {p: 1, q: 2}\nb: *x\nc:\n  <<: [*x, {r: 3, q: 9}]\n  p: 4\n")
    assert document.data == {
        "a": {"p": 1, "q": 2},
        "b": {"p": 1, "q": 2},
        "c": {"q": 2, "r": 3, "p": 4},
    }
    assert document.duplicate_keys == ()
    assert cut(document, document.span(("b",))) == "*x"
    assert document.span(("b", "q")) == document.span(("a", "q"))
    assert document.span(("c", "q")) == document.span(("a", "q"))
    assert document.layout(("c", "q")).shared
    assert not document.layout(("c", "p")).shared
    assert document.layout(("b",)).shared


def test_the_content_of_an_alias_is_not_shared_between_its_places() -> None:
    data = read("a: &x [1]\nb: *x").data
    assert isinstance(data, dict)
    assert data["a"] == data["b"]
    assert data["a"] is not data["b"]


def test_an_alias_inside_its_own_anchor_is_an_error() -> None:
    with pytest.raises(LoadError, match="inside what it refers to"):
        read("a: &a [*a]")


@pytest.mark.parametrize("text", ["[" * 50_000, "- " * 50_000, '{"a":' * 50_000, "{? " * 50_000])
def test_hostile_nesting_is_an_error_and_not_a_crash(text: str) -> None:
    with pytest.raises(LoadError, match="nested more than"):
        read(text)


def test_a_flood_of_values_is_an_error() -> None:
    for text in ("a: [" + ",".join("x" * 500_001) + "]", "[" + ",".join("1" * 500_002) + "]"):
        with pytest.raises(LoadError, match="more than 500,000 values"):
            read(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, 2, "the list opened in line 1 is not closed"),
        ("a: [1, 2", 1, 9, "the list opened in line 1 is not closed"),
        ("a: b: c", 1, 5, "a second ':' in one value"),
        ("a:\n  b: 1\n c: 2", 3, 2, "a key was expected here"),
        ("a: @x", 1, 4, "'@' cannot start a value"),
        ("a: \x01", 1, 4, "U+0001"),
        ("a: 'x\ud800'", 1, 6, "not valid Unicode"),
        ("a: *", 1, 5, "quote the '*' or '&'"),
        ('a: !Sub"x"', 1, 8, "a space was expected"),
        ('{"a": "x', 1, 7, "the string that starts here is not closed"),
        ('{"a": 1 "b": 2}', 1, 9, "a ',' or the closing bracket"),
        ("{{ x }}: 1", 1, 1, "'{{' without quotes"),
        ("<<: 1", 1, 5, "'<<' takes a mapping"),
        ("? [a]\n: b", 1, 3, "a key must be text"),
    ],
)
def test_an_error_says_what_is_wrong_and_where(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(LoadError) as caught:
        read(text)
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a: |\n  x\n  y  \n\n\nb: 1", "|\n  x\n  y  "),
        ("a: >-  # why\n  x\n# no\nb: 1", ">-  # why\n  x"),
        ("a:\n  b: 1  # no\n\n# no\nc: 2", "b: 1"),
        ("a:\n- 1\n-\n\nb: 1", "- 1\n-"),
        ("a: !X\n  b: [1, 2]\n\n", "!X\n  b: [1, 2]"),
        ("a: !!map {b: 1}", "!!map {b: 1}"),
        ("a: &x\n  - 1\n", "&x\n  - 1"),
        ("a:\nb: 1", ""),
        ("a: x\n  y\n\nb: 1", "x\n  y"),
        ("? a\n: 'x'\n", "'x'"),
    ],
)
def test_a_span_ends_where_the_value_ends(text: str, end: str) -> None:
    assert value_at(text, "a") == end


def test_columns_count_code_points_and_lines_end_as_in_an_editor() -> None:
    document = read("a: [📦📦, ü]\r\nb: 'ü\u2028' \rc: x")
    assert document.span(("a", 1)) == Span(Position(1, 9), Position(1, 10))
    assert document.span(("b",)).start == Position(2, 4)
    assert document.key_span(("c",)).start == Position(3, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_are_no_part_of_the_text(encoding: str) -> None:
    document = load_bytes("grün: 📦".encode(encoding), "f", tags=tags)
    assert document.data == {"grün": "📦"}
    assert document.key_span(("grün",)) == Span(Position(1, 1), Position(1, 5))
    assert document.bom is (encoding != "utf-8")


def test_json_is_read_exactly_as_json() -> None:
    key = "k" * 2000
    text = f'{{\t"{key}":\t1e3,\n\t"s": "\\ud83d\\udce6\\/",\t"n": -0.5E-1, "h": "\\ud83d"}}'
    document = read(text)
    assert document.syntax is Syntax.JSON
    assert document.data == {key: 1000.0, "s": "📦/", "n": -0.05, "h": "\ufffd"}
    assert cut(document, document.span((key,))) == "1e3"
    assert cut(document, document.span(("s",))) == '"\\ud83d\\udce6\\/"'
    assert document.comments() == ()


def test_a_text_in_brackets_that_is_no_json_is_read_as_yaml() -> None:
    document = read("{a: 1, # why\n b: !Ref X,}")
    assert document.syntax is Syntax.YAML
    assert document.data == {"a": 1, "b": {"Ref": "X"}}


@pytest.mark.parametrize("text", ["", " \n", "\ufeff", "# nothing\n", "---\n", "---\n...\n"])
def test_an_empty_text_is_an_empty_document(text: str) -> None:
    document = read(text)
    assert document.data is None
    assert document.documents == 0


def test_of_several_documents_the_first_is_read_and_the_others_are_counted() -> None:
    document = read("---\na: 1\n---\nb: 2\n---\n")
    assert (document.data, document.documents) == ({"a": 1}, 2)


def test_comments_are_told_from_every_other_hash() -> None:
    text = (
        "# one\na: x#y  # two\nb: 'p # q' # three\nc: |  # four\n  # no\n# five\n"
        'd: [x, # six\n  "#no"]\ne: multi\n  line # seven\n#eight'
    )
    found = [(one.line, one.column, one.text, one.alone) for one in read(text).comments()]
    assert found == [
        (1, 1, "# one", True),
        (2, 9, "# two", False),
        (3, 12, "# three", False),
        (4, 7, "# four", False),
        (6, 1, "# five", True),
        (7, 8, "# six", False),
        (10, 8, "# seven", False),
        (11, 1, "#eight", True),
    ]


def test_a_layout_tells_what_an_edit_needs() -> None:
    document = read('r:\n  q:\n    p: !Sub "x"\n    l: [{a: b}]\n    t: |\n      x\n')
    plain = document.layout(("r", "q", "p"))
    assert (plain.style, plain.tag, plain.indent, plain.in_flow) == ('"', "!Sub", 4, False)
    inner = document.layout(("r", "q", "l", 0, "a"))
    assert (inner.style, inner.tag, inner.in_flow) == ("plain", "", True)
    assert document.layout(("r", "q", "t")).style == "|"
    assert document.layout(("r", "q")).style == "block"
    assert document.layout(("r", "q", "l")).style == "flow"


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(LoadError, match="not a regular file"):
        load_file(tmp_path / "pipe.yaml", "pipe.yaml", tags=tags)
    with pytest.raises(LoadError, match="no such file"):
        load_file(tmp_path / "none.yaml", "none.yaml", tags=tags)
    (tmp_path / "large.yaml").write_bytes(b"#" * (5 * 1024 * 1024 + 1))
    with pytest.raises(LoadError, match="larger than 5 MiB"):
        load_file(tmp_path / "large.yaml", "large.yaml", tags=tags)


@pytest.mark.parametrize("name", ["template.yaml", "flow.yaml", "machine.asl.yaml"])
def test_the_parser_in_python_gives_the_same_tree(name: str) -> None:
    text = (FIXTURES / "formats" / name).read_text(encoding="utf-8")
    fast, _ = read_yaml(text, name, Lines(text))
    slow, _ = read_yaml(text, name, Lines(text), parser=PythonParser)
    assert shape(fast) == shape(slow)


def shape(node: Node | None) -> object:
    names = ("tag", "style", "flow", "value", "start")
    own = [getattr(node, name, None) for name in names]
    items = [part for item in getattr(node, "items", ()) for part in _parts(item)]
    return own, [shape(item) for item in items]


def _parts(item: Node | tuple[Node, Node]) -> tuple[Node, ...]:
    return item if isinstance(item, tuple) else (item,)


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12) | st.sampled_from(
    ["yes", "No", "0644", "2012-10-17", "<<", "=", "~", "a: b", "# x", "x\ny\n", "- x", "!Ref X"]
)
LEAVES = st.none() | st.booleans() | st.integers() | WORDS | st.floats(allow_nan=False, width=32)
DATA = st.recursive(
    LEAVES.filter(lambda leaf: leaf not in (float("inf"), float("-inf"))),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)
TOP = st.lists(DATA, min_size=1, max_size=4) | st.dictionaries(WORDS, DATA, min_size=1, max_size=4)


@given(TOP, st.booleans() | st.none(), st.sampled_from([None, "'", '"', "|", ">"]))
@settings(max_examples=150, deadline=None)
def test_yaml_of_any_data_reads_back_and_so_does_every_span(
    data: Data,
    flow: bool | None,  # noqa: FBT001 drawn by Hypothesis
    style: str | None,
) -> None:
    text = yaml.safe_dump(
        data, default_flow_style=flow, default_style=style, allow_unicode=True, sort_keys=False
    )
    document = read(text)
    assert document.data == data
    for pointer in pointers(data):
        span = document.span(pointer)
        alone = " " * (span.start.column - 1) + cut(document, span) + "\n"
        assert read(alone).data == at(data, pointer)


@given(TOP, st.sampled_from([None, 1, "\t"]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_json_of_any_data_reads_back_and_so_does_every_span(
    data: Data,
    indent: int | str | None,
    ascii_only: bool,  # noqa: FBT001 drawn by Hypothesis
) -> None:
    document = read(json.dumps(data, indent=indent, ensure_ascii=ascii_only))
    assert document.syntax is Syntax.JSON
    assert document.data == data
    for pointer in pointers(data):
        assert json.loads(cut(document, document.span(pointer))) == at(data, pointer)


PIECES = st.lists(
    st.sampled_from(
        (
            *("a: ", "b:\n", "  ", "- ", "{", "}", "[", "]", ",", "!Ref x", "&x ", "*x", "<<: "),
            *("'", '"', "|\n", ">-\n", "#", "---\n", "...\n", "? ", ": ", "\t", "\r\n", "1"),
            *("%Y", "\\u", "!", "\n", "{{", "*"),
        )
    ),
    max_size=25,
).map("".join)


@given(st.text() | PIECES)
@settings(max_examples=300, deadline=None)
def test_any_text_gives_a_document_or_a_load_error_and_nothing_else(text: str) -> None:
    try:
        document = read(text)
    except LoadError as error:
        assert error.line >= 1  # noqa: PT017 both outcomes are right
        return
    document.comments()
    for pointer in pointers(document.data):
        if pointer or document.root is not None:
            document.span(pointer)
            document.key_span(pointer)
            document.layout(pointer)
    json.dumps(document.data, allow_nan=False).encode()


@given(st.binary(max_size=60))
def test_any_bytes_give_a_document_or_a_load_error_and_nothing_else(content: bytes) -> None:
    try:
        load_bytes(content, "f", tags=tags)
    except LoadError as error:
        assert error.line >= 1  # noqa: PT017 both outcomes are right


def test_a_line_is_its_text_without_the_end() -> None:
    lines = Lines("one\r\ntwo\rthree\n\nfour")
    assert [lines.line(number) for number in range(7)] == [
        "", "one", "two", "three", "", "four", "",
    ]  # fmt: skip
