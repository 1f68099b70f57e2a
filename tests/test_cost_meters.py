"""What each service is billed for, against a calculation by hand with the prices of us-east-1."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.costs import blank_of, cost, estimate_of, line, plain, quantity, said

if TYPE_CHECKING:
    from pathlib import Path

FUNCTION = """
Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      Code: {{ZipFile: "def handler(event, context): return 1"}}
      Timeout: 30
      MemorySize: {memory}
      {more}
"""


def test_a_function_pays_for_requests_and_gb_seconds_on_x86(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        FUNCTION.format(memory=512, more=""),
        "{entries: {Work: 3000000}, functions: {Work: {duration_ms: 120, log_kb: 2}}}",
    )
    # 3,000,000 requests x 0.0000002 = 0.60
    assert cost(found, "Work", "lambda-request") == Decimal("0.6")
    # 3,000,000 x 0.120 s x 512/1024 GB = 180,000 GB-s; x 0.0000166667 = 3.000006
    assert quantity(found, "Work", "lambda-gb-second-x86") == 180_000
    assert cost(found, "Work", "lambda-gb-second-x86") == Decimal("3.000006")
    # 3,000,000 x 2 KB = 6,000,000 KB = 5.7220458984375 GB; x 0.50 = 2.86102294921875
    assert cost(found, "Work", "logs-ingested-gb") == Decimal("2.861022949219")
    # 0.6 + 3.000006 + 2.861022949219 = 6.461028949219
    assert plain(found.total.value) == Decimal("6.461028949219")
    assert not found.total.open


def test_a_function_on_arm_pays_the_price_of_arm(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        FUNCTION.format(memory=1024, more="Architectures: [arm64]"),
        "{entries: {Work: 1000000}, defaults: {duration_ms: 250, log_kb: 0}}",
    )
    # 1,000,000 x 0.250 s x 1 GB = 250,000 GB-s; x 0.0000133334 = 3.33335
    assert cost(found, "Work", "lambda-gb-second-arm") == Decimal("3.33335")


def test_a_duration_is_billed_in_whole_milliseconds(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        FUNCTION.format(memory=1024, more=""),
        "{entries: {Work: 1000}, functions: {Work: {duration_ms: 1.2}}}",
    )
    # 1.2 ms is billed as 2 ms: 1,000 x 0.002 s x 1 GB = 2 GB-s
    assert quantity(found, "Work", "lambda-gb-second-x86") == 2


def test_ephemeral_storage_above_512_mb_is_paid_for(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        FUNCTION.format(memory=128, more="EphemeralStorage: {Size: 1536}"),
        "{entries: {Work: 1000000}, functions: {Work: {duration_ms: 1000}}}",
    )
    # 1,000,000 x 1 s x (1536 - 512)/1024 GB = 1,000,000 GB-s; x 0.0000000309 = 0.0309
    assert cost(found, "Work", "lambda-storage-gb-second") == Decimal("0.0309")


def test_provisioned_concurrency_is_paid_for_around_the_clock(tmp_path: Path) -> None:
    template = (
        FUNCTION.format(memory=512, more="")
        + """
  Version:
    Type: AWS::Lambda::Version
    Properties:
      FunctionName: !Ref Work
      ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 2}
"""
    )
    found = estimate_of(tmp_path, template, "entries: {Work: 0}")
    # 2 x 730 h x 3,600 s x 0.5 GB = 2,628,000 GB-s; x 0.0000041667 = 10.9500876
    assert cost(found, "Work", "lambda-provisioned-gb-second") == Decimal("10.9500876")
    assert line(found, "Work", "lambda-provisioned-gb-second").fixed
    assert plain(found.fixed.value) == Decimal("10.9500876")


QUEUE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::SQS::Queue
    {queue}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
      Events:
        Work: {{Type: SQS, Properties: {{Queue: !GetAtt Orders.Arn, BatchSize: 10}}}}
"""


