"""What an editor does all day: half-typed texts, several files, other settings, odd requests."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from typing import TYPE_CHECKING

import pytest
import yaml
from lsprotocol import types

from tests.commands import RULES, process
from tests.editor import editor, place_of
from tests.reports import ORDERS
from tests.test_lsp import codes

if TYPE_CHECKING:
    from pathlib import Path

    from tests.editor import Editor

QUEUES = """\
Resources:
  Orders:
    Type: AWS::SQS::Queue
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "#"
      Handler: index.handler
      Runtime: python3.13
      Events:
        FromOrders:
          Type: SQS
          Properties: {Queue: !GetAtt Orders.Arn}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that is a project of its own, with the orders application in it."""
    folder = tmp_path.resolve() / "orders"
    shutil.copytree(ORDERS, folder)
    (folder / "advise.toml").write_text('select = ["QUE"]\n')
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder that is a project of its own."""
    top = tmp_path.resolve()
    (top / "advise.toml").write_text('select = ["QUE001"]\n')
    return top


# --- broken texts -------------------------------------------------------------------------------


def test_what_is_broken_is_said_and_what_was_known_stays(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            before = await client.of(template, 1)
            line, _ = place_of(text, "  Orders:\n", after="Resources:")
            at = types.Position(line, 0)
            client.change(
                template,
                2,
                types.TextDocumentContentChangePartial(types.Range(at, at), "  New: [\n"),
            )
            broken = await client.of(template, 2)
            (error,) = (each for each in broken if each.code is None)
            assert error.severity == types.DiagnosticSeverity.Error
            assert error.range.start.line >= line
            # What stands below has moved by one line and is still known.
            assert codes(broken) - {None} == codes(before)
            moved = {each.code: each.range.start.line for each in broken}
            for each in before:
                is_below = each.range.start.line >= line
                assert moved[each.code] == each.range.start.line + is_below
            hover = await client.hover(template, *place_of(text, "Handler: app.handler"))
            assert hover == ""
            row, column = place_of(text, "BatchSize")
            assert "FromOrders" in await client.hover(template, row + 1, column)
            targets = await client.definitions(template, row, column + 9)
            assert [each.range.start.line for each in targets] == [line + 1]
            # No edit is offered in a text that cannot be read.
            assert (
                await client.actions(template, types.Range(at, types.Position(line + 9, 0))) == {}
            )
            client.change(template, 3, text)
            assert await client.of(template, 3) == before

    asyncio.run(session())


def test_a_broken_template_does_not_make_others_wrong(folder: Path) -> None:
    parent, child = folder / "parent.yaml", folder / "child.yaml"
    child.write_text(QUEUES.replace("Resources:", "Parameters: {Dead: {Type: String}}\nResources:"))
    parent.write_text(
        "Resources:\n  Part:\n    Type: AWS::CloudFormation::Stack\n"
        "    Properties: {TemplateURL: child.yaml}\n"
    )

    async def session() -> None:
        async with editor(folder) as client:
            client.open(parent)
            client.open(child)
            found = await client.of(child, 1)
            assert codes(found) == {"QUE001"}
            await client.of(parent, 1)
            client.change(parent, 2, "Resources:\n  Part: {Type: [\n")
            (error,) = await client.of(parent, 2)
            assert error.code is None
            assert [*client.diagnostics[child.as_uri()].diagnostics] == found
            # Nothing but a template is nothing to complain of.
            client.change(parent, 3, "# later\n")
            assert await client.of(parent, 3) == []
            for version, text in enumerate(["", "[" * 30_000, "A: {B: " * 200, "\x00"], start=4):
                client.change(parent, version, text)
                assert await client.hover(parent, 0, 0) == ""
                assert await client.hover(parent, 99, 99) == ""
            client.change(parent, 9, QUEUES)
            assert codes(await client.of(parent, 9)) == {"QUE001"}

    asyncio.run(session())


def test_no_text_that_somebody_types_ends_the_server(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()
    dice = random.Random(11)  # noqa: S311 - no secret
    hostile = [
        "", "\x00", "\ufeff", "{", "[" * 5_000, "a: &a [*a]\n", "- " * 2_000, "\ud7ff\U0001f4a9",
        "Resources: !Ref\n", "Resources:\n  A: {Type: AWS::SQS::Queue, Properties: [1]}\n",
        "%YAML 9.9\n---\nResources: {}", "? [a]\n: b\n", "<<: *x", "!!python/object:os.system x",
        "# advise: ignore[", "\r\r\n\x85\u2028Resources:",
    ]  # fmt: skip

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            version = 1
            for _ in range(40):
                now = client.texts[template.as_uri()][1]
                start = dice.randrange(len(now) + 1)
                end = min(len(now), start + dice.choice([0, 1, 5, 400]))
                new = dice.choice([*hostile, text[start : start + 40], "\n", "  "])
                version += 1
                client.change(template, version, now[:start] + new + now[end:])
                if dice.random() < 0.2:
                    version += 1
                    client.change(template, version, dice.choice([text, *hostile]))
                line = dice.randrange(150)
                place = types.Position(line, dice.randrange(80))
                await client.hover(template, place.line, place.character)
                await client.definitions(template, place.line, place.character)
                await client.completions(template, place.line, place.character)
                await client.actions(template, types.Range(place, types.Position(line + 3, 0)))
            client.change(template, version + 1, text)
            assert "QUE001" in codes(await client.of(template, version + 1))
        assert client.code == 0
        assert not [each for each in client.messages if "internal error" in each]

    asyncio.run(session())


# --- positions ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", ""])
def test_columns_count_in_the_units_that_were_agreed_on(encoding: str, folder: Path) -> None:
    file = folder / "template.yaml"
    wide = '"\U0001f4e6ä": {Type: AWS::SNS::Topic}'
    text = "Resources: {" + wide + ", " + json.dumps(yaml_data(QUEUES)["Resources"])[1:]

    async def session() -> None:
        async with editor(folder, encodings=[encoding] if encoding else None) as client:
            assert client.server is not None
            # An editor that names none counts in UTF-16.
            assert client.server.capabilities.position_encoding == (encoding or "utf-16")
            client.open(file, text)
            (found,) = await client.of(file, 1)
            codec, width = ("utf-8", 1) if encoding else ("utf-16-le", 2)
            before = text[: text.index('"Orders"')]
            column = len(before.encode(codec)) // width
            assert found.range.start == types.Position(0, column)
            at = types.Range(types.Position(0, column), types.Position(0, column))
            client.change(file, 2, types.TextDocumentContentChangePartial(at, " "))
            (moved,) = await client.of(file, 2)
            assert moved.range.start == types.Position(0, column + 1)

    asyncio.run(session())


def yaml_data(text: str) -> dict[str, object]:
    """Return a template's data, its functions in long form."""
    data: dict[str, object] = yaml.safe_load(
        text.replace("!GetAtt Orders.Arn", "{'Fn::GetAtt': [Orders, Arn]}")
    )
    return data


# --- several files, and what lies beside them ---------------------------------------------------


def test_unsaved_code_and_definitions_count_with_the_template(project: Path) -> None:
    (project / "advise.toml").write_text('select = ["WFL028", "DAT"]\n')
    template, machine = project / "template.yaml", project / "workflows" / "fulfilment.asl.json"
    states = machine.read_text()
    retry = '"Retry": [{"ErrorEquals": ["States.ALL"]}], "ResultPath"'

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            client.open(machine, language="json")
            assert codes(await client.of(machine, 1)) == {"WFL028"}
            client.change(
                machine, 2,
                states.replace('"ResultPath"', retry).replace('"End": true', f"{retry}: null"),
            )  # fmt: skip
            assert "WFL028" not in codes(await client.of(machine, 2))
            client.text_document_did_close(
                types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(machine.as_uri()))
            )
            # What was not saved is gone, and so is what was said of it.
            client.open(machine, language="json")
            assert codes(await client.of(machine, 1)) == {"WFL028"}

    asyncio.run(session())


def test_only_the_newest_text_is_spoken_of(folder: Path) -> None:
    file = folder / "template.yaml"
    last = 30

    async def session() -> None:
        async with editor(folder) as client:
            client.open(file, QUEUES)
            for version in range(2, last + 1):
                client.change(file, version, QUEUES + f"# {version}\n")
            assert codes(await client.of(file, last)) == {"QUE001"}
            versions = [each.version for each in client.published]
            assert versions == sorted(versions, key=lambda each: each or 0)
            assert len(versions) < last
            # What was shown of a text goes with it.
            client.text_document_did_close(
                types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(file.as_uri()))
            )
            await client.until(lambda: not client.diagnostics[file.as_uri()].diagnostics)
            # A text that has no file yet is judged as any other.
            uri = "untitled:Untitled-1"
            client.text_document_did_open(
                types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, "yaml", 1, QUEUES))
            )
            await client.until(lambda: uri in client.diagnostics)
            assert codes(list(client.diagnostics[uri].diagnostics)) == {"QUE001"}

    asyncio.run(session())


