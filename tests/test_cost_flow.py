"""How many events follow from those that come in: through batches, fan-out, retries, circles."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.advice.cost.amounts import ONE, Amount, exactly, total
from advisor.advice.cost.answers import Answer, Answers
from advisor.advice.cost.estimate import estimated
from advisor.advice.cost.machines import shares
from advisor.advice.cost.model import tries
from advisor.advice.cost.network import Link, Network, add
from advisor.advice.cost.schedules import per_month
from tests.costs import architectures_of, estimate_of, line, plain, quantity, said

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from advisor.advice.cost.network import Links
    from advisor.architecture.architecture import Architecture

SHOP = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.13, Handler: index.handler, Timeout: 20}
Resources:
  Order:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {TOPIC: !Ref News, PRICE: !Ref Price}}
      InlineCode: |
        import os, boto3
        sns, client = boto3.client("sns"), boto3.client("lambda")
        def handler(event, context):
            client.invoke(FunctionName=os.environ["PRICE"])
            client.invoke(FunctionName=os.environ["PRICE"], InvocationType="RequestResponse")
            sns.publish(TopicArn=os.environ["TOPIC"], Message="x")
      Events:
        Post: {Type: HttpApi, Properties: {Method: POST, Path: /orders}}
  Price:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: "def handler(event, context): return 1"}
  News: {Type: AWS::SNS::Topic}
  Parcels: {Type: AWS::SQS::Queue}
  ToParcels:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: sqs
      Endpoint: !GetAtt Parcels.Arn
      FilterPolicy: {kind: [parcel]}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): return 1"
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Parcels.Arn, BatchSize: 10}}
        Nightly: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}
        All: {Type: SNS, Properties: {Topic: !Ref News}}
"""
POST, WAY = "ServerlessHttpApi POST /orders", "News -> Parcels"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> list[Architecture]:
    return architectures_of(tmp_path_factory.mktemp("shop"), SHOP)


def answers(**numbers: Mapping[str, object]) -> Answers:
    """Return answers without a file: names to numbers, or to fields with numbers."""
    found = {}
    for section, names in numbers.items():
        for name, value in names.items():
            fields = value if isinstance(value, dict) else {"": value}
            for field, number in fields.items():
                found[section, name, field] = Answer(Decimal(str(number)), 1, 1)
    return Answers("traffic.yaml", found)


def test_calls_in_code_subscriptions_filters_and_batches_multiply(
    shop: list[Architecture],
) -> None:
    found = estimated(
        shop,
        answers(
            entries={POST: 1000},
            shares={WAY: 0.5},
            batches={"Parcels -> Ship": 5},
            defaults={"duration_ms": 10, "log_kb": 1},
        ),
    )
    assert quantity(found, "Order", "lambda-request") == 1000
    assert quantity(found, "Price", "lambda-request") == 2000  # two calls in the code
    assert quantity(found, "News", "sns-publish") == 1000
    assert quantity(found, "Parcels", "sqs-request", "sends") == 500
    # 730 by the schedule, 1,000 by the topic itself, 500 messages in batches of five
    assert quantity(found, "Ship", "lambda-request") == 730 + 1000 + 100
    assert not found.total.open


def test_a_share_that_is_not_given_leaves_what_follows_unknown(shop: list[Architecture]) -> None:
    found = estimated(shop, answers(entries={POST: 1000}))
    assert line(found, "Parcels", "sqs-request", "sends").cost.is_unknown
    assert f"share of events that go this way (shares): {WAY}" in said(found.lacking)
    ship = line(found, "Ship", "lambda-request").quantity
    assert ship.value == 1730
    assert ship.open
    assert found.total.open