def test_a_queue_pays_for_sends_receives_deletes_and_idle_polling(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        QUEUE.format(queue=""),
        """
        entries: {Orders: 1000000}
        batches: {"Orders -> Ship": 10}
        payload_kb: {Orders: 10}
        """,
    )
    # sends: 1,000,000 x 1 piece of 64 KB x 0.0000004 = 0.40
    assert cost(found, "Orders", "sqs-request", "sends") == Decimal("0.4")
    # receives: ten messages of 10 KB are 100 KB, two pieces: 100,000 x 2 x 0.0000004 = 0.08
    assert cost(found, "Orders", "sqs-request", "receives") == Decimal("0.08")
    # deletes: 100,000 x 0.0000004 = 0.04
    assert cost(found, "Orders", "sqs-request", "deletes") == Decimal("0.04")
    # idle: 5 pollers x 730 h x 3,600 s / 20 s = 657,000; x 0.0000004 = 0.2628
    assert cost(found, "Orders", "sqs-request", "find nothing") == Decimal("0.2628")
    # and ten messages run the function once
    assert quantity(found, "Ship", "lambda-request") == 100_000


@pytest.mark.parametrize(("size", "pieces"), [(1, 1), (64, 1), ("64.1", 2), (256, 4)])
def test_a_message_is_billed_in_pieces_of_64_kb(tmp_path: Path, size: object, pieces: int) -> None:
    found = estimate_of(
        tmp_path,
        "Resources: {Orders: {Type: AWS::SQS::Queue}}",
        f"{{entries: {{Orders: 1000}}, payload_kb: {{Orders: {size}}}}}",
    )
    assert quantity(found, "Orders", "sqs-request", "sends") == 1000 * pieces


def test_a_fifo_queue_pays_more(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}}",
        "entries: {Q: 2000000}",
    )
    # 2,000,000 x 0.0000005 = 1.00
    assert cost(found, "Q", "sqs-fifo-request") == 1


TOPIC = """
Resources:
  News: {Type: AWS::SNS::Topic}
  Inbox: {Type: AWS::SQS::Queue}
  ToQueue:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: sqs, Endpoint: !GetAtt Inbox.Arn}
  ToWeb:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref News, Protocol: https, Endpoint: "https://example.org"}
  ToMail:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: email
      Endpoint: a@example.org
      FilterPolicy: {kind: [urgent]}
"""


def test_a_topic_pays_for_publishes_and_for_deliveries_by_protocol(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        TOPIC,
        'entries: {News: 1000000}\nshares: {"News -> a@example.org": 0.01}\n',
    )
    # 1,000,000 x 0.0000005 = 0.50; to SQS nothing
    assert cost(found, "News", "sns-publish") == Decimal("0.5")
    # 1,000,000 x 0.0000006 = 0.60
    assert cost(found, "News", "sns-http-delivery") == Decimal("0.6")
    # 1 % of 1,000,000 x 0.00002 = 0.20
    assert cost(found, "News", "sns-email-delivery") == Decimal("0.2")
    assert quantity(found, "Inbox", "sqs-request", "sends") == 1_000_000