def test_a_changed_configuration_counts_at_once(folder: Path) -> None:
    file, settings = folder / "template.yaml", folder / "advise.toml"

    async def session() -> None:
        async with editor(folder) as client:
            await client.until(lambda: bool(client.watchers))
            options = client.watchers[0].register_options
            assert "advise.toml" in str(options)
            client.open(file, QUEUES)
            assert codes(await client.of(file, 1)) == {"QUE001"}
            settings.write_text('select = ["API"]\n')
            told(client, settings)
            await client.until(lambda: not client.diagnostics[file.as_uri()].diagnostics)
            settings.write_text("select = [\n")
            told(client, settings)
            await client.until(lambda: any("advise.toml" in each for each in client.messages))
            settings.write_text('select = ["QUE001"]\n')
            client.text_document_did_save(
                types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(settings.as_uri()))
            )
            await client.until(lambda: bool(client.diagnostics[file.as_uri()].diagnostics))

    asyncio.run(session())


def told(client: Editor, file: Path) -> None:
    """Tell the server that a file has changed on the disk."""
    client.workspace_did_change_watched_files(
        types.DidChangeWatchedFilesParams(
            [types.FileEvent(file.as_uri(), types.FileChangeType.Changed)]
        )
    )


def test_rules_of_a_repository_are_code_and_run_only_where_it_is_trusted(folder: Path) -> None:
    own = folder / "own"
    shutil.copytree(RULES, own)
    (folder / "advise.toml").write_text('rule-directories = ["own"]\n')
    file = folder / "template.yaml"

    async def found(options: dict[str, object]) -> set[object]:
        async with editor(folder, options=options) as client:
            client.open(file, QUEUES)
            return codes(await client.of(file, 1))

    assert "QUE998" not in asyncio.run(found({"trusted": "yes", "severity": 7, "scope": []}))
    assert "QUE998" in asyncio.run(found({"trusted": True}))


