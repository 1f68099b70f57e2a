"""`advise cost`: formats, options, what-ifs, and what is said where something cannot be done."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.commands import BROKEN, GOOD, ran
from tests.costs import alternative, estimate_of, plain
from tests.reports import ORDERS, ROOT
from tests.test_cost_flow import RETRYING

if TYPE_CHECKING:
    from pathlib import Path

TRAFFIC = """
entries: {"ServerlessRestApi POST /orders": 1000000}
defaults: {duration_ms: 120, log_kb: 1}
calls: {"Checkout -> Fulfilment": 0, "Ship -> Parcels": 1}
"""


@pytest.fixture
def traffic(tmp_path: Path) -> str:
    file = tmp_path / "traffic.yaml"
    file.write_text(TRAFFIC)
    return str(file)


def test_text_tells_resources_entry_points_assumptions_and_prices(
    traffic: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, "cost", str(ORDERS), "--traffic", traffic)
    assert (code, err) == (0, "")
    assert out.startswith("cost in us-east-1 in a month of 730 hours, in USD\n")
    # By hand in benchmarks/cost_by_hand.md.
    assert "total: $8.67 a month, without the free tier" in out
    assert "ServerlessRestApi POST /orders  1,000,000 requests         $8.41      $0.008407" in out
    assert "$3.50  API Gateway REST request: 1,000,000 requests at $0.0000035" in out
    for words in ("by resource", "what if", "supposed", "not counted", "prices"):
        assert f"\n{words}\n" in out
    assert "a batch holds one record, the dearest case (batches): Orders -> Ship" in out
    assert "conditions are as the parameters' defaults have it" in out
    assert "known from memory and not confirmed on that day: ec2-instance-hour" in out


def test_without_traffic_everything_is_unknown_and_a_way_on_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = ran(capsys, "cost", str(ORDERS))
    assert code == 0
    assert "'--init FILE' writes a file to fill in" in err
    assert "total: at least $0.26 a month" in out
    assert "? requests" in out


def test_json_fits_its_schema(traffic: str, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((ROOT / "advisor" / "data" / "cost.schema.json").read_text())
    for more in ((), ("--free-tier",)):
        _, out, _ = ran(
            capsys, "cost", str(ORDERS), "--traffic", traffic, "--format", "json", *more
        )
        data = json.loads(out)
        jsonschema.Draft202012Validator(schema).validate(data)
        assert data["total"]["at_least"] is False
        total = Decimal(data["total"]["value"])
        parts = [Decimal(each["cost"]["value"]) for each in data["resources"]]
        assert abs(sum(parts) - total) < Decimal("1e-9")
        assert (data["free_tier"] is None) is (not more)
    _, out, _ = ran(capsys, "cost", str(ORDERS), "--format", "json")
    data = json.loads(out)
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["total"]["at_least"] is True


def test_markdown_has_a_table_for_each_part(
    traffic: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = ran(
        capsys, "cost", str(ORDERS), "--traffic", traffic, "--format", "markdown", "--free-tier"
    )
    assert out.startswith("# Cost in us-east-1")
    for words in ("By entry point", "By resource", "Free tier", "What if", "Supposed", "Prices"):
        assert f"\n## {words}\n" in out
    line = r"| ServerlessRestApi | API Gateway REST request | 1,000,000 requests | \$0.0000035 |"
    assert line in out


def test_init_writes_a_file_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new.yaml"
    code, out, err = ran(capsys, "cost", str(ORDERS), "--init", str(file))
    assert (code, out, err) == (0, "", "")
    written = file.read_text()
    _, shown, _ = ran(capsys, "cost", str(ORDERS), "--init")
    assert shown == written
    code, _, err = ran(capsys, "cost", str(ORDERS), "--init", str(file))
    assert code == 2
    assert "is there already" in err
    assert file.read_text() == written
    code, _, _ = ran(capsys, "cost", str(ORDERS), "--traffic", str(file))
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "xml"), "'xml' is none of text, json, markdown"),
        (("--init", "--traffic", "x.yaml"), "'--init' and '--traffic' exclude each other"),
        (("x.yaml",), "'x.yaml' is one path too many; '--traffic x.yaml' reads a traffic file"),
        (("--traffic", "/nowhere/x.yaml"), "cannot be opened"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = ran(capsys, "cost", str(ORDERS), *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_wrong_number_is_an_error_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.yaml"
    file.write_text("entries:\n  Nothing: 1\n")
    code, out, err = ran(capsys, "cost", str(ORDERS), "--traffic", str(file))
    assert (code, out) == (2, "")
    assert f"{file}:2:12: 'entries' has no 'Nothing'" in err


def test_a_folder_without_templates_has_no_cost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    code, _, err = ran(capsys, "cost", str(tmp_path))
    assert code == 2
    assert "there is no template" in err


CHAIN = (
    """