EVENTS = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [shop]}
      Targets: [{Id: a, Arn: !GetAtt Inbox.Arn}]
  Inbox: {Type: AWS::SQS::Queue}
  Clock:
    Type: AWS::Scheduler::Schedule
    Properties:
      FlexibleTimeWindow: {Mode: "OFF"}
      ScheduleExpression: rate(5 minutes)
      Target: {Arn: !GetAtt Inbox.Arn, RoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/x"}
  Pipe:
    Type: AWS::Pipes::Pipe
    Properties:
      RoleArn: !Sub "arn:aws:iam::${AWS::AccountId}:role/x"
      Source: !GetAtt Inbox.Arn
      SourceParameters: {SqsQueueParameters: {BatchSize: 10}}
      Target: !GetAtt Out.Arn
  Out: {Type: AWS::SQS::Queue}
"""


def test_buses_schedules_and_pipes_pay_for_events_invocations_and_batches(
    tmp_path: Path,
) -> None:
    found = estimate_of(
        tmp_path,
        EVENTS,
        """
        entries: {Bus: 1000000}
        shares: {"Bus -> Placed": 0.5}
        batches: {"Inbox -> Pipe": 10}
        payload_kb: {Bus: 100, Pipe: 10}
        """,
    )
    # events of 100 KB are two pieces: 1,000,000 x 2 x 0.000001 = 2.00
    assert cost(found, "Bus", "events-custom") == 2
    # 730 h x 12 = 8,760; x 0.000001 = 0.00876
    assert cost(found, "Clock", "events-schedule") == Decimal("0.00876")
    # (500,000 + 8,760) / 10 batches of 100 KB, two pieces each: 101,752 x 0.0000004 = 0.0407008
    assert cost(found, "Pipe", "events-pipe") == Decimal("0.0407008")
    # every record of a batch becomes a message
    assert quantity(found, "Out", "sqs-request", "sends") == 508_760


MACHINE = """
Resources:
  Flow:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineType: {kind}
      RoleArn: !Sub "arn:aws:iam::${{AWS::AccountId}}:role/x"
      Definition:
        StartAt: Look
        States:
          Look: {{Type: Pass, Next: Which}}
          Which:
            Type: Choice
            Choices: [{{Variable: $.x, IsPresent: true, Next: Each}}]
            Default: Done
          Each:
            Type: Map
            ItemProcessor: {{StartAt: One, States: {{One: {{Type: Pass, End: true}}}}}}
            Next: Done
          Done: {{Type: Succeed}}
"""


def test_a_standard_machine_pays_for_each_state_that_is_entered(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        MACHINE.format(kind="STANDARD"),
        """
        entries: {Flow: 1000}
        choices: {"Flow: Which": {Each: 0.25}}
        maps: {"Flow: Each": 8}
        """,
    )
    # Look 1 + Which 1 + Each 0.25 + One 0.25 x 8 + Done 1 = 5.25; x 1,000 x 0.000025 = 0.13125
    assert quantity(found, "Flow", "states-transition") == 5250
    assert cost(found, "Flow", "states-transition") == Decimal("0.13125")


def test_an_express_machine_pays_for_requests_and_memory_over_time(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        MACHINE.format(kind="EXPRESS"),
        """
        entries: {Flow: 1000000}
        machines: {Flow: {duration_ms: 1010, memory_mb: 70}}
        maps: {"Flow: Each": 1}
        """,
    )
    assert cost(found, "Flow", "states-express-request") == 1
    # 1,010 ms are billed as 1,100 ms, 70 MB as 128 MB:
    # 1,000,000 x 1.1 s x 128/1024 GB = 137,500 GB-s; x 0.00001667 = 2.292125
    assert cost(found, "Flow", "states-express-gb-second") == Decimal("2.292125")
    assert not any(each.price == "states-transition" for each in found.resources[0].lines)


APIS = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Rest:
    Type: AWS::Serverless::Api
    Properties: {StageName: prod}
  Http: {Type: AWS::Serverless::HttpApi}
  Answer:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
      Events:
        A: {Type: Api, Properties: {Method: GET, Path: /a, RestApiId: !Ref Rest}}
        B: {Type: HttpApi, Properties: {Method: GET, Path: /b, ApiId: !Ref Http}}
  Socket:
    Type: AWS::ApiGatewayV2::Api
    Properties: {Name: s, ProtocolType: WEBSOCKET, RouteSelectionExpression: $request.body.action}
  Connect:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: $connect}
  Say:
    Type: AWS::ApiGatewayV2::Route
    Properties: {ApiId: !Ref Socket, RouteKey: say}
"""


def test_apis_pay_by_their_kind(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        APIS,
        """
        entries:
          Rest GET /a: 2000000
          Http GET /b: 1000000
          Socket $connect: 1000
          Socket say: 1000000
        payload_kb: {Http: 600, Socket: 40}
        connection_minutes: {Socket: 4000000}
        """,
    )
    # 2,000,000 x 0.0000035 = 7.00
    assert cost(found, "Rest", "api-rest-request") == 7
    # 600 KB are two pieces of 512 KB: 1,000,000 x 2 x 0.000001 = 2.00
    assert cost(found, "Http", "api-http-request") == 2
    # 40 KB are two pieces of 32 KB; connecting is no message: 1,000,000 x 2 x 0.000001 = 2.00
    assert cost(found, "Socket", "api-websocket-message") == 2
    # 4,000,000 x 0.00000025 = 1.00
    assert cost(found, "Socket", "api-websocket-minute") == 1
    assert quantity(found, "Answer", "lambda-request") == 3_000_000


STREAM = "Resources: {{Clicks: {{Type: AWS::Kinesis::Stream, Properties: {{{mode}}}}}}}"


def test_a_provisioned_stream_pays_for_shards_and_put_units(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        STREAM.format(mode="ShardCount: 2"),
        "{entries: {Clicks: 1000000}, payload_kb: {Clicks: 30}}",
    )
    # 2 x 730 h x 0.015 = 21.90
    assert cost(found, "Clicks", "kinesis-shard-hour") == Decimal("21.9")
    # 30 KB are two units of 25 KB: 2,000,000 x 0.000000014 = 0.028
    assert cost(found, "Clicks", "kinesis-put-unit") == Decimal("0.028")


def test_an_on_demand_stream_pays_by_hour_and_by_gb(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        STREAM.format(mode="StreamModeDetails: {StreamMode: ON_DEMAND}"),
        "{entries: {Clicks: 1048576}, payload_kb: {Clicks: 0.5}}",
    )
    # 730 h x 0.04 = 29.20
    assert cost(found, "Clicks", "kinesis-stream-hour") == Decimal("29.2")
    # records of half a KB are billed as 1 KB: 1,048,576 KB = 1 GB; x 0.08 = 0.08
    assert cost(found, "Clicks", "kinesis-in-gb") == Decimal("0.08")


def test_a_nat_gateway_pays_by_hour_and_by_gb(tmp_path: Path) -> None:
    template = """
    Resources:
      Way:
        Type: AWS::EC2::NatGateway
        Properties: {SubnetId: subnet-1, AllocationId: a}
    """
    found = estimate_of(tmp_path, template, "nat_gb: {Way: 100}")
    # 730 x 0.045 = 32.85 and 100 x 0.045 = 4.50
    assert cost(found, "Way", "nat-hour") == Decimal("32.85")
    assert cost(found, "Way", "nat-gb") == Decimal("4.5")
    unknown = estimate_of(tmp_path, template)
    assert unknown.total.open
    assert plain(unknown.total.value) == Decimal("32.85")


def test_tables_and_buckets_pay_for_what_is_given_of_them(tmp_path: Path) -> None:
    template = """
    Resources:
      Items:
        Type: AWS::DynamoDB::Table
        Properties: {BillingMode: PAY_PER_REQUEST}
      Files: {Type: AWS::S3::Bucket}
      Fixed: {Type: AWS::DynamoDB::Table}
    """
    found = estimate_of(
        tmp_path,
        template,
        """
        tables: {Items: {write_units: 1000000, read_units: 4000000}}
        buckets: {Files: {put_requests: 1000, get_requests: 10000}}
        """,
    )
    # 1,000,000 x 0.000000625 = 0.625; 4,000,000 x 0.000000125 = 0.50
    assert cost(found, "Items", "dynamodb-write-unit") == Decimal("0.625")
    assert cost(found, "Items", "dynamodb-read-unit") == Decimal("0.5")
    # 1,000 x 0.000005 = 0.005; 10,000 x 0.0000004 = 0.004
    assert cost(found, "Files", "s3-put") == Decimal("0.005")
    assert cost(found, "Files", "s3-get") == Decimal("0.004")
    assert "provisioned capacity of tables: Fixed" in said(found.left_out)


def test_the_free_tier_is_taken_off_only_where_it_is_asked_for(tmp_path: Path) -> None:
    template = FUNCTION.format(memory=1024, more="")
    traffic = "{entries: {Work: 3000000}, functions: {Work: {duration_ms: 1000, log_kb: 0}}}"
    assert estimate_of(tmp_path, template, traffic).credits is None
    found = estimate_of(tmp_path, template, traffic, free_tier=True)
    # 1,000,000 requests x 0.0000002 = 0.20; 400,000 GB-s x 0.0000166667 = 6.66668
    assert {plain(each.cost) for each in found.credits or ()} == {
        Decimal("0.2"),
        Decimal("6.66668"),
    }


def test_a_price_of_the_traffic_file_comes_before_the_table(tmp_path: Path) -> None:
    found = estimate_of(
        tmp_path,
        FUNCTION.format(memory=128, more=""),
        "{entries: {Work: 1000000}, prices: {lambda-request: 0.000001}}",
    )
    assert cost(found, "Work", "lambda-request") == 1


def test_what_has_no_price_in_a_region_is_unknown_there(tmp_path: Path) -> None:
    template = QUEUE.format(queue="")
    traffic = (
        "region: eu-west-1\nentries: {Orders: 1000000}\ndefaults: {duration_ms: 10, log_kb: 0}"
    )
    found = estimate_of(tmp_path, template, traffic)
    assert line(found, "Orders", "sqs-request", "sends").cost.is_unknown
    # 1,000,000 requests x 0.0000002, the same in eu-west-1
    assert cost(found, "Ship", "lambda-request") == Decimal("0.2")
    assert "prices in eu-west-1 (prices): sqs-request" in said(found.lacking)
    assert found.total.open


def test_a_new_file_names_the_timeout_as_the_most_that_a_duration_can_be(tmp_path: Path) -> None:
    assert "at most 30000 (Timeout)" in blank_of(tmp_path, FUNCTION.format(memory=128, more=""))
