"""What an editor offers to do: fixes, suppressions, completion of them, the picture."""

from __future__ import annotations

import asyncio
import json
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.editor import editor, place_of
from tests.reports import ORDERS
from tests.test_lsp import codes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.editor import Editor

IGNORE = "Ignore source-queue-without-dlq here"
IGNORE_FILE = "Ignore source-queue-without-dlq in this file"
IN_JSON = {
    "Resources": {
        "Orders": {"Type": "AWS::SQS::Queue"},
        "Polls": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Orders", "Arn"]},
                "FunctionName": {"Ref": "Work"},
            },
        },
        "Work": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Code": {"ZipFile": "#"}, "Handler": "index.handler"},
        },
    }
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that is a project of its own, with the orders application in it."""
    folder = tmp_path.resolve() / "orders"
    shutil.copytree(ORDERS, folder)
    (folder / "advise.toml").write_text('select = ["QUE001", "QUE010"]\n')
    return folder


async def first(client: Editor, file: Path, rule: str) -> types.Range:
    """Return where the first finding of a rule stands in a text just opened."""
    found = await client.of(file, 1)
    return next(each.range for each in found if each.code == rule)


def test_a_finding_is_suppressed_where_it_stands_and_in_its_file(project: Path) -> None:
    template, other = project / "template.yaml", project / "other.json"
    other.write_text(json.dumps(IN_JSON, indent=2))
    texts = {template: template.read_text(), other: other.read_text()}

    async def session() -> None:
        async with editor(project) as client:
            for file, left in ((template, {"QUE010"}), (other, set())):
                client.open(file)
                found = await client.of(file, 1)
                place = next(each.range for each in found if each.code == "QUE001")
                # In YAML by a comment, in JSON in the metadata; the second goes back before.
                client.apply((await client.actions(file, place))[IGNORE].edit)
                assert codes(await client.of(file, 2)) == left
                first = client.texts[file.as_uri()][1]
                client.change(file, 3, texts[file])
                await client.of(file, 3)
                client.apply((await client.actions(file, place))[IGNORE_FILE].edit)
                assert codes(await client.of(file, 4)) == left
                second = client.texts[file.as_uri()][1]
                assert "source-queue-without-dlq" in first
                assert "TODO: say why" in second
                assert first != second
            assert set(json.loads(second)["Resources"]) == set(IN_JSON["Resources"])

    asyncio.run(session())


def test_edits_are_made_once_an_action_is_chosen_where_an_editor_asks_so(project: Path) -> None:
    template = project / "template.yaml"

    async def session() -> None:
        async with editor(project, lazy=True, with_versions=False) as client:
            client.open(template)
            actions = await client.actions(template, await first(client, template, "QUE001"))
            assert {each.edit for each in actions.values()} == {None}
            assert {IGNORE, IGNORE_FILE} < set(actions)
            for action in actions.values():
                made = await client.code_action_resolve_async(action)
                # An editor that knows no versions gets its edits by URI.
                assert made.edit is not None
                assert made.edit.changes is not None
                assert made.edit.document_changes is None
                assert set(made.edit.changes) == {template.as_uri()}
            # An action that is out of date does nothing.
            client.change(template, 2, "Resources: {A: {Type: AWS::SQS::Queue}}\n")
            late = await client.code_action_resolve_async(actions[IGNORE])
            assert late.edit is None

    asyncio.run(session())


def test_all_safe_fixes_are_made_at_once_when_that_is_asked_for(project: Path) -> None:
    template = project / "template.yaml"
    (project / "advise.toml").write_text('select = ["QUE", "STR"]\n')
    all_kinds: list[types.CodeActionKind | str] = [types.CodeActionKind.SourceFixAll]

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            before = await client.of(template, 1)
            end = types.Range(types.Position(0, 0), types.Position(0, 0))
            assert "Make all safe fixes of advise" not in await client.actions(template, end)
            found = await client.actions(template, end, all_kinds)
            client.apply(found["Make all safe fixes of advise"].edit)
            after = await client.of(template, 2)
            assert len(after) < len(before)
            assert await client.actions(template, end, all_kinds) == {}
            # Other kinds were not asked for.
            place = after[0].range
            assert await client.actions(template, place, [types.CodeActionKind.Refactor]) == {}

    asyncio.run(session())


PLACES = [
    ("  Orders:  # advise: ignore[", ""),
    ("  Orders:  # advise: ignore[QUE010, sou", "sou"),
    ("  # advise: ignore-file[source-q", "source-q"),
    ("    Metadata:\n      advise:\n        ignore:\n          - rule: so", "so"),
    ("    Metadata: {advise: {ignore: [{rule: so", "so"),
]
"""What is written in a suppression so far, and the word that is being typed."""


def test_rules_are_completed_in_suppressions(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            await client.of(template, 1)
            for version, (line, typed) in enumerate(PLACES, start=2):
                written = text.replace("  Orders:\n    Type", f"{line}\n    Type")
                end = len(line.rpartition("\n")[2])
                row = written[: written.index(line)].count("\n") + line.count("\n")
                client.change(template, version, written)
                found = await client.completions(template, row, end)
                by_label = {each.label: each for each in found.items}
                item = by_label["source-queue-without-dlq"]
                where = types.Range(types.Position(row, end - len(typed)), types.Position(row, end))
                assert item.text_edit == types.TextEdit(where, item.label)
                # By id as well, and first what is found here.
                assert by_label["QUE001"].detail == item.detail
                ordered = sorted(found.items, key=lambda each: each.sort_text or "")
                if "Orders:" in line:  # elsewhere the key is gone for the moment
                    assert {each.label for each in ordered[:4]} >= {item.label, "QUE001"}
                assert item.documentation is None
            whole = await client.completion_item_resolve_async(item)
            assert isinstance(whole.documentation, types.MarkupContent)
            assert "# source-queue-without-dlq" in whole.documentation.value

    asyncio.run(session())


def test_suppressions_are_explained_and_the_architecture_is_drawn(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text().replace(
        "  Orders:\n    Type", "  Orders:  # advise: ignore[QUE001] known\n    Type"
    )
    rows = text.count("\n")

    async def session() -> None:
        async with editor(project) as client:
            client.open(template, text + "# advise: ig\n# rule: \nRules:\n  rule: x\n")
            await client.of(template, 1)
            shown = await client.hover(template, *place_of(text, "QUE001"))
            assert shown.startswith("# source-queue-without-dlq")
            forms = await client.completions(template, rows, len("# advise: ig"))
            assert [each.label for each in forms.items] == ["ignore", "ignore-file"]
            for row, column in ((rows + 1, 8), (rows + 3, 9), (rows + 9, 0), (0, 0)):
                assert (await client.completions(template, row, column)).items == []

            async def drawn(uri: str) -> object:
                return await client.workspace_execute_command_async(
                    types.ExecuteCommandParams("advise.architecture", [uri])
                )

            answer = await drawn(template.as_uri())
            chart = str(getattr(answer, "mermaid", answer))
            assert "flowchart LR" in chart
            assert all(name in chart for name in ("Checkout", "Orders", "Ship", "Parcels"))
            assert await drawn((project / "none.yaml").as_uri()) is None

    asyncio.run(session())
