"""The language server, driven over standard input and output by a real client."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

import pytest
from lsprotocol import types

from tests.editor import editor, place_of
from tests.reports import ORDERS

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that is a project of its own, with the orders application in it."""
    folder = tmp_path.resolve() / "orders"
    shutil.copytree(ORDERS, folder)
    (folder / "advise.toml").write_text('select = ["QUE"]\n')
    return folder


def test_a_session_from_the_first_finding_to_the_last(project: Path) -> None:
    template, machine = project / "template.yaml", project / "workflows" / "fulfilment.asl.json"
    text = template.read_text()

    async def session() -> None:
        async with editor(project) as client:
            # Open: what is wrong is shown where it stands.
            client.open(template)
            found = await client.of(template, 1)
            first = next(each for each in found if each.code == "QUE001")
            assert first.range.start == types.Position(*place_of(text, "Orders:", after="Resou"))
            assert first.severity == types.DiagnosticSeverity.Warning
            assert first.source == "advise"
            assert first.message.startswith("'Orders' feeds 'Ship'")
            assert first.code_description is not None
            assert first.code_description.href.startswith("https://")
            assert first.related_information is not None
            assert first.related_information[0].location.uri == template.as_uri()

            # Hover: the page of the rule.
            hover = await client.hover(template, first.range.start.line, 4)
            assert "# source-queue-without-dlq" in hover

            # Edit: another finding goes as its cause is typed away.
            assert "QUE010" in codes(found)
            start = types.Position(*place_of(text, "30", after="VisibilityTimeout"))
            end = types.Position(start.line, start.character + 2)
            client.change(
                template, 2, types.TextDocumentContentChangePartial(types.Range(start, end), "360")
            )
            assert codes(await client.of(template, 2)) == codes(found) - {"QUE010"}

            # Code action: the fix is made in the text that is there now.
            actions = await client.actions(template, first.range)
            fix = next(each for title, each in actions.items() if not title.startswith("Ignore"))
            assert fix.diagnostics
            assert fix.diagnostics[0].code == "QUE001"
            client.apply(fix.edit)
            assert "QUE001" not in codes(await client.of(template, 3))

            # Definition: from the machine to its file, from the state to its function.
            now = client.texts[template.as_uri()][1]
            (there,) = await client.definitions(template, *place_of(now, "workflows/fulf"))
            assert there.uri == machine.as_uri()
            client.open(machine, language="json")
            await client.of(machine, 1)
            states = machine.read_text()
            targets = await client.definitions(machine, *place_of(states, '"Ship": {'))
            place = types.Position(*place_of(now, "Ship:"))
            assert (template.as_uri(), place) in [(t.uri, t.range.start) for t in targets]
        assert client.code == 0

    asyncio.run(session())


def codes(found: list[types.Diagnostic]) -> set[object]:
    """Return the ids of the rules that diagnostics are of."""
    return {each.code for each in found}


def test_over_a_resource_stands_what_is_known_of_it(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            shown = await client.hover(template, *place_of(text, "BatchSize"))
            assert "FromOrders" in shown
            assert "`BatchSize`: 10" in shown
            shown = await client.hover(template, *place_of(text, "Ship:"))
            assert "AWS::Lambda::Function" in shown
            assert "src/shipping/app.py" in shown
            assert await client.hover(template, 0, 0) == ""

    asyncio.run(session())


def test_one_gets_from_each_end_of_an_edge_to_the_other(project: Path) -> None:
    template, machine = project / "template.yaml", project / "workflows" / "fulfilment.asl.json"
    code = project / "src" / "checkout" / "app.py"
    text, states, python = template.read_text(), machine.read_text(), code.read_text()

    def key(name: str) -> tuple[int, int]:
        return place_of(text, f"  {name}:\n", after="Resources:")

    async def session() -> None:
        async with editor(project) as client:
            client.open(template)
            client.open(machine, language="json")
            client.open(code, language="python")
            await client.of(template, 1)

            async def ends(file: Path, at: tuple[int, int]) -> list[tuple[str, int]]:
                found = await client.definitions(file, at[0], at[1] + 2)
                return [(name_of(project, each), each.range.start.line) for each in found]

            orders, ship = key("Orders")[0], key("Ship")[0]
            asked = place_of(python, "queue.send_message")[0]
            # The queue is polled by one function, and another one sends to it, in its code.
            assert {("template.yaml", ship), ("src/checkout/app.py", asked)} <= set(
                await ends(template, key("Orders"))
            )
            assert ("template.yaml", orders) in await ends(code, place_of(python, "queue.send"))
            # A reference leads to what it names, and an event to its queue.
            assert await ends(template, place_of(text, "!GetAtt Orders.Arn")) == [
                ("template.yaml", orders)
            ]
            assert ("template.yaml", orders) in await ends(template, place_of(text, "FromOrders"))
            assert await ends(template, place_of(text, "[!Ref Stage")) == [
                ("template.yaml", place_of(text, "Stage:")[0])
            ]
            assert await ends(template, place_of(text, "[IsProd, true")) == [
                ("template.yaml", place_of(text, "IsProd:")[0])
            ]
            # A function is run by a state, a machine starts with one, and states follow states.
            state = place_of(states, "${ShipFunction}")[0]
            assert ("workflows/fulfilment.asl.json", state) in await ends(template, key("Ship"))
            assert ("workflows/fulfilment.asl.json", place_of(states, '"StartAt"')[0]) in (
                await ends(template, key("Fulfilment"))
            )
            assert await ends(machine, place_of(states, '"Receipt"\n')) == [
                ("workflows/fulfilment.asl.json", place_of(states, '"Receipt": {')[0])
            ]
            assert set(await ends(machine, place_of(states, "${ShipFunction}"))) == {
                ("template.yaml", place_of(text, "ShipFunction:")[0]),
                ("template.yaml", ship),
            }
            assert ("src/checkout/app.py", place_of(python, "def handler")[0]) in await ends(
                template, place_of(text, "src/checkout/")
            )
            assert await ends(template, place_of(text, "Description")) == []

    asyncio.run(session())


def name_of(project: Path, place: types.Location) -> str:
    """Return the path of a location within the project."""
    return place.uri.removeprefix(f"{project.as_uri()}/")
