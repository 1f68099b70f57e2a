"""What is read of handlers in Python."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.source.code import FunctionCode
from advisor.source.facts import Facts, Invocation, Phase, TargetKind
from advisor.source.read import SourceReader

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.source.facts import SdkCall

PREAMBLE = "import os\nimport boto3\n"


def read(root: Path, files: dict[str, str], handler: str = "app.handler") -> Facts:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    found = SourceReader(root).read(FunctionCode("Fn", root, handler, "python3.13"))
    assert isinstance(found, Facts)
    return found


def app(root: Path, body: str) -> Facts:
    return read(root, {"app.py": PREAMBLE + textwrap.dedent(body)})


def said(calls: tuple[SdkCall, ...]) -> list[str]:
    return [f"{call.action} {call.target.kind.value} {call.target.text}".strip() for call in calls]


@pytest.mark.parametrize(
    ("client", "call", "expected"),
    [
        (
            "boto3.client('sqs')",
            "send_message(QueueUrl=os.environ['Q'], MessageBody='')",
            "sqs:SendMessage environment variable Q",
        ),
        (
            "boto3.client('sns')",
            "publish(TopicArn=os.getenv('T'), Message='')",
            "sns:Publish environment variable T",
        ),
        (
            "boto3.client('stepfunctions')",
            "start_execution(stateMachineArn=os.environ.get('M'))",
            "states:StartExecution environment variable M",
        ),
        (
            "boto3.Session().client('s3')",
            "upload_file('f', Bucket=f\"{os.environ['B']}\", Key='k')",
            "s3:PutObject environment variable B",
        ),
        (
            "boto3.session.Session().client(service_name='s3')",
            "list_objects_v2(Bucket='plain')",
            "s3:ListBucket literal plain",
        ),
        (
            "boto3.resource('dynamodb').Table(os.environ['D'])",
            "put_item(Item={})",
            "dynamodb:PutItem environment variable D",
        ),
        (
            "boto3.resource('sqs').Queue(os.environ['U'])",
            "send_messages(Entries=[])",
            "sqs:SendMessage environment variable U",
        ),
        (
            "boto3.resource('s3').Bucket('b').Object('k')",
            "get()",
            "s3:GetObject literal b",
        ),
        (
            "boto3.client('dynamodb').get_paginator('scan')",
            "paginate(TableName=os.environ['D'])",
            "dynamodb:Scan environment variable D",
        ),
        (
            "boto3.client('dynamodb')",
            "transact_write_items(TransactItems=[{'Put': {'TableName': 'one'}}])",
            "dynamodb:TransactWriteItems literal one",
        ),
        (
            "boto3.client('s3')",
            "generate_presigned_url('get_object', Params={'Bucket': os.environ['B']})",
            "s3:GetObject environment variable B",
        ),
        (
            "boto3.client('s3')",
            "get_object(Bucket=event['Records'][0]['s3']['bucket']['name'], Key='')",
            "s3:GetObject event event.Records[0].s3.bucket.name",
        ),
        (
            "boto3.client('s3')",
            "get_object(Bucket='logs-' + event['day'], Key='')",
            "s3:GetObject literal beginning logs-",
        ),
        (
            "boto3.client('sqs')",
            "send_message(QueueUrl=somewhere(), MessageBody='')",
            "sqs:SendMessage unknown",
        ),
        (
            "boto3.client('events')",
            "put_events(Entries=[{'Source': 'shop'}])",
            "events:PutEvents literal default",
        ),
    ],
)
def test_a_call_names_action_and_target(
    tmp_path: Path, client: str, call: str, expected: str
) -> None:
    facts = app(tmp_path, f"thing = {client}\ndef handler(event, context):\n    thing.{call}\n")
    assert said(facts.calls) == [expected]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", Invocation.REQUEST_RESPONSE),
        (", InvocationType='Event'", Invocation.EVENT),
        (", InvocationType=KIND", Invocation.EVENT),
        (", InvocationType='DryRun'", Invocation.DRY_RUN),
        (", InvocationType=event['kind']", Invocation.UNKNOWN),
        (", **options", Invocation.UNKNOWN),
        (", **{'InvocationType': 'Event'}", Invocation.EVENT),
    ],
)
def test_the_invocation_type_is_read_and_never_guessed(
    tmp_path: Path, words: str, expected: Invocation
) -> None:
    facts = app(
        tmp_path,
        f"""
        KIND = 'Event'
        def handler(event, context):
            options = event['options']
            boto3.client('lambda').invoke(FunctionName='f'{words})
        """,
    )
    assert [call.invocation for call in facts.calls] == [expected]


def test_a_parameter_set_afterwards_counts(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        def handler(event, context):
            request = {'FunctionName': 'f'}
            request['InvocationType'] = 'Event'
            boto3.client('lambda').invoke(**request)
        """,
    )
    assert [(c.target.text, c.invocation) for c in facts.calls] == [("f", Invocation.EVENT)]


