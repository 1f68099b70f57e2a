"""Patterns are recognised in every form a template can have, and not in what only looks alike."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.advice.patterns import KINDS, event_pipeline, recognised
from advisor.advice.patterns.survey import Survey
from advisor.analysis import read
from advisor.config import Config
from advisor.rules.finding import Confidence
from advisor.rules.registry import load
from tests.pattern_cases import SAM, lacking, names, one, patterns_in, role, written
from tests.reports import ROOT

if TYPE_CHECKING:
    from advisor.advice.patterns.survey import Reaction
    from advisor.architecture.nodes.base import Node

CORPUS = os.environ.get("ADVISE_CORPUS", "")
CASES = ROOT / "fixtures" / "patterns"
IS = sorted(CASES.glob("*/is_*.yaml"))
IS_NOT = sorted(CASES.glob("*/not_*.yaml"))


def test_every_pattern_has_both_kinds_of_examples() -> None:
    known = {kind.name for kind in KINDS}
    assert {file.parent.name for file in IS} == known
    assert {file.parent.name for file in IS_NOT} == known


def test_every_rule_that_a_pattern_asks_exists() -> None:
    known = {rule.name for rule in load().rules}
    for kind in KINDS:
        assert set(kind.asks) <= known


@pytest.mark.parametrize("file", IS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_it_is_recognised(file: Path, tmp_path: Path) -> None:
    template = file.read_text(encoding="utf-8")
    assert file.parent.name in names(patterns_in(tmp_path, template, judged=False))


@pytest.mark.parametrize("file", IS_NOT, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_only_looks_alike_is_not(file: Path, tmp_path: Path) -> None:
    template = file.read_text(encoding="utf-8")
    assert file.parent.name not in names(patterns_in(tmp_path, template, judged=False))


ORDERS = f"""{SAM}
Resources:
  Q: {{Type: AWS::SQS::Queue, Properties: {{VisibilityTimeout: 5}}}}
  Send:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      InlineCode: !Ref AWS::NoValue
      Handler: send.handler
      Environment: {{Variables: {{QUEUE: !Ref Q}}}}
      Policies: [SQSSendMessagePolicy: {{QueueName: !GetAtt Q.QueueName}}]
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60
      Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt Q.Arn}}}}}}
"""
SEND = """
import os, boto3
sqs = boto3.client("sqs")
def handler(event, context):
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
"""
IDLE = "def handler(event, context):\n    return 1\n"


def test_parts_are_named_by_role(tmp_path: Path) -> None:
    found = one(patterns_in(tmp_path, ORDERS), "load-levelling")
    assert found.heart.name == "Q"
    assert role(found, "senders") == ["Send"]
    assert role(found, "consumers") == ["Work"]
    assert role(found, "dead-letter queue") == []


def test_rules_tell_what_is_lacking_and_where(tmp_path: Path) -> None:
    found = one(patterns_in(tmp_path, ORDERS), "load-levelling")
    assert {
        "source-queue-without-dlq",
        "queue-visibility-below-function-timeout",
        "queue-batch-without-item-failures",
    } <= lacking(found)
    for lack in found.lacks:
        assert lack.place.path == "template.yaml"
        assert lack.finding is not None
        assert lack.what == found.kind.asks[lack.finding.rule.name]


def test_another_mapping_of_the_same_function_is_not_blamed(tmp_path: Path) -> None:
    template = f"""{SAM}
