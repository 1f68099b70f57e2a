"""For a fault that another architecture mends, both are drawn with the reader's own resources."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import jsonschema
import pytest

from advisor.advice.advised import advised
from advisor.advice.moves import chains, shares, waits, workflows
from advisor.config import Config
from advisor.reporters.look import Look
from advisor.reporters.mermaid import MAX_TEXT
from advisor.reporters.moves import move_data, move_lines
from advisor.reporters.safe import cells
from advisor.reporters.sketch import mermaid_lines, title, tree_lines
from advisor.rules.registry import load
from tests.commands import ran
from tests.pattern_cases import SAM, written
from tests.reports import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from advisor.advice.moves import Move, Sketch

SCHEMA = json.loads(
    (ROOT / "advisor" / "data" / "patterns.schema.json").read_text(encoding="utf-8")
)
RULES = (*chains.RULES, *waits.RULES, *shares.RULES, *workflows.RULES)
# A stream that one function reads three times: there is nobody to give a consumer of its own.
NONE_IN_EXAMPLE = {"stream-readers-share-throughput"}


def moves_in(folder: Path, files: dict[str, str]) -> Sequence[Move]:
    return advised([written(folder, files)], Config(select=RULES)).moves


def one(moves: Sequence[Move]) -> Move:
    (move,) = moves
    return move


def lines(sketch: Sketch) -> set[tuple[str, str]]:
    """Return the lines of a sketch as pairs of names."""
    names = {spot.key: title(spot) for spot in sketch.spots}
    return {(names[arrow.source], names[arrow.target]) for arrow in sketch.arrows}


def new(sketch: Sketch) -> list[str]:
    return [f"{spot.kind} {spot.label}" for spot in sketch.spots if spot.is_new]


# --- every rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted({*RULES} - NONE_IN_EXAMPLE))
def test_the_bad_example_of_every_rule_is_drawn(name: str, tmp_path: Path) -> None:
    rule = next(rule for rule in load().rules if rule.name == name)
    files = {"template.yaml": rule.bad} if isinstance(rule.bad, str) else dict(rule.bad)
    found = [
        move
        for move in moves_in(tmp_path, files)
        if name in {finding.rule.name for finding in move.findings}
    ]
    assert found
    for move in found:
        assert move.before.arrows
        assert move.after.arrows
        assert move.before != move.after
        assert not new(move.before)


# --- queue or state machine ---------------------------------------------------------------------

CHAIN = f"""{SAM}
Resources:
  In: {{Type: AWS::SNS::Topic}}
  Checkout:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      InlineCode: !Ref AWS::NoValue
      Handler: checkout.handler
      Timeout: 20
      Environment: {{Variables: {{TARGET: !Ref Payment}}}}
      Policies: [LambdaInvokePolicy: {{FunctionName: !Ref Payment}}]
      Events: {{E: %s}}
  Payment: {{Type: AWS::Serverless::Function}}
"""
TOPIC = "{Type: SNS, Properties: {Topic: !Ref In}}"
API = "{Type: HttpApi, Properties: {Path: /o, Method: post}}"
CODE = """
import os, boto3, json
client = boto3.client("lambda")
def handler(event, context):
    %s
    return 1
