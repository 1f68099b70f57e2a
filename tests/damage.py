"""Spoils one value of a template or a state machine at a time, in every way there is to.

`tests/test_damage.py` runs a few hundred of these over the fixtures, `benchmarks/damage.py` tens of
thousands over any folder of templates.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from advisor.documents.load import read_text
from advisor.errors import LoadError
from advisor.records import record
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.documents.tree import TreeDocument

HOSTILE_TEXT = (
    "\u202ertl\u2066 \r\n::error::owned\n##vso[task.logissue]x </script><script>x</script>"
    " ]]> --> [x](https://evil.example) @team #1 `code` | \x1b[31m\x07\x9b \u2028 {0} %s ${x} ```"
)
"""A text that acts on whatever shows it without care."""
MEGABYTE = 1_000_000


@record(frozen=True)
class Damage:
    """A spoilt text, and what was done to which value of it."""

    kind: str
    pointer: Pointer
    text: str


class Subject:
    """A file that is spoilt again and again, read once."""

    def __init__(self, text: str, path: str) -> None:
        """Read it; LoadError where it cannot be."""
        self.document: TreeDocument = read_text(text, path, tags=long_form)
        if not isinstance(self.document.data, dict):
            raise LoadError(path, "holds no mapping")
        self.data = self.document.data
        self.pointers = list(_pointers(self.data))
        resources = self.data.get("Resources", self.data.get("States"))
        self.names = [*resources] if isinstance(resources, dict) and resources else ["Nobody"]

    def at(self, pointer: Pointer) -> Data:
        """Return the value that a pointer leads to."""
        value: Data = self.data
        for part in pointer:
            value = value[part]  # type: ignore[index] # made by walking the data
        return value

    def with_value(self, pointer: Pointer, written: str) -> str | None:
        """Return the text with other words for a value; None where it has no place of its own."""
        try:
            start, end = self.document.offsets(pointer)
        except KeyError:
            return None
        return self.document.text[:start] + written + self.document.text[end:]

    def with_key(self, pointer: Pointer, written: str) -> str | None:
        """Return the text with other words for a key."""
        try:
            start = self.document.layout(pointer).key_start
        except KeyError:
            return None
        span = self.document.key_span(pointer)
        width = span.end.column - span.start.column
        if span.start.line != span.end.line:
            return None
        return self.document.text[:start] + written + self.document.text[start + width :]


def _pointers(data: Data, pointer: Pointer = ()) -> Iterator[Pointer]:
    if pointer:
        yield pointer
    items: list[tuple[str | int, Data]] = []
    if isinstance(data, dict):
        items = [*data.items()]
    elif isinstance(data, list):
        items = [*enumerate(data)]
    for key, value in items:
        yield from _pointers(value, (*pointer, key))


Way = "Callable[[Random, Subject, Pointer], str | None]"


def _one_of(*written: str) -> Callable[[Random, Subject, Pointer], str | None]:
    def way(random: Random, subject: Subject, pointer: Pointer) -> str | None:
        return subject.with_value(pointer, random.choice(written))

    return way


def _nested(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    depth = random.choice([5, 40, 90, 200])
    opening, closing = random.choice(
        [("[", "]"), ('{"a": ', "}"), ('{"Fn::If": [A, x, ', "]}"), ('{"Fn::Sub": ', "}")]
    )
    return subject.with_value(pointer, f"{opening * depth}1{closing * depth}")


def _referring(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    """Refer to the resource or the state that the value belongs to, or to any other."""
    own = str(pointer[1]) if len(pointer) > 1 else subject.names[0]
    name = json.dumps(random.choice([own, own, random.choice(subject.names), "Nobody"]))
    written = random.choice(
        [
            name,
            f'{{"Ref": {name}}}',
            f'{{"Fn::GetAtt": [{name}, "Arn"]}}',
            f'{{"Fn::GetAtt": [{name}, {{"Ref": {name}}}]}}',
            f'{{"Fn::Sub": "x${{{name[1:-1]}}}${{{name[1:-1]}.Arn}}"}}',
            f'{{"Condition": {name}}}',
            f'{{"Fn::ImportValue": {name}}}',
            f'{{"Fn::Join": ["", [{{"Ref": {name}}}, {{"Fn::GetAtt": {name}}}]]}}',
        ]
    )
    return subject.with_value(pointer, written)


_INTRINSICS = (
    '{"Fn::Nonsense": [1]}', "!Nonsense x", "!Ref", "!Sub", "!GetAtt x", "!GetAtt a.b.c.d",
    "!If [A, b]", '{"Ref": null}', '{"Ref": ["a"]}', '{"Ref": {"Ref": "AWS::Region"}}',
    '{"Fn::If": []}', '{"Fn::If": "x"}', '{"Fn::If": [NoSuch, {"a": 1}, []]}',
    '{"Fn::If": [{"Fn::Equals": [1, 1]}, 1, 2]}', '{"Fn::Select": [99, []]}',
    '{"Fn::Select": [-1, "a"]}', '{"Fn::Select": ["x", {"a": 1}]}', '{"Fn::Join": null}',
    '{"Fn::Join": [1, {"a": 1}]}', '{"Fn::Split": ["", ""]}', '{"Fn::Split": [1, 2, 3]}',
    '{"Fn::Sub": ["${", {}]}', '{"Fn::Sub": ["${a}${b.c}${!d}${}", {"a": {"Ref": "a"}}]}',
    '{"Fn::Sub": ["${a}", ["a"]]}', '{"Fn::Sub": ["${a}", {"a": {"Fn::Sub": "${a}"}}]}',
    '{"Fn::FindInMap": [a, b, c]}', '{"Fn::FindInMap": {"a": 1}}', '{"Fn::FindInMap": [1]}',
    '{"Fn::GetAtt": null}', '{"Fn::GetAtt": []}', '{"Fn::GetAtt": [1, 2, 3]}',
    '{"Fn::GetAZs": []}', '{"Fn::Cidr": [1, 99999, 3]}', '{"Fn::Cidr": ["10.0.0.0/8", 256, 8]}',
    '{"Fn::Base64": {"a": 1}}', '{"Fn::Length": 1}', '{"Fn::Length": {"Ref": "x"}}',
    '{"Fn::ToJsonString": {"Ref": "x"}}', '{"Fn::ImportValue": [1]}',
    '{"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "/dev/zero"}}}',
    '{"Fn::Transform": [1]}', '{"Fn::ForEach::X": [a, [1, 2], {"${a}": 1}]}',
    '{"Fn::ForEach::X": "x"}', '{"Fn::ForEach::X": [a, {"Ref": "a"}, {"x${a}": {}}]}',
    '{"Fn::And": []}', '{"Fn::Or": [{"Fn::Not": 1}]}', '{"Fn::Not": [{"Condition": null}]}',
    '{"Ref": "AWS::NoValue"}', '{"Ref": "AWS::Nonsense"}', '{"Ref": "a", "Fn::Sub": "b"}',
    "[!Ref a, !Sub '${b}', !If [c, d, !Ref AWS::NoValue]]",
)  # fmt: skip


def _other_value(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    return subject.with_value(pointer, json.dumps(subject.at(random.choice(subject.pointers))))


def _turned(_: Random, subject: Subject, pointer: Pointer) -> str | None:
    """Write a list where a mapping stood, and the other way round."""
    value = subject.at(pointer)
    if isinstance(value, dict):
        turned: Data = list(value.values())
    elif isinstance(value, list):
        turned = {str(index): item for index, item in enumerate(value)}
    else:
        turned = [{"a": value}, value]
    return subject.with_value(pointer, json.dumps(turned))


def _without_key(_: Random, subject: Subject, pointer: Pointer) -> str | None:
    whole = subject.at(pointer[:-1])
    if isinstance(whole, dict):
        left: Data = {key: value for key, value in whole.items() if key != pointer[-1]}
    else:
        left = []
    if len(pointer) == 1:
        return json.dumps(left)
    return subject.with_value(pointer[:-1], json.dumps(left))


def _key_twice(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    whole = subject.at(pointer[:-1])
    if not isinstance(whole, dict):
        return None
    again = random.choice([subject.at(pointer), None, "again", [], {}])
    written = f"{json.dumps(whole)[:-1]}, {json.dumps(pointer[-1])}: {json.dumps(again)}}}"
    return written if len(pointer) == 1 else subject.with_value(pointer[:-1], written)


def _other_key(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    key = str(pointer[-1])
    return subject.with_key(
        pointer,
        random.choice(
            [
                json.dumps(key.swapcase()), json.dumps(key + " "), json.dumps(HOSTILE_TEXT),
                "null", "true", "no", "1", "0o17", "2001-12-14", '""', "[a, b]", "{a: b}",
                "'<<'", "<<", "Fn::Transform", "Ref", "Fn::ForEach::A", "Condition",
                json.dumps("k" * 300), random.choice(subject.names) if subject.names else "x",
            ]
        ),
    )  # fmt: skip


def _long_text(random: Random, subject: Subject, pointer: Pointer) -> str | None:
    unit = random.choice(["a", "${a}", "[", "{% ", "$.a.", "arn:aws:", "\\n", "é", "* ", "a|", "("])
    length = MEGABYTE if not random.randrange(40) else 20_000
    return subject.with_value(pointer, f'"{unit * (length // len(unit))}"')


WAYS: dict[str, Callable[[Random, Subject, Pointer], str | None]] = {
    "wrong type": _one_of("[]", "{}", "true", "12", "'text'", "[1, {a: b}]", "{a: [b]}", "[[]]"),
    "null": _one_of("null", "~", "[null]", "{a: null}"),
    "empty": _one_of('""', '" "', '[""]', '{"": ""}'),
    "huge number": _one_of("9" * 25, "9" * 5000, "1e999", "9007199254740993", "0x" + "f" * 3990),
    "negative": _one_of("-1", "-0", "-0.5", "-2147483649", "0", "'-1'"),
    "not a number": _one_of(".nan", ".inf", "-.inf", "NaN", "-Infinity"),
    "date": _one_of("2001-12-14", "2001-12-14t21:59:43.10-05:00", "12:30:45", "9999-99-99"),
    "octal": _one_of("017", "0o17", "0b1", "1_000", "0x1F", "+12", "1e3", "08"),
    "Norway": _one_of("no", "NO", "off", "y", "Null", "on", "TRUE", "N"),
    "nested": _nested,
    "reference": _referring,
    "intrinsic": _one_of(*_INTRINSICS),
    "hostile text": _one_of(json.dumps(HOSTILE_TEXT), json.dumps("\ud800 \x00\ufeff\ufffe")),
    "long text": _long_text,
    "turned": _turned,
    "key taken": _without_key,
    "key twice": _key_twice,
    "other key": _other_key,
    "other value": _other_value,
    "alias": _one_of("*missing", "&a [*a]", "&a 1", "{<<: {a: b}}", "{<<: [1]}", "!!binary x",
                     "!!set {a}", "!!python/object:os.system x", "%TAG", "? a", "- - -", "@x"),
    "path": _one_of("../../../../etc/passwd", "/etc/passwd", "/dev/zero", "file:///etc/passwd",
                    ".", "..", "/", "''", "~", '"a\\0b"', "https://x.example/a.yaml", '"%2e%2e/"',
                    "C:\\\\x", '"' + "a/" * 3000 + '"'),
}  # fmt: skip


def damaged(subject: Subject, random: Random) -> Damage:
    """Return a file with one value spoilt."""
    while True:
        kind = random.choice(list(WAYS))
        pointer = random.choice(subject.pointers)
        text = WAYS[kind](random, subject, pointer)
        if text is not None:
            return Damage(kind, pointer, text)
