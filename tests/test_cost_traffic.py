"""The traffic file: what is wrong in it is said with its line, and a new one can be filled in."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.advice.cost.answers import Answers
from advisor.advice.cost.estimate import estimated
from advisor.advice.cost.traffic import SECTIONS, read_traffic
from advisor.data.prices import keys, prices, regions
from advisor.errors import LoadError
from tests.costs import answers_of, architectures_of, blank_of, estimate_of, quantity
from tests.reports import ROOT
from tests.test_cost_flow import SHOP, WAY

if TYPE_CHECKING:
    from pathlib import Path


def refused(folder: Path, traffic: str) -> str:
    """Return what is said of a file that is wrong, in front of the shop's template."""
    with pytest.raises(LoadError) as error:
        estimate_of(folder, SHOP, traffic)
    return str(error.value)


@pytest.mark.parametrize(
    ("traffic", "said"),
    [
        ("entries: {Ship: -1}", "1:17: 'entries.Ship' is negative"),
        ("entries: {Ship: .nan}", "1:17: 'entries.Ship' is '.nan', which is no number"),
        ("entries: {Ship: .inf}", "1:17: 'entries.Ship' is '.inf', which is no number"),
        ("entries: {Ship: 1e400}", "1:17: 'entries.Ship' is more than 1e+15"),
        ("entries: {Ship: 1.0e+400}", "1:17: 'entries.Ship' is more than 1e+15"),
        ("entries: {Ship: 1e999999}", "1:17: 'entries.Ship' is more than 1e+15"),
        ("entries: {Ship: 9999999999999999}", "1:17: 'entries.Ship' is more than 1e+15"),
        (f"entries: {{Ship: {'9' * 300}}}", "1:17: 'entries.Ship' is more than 1e+15"),
        ("entries: {Ship: many}", "1:17: 'entries.Ship' is 'many', which is no number"),
        ("entries: {Ship: true}", "1:17: 'entries.Ship' is 'True', which is no number"),
        ("entries: {Ship: [1]}", "1:17: 'entries.Ship' is '[1]', which is no number"),
        ("entries: {Ship: !Ref X}", "which is no number"),
        ("\nentrys: {Ship: 1}", "2:1: there is no section 'entrys', did you mean 'entries'?"),
        ("entries: 5", "1:1: 'entries' is a mapping of names to numbers"),
        ("functions: {Ship: 5}", "1:19: 'functions.Ship' is a mapping, not a value"),
        ("- 1", "1:1: a traffic file is a mapping"),
        ("region: mars-1", "1:1: no prices are known for 'mars-1', but for us-east-1"),
        ("region: 5", "1:1: no prices are known for '5'"),
        ("entries: {Ship: 1, Ship: 2}", "1:20: 'Ship' stands here twice"),
        ("entries: {Shop: 1}", "1:17: 'entries' has no 'Shop', did you mean 'Ship'?"),
        (
            "functions: {Ship: {duration: 1}}",
            "1:30: 'functions.Ship' has no 'duration', did you mean 'duration_ms'?",
        ),
        ("tables: {Orders: {read_units: 1}}", "1:31: 'tables' has no 'Orders' here"),
        ("prices: {lambda-requests: 1}", "'prices' has no 'lambda-requests'"),
        (f'shares: {{"{WAY}": 1.5}}', "1.5 is more than 1: share of the messages that pass"),
        (
            "functions: {Ship: {failure_rate: 1}}",
            "1:34: 1 is more than 0.99: share of invocations that fail",
        ),
        (
            "functions: {Ship: {duration_ms: 20001}}",
            "20001 is more than 20000: billed milliseconds; at most 20000 (Timeout)",
        ),
        ('batches: {"Parcels -> Ship": 11}', "11 is more than 10: records in one batch"),
        ('batches: {"Parcels -> Ship": 0.5}', "0.5 is less than 1: records in one batch"),
        ("entries: {Ship: [", "traffic.yaml:"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, traffic: str, said: str) -> None:
    message = refused(tmp_path, traffic)
    assert message.startswith("traffic.yaml:")
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("written", "value"),
    [("1000000", 1_000_000), ("1e6", 1_000_000), ("0.5", "0.5"), ("1.5e3", 1500), ("0", 0)],
)
def test_numbers_are_read_as_they_are_written(tmp_path: Path, written: str, value: object) -> None:
    answers = answers_of(tmp_path, f"entries: {{Ship: {written}}}")
    assert answers.given("entries", "Ship") == Decimal(str(value))


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"missing.yaml: cannot be opened: no such file"):
        read_traffic(tmp_path / "missing.yaml", "missing.yaml")


@settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=5)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(
                st.sampled_from([*SECTIONS, "region", "Ship", "x", "failure_rate", WAY]),
                inner,
                max_size=4,
            ),
        ),
        max_leaves=12,
    )
)
def test_no_file_breaks_the_reading(tmp_path: Path, data: object) -> None:
    file = tmp_path / "traffic.yaml"
    file.write_text(json.dumps(data))
    try:
        answers = read_traffic(file, "traffic.yaml")
    except LoadError:
        return
    assert isinstance(answers, Answers)


def filled(text: str) -> str:
    """Return a new file with a number for everything."""
    lines = []
    section = ""
    for line in text.splitlines():
        section = line.partition(":")[0] if line[:1].isalpha() else section
        value = {"shares": "0.5", "choices": "0.5"}.get(section, "1")
        if "failure_rate" in line:
            value = "0.1"
        # What is open ends in a colon and its comment.
        lines.append(re.sub(r"^(\s+.*?):(  # )", rf"\1: {value}\2", line))
    return "\n".join(lines)


def test_a_new_file_has_every_entry_point_and_reads_back(tmp_path: Path) -> None:
    text = blank_of(tmp_path, SHOP)
    data = yaml.safe_load(text)
    assert set(data["entries"]) == {"Nightly", "ServerlessHttpApi POST /orders"}
    assert set(data["functions"]) == {"Order", "Price", "Ship"}
    assert set(data["calls"]) == {"Order -> Price", "Order -> News"}
    assert set(data["shares"]) == {WAY}
    assert "rate(1 hour); 730 unless given" in text
    open_ = estimate_of(tmp_path, SHOP, text)
    assert open_.total.open
    assert {each.name for each in open_.entries if each.per_month.open} == {
        "ServerlessHttpApi POST /orders"
    }
    full = estimate_of(tmp_path, SHOP, filled(text))
    assert not full.total.open
    assert not full.lacking


def test_an_empty_new_file_says_the_same_as_none(tmp_path: Path) -> None:
    without = estimated(architectures_of(tmp_path, SHOP), Answers())
    blank = estimate_of(tmp_path, SHOP, blank_of(tmp_path, SHOP))
    assert blank.total == without.total
    assert blank.lacking == without.lacking


HOSTILE = ["Q\u202e: #x", "yes", 'a"b', "back\\slash", "\U0001f600", "\x07" * 119, "ä" * 119]


def test_names_of_any_kind_are_written_so_that_they_are_read_back(tmp_path: Path) -> None:
    resources = {name: {"Type": "AWS::SQS::Queue"} for name in HOSTILE}
    template = json.dumps({"Resources": resources})
    text = blank_of(tmp_path, template)
    assert set(yaml.safe_load(text)["entries"]) == set(HOSTILE)
    assert all(character.isprintable() for character in text.replace("\n", ""))
    full = filled(text).replace("\n  :  #", "\n  : 1  #")
    assert not estimate_of(tmp_path, template, full).total.open