"""
CALL = 'client.invoke(FunctionName=os.environ["TARGET"], Payload=b"{}")'
BROKEN_CALL = CALL.replace("(F", "(\n        F")


@pytest.mark.parametrize(
    ("event", "line", "to", "because"),
    [
        (TOPIC, CALL, "queue", "makes no use of what"),
        (TOPIC, BROKEN_CALL, "queue", "makes no use of what"),
        (API, CALL, "queue", "makes no use of what"),
        (TOPIC, f"answer = {CALL}", "state-machine", "goes on with what"),
        (TOPIC, f"return json.load({CALL}['Payload'])", "state-machine", "goes on with what"),
        (TOPIC, f"return {CALL}", "state-machine", "goes on with what"),
        (TOPIC, f"[{CALL} for _ in event]", "queue", "nobody waits for"),
        (API, f"[{CALL} for _ in event]", "state-machine", "waits for 'Checkout' and may need"),
    ],
)
def test_a_queue_is_for_those_who_need_no_answer(
    event: str, line: str, to: str, because: str, tmp_path: Path
) -> None:
    move = one(moves_in(tmp_path, {"template.yaml": CHAIN % event, "checkout.py": CODE % line}))
    assert move.to == to
    assert because in move.why
    assert "'Payment'" in move.why


def test_a_queue_stands_between_the_two_and_keeps_what_failed(tmp_path: Path) -> None:
    files = {"template.yaml": CHAIN % TOPIC, "checkout.py": CODE % CALL}
    move = one(moves_in(tmp_path, files))
    assert lines(move.before) == {("In", "Checkout"), ("Checkout", "Payment")}
    assert lines(move.after) == {
        ("In", "Checkout"),
        ("Checkout", "PaymentRequests"),
        ("PaymentRequests", "Payment"),
        ("PaymentRequests", "PaymentFailed"),
    }
    assert new(move.after) == ["queue PaymentRequests", "queue PaymentFailed"]


def test_a_state_machine_is_started_by_what_can_start_one(tmp_path: Path) -> None:
    files = {"template.yaml": CHAIN % API, "checkout.py": CODE % f"answer = {CALL}"}
    move = one(moves_in(tmp_path, files))
    assert lines(move.after) == {
        ("ServerlessHttpApi", "CheckoutSteps"),
        ("CheckoutSteps", "Checkout"),
        ("CheckoutSteps", "Payment"),
    }
    # A topic starts no execution: the function stays in front.
    files = {"template.yaml": CHAIN % TOPIC, "checkout.py": CODE % f"answer = {CALL}"}
    move = one(moves_in(tmp_path, files))
    assert lines(move.after) == {
        ("In", "Checkout"),
        ("Checkout", "CheckoutSteps"),
        ("CheckoutSteps", "Payment"),
    }


def test_a_queue_starts_a_state_machine_over_a_pipe(tmp_path: Path) -> None:
    event = '{Type: SQS, Properties: {Queue: "arn:aws:sqs:eu-west-1:123456789012:in"}}'
    files = {"template.yaml": CHAIN % event, "checkout.py": CODE % f"answer = {CALL}"}
    move = one(moves_in(tmp_path, files))
    assert [each.split()[0] for each in new(move.after)] == ["state-machine", "pipe"]


def test_an_answer_that_others_wait_for_is_no_case_for_a_queue(tmp_path: Path) -> None:
    template = CHAIN.replace("Payment", "GetPrice") % TOPIC
    move = one(moves_in(tmp_path, {"template.yaml": template}))
    assert move.to == "state-machine"
    assert "'GetPrice' is there to answer" in move.why


def test_a_state_machine_that_runs_the_function_takes_in_the_step(tmp_path: Path) -> None:
    template = (
        CHAIN.replace("      Events: {E: %s}\n", "")
        + """
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States: {A: {Type: Task, Resource: !GetAtt Checkout.Arn, End: true}}
"""
    )
    code = CODE % f"answer = {CALL}"
    move = one(moves_in(tmp_path, {"template.yaml": template, "checkout.py": code}))
    assert lines(move.after) == {("Flow", "Checkout"), ("Flow", "Payment")}
    assert not new(move.after)
    # It waits as well, whatever the code does with the answer.
    unclear = moves_in(tmp_path, {"template.yaml": template, "checkout.py": "import lib"})
    assert one(unclear).to == "state-machine"
    assert "'Flow' waits for 'Checkout'" in one(unclear).why


def test_a_timeout_a_little_above_the_wait_is_a_setting(tmp_path: Path) -> None:
    template = (SLOW % "get").replace("Timeout: 120", "Timeout: 40")
    assert not moves_in(tmp_path, {"template.yaml": template})


def test_who_looks_for_data_waits_for_no_job(tmp_path: Path) -> None:
    code = """
import os, time, boto3
table = boto3.client("dynamodb")
def handler(event, context):
    while True:
        found = table.get_item(TableName="t", Key={})
        if "Item" in found:
            return found
        time.sleep(2)
"""
    template = f"""{SAM}
Resources:
  Look:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: ., InlineCode: !Ref AWS::NoValue, Handler: look.handler, Timeout: 60}}
"""
    assert not moves_in(tmp_path, {"template.yaml": template, "look.py": code})


def test_new_names_are_free(tmp_path: Path) -> None:
    template = CHAIN % TOPIC + "  PaymentRequests: {Type: AWS::SQS::Queue}\n"
    move = one(moves_in(tmp_path, {"template.yaml": template, "checkout.py": CODE % CALL}))
    assert new(move.after)[0] == "queue PaymentRequests2"


def test_several_calls_become_one_move_to_a_state_machine(tmp_path: Path) -> None:
    rule = next(rule for rule in load().rules if rule.name == "function-as-orchestrator")
    assert isinstance(rule.bad, str)
    move = one(moves_in(tmp_path, {"template.yaml": rule.bad}))
    assert move.to == "state-machine"
    assert len(move.findings) == 5
    called = [title(spot) for spot in move.after.spots if spot.kind == "function"]
    assert called == ["Book", "Flight", "Hotel", "Car", "Mail"]


# --- an API that gives up -----------------------------------------------------------------------

SLOW = f"""{SAM}
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 120
      Events: {{E: {{Type: HttpApi, Properties: {{Path: /o, Method: %s}}}}}}
