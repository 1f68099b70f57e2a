"""Forms in which people write handlers: what is resolved, and what is left open."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from advisor.source.code import FunctionCode
from advisor.source.facts import Facts
from advisor.source.read import SourceReader

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("tree_sitter", reason="the optional wheels for JavaScript are not installed")


def read(root: Path, files: dict[str, str], runtime: str) -> Facts:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    found = SourceReader(root).read(FunctionCode("Fn", root, "app.handler", runtime))
    assert isinstance(found, Facts)
    return found


def python(root: Path, body: str) -> Facts:
    text = "import os\nimport boto3\n" + textwrap.dedent(body)
    return read(root, {"app.py": text}, "python3.13")


def script(root: Path, body: str, name: str = "app.ts") -> Facts:
    return read(root, {name: body}, "nodejs24.x")


def said(facts: Facts) -> list[str]:
    """Each call as its action, its target and, for Lambda, how it is invoked."""
    return sorted(
        " ".join(
            part
            for part in (call.action, call.target.text, call.invocation and call.invocation.value)
            if part
        )
        for call in facts.calls
    )


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        (
            """
            clients = {}
            def client(name):
                if name not in clients:
                    clients[name] = boto3.client(name)
                return clients[name]
            def handler(event, context):
                client("sqs").send_message(QueueUrl=os.environ["Q"], MessageBody="")
            """,
            ["sqs:SendMessage Q"],
        ),
        (
            """
            from concurrent.futures import ThreadPoolExecutor
            client = boto3.client("lambda")
            def call(item):
                return client.invoke(FunctionName=os.environ["ONE"], Payload=item)
            def handler(event, context):
                with ThreadPoolExecutor() as pool:
                    list(pool.map(call, event["items"]))
                    pool.submit(client.invoke, FunctionName=os.environ["TWO"])
            """,
            [
                "lambda:InvokeFunction ONE RequestResponse",
                "lambda:InvokeFunction TWO RequestResponse",
            ],
        ),
        (
            """
            from threading import Thread
            sns = boto3.client("sns")
            def tell(topic):
                sns.publish(TopicArn=topic, Message="")
            def handler(event, context):
                Thread(target=tell, args=(os.environ["T"],)).start()
            """,
            ["sns:Publish T"],
        ),
        (
            """
            from functools import partial
            client = boto3.client("lambda")
            invoke = partial(client.invoke, InvocationType="Event")
            def handler(event, context):
                invoke(FunctionName=os.environ["F"])
            """,
            ["lambda:InvokeFunction Event"],
        ),
        (
            """
            client = boto3.client("lambda")
            def handler(event, context):
                arguments = {"FunctionName": os.environ["F"]}
                if event.get("later"):
                    arguments["InvocationType"] = "Event"
                client.invoke(**arguments)
            """,
            ["lambda:InvokeFunction F unknown"],
        ),
        (
            """
            from pydantic_settings import BaseSettings, SettingsConfigDict
            from pydantic import Field
            class Settings(BaseSettings):
                model_config = SettingsConfigDict(env_prefix="shop_")
                table: str = "orders"
                queue: str = Field(alias="QUEUE_URL")
            settings = Settings()
            def handler(event, context):
                boto3.client("dynamodb").put_item(TableName=settings.table, Item={})
                boto3.client("sqs").send_message(QueueUrl=settings.queue, MessageBody="")
            """,
            ["dynamodb:PutItem SHOP_TABLE", "sqs:SendMessage QUEUE_URL"],
        ),
    ],
    ids=["cached by name", "executor", "thread", "partial", "set on one way", "settings"],
)
def test_python_written_in_this_form_is_read(tmp_path: Path, body: str, calls: list[str]) -> None:
    assert said(python(tmp_path, body)) == calls


LAMBDA = (
    "import { LambdaClient, InvokeCommand } from '@aws-sdk/client-lambda';\n"
    "const client = new LambdaClient({});\n"
)
SQS = "import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';\n"


@pytest.mark.parametrize(
    ("body", "calls"),
    [
        (
            SQS
            + "const client = new SQSClient({});"
            + "const send = async (url: string, later?: number) => {"
            + " const message: any = { QueueUrl: url };"
            + " if (later) { message.DelaySeconds = later; }"
            + " await client.send(new SendMessageCommand(message)); };"
            + "export const handler = async () => { await send(process.env.Q!, 5); };",
            ["sqs:SendMessage Q"],
        ),
        (
            LAMBDA
            + "export const handler = async (event: any) => {"
            + " const input: any = { FunctionName: process.env.F };"
            + " if (event.later) { input.InvocationType = 'Event'; }"
            + " await client.send(new InvokeCommand(input)); };",
            ["lambda:InvokeFunction F unknown"],
        ),
        (
            LAMBDA
            + "export const handler = async () => {"
            + " client.send(new InvokeCommand({ FunctionName: process.env.F })); };",
            ["lambda:InvokeFunction F not awaited"],
        ),
        (
            LAMBDA
            + "const fire = async (f: string) =>"
            + " client.send(new InvokeCommand({ FunctionName: f }));"
            + "export const handler = async () => { fire(process.env.F!).catch(console.error); };",
            ["lambda:InvokeFunction F not awaited"],
        ),
        (
            LAMBDA
            + "export const handler = async () => {"
            + " return client.send(new InvokeCommand({ FunctionName: process.env.F })); };",
            ["lambda:InvokeFunction F RequestResponse"],
        ),
        (
            LAMBDA
            + "export const handler = (event: any, context: any, done: any) => {"
            + " client.send(new InvokeCommand({ FunctionName: process.env.F }), done); };",
            ["lambda:InvokeFunction F RequestResponse"],
        ),
        (
            SQS
            + "import { z } from 'zod';"
            + "const env = z.object({ Q: z.string() }).parse(process.env);"
            + "export const handler = async () => {"
            + " await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: env.Q })); };",
            ["sqs:SendMessage Q"],
        ),
        (
            SQS
            + "import { container } from 'some-container';"
            + "export const handler = async () => { await container.get('sqs')"
            + ".send(new SendMessageCommand({ QueueUrl: process.env.Q })); };",
            ["sqs:SendMessage Q"],
        ),
        (
            (
                "import { withDurableExecution } from '@aws/durable-execution-sdk-js';"
                "export const handler = withDurableExecution(async (event, context) => {"
                " await context.invoke('charge', process.env.CHARGE, event); });"
            ),
            ["lambda:InvokeFunction CHARGE suspended"],
        ),
    ],
    ids=[
        "set later",
        "type set on one way",
        "dropped",
        "dropped by a caller",
        "returned",
        "callback",
        "zod",
        "container",
        "durable",
    ],
)
def test_typescript_written_in_this_form_is_read(
    tmp_path: Path, body: str, calls: list[str]
) -> None:
    assert said(script(tmp_path, body)) == calls


def test_names_that_tsconfig_gives_to_folders_are_followed(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "tsconfig.json": """
                {
                  // names of folders
                  "compilerOptions": {"paths": {"@shop/*": ["./shared/*"]},},
                }
                """,
            "app.ts": "export { handler } from '@shop/orders';",
            "shared/orders.ts": SQS
            + "import * as url from '@shop/url'; const client = new SQSClient({});"
            + "export const handler = async () => {"
            + " await client.send(new SendMessageCommand({ QueueUrl: url.of() })); };",
            "shared/url/index.ts": "export const of = () => process.env.Q;",
        },
        "nodejs24.x",
    )
    assert said(facts) == ["sqs:SendMessage Q"]
    assert facts.is_complete


@pytest.mark.parametrize("spec", ["./generated/model", "@/model", "../outside"])
def test_an_import_that_leads_nowhere_is_said(tmp_path: Path, spec: str) -> None:
    facts = script(tmp_path, f"import {{ save }} from '{spec}';\nexport const handler = save;")
    assert facts.problems == (f"app.ts: '{spec}' leads to no file",)
    assert not facts.is_complete


def test_data_beside_the_code_is_no_code_that_is_missing(tmp_path: Path) -> None:
    facts = script(
        tmp_path, "import words from './words.json';\nexport const handler = async () => words;"
    )
    assert facts.is_complete


@pytest.mark.parametrize(
    "body",
    [
        "const { A, ...rest } = process.env; export const handler = async () => rest;",
        "const all = { ...process.env }; export const handler = async () => all;",
        "export const handler = async (event) => { for (const k of [process.env]) f(k); };",
    ],
)
def test_whoever_takes_the_whole_environment_may_read_all_of_it(tmp_path: Path, body: str) -> None:
    assert script(tmp_path, body).environment_is_open


def test_asking_whether_a_variable_is_there_leaves_the_others_unread(tmp_path: Path) -> None:
    facts = python(
        tmp_path,
        """
        def handler(event, context):
            if "DEBUG" in os.environ:
                print(os.environ["LEVEL"])
        """,
    )
    assert not facts.environment_is_open
    assert [item.name for item in facts.environment] == ["LEVEL"]


@pytest.mark.parametrize(
    ("body", "answers", "may"),
    [
        (
            """
            from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
            processor = BatchProcessor(event_type=EventType.SQS)
            def handler(event, context):
                with processor(records=event["Records"], handler=print):
                    processor.process()
                return processor.response()
            """,
            True,
            True,
        ),
        (
            """
            from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
            from aws_lambda_powertools.utilities.batch import batch_processor
            processor = BatchProcessor(event_type=EventType.SQS)
            @batch_processor(record_handler=print, processor=processor)
            def handler(event, context):
                return processor.response()
            """,
            True,
            True,
        ),
        (
            """
            from aws_lambda_powertools.utilities.batch import process_partial_response
            def handler(event, context):
                print(event)
            """,
            False,
            False,
        ),
        (
            """
            def failed(ids):
                return {"batchItemFailures": ids}
            def handler(event, context):
                print(event)
            """,
            False,
            True,
        ),
    ],
    ids=["processor", "decorator", "imported only", "not called"],
)
def test_only_what_runs_answers_for_a_batch(
    tmp_path: Path, body: str, *, answers: bool, may: bool
) -> None:
    facts = python(tmp_path, body)
    assert (facts.batch_item_failures is not None) is answers
    assert facts.may_answer_batches is may


def test_trying_again_after_a_failure_is_neither_polling_nor_sleeping(tmp_path: Path) -> None:
    facts = python(
        tmp_path,
        """
        import time
        def handler(event, context):
            table = boto3.resource("dynamodb").Table(os.environ["T"])
            for attempt in range(5):
                try:
                    return table.get_item(Key=event["key"])
                except Exception:
                    time.sleep(2)
        """,
    )
    assert facts.polling == ()
    assert facts.sleeps == ()


@pytest.mark.parametrize(
    "body",
    [
        "def handler(event, context):\n    wrap(boto3.client('sqs').send_message)()",
        "def handler(event, context):\n    clients[0].send_message(**event)",
        "def handler(event, context):\n    boto3.resource('s3').Bucket('b').objects.made_up()",
    ],
    ids=["handed on", "unknown client", "part of a resource"],
)
def test_what_may_call_unseen_leaves_the_facts_incomplete(tmp_path: Path, body: str) -> None:
    assert not python(tmp_path, body).is_complete


def test_one_entry_of_a_module_is_not_all_of_it(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "app.js": "const orders = require('./orders');"
            "exports.handler = async (event) => orders.load(event.id);",
            "orders.js": """
                const { DynamoDB } = require('@aws-sdk/client-dynamodb');
                const load = async (id) => exports.client.getItem({ TableName: process.env.T });
                const drop = async (id) => exports.client.deleteItem({ TableName: process.env.T });
                exports = module.exports = { client: new DynamoDB(), load, drop };
                """,
        },
        "nodejs24.x",
    )
    assert said(facts) == ["dynamodb:GetItem T"]


def test_code_that_only_a_name_may_lead_to_is_kept_apart(tmp_path: Path) -> None:
    facts = python(
        tmp_path,
        """
        class Pages:
            def show(self):
                return boto3.client("s3").get_object(Bucket=os.environ["B"], Key="k")
            def drop(self):
                return boto3.client("s3").delete_object(Bucket=os.environ["C"], Key="k")
        def handler(event, context):
            return globals()[event["what"]]().show()
        """,
    )
    assert facts.calls == ()
    assert [call.operation for call in facts.possible_calls] == ["GetObject"]
    assert facts.possible_variables == {"B"}


POLL = """
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const { AthenaClient, GetQueryExecutionCommand } = require('@aws-sdk/client-athena');
const client = new AthenaClient({});
exports.handler = async (event) => {
  let found;
  do {
    await sleep(2000);
    found = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: event.id }));
  } while (found.QueryExecution.Status.State === 'RUNNING');
};
"""
AGAIN = """
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const { DynamoDB } = require('@aws-sdk/client-dynamodb');
const client = new DynamoDB({});
exports.handler = async (event) => {
  for (let i = 0; i < 3; i++) {
    try {
      return await client.getItem({ TableName: process.env.T, Key: event.key });
    } catch (error) {
      await sleep(2000);
    }
  }
};
"""


@pytest.mark.parametrize(
    ("body", "polled", "slept"), [(POLL, ["GetQueryExecution"], [2.0]), (AGAIN, [], [])]
)
def test_a_helper_that_waits_is_where_it_is_called(
    tmp_path: Path, body: str, polled: list[str], slept: list[float]
) -> None:
    facts = script(tmp_path, body, "app.js")
    assert [loop.operation for loop in facts.polling] == polled
    assert [sleep.seconds for sleep in facts.sleeps if sleep.in_loop] == slept


def test_asking_for_the_next_page_is_no_polling(tmp_path: Path) -> None:
    facts = python(
        tmp_path,
        """
        import time
        client = boto3.client("logs")
        def handler(event, context):
            token = ""
            while token is not None:
                found = client.describe_log_groups(nextToken=token)
                token = found.get("nextToken")
                time.sleep(1)
        """,
    )
    assert facts.polling == ()


def test_the_client_beneath_a_resource_is_a_client(tmp_path: Path) -> None:
    facts = python(
        tmp_path,
        """
        table = boto3.resource("dynamodb").Table(os.environ["T"])
        def handler(event, context):
            with table.batch_writer() as batch:
                batch.put_item(Item=event)
            table.meta.client.put_item(TableName=os.environ["U"], Item=event)
        """,
    )
    assert said(facts) == ["dynamodb:BatchWriteItem T", "dynamodb:PutItem U"]
    assert facts.is_complete


def test_a_client_that_a_tracer_hands_back_is_the_same_client(tmp_path: Path) -> None:
    body = SQS + (
        "import { Tracer } from '@aws-lambda-powertools/tracer';"
        "const tracer = new Tracer(); const client = tracer.captureAWSv3Client(new SQSClient({}));"
        "export const handler = async () => {"
        " await client.send(new SendMessageCommand({ QueueUrl: process.env.Q })); };"
    )
    facts = script(tmp_path, body)
    assert said(facts) == ["sqs:SendMessage Q"]
    assert [client.service for client in facts.clients] == ["sqs"]
    assert facts.is_complete
