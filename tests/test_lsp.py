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

BAD = """\
Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Role: arn:aws:iam::123456789012:role/work
      Code: {S3Bucket: code, S3Key: work.zip}
  Jobs:
    Type: AWS::SQS::Queue
  Polls:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Jobs.Arn
      FunctionName: !Ref Work
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder that is a project of its own, with the orders application in it."""
    folder = tmp_path.resolve() / "orders"
    shutil.copytree(ORDERS, folder)
    (folder / "advise.toml").write_text('select = ["QUE"]\n')
    return folder


def test_a_template_is_judged_when_it_is_opened_and_again_when_it_is_edited(project: Path) -> None:
    template = project / "template.yaml"
    text = template.read_text()

    async def session() -> None:
        async with editor(project) as client:
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
            hover = await client.hover(template, first.range.start.line, 4)
            assert "# source-queue-without-dlq" in hover
            line, _ = place_of(text, "VisibilityTimeout")
            client.change(
                template,
                2,
                types.TextDocumentContentChangePartial(
                    types.Range(types.Position(line, 0), types.Position(line, 0)),
                    "      RedrivePolicy:\n"
                    "        {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 5}\n",
                ),
            )
            assert "QUE001" not in {each.code for each in await client.of(template, 2)}
        assert client.code == 0

    asyncio.run(session())


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
