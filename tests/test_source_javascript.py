"""What is read of handlers in JavaScript and TypeScript."""

from __future__ import annotations

import textwrap
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.source import javascript
from advisor.source.code import FunctionCode
from advisor.source.facts import Facts, Invocation, Phase
from advisor.source.read import SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.source.facts import SdkCall

pytest.importorskip("tree_sitter", reason="the optional wheels for JavaScript are not installed")


def read(root: Path, files: dict[str, str], handler: str = "app.handler") -> Facts:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    found = SourceReader(root).read(FunctionCode("Fn", root, handler, "nodejs22.x"))
    assert isinstance(found, Facts)
    return found


def said(calls: tuple[SdkCall, ...]) -> list[str]:
    return [f"{call.action} {call.target.kind.value} {call.target.text}".strip() for call in calls]


VERSION_2 = "const AWS = require('aws-sdk');\n"


@pytest.mark.parametrize(
    ("before", "call", "expected"),
    [
        (
            VERSION_2 + "const q = new AWS.SQS();",
            "await q.sendMessage({ QueueUrl: process.env.Q }).promise()",
            "sqs:SendMessage environment variable Q",
        ),
        (
            "const S3 = require('aws-sdk/clients/s3'); const s = new S3();",
            "s.getObject({ Bucket: 'b', Key: event.key }, done)",
            "s3:GetObject literal b",
        ),
        (
            VERSION_2 + "const d = new AWS.DynamoDB.DocumentClient();",
            "await d.put({ TableName: process.env['T'] }).promise()",
            "dynamodb:PutItem environment variable T",
        ),
        (
            (
                "const X = require('aws-xray-sdk'); const AWS = X.captureAWS(require('aws-sdk'));"
                "const f = new AWS.StepFunctions();"
            ),
            "f.startExecution({ stateMachineArn: process.env.M }).promise()",
            "states:StartExecution environment variable M",
        ),
        (
            (
                "import { SFNClient, StartExecutionCommand as Start } from '@aws-sdk/client-sfn';"
                "const c = new SFNClient({});"
            ),
            "await c.send(new Start({ stateMachineArn: process.env.M }))",
            "states:StartExecution environment variable M",
        ),
        (
            "import { SNS } from '@aws-sdk/client-sns'; const c = new SNS();",
            "await c.publish({ TopicArn: `${process.env.T}` })",
            "sns:Publish environment variable T",
        ),
        (
            (
                "import * as ddb from '@aws-sdk/lib-dynamodb';"
                "import { DynamoDBClient } from '@aws-sdk/client-dynamodb';"
                "const { TABLE: table } = process.env;"
                "const c = ddb.DynamoDBDocumentClient.from(new DynamoDBClient({}));"
            ),
            "await c.send(new ddb.UpdateCommand({ TableName: table }))",
            "dynamodb:UpdateItem environment variable TABLE",
        ),
        (
            (
                "import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';"
                "const c = new EventBridgeClient(); const bus = process.env.BUS ?? 'default';"
            ),
            "await c.send(new PutEventsCommand({ Entries: [{ EventBusName: bus }] }))",
            "events:PutEvents environment variable BUS",
        ),
        (
            (
                "import { getSignedUrl } from '@aws-sdk/s3-request-presigner';"
                "import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';"
            ),
            "await getSignedUrl(new S3Client({}), new PutObjectCommand({ Bucket: 'b' }))",
            "s3:PutObject literal b",
        ),
        (
            "import { paginateScan } from '@aws-sdk/client-dynamodb';",
            "for await (const page of paginateScan({ client }, { TableName: 't' })) {}",
            "dynamodb:Scan literal t",
        ),
    ],
)
def test_a_call_names_action_and_target(
    tmp_path: Path, before: str, call: str, expected: str
) -> None:
    text = f"{before}\nexports.handler = async (event) => {{ {call}; }};\n"
    facts = read(tmp_path, {"app.js": text})
    assert said(facts.calls) == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Invocation.REQUEST_RESPONSE),
        ("InvocationType: 'Event'", Invocation.EVENT),
        ("InvocationType: InvocationType.Event", Invocation.EVENT),
        ("InvocationType: Kind.Later", Invocation.EVENT),
        ("InvocationType: event.kind", Invocation.UNKNOWN),
        ("...event", Invocation.UNKNOWN),
    ],
)
def test_the_invocation_type_is_read_and_never_guessed(
    tmp_path: Path, words: str, expected: Invocation
) -> None:
    text = f"""
        import {{ InvocationType, InvokeCommand, LambdaClient }} from '@aws-sdk/client-lambda';
        enum Kind {{ Later = 'Event' }}
        const client: LambdaClient = new LambdaClient({{}});
        export const handler = async (event: any): Promise<void> => {{
          await client.send(new InvokeCommand({{ FunctionName: 'f', {words} }}));
        }};
    """
    facts = read(tmp_path, {"app.ts": text})
    assert [call.invocation for call in facts.calls] == [expected]


