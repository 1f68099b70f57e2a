"""Resources that each have to be made before the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Bucket, Confidence, Node, Pillar, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import Architecture, Dependency, Finding, Location, NotJudged

rule = Rule(
    id="ARC021",
    name="circular-dependency",
    pillar=Pillar.OPERATIONS,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Node,
    summary="resources wait for each other and cannot be made",
    rationale="""
        CloudFormation makes what a resource refers to before the resource itself. Where the
        references lead back to where they began it can begin nowhere, and refuses the template.
        SAM writes some of them: the notification of a bucket refers to the function, the function
        to the role that SAM makes, and that role to the bucket once a policy names it.
        """,
    remediation="""
        Write one of the references without a reference. The name of a bucket, for one, can be put
        together anew in the policy: `!Sub "${AWS::StackName}-uploads"`.
        """,
    when_to_ignore="""
        Never: CloudFormation refuses the template.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Uploads:  # <-- 'Uploads' waits for 'Resize'
            Type: AWS::S3::Bucket
          Resize:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: resize/
              Policies:
                - S3ReadPolicy:
                    BucketName: !Ref Uploads
              Events:
                Upload:
                  Type: S3
                  Properties:
                    Bucket: !Ref Uploads
                    Events: s3:ObjectCreated:*
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: !Sub "${AWS::StackName}-uploads"
          Resize:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: python3.13
              Handler: app.handler
              CodeUri: resize/
              Policies:
                - S3ReadPolicy:
                    BucketName: !Sub "${AWS::StackName}-uploads"
              Events:
                Upload:
                  Type: S3
                  Properties:
                    Bucket: !Ref Uploads
                    Events: s3:ObjectCreated:*
        """,
    references=(
        "https://repost.aws/knowledge-center/cloudformation-circular-dependency-sam",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html",
    ),
)

_SHOWN = 6  # hops that a message tells


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for circle in architecture.dependency_circles():
        yield _finding(_from_bucket(circle))


def _from_bucket(circle: Sequence[Dependency]) -> list[Dependency]:
    """Return the circle from its bucket on, else from what the template writes down."""
    nodes = [each.source for each in circle]
    buckets = [index for index, node in enumerate(nodes) if isinstance(node, Bucket)]
    written = [index for index, node in enumerate(nodes) if not node.is_generated]
    start = (*buckets, *written, 0)[0]
    return [*circle[start:], *circle[:start]]


def _finding(circle: Sequence[Dependency]) -> Finding:
    first = circle[0].source
    # What SAM makes of a resource has its name.
    names = [each.target.name for each in circle]
    hops = [name for at, name in enumerate(names) if not at or name != names[at - 1]]
    waits = ", which waits for ".join(f"'{name}'" for name in hops[:_SHOWN])
    if len(hops) > _SHOWN:
        waits += f" and {len(hops) - _SHOWN} more"
    return rule.finding(
        f"'{first.name}' waits for {waits}",
        at=first.at(label="cannot be made before itself"),
        related=[_place(each) for each in circle],
        why="CloudFormation refuses the template with 'Circular dependency between resources'",
        remediation=_remediation(circle),
        about=[each.source.name for each in circle],
    )


def _place(each: Dependency) -> Location:
    label = f"waits for '{each.target.name}'"
    return each.source.at(each.key, label=label) if each.key else each.source.at(label=label)


def _remediation(circle: Sequence[Dependency]) -> str:
    last = circle[-1]
    name = last.target.name
    if not isinstance(last.target, Bucket):
        return f"# name '{name}' without !Ref, !GetAtt or !Sub in '{last.source.name}'"
    return f"""
        {name}:
          Properties:
            BucketName: !Sub "${{AWS::StackName}}-{name.lower()}"
        # and in {last.source.name} instead of !Ref {name}
        #   !Sub "${{AWS::StackName}}-{name.lower()}"
        """