Resources:
  Good: {{Type: AWS::SQS::Queue}}
  Other: {{Type: AWS::SQS::Queue}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Good: {{Type: SQS, Properties: {{Queue: !GetAtt Good.Arn, BatchSize: 1}}}}
        Other: {{Type: SQS, Properties: {{Queue: !GetAtt Other.Arn, BatchSize: 10}}}}
"""
    good, other = patterns_in(tmp_path, template)
    assert (good.heart.name, other.heart.name) == ("Good", "Other")
    assert "queue-batch-without-item-failures" not in lacking(good)
    assert "queue-batch-without-item-failures" in lacking(other)


def test_what_sam_makes_of_a_function_is_not_taken_for_the_function(tmp_path: Path) -> None:
    template = f"""{SAM}
Resources:
  Get:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig: {{AuthType: NONE}}
      Events:
        Get: {{Type: HttpApi, Properties: {{Path: /o, Method: get, Auth: {{Authorizer: AWS_IAM}}}}}}
"""
    api, url = patterns_in(tmp_path, template)
    assert (api.kind.name, url.kind.name) == ("api-backend", "api-backend")
    assert "function-url-open-to-anyone" not in lacking(api)
    assert "function-url-open-to-anyone" in lacking(url)


def test_a_value_from_globals_is_that_of_its_function(tmp_path: Path) -> None:
    template = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, Handler: app.handler, InlineCode: x, Timeout: 60}}
Resources:
  Get:
    Type: AWS::Serverless::Function
    Properties: {Events: {Get: {Type: Api, Properties: {Path: /o, Method: get}}}}
"""
    api = one(patterns_in(tmp_path, template), "api-backend")
    assert "caller-gives-up-before-function" in lacking(api)


def test_an_aggregated_finding_names_the_parts_of_this_case_only(tmp_path: Path) -> None:
    template = f"""{SAM}
Resources:
  Good: {{Type: AWS::SQS::Queue}}
  Other: {{Type: AWS::SQS::Queue}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        One: {{Type: SQS, Properties: {{Queue: !GetAtt Good.Arn}}}}
        Two: {{Type: SQS, Properties: {{Queue: !GetAtt Other.Arn}}}}
"""
    for found, mine, its in zip(
        patterns_in(tmp_path, template), ("One", "Two"), ("Two", "One"), strict=True
    ):
        (lack,) = [each for each in found.lacks if each.what == "partial batch responses"]
        assert f"'{mine}'" in lack.said
        assert f"'{its}'" not in lack.said


def test_code_that_sends_makes_it_sure_and_a_mere_permission_does_not(tmp_path: Path) -> None:
    permitted = one(patterns_in(tmp_path, ORDERS), "load-levelling")
    assert permitted.confidence is Confidence.MEDIUM
    assert "'Send' may send to 'Q'" in permitted.because
    proved = one(patterns_in(tmp_path, ORDERS, send=SEND), "load-levelling")
    assert proved.confidence is Confidence.HIGH
    assert "'Send'" in proved.because


def test_a_permission_that_code_does_not_use_is_no_evidence(tmp_path: Path) -> None:
    found = one(patterns_in(tmp_path, ORDERS, send=IDLE), "load-levelling")
    assert role(found, "senders") == []
    assert "who sends to it is not in the files" in found.because


CLAIM = f"""{SAM}
Resources:
  Q: {{Type: AWS::SQS::Queue}}
  Payloads: {{Type: AWS::S3::Bucket, Properties: {{BucketName: payloads}}}}
  Deposit:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      InlineCode: !Ref AWS::NoValue
      Handler: deposit.handler
      Environment: {{Variables: {{QUEUE: !Ref Q, BUCKET: !Ref Payloads}}}}
      Policies:
        - SQSSendMessagePolicy: {{QueueName: !GetAtt Q.QueueName}}
        - S3WritePolicy: {{BucketName: payloads}}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Policies: [S3ReadPolicy: {{BucketName: payloads}}]
      Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt Q.Arn}}}}}}
"""
DEPOSIT = """
import os, boto3
s3 = boto3.client("s3")
sqs = boto3.client("sqs")
def handler(event, context):
    s3.put_object(Bucket=os.environ["BUCKET"], Key="k", Body=b"x")
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="k")
"""


def test_a_claim_check_of_a_function_needs_its_code(tmp_path: Path) -> None:
    assert "claim-check" not in names(patterns_in(tmp_path, CLAIM))
    found = one(patterns_in(tmp_path, CLAIM, deposit=DEPOSIT), "claim-check")
    assert role(found, "readers") == ["Work"]
    assert [each.what for each in found.lacks if each.finding is None] == ["an end of its payloads"]


CHOREOGRAPHY = f"""{SAM}
Resources:
  Order:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      InlineCode: !Ref AWS::NoValue
      Handler: order.handler
      Policies: [EventBridgePutEventsPolicy: {{EventBusName: default}}]
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      InlineCode: !Ref AWS::NoValue
      Handler: ship.handler
      Policies: [EventBridgePutEventsPolicy: {{EventBusName: default}}]
      Events: {{O: {{Type: EventBridgeRule, Properties: {{Pattern: {{source: [order]}}}}}}}}
  Bill:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        O: {{Type: EventBridgeRule, Properties: {{Pattern: {{source: [order, ship]}}}}}}
"""
PUT = """
import boto3
events = boto3.client("events")
def handler(event, context):
    events.put_events(Entries=[{"Source": "%s", "DetailType": "Placed", "Detail": "{}"}])
"""


def test_on_the_default_bus_the_code_has_to_put_what_the_rules_ask_for(tmp_path: Path) -> None:
    assert "choreography" not in names(patterns_in(tmp_path, CHOREOGRAPHY))
    other = patterns_in(tmp_path, CHOREOGRAPHY, order=PUT % "stock", ship=PUT % "ship")
    assert "choreography" not in names(other)
    both = patterns_in(tmp_path, CHOREOGRAPHY, order=PUT % "order", ship=PUT % "ship")
    found = one(both, "choreography")
    assert role(found, "senders") == ["Order", "Ship"]
    assert role(found, "reacting") == ["Ship", "Bill"]
    assert found.confidence is Confidence.HIGH


SAGA = """
Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: r
      Definition:
        StartAt: ReserveHotel
        States:
          ReserveHotel: {Type: Task, Resource: "arn:aws:lambda:eu-west-1:1:function:a",
            Next: ReserveFlight, Catch: [{ErrorEquals: [States.ALL], Next: CancelHotel}]}
          ReserveFlight: {Type: Task, Resource: "arn:aws:lambda:eu-west-1:1:function:b",
            Next: Pay, Catch: [{ErrorEquals: [States.ALL], Next: CancelHotel}]}
          Pay: {Type: Task, Resource: "arn:aws:lambda:eu-west-1:1:function:c",
            End: true, Catch: [{ErrorEquals: [States.ALL], Next: CancelHotel}]}
          CancelHotel: {Type: Task, Resource: "arn:aws:lambda:eu-west-1:1:function:d", Next: Failed}
          Failed: {Type: Fail}
"""


def test_a_saga_names_the_step_that_nothing_takes_back(tmp_path: Path) -> None:
    found = one(patterns_in(tmp_path, SAGA), "saga")
    assert role(found, "compensations") == ["CancelHotel"]
    assert found.confidence is Confidence.MEDIUM
    own = [each.said for each in found.lacks if each.finding is None]
    assert own == ["nothing takes 'ReserveFlight' back when 'Pay' fails"]
    (place,) = [each.place for each in found.lacks if each.finding is None]
    assert place.pointer[-1] == "ReserveFlight"


def test_a_definition_that_no_template_deploys_is_looked_at_too(tmp_path: Path) -> None:
    definition = """
        StartAt: Each
        States:
          Each:
            Type: Map
            End: true
            ItemProcessor:
              StartAt: A
              States:
                A: {Type: Task, Resource: "arn:aws:lambda:eu-west-1:1:function:a", End: true}
        """
    folder = written(tmp_path, {"flow.asl.yaml": definition})
    (reading,) = read([folder], Config())
    assert names(recognised(reading.architecture)) == ["fan-out-fan-in"]


def test_objects_that_a_bucket_does_not_tell_of_set_nothing_off(tmp_path: Path) -> None:
    template = (CASES / "event-pipeline" / "is_bucket_whose_filter_may_fit.yaml").read_text()
    template = template.replace(
        "      Policies: [S3Write",
        "      CodeUri: .\n      InlineCode: !Ref AWS::NoValue\n      Handler: first.handler\n"
        "      Policies: [S3Write",
    )
    code = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket="out", Key="result%s", Body=b"x")