def test_retries_follow_from_the_failure_rate_by_the_kind_of_invocation(
    shop: list[Architecture],
) -> None:
    found = estimated(
        shop,
        answers(
            entries={POST: 1000},
            shares={WAY: 1},
            functions={"Ship": {"failure_rate": 0.5}, "Price": {"failure_rate": 0.5}},
        ),
    )
    # The caller that waits does not try again.
    assert quantity(found, "Price", "lambda-request") == 2000
    # Asynchronously three attempts: 1 + 0.5 + 0.25 = 1.75; from the queue without end: 1/0.5 = 2
    assert quantity(found, "Ship", "lambda-request") == Decimal("1.75") * (1000 + 730) + 2000
    assert quantity(found, "Parcels", "sqs-request", ", receives") == 2000


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    requests=st.integers(0, 10**9),
    times=st.integers(0, 50),
    share=st.decimals(0, 1, places=3),
    failure=st.decimals(0, "0.9", places=2),
    duration=st.integers(0, 20_000),
)
def test_so_many_times_the_traffic_costs_so_many_times_as_much(  # noqa: PLR0917  # as given
    shop: list[Architecture],
    requests: int,
    times: int,
    share: Decimal,
    failure: Decimal,
    duration: int,
) -> None:
    def caused(count: int) -> Decimal:
        found = estimated(
            shop,
            answers(
                entries={POST: count, "Nightly": 0, "Ship": 0},
                shares={WAY: share},
                defaults={"duration_ms": duration, "log_kb": 1, "failure_rate": failure},
            ),
        )
        assert not found.caused.open
        return found.caused.value

    with exactly():
        assert abs(caused(requests * times) - caused(requests) * times) < Decimal("1e-15")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    requests=st.one_of(st.none(), st.integers(0, 10**9)),
    nightly=st.one_of(st.none(), st.integers(0, 10**6)),
    share=st.one_of(st.none(), st.decimals(0, 1, places=3)),
    duration=st.one_of(st.none(), st.integers(0, 20_000)),
)
def test_entry_points_and_what_is_fixed_add_up_to_the_resources(
    shop: list[Architecture],
    requests: int | None,
    nightly: int | None,
    share: Decimal | None,
    duration: int | None,
) -> None:
    entries = {POST: requests, "Nightly": nightly}
    given_: dict[str, Mapping[str, object]] = {
        "entries": {name: count for name, count in entries.items() if count is not None},
        "shares": {} if share is None else {WAY: share},
        "defaults": {} if duration is None else {"duration_ms": duration, "log_kb": 2},
    }
    found = estimated(shop, answers(**given_))
    with exactly():
        by_resource = total(each.cost for each in found.resources)
        by_entry = total(each.cost for each in found.entries) + found.fixed
        assert abs(by_resource.value - by_entry.value) < Decimal("1e-15")
        assert abs(found.total.value - by_entry.value) < Decimal("1e-15")
    assert by_resource.open == by_entry.open == found.total.open
    for entry in found.entries:
        if not entry.per_month.open and not entry.per_thousand.open:
            expected = entry.per_thousand.value * entry.per_month.value / 1000
            assert abs(entry.cost.value - expected) < Decimal("1e-12")


LOOP = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Environment: {Variables: {QUEUE: !Ref Jobs}}
      InlineCode: |
        import os, boto3
        sqs = boto3.client("sqs")
        def handler(event, context):
            sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody="x")
      Events:
        Go: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
"""


def test_a_circle_that_dies_away_is_followed_to_its_end(tmp_path: Path) -> None:
    found = estimate_of(tmp_path, LOOP, 'entries: {Jobs: 1000}\ncalls: {"Work -> Jobs": 0.75}\n')
    # 1 + 0.75 + 0.75^2 + … = 4
    assert abs(quantity(found, "Jobs", "sqs-request", "sends") - 4000) < Decimal("1e-9")
    assert "circle" not in said(found.supposed)


def test_a_circle_that_does_not_die_away_is_cut_and_said(tmp_path: Path) -> None:
    found = estimate_of(tmp_path, LOOP, "entries: {Jobs: 1000}")
    assert quantity(found, "Jobs", "sqs-request", "sends") == 1000
    assert quantity(found, "Work", "lambda-request") == 1000
    assert "cut where it closes" in said(found.supposed)
    assert "Work -> Jobs" in said(found.supposed)


def test_what_only_a_permission_speaks_of_is_an_unknown_number_of_calls(tmp_path: Path) -> None:
    template = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Jobs: {Type: AWS::SQS::Queue}
      Ask:
        Type: AWS::Serverless::Function
        Properties:
          Runtime: java21
          Handler: a.B
          CodeUri: java/
          Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}}]
    """
    found = estimate_of(tmp_path, template, "entries: {Ask: 1000}")
    assert line(found, "Jobs", "sqs-request").quantity.is_unknown
    assert "calls that one invocation makes (calls): Ask -> Jobs" in said(found.lacking)
    told = estimate_of(tmp_path, template, 'entries: {Ask: 1000}\ncalls: {"Ask -> Jobs": 3}\n')
    assert quantity(told, "Jobs", "sqs-request", "sends") == 3000