def test_imports_classes_and_wrappers_are_followed(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "app.ts": """
                import middy from '@middy/core';
                import { Store } from './lib/store.js';
                import { send } from './lib';
                const store = new Store(process.env.TABLE!);
                const inner = async (event: any) => {
                  await Promise.all(event.Records.map((r) => send(process.env.Q as string, r)));
                  await store.save(event);
                };
                export const handler = middy(inner).use(other());
            """,
            "lib/index.ts": """
                import { SQS } from 'aws-sdk';
                export { unused } from './unused';
                const sqs = new SQS();
                export function send(url: string, body: unknown) {
                  return sqs.sendMessage({ QueueUrl: url, MessageBody: '' }).promise();
                }
            """,
            "lib/unused.ts": """
                import { SNS } from 'aws-sdk';
                export const unused = () => new SNS().publish({ TopicArn: 't' }).promise();
            """,
            "lib/store.ts": """
                import { DynamoDB } from 'aws-sdk';
                export class Store {
                  private readonly db = new DynamoDB.DocumentClient();
                  constructor(private readonly name: string) {}
                  async save(item: any) {
                    await this.db.put({ TableName: this.name, Item: item }).promise();
                  }
                  async drop() { await this.db.delete({ TableName: this.name }).promise(); }
                }
            """,
        },
    )
    assert sorted(said(facts.calls)) == [
        "dynamodb:PutItem environment variable TABLE",
        "sqs:SendMessage environment variable Q",
    ]
    assert {call.operation: call.in_loop for call in facts.calls} == {
        "PutItem": False,
        "SendMessage": True,
    }


def test_a_bundle_of_esbuild_is_read(tmp_path: Path) -> None:
    text = """
        var __export = (target, all) => { for (var name in all) target[name] = all[name]; };
        var src_exports = {};
        __export(src_exports, { handler: () => handler });
        module.exports = __toCommonJS(src_exports);
        var import_client_sqs = require("@aws-sdk/client-sqs");
        var client = new import_client_sqs.SQSClient({});
        var handler = async (event) => {
          await client.send(new import_client_sqs.SendMessageCommand({ QueueUrl: process.env.Q }));
        };
    """
    facts = read(tmp_path, {"app.js": text})
    assert facts.handler_place is not None
    assert said(facts.calls) == ["sqs:SendMessage environment variable Q"]


def test_environment_clients_databases_and_sleeps_are_facts(tmp_path: Path) -> None:
    text = """
        import { S3Client } from '@aws-sdk/client-s3';
        import { Pool } from 'pg';
        import { setTimeout as wait } from 'node:timers/promises';
        const { A, B = 'x' } = process.env;
        let pool;
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        export const handler = async (event) => {
          pool ??= new Pool({ host: process.env.HOST });
          new S3Client({});
          await sleep(3000);
          await wait(500);
          return { batchItemFailures: [] };
        };
    """
    facts = read(tmp_path, {"app.mjs": text})
    assert {item.name: item.has_default for item in facts.environment} == {
        "A": False,
        "B": True,
        "HOST": False,
    }
    assert [(item.service, item.phase) for item in facts.clients] == [("s3", Phase.INVOCATION)]
    (database,) = facts.databases
    assert (database.driver, database.phase, database.host.text) == ("pg", Phase.ONCE, "HOST")
    assert [item.seconds for item in facts.sleeps] == [3.0, 0.5]
    assert facts.batch_item_failures is not None


def test_a_bundle_beyond_the_bound_is_not_read_and_says_so(tmp_path: Path) -> None:
    facts = read(tmp_path, {"app.js": "exports.handler = 1;\n" + "a();" * 500_000})
    assert facts.problems
    assert not facts.calls


def test_a_bundle_below_the_bound_takes_a_few_seconds_at_most(tmp_path: Path) -> None:
    line = "function f%d(a){return g%d(a,{k:process.env.X,b:[a.c.d(1),'x']})}\n"
    text = "".join(line % (i, i // 2) for i in range(7_000))
    start = time.process_time()
    facts = read(tmp_path, {"app.js": f"{text}exports.handler = f6999;\n"})
    assert time.process_time() - start < 20
    assert facts.handler_place is not None


def test_a_syntax_error_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "const a = ;\nexports.handler = async () => process.env.X;\n"
    facts = read(tmp_path, {"app.js": text})
    assert facts.problems == ("app.js: syntax error (line 1)",)
    assert [item.name for item in facts.environment] == ["X"]


def test_without_the_wheels_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "tree_sitter", None)
    javascript._parser.cache_clear()  # noqa: SLF001 - what is imported is remembered
    try:
        facts = read(tmp_path, {"app.js": "exports.handler = () => 1;"})
    finally:
        javascript._parser.cache_clear()  # noqa: SLF001 - as above
    assert facts.problems == ("app.js: JavaScript support is not installed",)


PIECES = st.sampled_from(
    [
        "import x, { y as z } from './app'",
        "export * from './app'",
        "export const handler = async ({ a: [b, ...c], d = 1 }, ...e) => {",
        "module.exports = { handler, ...x }",
        "class A extends B(C) { #x = 1; static { this.y = x } get z() { return super.z } }",
        "const { Q, ...rest } = process.env",
        "await new S3().send(new Put({ ...x, [y]: `a${z}` }))",
        "for (const x of event.Records) { try { f(x) } catch { } }",
        "while (x) y ||= z?.[0]?.(1)",
        "x.y.z = x['y'] += 1, z",
        "switch (x) { case 1: default: label: y() }",
        "enum E { A, B = 'x' }",
        "};",
        "}",
        "(",
        "`${",
        "<T,>(x: T) => x as unknown as string",
        "/* ä\u2028",
    ]
)


@given(st.lists(PIECES, max_size=14).map("\n".join) | st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_facts(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.mktemp("code")
    for name in ("app.ts", "other.js", "view.tsx"):
        (root / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        handler = f"{name.split('.')[0]}.handler"
        found = SourceReader(root).read(FunctionCode("Fn", root, handler, "nodejs22.x"))
        assert isinstance(found, Facts)