def test_each_caller_of_a_wrapper_is_a_call_of_its_own(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        client = boto3.client('lambda')
        def run(name, kind='Event'):
            return client.invoke(FunctionName=name, InvocationType=kind)
        def handler(event, context):
            run(os.environ['FIRST'])
            run(os.environ['SECOND'], kind='RequestResponse')
        """,
    )
    assert {(call.target.text, call.invocation) for call in facts.calls} == {
        ("FIRST", Invocation.EVENT),
        ("SECOND", Invocation.REQUEST_RESPONSE),
    }
    assert all(len(call.via) == 1 for call in facts.calls)


def test_two_objects_of_a_class_keep_their_tables_apart(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        class Store:
            def __init__(self, name):
                self.table = boto3.resource('dynamodb').Table(name)
            def save(self):
                self.table.put_item(Item={})
            def load(self):
                return self.table.get_item(Key={})
        orders = Store(os.environ['ORDERS'])
        users = Store(os.environ['USERS'])
        def handler(event, context):
            orders.save()
            users.load()
        """,
    )
    assert sorted(said(facts.calls)) == [
        "dynamodb:GetItem environment variable USERS",
        "dynamodb:PutItem environment variable ORDERS",
    ]


def test_a_variable_set_twice_has_the_value_in_force(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        db = boto3.resource('dynamodb')
        def handler(event, context):
            table = db.Table('a')
            table.get_item(Key={})
            table = db.Table('b')
            table.put_item(Item={})
        """,
    )
    assert said(facts.calls) == ["dynamodb:GetItem literal a", "dynamodb:PutItem literal b"]


def test_code_that_the_handler_never_reaches_makes_no_calls(tmp_path: Path) -> None:
    facts = read(
        tmp_path,
        {
            "app.py": """
                from shared.db import save
                def handler(event, context):
                    save()
            """,
            "shared/__init__.py": "",
            "shared/db.py": """
                import boto3
                table = boto3.resource('dynamodb').Table('t')
                def save():
                    table.put_item(Item={})
                def purge():
                    table.delete_item(Key={})
            """,
        },
    )
    assert said(facts.calls) == ["dynamodb:PutItem literal t"]
    assert facts.files[0] == "app.py"
    assert "shared/db.py" in facts.files


def test_routes_of_a_resolver_are_reached(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        from aws_lambda_powertools.event_handler import APIGatewayRestResolver
        router = APIGatewayRestResolver()
        @router.get("/x")
        def listing():
            boto3.client('dynamodb').scan(TableName='t')
        def handler(event, context):
            return router.resolve(event, context)
        """,
    )
    assert said(facts.calls) == ["dynamodb:Scan literal t"]


def test_environment_variables_are_read_with_their_defaults(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        from os import environ
        def setting(name):
            return os.environ[name]
        def handler(event, context):
            return (environ['A'], os.environ.get('B', 'x'), os.getenv('C') or 'y', setting('D'))
        """,
    )
    found = {item.name: item.has_default for item in facts.environment}
    assert found == {"A": False, "B": True, "C": True, "D": False}
    assert not facts.environment_is_open
    assert app(tmp_path, "def handler(e, c): return os.environ[e['x']]").environment_is_open


def test_it_is_known_when_a_client_is_made(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        from functools import lru_cache
        outside = boto3.client('sqs')
        kept = None
        @lru_cache
        def cached():
            return boto3.client('sns')
        def lazily():
            global kept
            if kept is None:
                kept = boto3.client('s3')
            return kept
        def handler(event, context):
            boto3.client('ssm')
            cached()
            lazily()
        """,
    )
    assert {item.service: item.phase for item in facts.clients} == {
        "sqs": Phase.INIT,
        "sns": Phase.ONCE,
        "s3": Phase.ONCE,
        "ssm": Phase.INVOCATION,
    }


def test_databases_sleeps_and_polling_are_facts(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        import time, psycopg2
        def handler(event, context):
            db = psycopg2.connect(host=os.environ['HOST'])
            states = boto3.client('stepfunctions')
            while True:
                time.sleep(2.5)
                states.describe_execution(executionArn='x')
        """,
    )
    (database,) = facts.databases
    assert (database.driver, database.host.text) == ("psycopg2", "HOST")
    assert database.phase is Phase.INVOCATION
    assert [(item.seconds, item.in_loop) for item in facts.sleeps] == [(2.5, True)]
    assert [item.operation for item in facts.polling] == ["DescribeExecution"]


def test_files_written_outside_tmp_are_facts(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        def handler(event, context):
            open('/tmp/fine', 'w'); open('read.txt'); open('state.json', 'w')
        """,
    )
    assert [item.file for item in facts.writes] == ["state.json"]