Transform: AWS::Serverless-2016-10-31
Resources:
"""
    + "".join(
        f"""
  F{n}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: java21
      Handler: a.B
      CodeUri: java/
      Policies: [{{LambdaInvokePolicy: {{FunctionName: !Ref F{n + 1}}}}}]"""
        for n in range(6)
    )
    + """
  F6:
    Type: AWS::Serverless::Function
    Properties: {Runtime: java21, Handler: a.B, CodeUri: java/}
"""
)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_numbers_beyond_all_sense_are_shown_all_the_same(
    tmp_path: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    template, traffic = tmp_path / "template.yaml", tmp_path / "traffic.yaml"
    template.write_text(CHAIN)
    calls = ", ".join(f'"F{n} -> F{n + 1}": 1e9' for n in range(6))
    traffic.write_text(f"entries: {{F0: 1e15}}\ncalls: {{{calls}}}\ndefaults: {{duration_ms: 1}}\n")
    code, out, err = ran(
        capsys, "cost", str(template), "--traffic", str(traffic), "--format", form, "--free-tier"
    )
    assert (code, err) == (0, "")
    # 1e15 x 1e9^6 requests of F6 at 0.0000002
    assert "2" + "0" * 62 in out if form == "json" else "e+" in out


CONDITIONAL = """
Parameters:
  Stage: {Type: String, Default: test, AllowedValues: [test, prod]}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Archive: {Type: AWS::SQS::Queue, Condition: IsProd}
"""


def test_a_parameter_decides_what_exists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "advise.toml").write_text("")
    template = tmp_path / "template.yaml"
    template.write_text(CONDITIONAL)
    _, out, _ = ran(capsys, "cost", str(template), "--init")
    assert "Queue:" in out
    assert "Archive:" not in out
    _, out, _ = ran(capsys, "cost", str(template), "--init", "--parameter", "Stage=prod")
    assert "Archive:" in out


# ---- what if


def test_arm_saves_the_difference_of_the_prices(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        RETRYING,
        "{entries: {Flow: 8000000}, functions: {Work: {duration_ms: 1000, log_kb: 0}}}",
    )
    each = alternative(found, "arm64")
    # 8,000,000 x 1 s x 128/1024 GB = 1,000,000 GB-s x (0.0000133334 - 0.0000166667) = -3.3333
    assert each.change is not None
    assert plain(each.change) == Decimal("-3.3333")
    assert not each.at_least


def test_express_is_priced_where_it_is_allowed(tmp_path: Path) -> None:
    traffic = "{{entries: {{Flow: 1000000}}, machines: {{Flow: {{duration_ms: {ms}}}}}}}"
    each = alternative(estimate_of(tmp_path, RETRYING, traffic.format(ms=2000)), "Express")
    # 4 transitions (Try, Both, A, B) x 1,000,000 x 0.000025 = 100;
    # 1,000,000 x 0.000001 + 1,000,000 x 2 s x 64/1024 GB x 0.00001667 = 1 + 2.08375
    assert each.change is not None
    assert plain(each.change) == Decimal("3.08375") - 100
    slow = alternative(estimate_of(tmp_path, RETRYING, traffic.format(ms=300_001)), "Express")
    assert not slow.allowed
    assert "executions of more than 300 s" in slow.details


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Seconds: 5", "Seconds: 301", "Wait states of more than 300 s"),
        (
            "Resource: !GetAtt Work.Arn",
            "Resource: arn:aws:states:::lambda:invoke.waitForTaskToken",
            "wait for a token",
        ),
        (
            "Resource: !GetAtt Work.Arn",
            "Resource: arn:aws:states:::batch:submitJob.sync",
            "wait for a job",
        ),
    ],
)
def test_express_is_not_offered_where_it_cannot_be(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    each = alternative(
        estimate_of(tmp_path, RETRYING.replace(old, new), "machines: {Flow: {duration_ms: 5}}"),
        "Express",
    )
    assert (each.allowed, each.change) == (False, None)
    assert said in each.details


REST = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::Api
    Properties: {{StageName: prod, {more}}}
  {other}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
      Events:
        A: {{Type: Api, Properties: {{Method: GET, Path: /a, RestApiId: !Ref Api}}}}
"""