"""
    fits = patterns_in(tmp_path, template, first=code % ".txt")
    assert one(fits, "event-pipeline").confidence is Confidence.HIGH
    other = patterns_in(tmp_path, template, first=code % ".json")
    assert "event-pipeline" not in names(other)


def test_time_grows_with_the_graph_and_not_with_its_square(tmp_path: Path) -> None:
    """Everybody may send to everybody: the edges are counted, not the pairs of them."""
    count = 60
    channels = [f"Q{at}" for at in range(count)]
    lines = [SAM, "Resources:"]
    policies = ", ".join(
        f"SQSSendMessagePolicy: {{QueueName: !GetAtt {name}.QueueName}}" for name in channels
    ).replace(", SQS", "}, {SQS")
    for at, name in enumerate(channels):
        lines += [
            f"  {name}: {{Type: AWS::SQS::Queue}}",
            f"  F{at}:",
            "    Type: AWS::Serverless::Function",
            "    Properties:",
            f"      Policies: [{{{policies}}}]",
            f"      Events: {{Q: {{Type: SQS, Properties: {{Queue: !GetAtt {name}.Arn}}}}}}",
        ]
    written(tmp_path, {"template.yaml": "\n".join(lines)})
    (reading,) = read([tmp_path], Config())
    architecture = reading.architecture
    looked = 0

    class Counted(Survey):
        def reactions(self, node: Node) -> list[Reaction]:
            nonlocal looked
            looked += 1
            return super().reactions(node)

    survey = Counted(architecture)
    (found,) = event_pipeline.recognise(survey)
    assert len(list(found.nodes())) == 2 * count
    assert looked <= 10 * count


def test_every_project_of_the_corpus_is_looked_at_without_an_error() -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not looked at")
    known = {kind.name for kind in KINDS}
    seen: set[str] = set()
    for folder in sorted(each for each in Path(CORPUS).iterdir() if each.is_dir()):
        for reading in read([folder], Config()):
            for found in recognised(reading.architecture):
                assert found.kind.name in known
                assert found.because
                assert all(part.nodes for part in found.parts)
                seen.add(found.kind.name)
    assert len(seen) > 5