def test_the_settings_of_an_editor_may_change(folder: Path) -> None:
    (folder / "advise.toml").write_text("")
    file = folder / "template.yaml"
    (folder / "other.yaml").write_text(QUEUES)

    async def session() -> None:
        async with editor(folder, options={"severity": "error"}) as client:
            client.open(file, QUEUES)
            assert await client.of(file, 1) == []
            client.workspace_did_change_configuration(
                types.DidChangeConfigurationParams({"advise": {"scope": "project"}})
            )
            other = (folder / "other.yaml").as_uri()
            await client.until(lambda: other in client.diagnostics)
            assert codes(list(client.diagnostics[other].diagnostics)) >= {"QUE001"}

    asyncio.run(session())


def test_a_nearer_root_counts_as_soon_as_it_is_there(folder: Path) -> None:
    part = folder / "part"
    part.mkdir()
    file, settings = part / "template.yaml", part / "advise.toml"
    file.write_text(QUEUES)

    async def session() -> None:
        async with editor(folder) as client:
            client.open(file)
            assert codes(await client.of(file, 1)) == {"QUE001"}
            settings.write_text('select = ["SEC"]\n')
            told(client, settings)
            await client.until(lambda: not client.diagnostics[file.as_uri()].diagnostics)
            # What the former project takes back does not take away what this one says.
            settings.write_text('select = ["QUE001", "QUE010"]\n')
            client.open(settings, language="toml")
            client.text_document_did_save(
                types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(settings.as_uri()))
            )
            await client.until(lambda: bool(client.diagnostics[file.as_uri()].diagnostics))
            client.change(file, 2, QUEUES + "\n")
            assert "QUE001" in codes(await client.of(file, 2))

    asyncio.run(session())


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"Content-Length: 5\r\n\r\nhello",
        b'Content-Length: 61\r\n\r\n{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{}}',
    ],
    ids=["nothing", "no-json", "no-parameters"],
)
def test_a_server_whose_editor_is_gone_ends_and_says_what_it_did_not_understand(
    sent: bytes,
) -> None:
    code, _, complaints = process("lsp", stdin=sent)
    assert code == 1
    assert "Traceback" not in complaints
    assert len(complaints.splitlines()) <= 3