DEAD = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Lost: {Type: AWS::SQS::Queue}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 3}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
      Events:
        Go: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
"""


def test_what_fails_every_attempt_goes_to_the_dead_letter_queue(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path, DEAD, "{entries: {Jobs: 8000}, functions: {Work: {failure_rate: 0.5}}}"
    )
    assert quantity(found, "Work", "lambda-request") == 8000 * Decimal("1.75")
    assert quantity(found, "Lost", "sqs-request", "sends") == 1000
    without = estimate_of(tmp_path, DEAD, "{entries: {Jobs: 8000}}")
    assert "Lost" not in {each.name for each in without.resources}


RETRYING = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: Try
        States:
          Try:
            Type: Task
            Resource: !GetAtt Work.Arn
            Retry: [{ErrorEquals: [States.ALL], MaxAttempts: 1}]
            Catch: [{ErrorEquals: [States.ALL], Next: Sorry}]
            Next: Both
          Both:
            Type: Parallel
            End: true
            Branches:
              - {StartAt: A, States: {A: {Type: Pass, End: true}}}
              - {StartAt: B, States: {B: {Type: Wait, Seconds: 5, End: true}}}
          Sorry: {Type: Fail}
"""


def test_retries_of_a_task_are_transitions_and_what_fails_is_caught(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path, RETRYING, "{entries: {Flow: 1000}, functions: {Work: {failure_rate: 0.5}}}"
    )
    # Try 1.5 (once more in half of all cases); Both, A and B in three of four; Sorry in the rest
    expected = 1000 * (Decimal("1.5") + 3 * Decimal("0.75") + Decimal("0.25"))
    assert quantity(found, "Flow", "states-transition") == expected
    assert quantity(found, "Work", "lambda-request") == 1500


WAITING = """
Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      RoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/x"
      Definition:
        StartAt: Wait
        States:
          Wait: {Type: Wait, Seconds: 30, Next: Ready}
          Ready:
            Type: Choice
            Choices: [{Variable: $.done, BooleanEquals: true, Next: Done}]
            Default: Wait
          Done: {Type: Succeed}
"""


def test_a_waiting_loop_goes_round_as_often_as_its_shares_say(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path, WAITING, '{entries: {Flow: 1000}, choices: {"Flow: Ready": {Done: 0.2}}}'
    )
    # Five rounds of two states on average, and the end.
    assert abs(quantity(found, "Flow", "states-transition") - 11_000) < Decimal("1e-6")
    alike = estimate_of(tmp_path, WAITING, "{entries: {Flow: 1000}}")
    assert abs(quantity(alike, "Flow", "states-transition") - 5000) < Decimal("1e-6")
    assert "taken alike unless given (choices): Flow: Ready" in said(alike.supposed)


def test_items_of_a_map_are_unknown_until_they_are_given(tmp_path: Path) -> None:
    template = WAITING.replace(
        "Wait: {Type: Wait, Seconds: 30, Next: Ready}",
        "Wait: {Type: Map, Next: Ready, ItemProcessor: "
        "{StartAt: I, States: {I: {Type: Pass, End: true}}}}",
    )
    found = estimate_of(tmp_path, template, "{entries: {Flow: 1}}")
    assert line(found, "Flow", "states-transition").quantity.open
    assert "items that a Map state goes through (maps): Flow: Wait" in said(found.lacking)