@pytest.mark.parametrize(
    ("reaction", "count"),
    [("print('failed')", 1), ("raise", 0), ("failures.append(record)", 0)],
)
def test_only_a_silent_handler_swallows_a_failed_record(
    tmp_path: Path, reaction: str, count: int
) -> None:
    facts = app(
        tmp_path,
        f"""
        def handler(event, context):
            failures = []
            for record in event['Records']:
                try:
                    work(record)
                except Exception:
                    {reaction}
            return {{'batchItemFailures': failures}}
        """,
    )
    assert len(facts.swallowed) == count
    assert facts.batch_item_failures is not None


def test_entries_of_events_keep_source_and_detail_type(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        """
        def handler(event, context):
            entries = []
            for item in event['items']:
                entries.append({'Source': 'shop.orders', 'DetailType': 'Placed',
                                'EventBusName': os.environ['BUS']})
            boto3.client('events').put_events(Entries=entries)
        """,
    )
    (call,) = facts.calls
    (entry,) = call.entries
    assert (call.target.text, entry.source.text, entry.detail_type.text) == (
        "BUS",
        "shop.orders",
        "Placed",
    )


def test_credentials_in_code_are_facts_without_their_text(tmp_path: Path) -> None:
    key = "AKIA" + "QWERTYUIOPASDFGH"
    facts = app(
        tmp_path, f"ID = '{key}'\ndb_password = 'h7Gt5zzQ9'\nPASSWORD_FIELD = 'password1'\n"
    )
    assert [(item.name, item.certain) for item in facts.secrets] == [
        ("AWS access key", True),
        ("db_password", False),
    ]
    assert key not in repr(facts)


def test_a_position_counts_code_points(tmp_path: Path) -> None:
    facts = app(tmp_path, "def handler(e, c):\n    'äöü'; boto3.client('sqs').purge_queue()\n")
    (call,) = facts.calls
    assert (call.place.span.start.line, call.place.span.start.column) == (4, 12)


def test_a_client_handed_to_unknown_code_makes_the_facts_incomplete(tmp_path: Path) -> None:
    facts = app(
        tmp_path,
        "import other\ndef handler(e, c):\n    other.use(boto3.client('s3'))\n",
    )
    assert facts.opaque
    assert not facts.is_complete


def test_a_syntax_error_is_a_problem_and_no_failure(tmp_path: Path) -> None:
    facts = app(tmp_path, "def handler(:\n")
    assert facts.problems
    assert facts.handler_place is None


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "+".join(["'a'"] * 20_000),
        "x = " + "(" * 150 + ")" * 150,
        "if a:\n    pass\n" + "elif b:\n    pass\n" * 2_000,
        "x = a" + ".b()" * 900,
        "\n".join(
            f"def f{i}(x): return f{(i * 7 + 1) % 900}(f{(i * 3) % 900}(x))" for i in range(900)
        ),
        "\n".join(f"x = {{**x, 'k{i}': x}}" for i in range(2_000)),
        "\x00",
    ],
)
def test_large_and_deep_code_ends_in_bounded_time(tmp_path: Path, text: str) -> None:
    import time

    start = time.process_time()
    facts = app(tmp_path, text + "\ndef handler(event, context):\n    return f0(event)\n")
    assert isinstance(facts, Facts)
    assert time.process_time() - start < 20


PIECES = st.sampled_from(
    [
        "import os, boto3",
        "c = boto3.client('sqs')",
        "def handler(event, context):",
        "    c.send_message(QueueUrl=os.environ['Q'], **event)",
        "    for x in event['Records']:",
        "        handler(x, handler)",
        "    x = lambda a, *b, **k: [x(y) for y in a if y]",
        "class A(B): x = 1",
        "    def m(self, x=1): self.x = self.m(x)",
        "    try: pass",
        "    except: x = c",
        "    return x",
        "    match event: ",
        "        case {'a': b}: pass",
        "x: int = (y := 3)",
        "global x",
        "f'{x!r:>{y}}'",
        "x[0], *y = z = 1, 2",
        "async def g(): await x; yield",
        "\tä\u2028",
    ]
)


@given(st.lists(PIECES, max_size=14).map("\n".join) | st.text(max_size=80))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_facts(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = tmp_path_factory.mktemp("code")
    (root / "app.py").write_bytes(text.encode("utf-8", "surrogatepass"))
    found = SourceReader(root).read(FunctionCode("Fn", root, "app.handler", "python3.13"))
    assert isinstance(found, Facts)
    assert all(call.target.kind in TargetKind for call in found.calls)


def test_what_is_spread_into_a_call_runs(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import asyncio, boto3\n"
        "s3 = boto3.client('s3')\n"
        "async def put(key):\n"
        "    s3.put_object(Bucket='b', Key=key)\n"
        "async def all_of(keys):\n"
        "    await asyncio.gather(*[put(key) for key in keys])\n"
        "def handler(event, context):\n"
        "    asyncio.run(all_of(event['keys']))\n"
    )
    code = FunctionCode(
        logical_id="F", folder=tmp_path, handler="app.handler", runtime="python3.13", path="."
    )
    facts = SourceReader(tmp_path).read(code)
    assert isinstance(facts, Facts)
    assert [call.action for call in facts.calls] == ["s3:PutObject"]