def test_an_http_api_saves_the_difference_where_it_does_the_same(tmp_path: Path) -> None:
    template = REST.format(more="TracingEnabled: false", other="")
    each = alternative(estimate_of(tmp_path, template, "entries: {Api GET /a: 1000000}"), "HTTP")
    # 1,000,000 x (0.000001 - 0.0000035) = -2.50
    assert each.change is not None
    assert plain(each.change) == Decimal("-2.5")


PLAN = """Plan:
    Type: AWS::ApiGateway::UsagePlan
    Properties: {ApiStages: [{ApiId: !Ref Api, Stage: prod}]}"""
WALL = """Wall:
    Type: AWS::WAFv2::WebACLAssociation
    Properties:
      WebACLArn: arn
      ResourceArn: !Sub arn:aws:apigateway:${AWS::Region}::/restapis/${Api}/stages/prod"""
CHECK = """Check:
    Type: AWS::ApiGateway::RequestValidator
    Properties: {RestApiId: !Ref Api, ValidateRequestBody: true}"""


@pytest.mark.parametrize(
    ("more", "other", "said"),
    [
        ("Auth: {ApiKeyRequired: true}", "", "API keys"),
        ("TracingEnabled: true", "", "X-Ray tracing"),
        ("CacheClusterEnabled: true", "", "a cache"),
        ("EndpointConfiguration: {Type: PRIVATE}", "", "a private endpoint"),
        ("Name: x", PLAN, "usage plans"),
        ("Name: x", WALL, "a web application firewall"),
        ("Name: x", CHECK, "request validation"),
    ],
)
def test_an_http_api_is_not_offered_for_what_only_rest_apis_do(
    tmp_path: Path, more: str, other: str, said: str
) -> None:
    template = REST.format(more=more, other=other)
    each = alternative(estimate_of(tmp_path, template), "HTTP")
    assert (each.allowed, each.change) == (False, None)
    assert said in each.details


def test_steady_load_and_memory_are_told_with_their_break_even(tmp_path: Path) -> None:
    template = RETRYING.replace(
        "Handler: index.handler", "Handler: index.handler\n      MemorySize: 512"
    )
    found = estimate_of(
        tmp_path,
        template,
        "{entries: {Flow: 1000000}, functions: {Work: {duration_ms: 1000, log_kb: 0}}}",
    )
    half = alternative(found, "256 MB")
    # 500,000 GB-s become 250,000: 250,000 x 0.0000166667 less
    assert plain(half.change or Decimal(0)) == Decimal("-4.166675")
    assert "costs the same where an invocation takes 2000 ms" in half.details
    task = alternative(found, "Fargate, 0.5 vCPU and 1 GB")
    # 730 x (0.5 x 0.04048 + 1 x 0.004445) = 18.02005; Lambda 8.33335 + 0.20 = 8.53335
    assert plain(task.change or Decimal(0)) == Decimal("9.4867")
    # 18.02005 / 0.00000853335 = 2,111,720; busy 2,111,720 of 2,628,000 s: 80 %
    assert "as much as 2,111,720 invocations a month" in task.details
    assert "busy 80% of the time" in task.details


@pytest.mark.parametrize("words", [(), ("--init",)])
def test_a_template_that_cannot_be_read_is_said_and_the_rest_is_counted(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "broken.yaml").write_text(BROKEN)
    code, out, err = ran(capsys, "cost", str(tmp_path), *words)
    assert code == 2
    assert "Requests" in out
    assert f"error: {tmp_path / 'broken.yaml'}:5:1:" in err


def test_a_path_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = ran(capsys, "cost", "nowhere")
    assert code == 2
    assert "error: nowhere: no such file or directory\n" in err


def test_what_a_cost_rests_on_is_broken_at_the_width_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = ran(capsys, "cost", str(ORDERS))
    rests = out.partition("\nsupposed\n")[2]
    assert "\n  - " in rests
    assert max(map(len, rests.splitlines())) <= 80