"""


@pytest.mark.parametrize(("method", "to"), [("post", "webhook-buffer"), ("get", "state-machine")])
def test_requests_that_ask_for_nothing_go_to_a_queue(method: str, to: str, tmp_path: Path) -> None:
    move = one(moves_in(tmp_path, {"template.yaml": SLOW % method}))
    assert move.to == to
    assert ("ServerlessHttpApi", "Work") in lines(move.before)
    assert ("ServerlessHttpApi", "Work") not in lines(move.after)


# --- as text, Mermaid and data ------------------------------------------------------------------

HOSTILE = 'A`\\"]|<b>&#x3b;{}\\u202e\\u001b[31m\\nend'
NAMES = CHAIN.replace("Payment:", f'"{HOSTILE}":').replace("!Ref Payment", f'!Ref "{HOSTILE}"')
LINE = re.compile(
    r"flowchart LR"
    r"|  n_\d+(?:\[\[|\[\(|\(\[|\[|\()\"[^\"\[\]{}<>|`\n]*\"(?:\]\]|\)\]|\]\)|\]|\))"
    r"|  n_\d+ -->(?:\|\"[^\"|\n]*\"\|)? n_\d+"
    r"|  classDef new stroke-dasharray:5 5"
    r"|  class n_\d+(?:,n_\d+)* new"
)


def test_mermaid_is_valid_whatever_names_hold(tmp_path: Path) -> None:
    move = one(moves_in(tmp_path, {"template.yaml": NAMES % TOPIC}))
    for sketch in (move.before, move.after):
        for line in mermaid_lines(sketch):
            assert LINE.fullmatch(line), line


def test_hostile_names_act_nowhere(tmp_path: Path) -> None:
    move = one(moves_in(tmp_path, {"template.yaml": NAMES % TOPIC}))
    for line in move_lines(move, look=Look(width=80)):
        assert line.isprintable()
        assert cells(line) <= 80
    for line in move_lines(move, look=Look(width=80, ascii_only=True)):
        assert line.isascii()


def test_data_is_as_the_schema_says(tmp_path: Path) -> None:
    move = one(moves_in(tmp_path, {"template.yaml": NAMES % TOPIC}))
    checked = {**SCHEMA["$defs"]["move"], "$defs": SCHEMA["$defs"]}
    jsonschema.validate(move_data(move), checked)


def test_a_circle_is_drawn_once(tmp_path: Path) -> None:
    rule = next(rule for rule in load().rules if rule.name == "bucket-event-loop")
    assert isinstance(rule.bad, str)
    move = one(moves_in(tmp_path, {"template.yaml": rule.bad}))
    assert list(tree_lines(move.before, look=Look(), indent="")) == [
        "▣ Uploads",
        "└─ event ─▶ ƒ Resize",
        "   └─ writes ─▶ ▣ Uploads ↑",
    ]


def test_text_and_markdown_show_both_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path, {"template.yaml": CHAIN % TOPIC, "checkout.py": CODE % CALL})
    _, out, _ = ran(capsys, "patterns", str(folder))
    assert out.index("move to a queue between the two") < out.index("  before")
    assert "≡ PaymentRequests (new queue)" in out
    _, out, _ = ran(capsys, "patterns", str(folder), "--format", "markdown")
    assert out.count("```mermaid\nflowchart LR") == 2
    assert out.index("Before:") < out.index("After:")


def test_a_dense_tangle_is_drawn_within_bounds(tmp_path: Path) -> None:
    """Everybody may wait for everybody."""
    count = 12
    names = [f"F{at}" for at in range(count)]
    rows = [SAM, "Resources:"]
    for name in names:
        others = [other for other in names if other != name]
        variables = ", ".join(f"V{at}: !Ref {other}" for at, other in enumerate(others))
        grants = ", ".join(
            f"{{LambdaInvokePolicy: {{FunctionName: !Ref {other}}}}}" for other in others
        )
        rows += [
            f"  {name}:",
            "    Type: AWS::Serverless::Function",
            "    Properties:",
            f"      Environment: {{Variables: {{{variables}}}}}",
            f"      Policies: [{grants}]",
        ]
    found = moves_in(tmp_path, {"template.yaml": "\n".join(rows)})
    assert 0 < len(found) <= count
    for move in found:
        for sketch in (move.before, move.after):
            text = "\n".join(mermaid_lines(sketch))
            assert len(text) < MAX_TEXT
            drawn = list(tree_lines(sketch, look=Look(), indent=""))
            assert len(drawn) <= len(sketch.spots) + len(sketch.arrows)
    assert all(one is not other for one, other in pairwise(found))
