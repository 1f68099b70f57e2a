"""A dead-letter queue that does not accept the queue that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Pillar, Queue, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, NotJudged, Value

rule = Rule(
    id="QUE027",
    name="redrive-allow-policy-blocks-source",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Queue,
    summary="dead-letter queue does not allow the queue that sends to it",
    rationale="""
        With a `RedriveAllowPolicy` a queue says which others may use it for their dead letters:
        none with `denyAll`, those that it lists with `byQueue`. A redrive policy that names it
        from any other queue is refused.
        """,
    remediation="""
        Add the source queue to `sourceQueueArns`, of which there may be ten, or use `allowAll`.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              RedriveAllowPolicy:
                redrivePermission: denyAll  # <-- 'Failed' allows no queue to send dead letters
        """,
    good="""
        Resources:
          Orders:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: orders
              RedrivePolicy:
                deadLetterTargetArn: !GetAtt Failed.Arn
                maxReceiveCount: 5
          Failed:
            Type: AWS::SQS::Queue
            Properties:
              MessageRetentionPeriod: 1209600
              RedriveAllowPolicy:
                redrivePermission: byQueue
                sourceQueueArns:
                  - !Sub arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:orders
          FailedAlarm:
            Type: AWS::CloudWatch::Alarm
            Properties:
              Namespace: AWS/SQS
              MetricName: ApproximateNumberOfMessagesVisible
              Dimensions: [{Name: QueueName, Value: !GetAtt Failed.QueueName}]
              Statistic: Maximum
              Period: 300
              EvaluationPeriods: 1
              Threshold: 0
              ComparisonOperator: GreaterThanThreshold
        """,
    references=(
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html",
        "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for sink in architecture.all(Queue):
        policy = sink.redrive_allow_policy
        if not isinstance(policy, dict):
            continue
        for edge in architecture.dead_letter_sources(sink):
            source = edge.source
            # Only queues ask; topics, rules and functions send as anybody else does.
            if isinstance(source, Queue) and _blocks(architecture, policy, sink, source):
                yield _finding(sink, source, str(policy["redrivePermission"]))


def _blocks(
    architecture: Architecture, policy: dict[str, Value], sink: Queue, source: Queue
) -> bool:
    permission = policy.get("redrivePermission")
    if permission == "denyAll":
        return True
    listed = policy.get("sourceQueueArns")
    if permission != "byQueue" or not isinstance(listed, list):
        return False
    nodes = [architecture.node_of(value, "queue", sink) for value in listed]
    # One that is not found may be the source by a name that the files do not tell.
    return source not in nodes and None not in nodes


def _finding(sink: Queue, source: Queue, permission: str) -> Finding:
    allowed = "no queue" if permission == "denyAll" else "only others"
    return rule.finding(
        f"'{sink.name}' allows {allowed} to send dead letters, '{source.name}' does",
        at=sink.at("RedriveAllowPolicy", "redrivePermission", label=f"allows {allowed}"),
        related=[source.at("RedrivePolicy", label=f"sends dead letters to '{sink.name}'")],
        why="SQS refuses the redrive policy, so the deployment fails",
        remediation=sink.setting(
            f"""
            RedriveAllowPolicy:
              redrivePermission: byQueue
              sourceQueueArns:
                # spelled out, since !GetAtt {source.name}.Arn would be a circle
                - !Sub arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:<name>
            """
        ),
        evidence=Evidence.DECLARED,
    )