ELSEWHERE = """
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {BodyS3Location: {Bucket: b, Key: api.yaml}}
  Answer:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: r
      Code: {ZipFile: "def handler(event, context): return 1"}
  May:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Answer
      Action: lambda:InvokeFunction
      Principal: apigateway.amazonaws.com
      SourceArn: !Sub arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*
  Loud: {Type: AWS::SNS::Topic}
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Properties: {AlarmActions: [!Ref Loud]}
"""


def test_an_api_whose_routes_lie_elsewhere_is_entered_by_what_lets_it_call(tmp_path: Path) -> None:
    found = estimate_of(tmp_path, ELSEWHERE, 'entries: {"Api -> Answer": 1000}')
    assert quantity(found, "Api", "api-rest-request") == 1000
    assert quantity(found, "Answer", "lambda-request") == 1000
    assert {each.name for each in found.entries} == {"Api -> Answer"}
    assert "what alarms set off: Loud" in said(found.left_out)


USERS = """
Resources:
  Pool:
    Type: AWS::Cognito::UserPool
    Properties: {LambdaConfig: {PreSignUp: !GetAtt Check.Arn, PostConfirmation: !GetAtt Check.Arn}}
  Rule:
    Type: AWS::IoT::TopicRule
    Properties:
      TopicRulePayload:
        Sql: select * from 'a'
        Actions:
          - Lambda: {FunctionArn: !GetAtt Check.Arn}
          - Sqs: {QueueUrl: !Ref Inbox, RoleArn: r}
  Inbox: {Type: AWS::SQS::Queue}
  Check:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Role: r
      Code: {ZipFile: "def handler(event, context): return 1"}
"""


def test_triggers_have_a_rate_each_and_the_actions_of_a_rule_one_together(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path, USERS, "entries: {Pool.PreSignUp: 10, Pool.PostConfirmation: 5, Rule: 100}"
    )
    assert quantity(found, "Check", "lambda-request") == 115
    assert quantity(found, "Inbox", "sqs-request", "sends") == 100
    assert {each.name for each in found.entries} == {
        "Pool.PreSignUp",
        "Pool.PostConfirmation",
        "Rule",
    }


def test_more_than_the_first_tier_is_said(tmp_path: Path) -> None:
    template = "Resources: {Q: {Type: AWS::SQS::Queue}}"
    found = estimate_of(tmp_path, template, "entries: {Q: 100000000001}")
    assert "sqs-request above 100000000000" in said(found.supposed)
    below = estimate_of(tmp_path, template, "entries: {Q: 100000000000}")
    assert "above" not in said(below.supposed)


def test_what_only_runs_at_deployment_is_no_traffic(tmp_path: Path) -> None:
    template = (
        RETRYING
        + """
  Made:
    Type: Custom::Thing
    Properties: {ServiceToken: !GetAtt Maker.Arn}
  Maker:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
  BucketNotificationsHandler050a0587b7544547bf325f094a3db8347ECC3691:
    Type: AWS::Lambda::Function
    Properties: {Runtime: python3.13, Handler: a.b, Role: r, Code: {S3Bucket: b, S3Key: k}}
"""
    )
    found = estimate_of(tmp_path, template)
    assert {each.name for each in found.entries} == {"Flow"}


# ---- parts


def links_of(*pairs: tuple[str, str, str]) -> Links:
    links: Links = {}
    for source, target, factor in pairs:
        add(links, Link(source, target, Amount(Decimal(factor))))
    return links


def test_ways_that_meet_add_up() -> None:
    links = links_of(("a", "b", "2"), ("a", "c", "3"), ("b", "d", "5"), ("c", "d", "7"))
    visits = Network(links).visits("a")
    assert visits is not None
    assert visits.counts["d"] == Amount(Decimal(31))
    assert not visits.cut


