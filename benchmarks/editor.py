"""Time from a keystroke to the diagnostics of it, and from a question to its answer.

A real client of the protocol speaks with the server over standard input and output.

    python benchmarks/editor.py [--rounds 20] [RESOURCES…]

For each size one template is opened: functions with code in it, the queues and tables that they
use, topics. Then, `rounds` times each:

- one keystroke somewhere in the middle, after a pause: milliseconds to the diagnostics of it
- a word typed at ten keystrokes a second: milliseconds from the last one
- hover over the resource after a keystroke, and once more without one
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING

from lsprotocol import types

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.editor import editor  # the same client as the tests

if TYPE_CHECKING:
    from tests.editor import Editor

SIZES = (20, 100, 500)
BETWEEN = 0.1
"""Seconds between two keystrokes of somebody who types."""
PAUSE = 0.5
"""Seconds without one, after which the next counts as the first."""
_BLOCK = """\
  Work{n}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Timeout: 20
      InlineCode: |
        import boto3, os
        queue = boto3.client('sqs')
        def handler(event, context):
            queue.send_message(QueueUrl=os.environ['NEXT'], MessageBody='x')
      Environment:
        Variables:
          NEXT: !Ref Next{n}
          TABLE: !Ref Table{n}
      Policies:
        - SQSSendMessagePolicy: {{QueueName: !GetAtt Next{n}.QueueName}}
        - DynamoDBCrudPolicy: {{TableName: !Ref Table{n}}}
      Events:
        Poll:
          Type: SQS
          Properties: {{Queue: !GetAtt Jobs{n}.Arn, BatchSize: 10}}
  Jobs{n}:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
  Next{n}:
    Type: AWS::SQS::Queue
  Table{n}:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{{AttributeName: id, AttributeType: S}}]
      KeySchema: [{{AttributeName: id, KeyType: HASH}}]
  Topic{n}:
    Type: AWS::SNS::Topic
"""


def template(resources: int) -> str:
    """Return a template of that many resources, in blocks of five."""
    head = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
    return head + "".join(_BLOCK.format(n=n) for n in range(resources // 5))


class Typist:
    """Types digits into one value of one open template."""

    def __init__(self, client: Editor, file: Path, text: str, resources: int) -> None:
        self._client = client
        self._file = file
        mark = f"  Jobs{resources // 10}:\n"
        self.key = text[: text.index(mark)].count("\n")
        self._line = text[: text.index("VisibilityTimeout", text.index(mark))].count("\n")
        self._column = len("      VisibilityTimeout: ")
        self._version = 1
        self._now = "30"

    def type(self, digits: str) -> float:
        """Replace the value; return when."""
        end = self._column + len(self._now)
        where = types.Range(
            types.Position(self._line, self._column), types.Position(self._line, end)
        )
        self._version += 1
        self._now = digits
        self._client.change(
            self._file, self._version, types.TextDocumentContentChangePartial(where, digits)
        )
        return perf_counter()

    async def shown(self) -> None:
        """Wait for the diagnostics of what was typed last."""
        await self._client.of(self._file, self._version)

    async def hover(self) -> None:
        """Ask about the function that polls the queue, of which nothing is found."""
        assert await self._client.hover(self._file, self.key - 4, 8)  # noqa: S101 - or the time is that of nothing


def processor(client: Editor) -> float:
    """Return the seconds of processor time that the server has used; zero where nothing tells."""
    server = client._server  # noqa: SLF001 - the client keeps it to itself
    try:
        said = Path(f"/proc/{server.pid if server else 0}/stat").read_text(encoding="ascii")
    except OSError:
        return 0.0
    user, system = said.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


Round = tuple[float, float]
"""Seconds by the clock, and of the server's processor time."""


async def measured(resources: int, rounds: int) -> dict[str, list[Round]]:
    """Return what each kind of round has taken."""
    found: dict[str, list[Round]] = {}
    with TemporaryDirectory() as name:
        folder = Path(os.path.realpath(name))  # noqa: ASYNC240 - nobody else waits
        (folder / "advise.toml").write_text("")
        file = folder / "template.yaml"
        text = template(resources)
        async with editor(folder) as client:
            started, before = perf_counter(), processor(client)

            def took(kind: str) -> None:
                seconds = perf_counter() - started
                found.setdefault(kind, []).append((seconds, processor(client) - before))

            client.open(file, text)
            await client.of(file, 1)
            took("opened")
            typist = Typist(client, file, text, resources)
            for number in range(rounds):
                await asyncio.sleep(PAUSE)
                before, started = processor(client), typist.type(str(31 + number))
                await typist.shown()
                took("keystroke")
                for kind in ("hover after it", "hover again"):
                    before, started = processor(client), perf_counter()
                    await typist.hover()
                    took(kind)
            for number in range(rounds):
                await asyncio.sleep(PAUSE)
                before = processor(client)
                for length in range(1, 5):
                    started = typist.type(str(1_111 + number)[:length])
                    if length < 4:
                        await asyncio.sleep(BETWEEN)
                await typist.shown()
                took("end of a word")
    return found


def main() -> None:
    """Print a row for each size and kind of round, in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, metavar="RESOURCES")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    print("resources  round            median     p90     max   processor  (ms)")
    for size in given.sizes:
        for kind, rounds in asyncio.run(measured(size, given.rounds)).items():
            each = sorted(1000 * seconds for seconds, _ in rounds)
            ninth = quantiles(each, n=10)[-1] if len(each) > 1 else each[0]
            used = 1000 * sum(seconds for _, seconds in rounds) / len(rounds)
            print(
                f"{size:>9}  {kind:<15} {median(each):>7.0f} {min(ninth, each[-1]):>7.0f}"
                f" {each[-1]:>7.0f} {used:>11.0f}"
            )


if __name__ == "__main__":
    main()
