"""Edits of texts: what is meant is made, and nothing else changes."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.documents.load import load_file, read_text
from advisor.errors import LoadError
from advisor.fixes.edits import text_edits
from advisor.fixes.patch import Refused, patch_of, patched, same
from advisor.fixes.verified import applied, rewrite
from advisor.rules.finding import Change
from advisor.templates.tags import long_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from advisor.documents.document import Data
    from advisor.documents.location import Pointer
    from advisor.documents.tree import TreeDocument

SAM = """\
# Orders
Resources:

  Orders:   # the queue
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30   # seconds
      QueueName: 'orders'
      Tags:
        - Key: team   # who
          Value: !Ref Team
        - {Key: stage, Value: dev}
    # behind the last property

  Ship:
    Type: AWS::Serverless::Function
    Properties: {}   # nothing yet

  Bare:
    Type: AWS::SNS::Topic

Outputs:
  Url: {Value: !Ref Orders}
"""
ORDERS = ("Resources", "Orders", "Properties")


def read(text: str) -> TreeDocument:
    return read_text(text, "t", tags=long_form)


def put(*pointer: str | int, to: Data) -> Change:
    return Change("t", pointer, to)


def drop(*pointer: str | int) -> Change:
    return Change("t", pointer, None, remove=True)


def edited(text: str, *changes: Change) -> str:
    """Make changes, and see that they say what was meant and touch nothing else."""
    document = read(text)
    new = applied(text, rewrite(document, changes).edits)
    assert same(read(new).data, patched(document.data, patch_of(changes)))
    return new


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the lines that are gone and those that are new."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_a_scalar_keeps_its_comment_and_its_place() -> None:
    new = edited(SAM, put(*ORDERS, "VisibilityTimeout", to=360))
    assert changed_lines(SAM, new) == (
        ["      VisibilityTimeout: 30   # seconds"],
        ["      VisibilityTimeout: 360   # seconds"],
    )


def test_a_text_keeps_its_quotes() -> None:
    assert "QueueName: 'bills'\n" in edited(SAM, put(*ORDERS, "QueueName", to="bills"))


def test_a_key_is_added_before_the_comments_behind_the_last_one() -> None:
    value: Data = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dlq", "Arn"]}, "maxReceiveCount": 5}
    new = edited(SAM, put(*ORDERS, "RedrivePolicy", to=value))
    assert (
        "        - {Key: stage, Value: dev}\n"
        "      RedrivePolicy:\n"
        "        deadLetterTargetArn: !GetAtt Dlq.Arn\n"
        "        maxReceiveCount: 5\n"
        "    # behind the last property\n"
    ) in new


def test_empty_and_absent_properties_are_filled() -> None:
    new = edited(
        SAM,
        put("Resources", "Ship", "Properties", "Timeout", to=3),
        put("Resources", "Bare", "Properties", "DisplayName", to="on"),
    )
    assert "    Properties:   # nothing yet\n      Timeout: 3\n" in new
    assert "    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: 'on'\n" in new


def test_a_resource_is_added_behind_the_last_one_with_the_space_between() -> None:
    new = edited(SAM, put("Resources", "Dlq", to={"Type": "AWS::SQS::Queue"}))
    assert "AWS::SNS::Topic\n\n  Dlq:\n    Type: AWS::SQS::Queue\n\nOutputs:" in new


def test_items_are_added_and_removed_with_their_lines() -> None:
    new = edited(SAM, put(*ORDERS, "Tags", 2, to={"Key": "x", "Value": "yes"}))
    assert "        - {Key: stage, Value: dev}\n        - Key: x\n          Value: 'yes'\n" in new
    new = edited(SAM, drop(*ORDERS, "Tags", 0))
    assert "# who" not in new
    assert "      Tags:\n        - {Key: stage, Value: dev}\n" in new


def test_the_first_key_behind_a_dash_makes_room_for_the_next() -> None:
    new = edited(SAM, drop(*ORDERS, "Tags", 0, "Key"))
    assert "      Tags:\n        - Value: !Ref Team\n" in new


def test_brackets_stay_brackets() -> None:
    new = edited(
        SAM,
        put("Outputs", "Url", "Export", to={"Name": {"Fn::Sub": "${AWS::StackName}-url"}}),
        drop("Resources", "Orders", "Properties", "Tags", 1, "Key"),
    )
    assert "  Url: {Value: !Ref Orders, Export: {Name: !Sub '${AWS::StackName}-url'}}\n" in new
    assert "        - {Value: dev}\n" in new


def test_removing_all_keys_leaves_an_empty_mapping() -> None:
    text = "A:\n  B:  # why\n    C: 1\nD: 2\n"
    assert edited(text, drop("A", "B", "C")) == "A:\n  B: {}  # why\nD: 2\n"


def test_long_forms_stay_long() -> None:
    text = "Resources:\n  A:\n    Properties:\n      X:\n        Ref: P\n"
    new = edited(text, put("Resources", "A", "Properties", "Z", to={"Fn::GetAtt": ["B", "Arn"]}))
    assert "      Z:\n        Fn::GetAtt:\n" in new


def test_a_tag_is_not_put_behind_a_tag() -> None:
    value: Data = {"Fn::Base64": {"Fn::Sub": "echo ${A}"}}
    new = edited(SAM, put(*ORDERS, "X", to=value))
    assert "      X:\n        Fn::Base64: !Sub echo ${A}\n" in new


def test_branches_of_conditions_are_edited_inside_their_short_tag() -> None:
    text = "A: !If [C, 30, 20]  # s\nB: !If\n  - C\n  - X: 1\n  - !Ref AWS::NoValue\n"
    new = edited(text, put("A", "Fn::If", 1, to=360), put("B", "Fn::If", 1, "Z", to=2))
    assert new == (
        "A: !If [C, 360, 20]  # s\nB: !If\n  - C\n  - X: 1\n    Z: 2\n  - !Ref AWS::NoValue\n"
    )


def test_bodies_of_loops_are_edited() -> None:
    text = (
        "Resources:\n  Fn::ForEach::Queues:\n    - Name\n    - [A, B]\n"
        "    - Queue${Name}:\n        Type: AWS::SQS::Queue\n"
    )
    pointer = ("Resources", "Fn::ForEach::Queues", 2, "Queue${Name}", "Properties", "DelaySeconds")
    assert edited(text, put(*pointer, to=1)).endswith(
        "        Type: AWS::SQS::Queue\n        Properties:\n          DelaySeconds: 1\n"
    )


@pytest.mark.parametrize("pointer", [("A", "x"), ("B", "x"), ("C", "x")])
def test_what_is_shared_is_not_edited(pointer: Pointer) -> None:
    text = "A: &shared\n  x: {y: 1}\nB: *shared\nC:\n  <<: *shared\n  z: 1\n"
    with pytest.raises(Refused, match="shared"):
        text_edits(read(text), [put(*pointer, "y", to=2)])


@pytest.mark.parametrize(
    "change", [drop("A"), put("A", to=1), drop("A", "x"), drop("L", 0), put("L", to=[])]
)
def test_what_holds_an_anchor_that_is_looked_at_is_not_written_over(change: Change) -> None:
    text = (
        "A:\n  x:\n    deep: &one {y: 1}\n  z: 1\nL:\n  - [&two {y: 1}]\n  - 1\nB: *one\nC: *two\n"
    )
    with pytest.raises(Refused, match="shared"):
        text_edits(read(text), [change])


def test_line_ends_and_the_missing_last_one_are_kept() -> None:
    assert edited("A:\r\n  B: 1", put("A", "C", to=[1])) == "A:\r\n  B: 1\r\n  C:\r\n    - 1"


def test_json_keeps_its_indentation_and_its_spaces() -> None:
    text = '{\n    "A" : { "B" : 1 },\n    "C" : {\n        "D" : []\n    }\n}'
    new = edited(text, put("A", "E", to=[2]), put("C", "D", 0, to="x"), put("F", to={"G": None}))
    assert '"A" : { "B" : 1, "E" : [2] },' in new
    assert new.endswith('\n    },\n    "F" : {\n        "G" : null\n    }\n}')
    assert edited('{"A":{"B":[1,2]}}', put("A", "B", 2, to=3), put("C", to={"d": 1})) == (
        '{"A":{"B":[1,2,3]},"C":{"d":1}}'
    )


def test_a_map_that_becomes_another_keeps_what_stays() -> None:
    text = "A:\n  # why b\n  b: 1\n  c: 2  # why c\n"
    assert edited(text, put("A", to={"b": 1, "c": 3, "d": 4})) == (
        "A:\n  # why b\n  b: 1\n  c: 3  # why c\n  d: 4\n"
    )


def test_two_changes_of_one_place_contradict_each_other() -> None:
    with pytest.raises(Refused, match="same place"):
        patch_of([put("A", to=1), put("A", "b", to=1)])


# --- anything, written anyhow ------------------------------------------------------------------

TEXTS = st.one_of(
    st.text(max_size=8),
    st.text("ab:# -'\"\\\n{}[],&*!|>%@`?=~<01.e_x\t", max_size=9),
    st.sampled_from(["on", "NO", "12:30", "0x1F", "1e3", "~", "2020-01-01", "012345678901", "y"]),
)
NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
CALLS = st.one_of(
    st.builds(lambda name: {"Ref": name}, st.from_regex(r"[A-Za-z]{1,6}", fullmatch=True)),
    st.builds(lambda text: {"Fn::Sub": text}, TEXTS),
    st.builds(lambda one, two: {"Fn::If": ["C", one, two]}, SCALARS, SCALARS),
    st.just({"Fn::GetAtt": ["A", "Arn"]}),
)
VALUES = st.recursive(
    st.one_of(SCALARS, CALLS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=8,
)
ROOTS = st.dictionaries(st.text("abc", min_size=1, max_size=2), VALUES, min_size=1, max_size=4)


INDENTS: list[str | int] = [1, 2, 4, "\t"]


class _Indented(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002  # the base's
        super().increase_indent(flow, False)  # noqa: FBT003  # the base's


def written(data: Data, seed: random.Random) -> str:
    """Return data in one of many styles."""
    form = seed.choice(["block", "indented", "flow", "mixed", "json", "pretty"])
    if form == "json":
        return json.dumps(data, ensure_ascii=seed.random() < 0.5)  # half of them
    if form == "pretty":
        return json.dumps(data, indent=seed.choice(INDENTS)) + "\n"
    style = {"flow": True, "mixed": None}.get(form, False)
    text: str = yaml.dump(
        data,
        Dumper=_Indented if form == "indented" else yaml.SafeDumper,
        default_flow_style=style,
        indent=seed.choice([2, 3, 4]),
        default_style=seed.choice([None, None, '"', "'"]),
        allow_unicode=True,
        sort_keys=False,
        width=seed.choice([20, 200]),
    )
    if seed.random() < 0.3 and form in {"block", "indented"}:  # some of them
        text = text.replace("\n", "\r\n")
    return text.rstrip("\r\n") if seed.random() < 0.2 else text  # few of them


def places(data: Data) -> list[tuple[Pointer, Data]]:
    """Return every value with its pointer, the root left out."""
    found: list[tuple[Pointer, Data]] = []
    todo: list[tuple[Pointer, Data]] = [((), data)]
    while todo:
        pointer, value = todo.pop()
        found.append((pointer, value))
        if isinstance(value, dict):
            todo += [((*pointer, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            todo += [((*pointer, index), item) for index, item in enumerate(value)]
    return found


def some_change(data: Data, value: Data, seed: random.Random) -> Change:
    pointer, old = seed.choice(places(data))
    kind = seed.random()
    if isinstance(old, dict) and (kind < 0.5 or not pointer):  # half of them
        return put(*pointer, seed.choice(["new", "on", "a: b"]), to=value)
    if isinstance(old, list) and (kind < 0.5 or not pointer):  # half of them
        return put(*pointer, len(old), to=value)
    return drop(*pointer) if kind < 0.75 else put(*pointer, to=value)  # the rest


def made(text: str, changes: Sequence[Change]) -> bool:
    """Make changes if they can be made, and tell whether they could."""
    document = read(text)
    try:
        rewritten = rewrite(document, changes)
    except Refused:
        return False
    new = applied(text, rewritten.edits)
    assert same(read(new).data, patched(document.data, patch_of(changes))), new
    # Every character outside of the edits is still there, in its order.
    position = moved = 0
    for edit in rewritten.edits:
        kept = text[position : edit.start]
        assert new[moved : moved + len(kept)] == kept
        moved += len(kept) + len(edit.text)
        position = edit.end
    assert new[moved:] == text[position:]
    return True


@settings(max_examples=300, deadline=None)
@given(ROOTS, st.lists(VALUES, min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_any_change_of_any_data_in_any_style_is_made_exactly_or_refused(
    data: Data, values: list[Data], seed: random.Random
) -> None:
    text = written(data, seed)
    try:
        document = read(text)
    except LoadError:  # such as a key that YAML reads as no text
        return
    made(text, [some_change(document.data, value, seed) for value in values])


def test_changes_of_real_templates_are_made_exactly() -> None:
    folder = os.environ.get("ADVISE_CORPUS")
    if not folder:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not read")
    seed = random.Random(6)  # noqa: S311  # the same every time
    files = sorted(
        each for each in Path(folder).rglob("*") if each.suffix in {".yaml", ".yml", ".json"}
    )
    values: list[Data] = [360, "on", {"Fn::GetAtt": ["A", "Arn"]}, {"a": [{"b": "c\nd\n"}]}, []]
    done = tried = 0
    for file in seed.sample(files, min(300, len(files))):
        try:
            document = load_file(file, "t", tags=long_form)
        except LoadError:
            continue
        if isinstance(document.data, dict) and document.data:
            tried += 1
            done += made(document.text, [some_change(document.data, seed.choice(values), seed)])
    assert done > tried * 0.8