@pytest.mark.parametrize("factor", ["1", "2", "1e12", "0.99999"])
def test_no_circle_keeps_going_for_ever(factor: str) -> None:
    links = links_of(("a", "b", "1"), ("b", "c", factor), ("c", "b", "1"), ("c", "d", "1"))
    visits = Network(links).visits("a")
    assert visits is not None
    assert [(link.source, link.target) for link in visits.cut] == [("c", "b")]
    assert visits.counts["b"] == ONE


def test_what_is_too_much_to_follow_is_unknown() -> None:
    links = links_of(*((str(n), str(n + 1), "1") for n in range(100)))
    assert Network(links, budget=50).visits("0") is None


def test_a_long_chain_is_followed_to_its_end() -> None:
    links = links_of(*((str(n), str(n + 1), "1") for n in range(3000)))
    visits = Network(links).visits("0")
    assert visits is not None
    assert visits.counts["3000"] == ONE


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.decimals(0, 3, places=2)), max_size=20
    )
)
def test_any_circles_come_to_an_end(pairs: list[tuple[int, int, Decimal]]) -> None:
    links = links_of(*((str(a), str(b), str(factor)) for a, b, factor in pairs))
    visits = Network(links).visits("0")
    assert visits is not None
    assert all(amount.value >= 0 for amount in visits.counts.values())


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(5 minutes)", 8760),
        ("rate(1 hour)", 730),
        ("rate(1 day)", "30.416666666667"),
        ("cron(0 12 * * ? *)", "30.416666666667"),
        ("cron(0/15 * * * ? *)", 2920),
        ("cron(0 8 1 * ? *)", 1),
        ("cron(0 8 L * ? *)", 1),
        ("cron(0 8 1W * ? *)", 1),
        ("cron(0 8 ? * MON#1 *)", 1),
        ("cron(0 8 ? * 6L *)", 1),
        ("cron(0 8 1 JAN,JUL ? *)", "0.166666666667"),
        ("cron(0 0 ? * MON-FRI *)", "21.75"),
        ("cron(0 22-2 1 * ? *)", 5),
    ],
)
def test_schedules_are_counted_by_the_month(expression: str, times: object) -> None:
    found = per_month(expression)
    assert found is not None
    assert plain(found) == Decimal(str(times)).normalize()


@pytest.mark.parametrize(
    "expression",
    [
        "", "rate(0 minutes)", "rate(five minutes)", "cron(0 12 * *)", "cron(0 12 * * ? 2030)",
        "cron(61 * * * ? *)", "cron(* 25 * * ? *)", "cron(0 0 1 * MON *)", "cron(0 0 32 * ? *)",
        "cron(0/0 * * * ? *)", "at(2030-01-01T00:00:00)", "cron(- * * * ? *)",
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_not_counted(expression: str) -> None:
    assert per_month(expression) is None


@given(st.text(max_size=60))
def test_no_expression_breaks_the_counting(text: str) -> None:
    for expression in (text, f"cron({text})", f"rate({text})"):
        found = per_month(expression)
        assert found is None or found >= 0


@given(st.decimals(0, "0.99", places=2), st.integers(1, 50))
def test_more_attempts_are_made_the_more_fails(failure: Decimal, most: int) -> None:
    runs = tries(failure, most)
    assert 1 <= runs <= most
    assert runs <= tries(failure, None) + Decimal("1e-20")
    assert runs <= tries(failure, most + 1) + Decimal("1e-20")


@given(
    st.dictionaries(
        st.sampled_from("abcd"), st.one_of(st.none(), st.decimals(0, 1, places=2)), min_size=1
    )
)
def test_ways_out_of_a_choice_are_taken_in_one_case_each(
    given_: dict[str, Decimal | None],
) -> None:
    found: dict[str, Decimal] = shares(given_)
    if any(share is None or share for share in given_.values()):
        assert abs(sum(found.values(), Decimal(0)) - 1) < Decimal("1e-20")
    assert all(0 <= each <= 1 for each in found.values())