PLACES = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Handler: a.b, InlineCode: "def b(event, context): return 1"}
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {AuthType: NONE}
      Events:
        Clicks: {Type: Kinesis, Properties: {Stream: !GetAtt Stream.Arn, StartingPosition: LATEST}}
        Changes:
          Type: DynamoDB
          Properties: {Stream: !GetAtt T.StreamArn, StartingPosition: LATEST}
        Files: {Type: S3, Properties: {Bucket: !Ref Bucket, Events: "s3:ObjectCreated:*"}}
        Placed:
          Type: EventBridgeRule
          Properties: {EventBusName: !Ref Bus, Pattern: {source: [a]}}
        Stopped: {Type: EventBridgeRule, Properties: {Pattern: {source: [aws.ec2]}}}
        Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: "cron(0 1 * * ? *)"}}
        Logs: {Type: CloudWatchLogs, Properties: {LogGroupName: !Ref Log, FilterPattern: ""}}
  Alone:
    Type: AWS::Serverless::Function
  Stream: {Type: AWS::Kinesis::Stream, Properties: {ShardCount: 1}}
  T:
    Type: AWS::DynamoDB::Table
    Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}
  Bucket: {Type: AWS::S3::Bucket}
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: b}}
  Log: {Type: AWS::Logs::LogGroup}
  Graph: {Type: AWS::AppSync::GraphQLApi, Properties: {Name: g, AuthenticationType: API_KEY}}
  Source:
    Type: AWS::AppSync::DataSource
    Properties:
      ApiId: !GetAtt Graph.ApiId
      Name: s
      Type: AWS_LAMBDA
      LambdaConfig: {LambdaFunctionArn: !GetAtt Work.Arn}
"""


def test_every_kind_of_place_where_events_come_in_is_found(tmp_path: Path) -> None:
    found = estimate_of(tmp_path, PLACES)
    assert {(each.name, each.unit) for each in found.entries} == {
        ("WorkUrl", "requests"),
        ("Alone", "invocations"),
        ("Stream", "records"),
        ("T", "changed items"),
        ("Bucket", "events"),
        ("Bus", "events"),
        ("Stopped", "events that match"),
        ("Nightly", "invocations"),
        ("Log", "events"),
        ("Graph", "operations"),
    }
    names = [each.name for each in found.entries if each.name != "Nightly"]
    given_ = ", ".join(f"{name}: 100" for name in names)
    told = estimate_of(
        tmp_path, PLACES, f'entries: {{{given_}, Nightly: 0}}\nshares: {{"Bus -> Placed": 0.5}}'
    )
    # seven places one to one, and half of the bus's events; `Alone` runs on its own
    assert quantity(told, "Work", "lambda-request") == 750
    assert quantity(told, "Alone", "lambda-request") == 100
    assert quantity(told, "Graph", "appsync-operation") == 100


TWICE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Handler: a.b, InlineCode: "def b(event, context): return 1"}
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}
  Two:
    Type: AWS::Serverless::Function
    Properties:
      Events: {Tick: {Type: Schedule, Properties: {Schedule: rate(2 hours)}}}
"""


def test_events_of_one_name_are_told_apart(tmp_path: Path) -> None:
    data = yaml.safe_load(blank_of(tmp_path, TWICE))
    assert set(data["entries"]) == {"OneTick", "TwoTick"}
    found = estimate_of(tmp_path, TWICE, "entries: {OneTick: 5}")
    assert {each.name: each.per_month.value for each in found.entries} == {
        "OneTick": 5,
        "TwoTick": 365,
    }


# ---- the price table


def test_every_price_has_region_unit_date_and_source() -> None:
    rows = json.loads((ROOT / "advisor" / "data" / "prices.json").read_text(encoding="utf-8"))
    assert len({(row["key"], row["region"]) for row in rows}) == len(rows) == len(prices())
    for row in rows:
        assert re.fullmatch(r"[a-z]{2}-[a-z]+-\d", row["region"])
        assert 0 < Decimal(row["value"]) < 100
        assert row["unit"]
        assert row["about"]
        assert date.fromisoformat(row["date"]) <= date(2100, 1, 1)
        assert row["source"].startswith("https://aws.amazon.com/")
        assert row["confirmed"] is bool(row["seen"])
        assert row["seen"] == "" or row["seen"].startswith("https://")
        for name in ("up_to", "free"):
            assert Decimal(row.get(name, 1)) > 0


def test_the_first_region_has_every_price() -> None:
    assert regions()[0] == "us-east-1"
    assert all((key, "us-east-1") in prices() for key in keys())
