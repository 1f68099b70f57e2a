"""A function that may write to the bucket whose events invoke it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Bucket,
    BucketNotification,
    Confidence,
    EventRule,
    Evidence,
    External,
    Function,
    Pillar,
    Rule,
    Severity,
    Text,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Loop, NotJudged, Value

rule = Rule(
    id="ARC012",
    name="bucket-event-loop",
    pillar=Pillar.COST,
    severity=Severity.WARNING,
    confidence=Confidence.MEDIUM,
    applies_to=Function,
    summary="function may write to the bucket whose events invoke it",
    rationale="""
        An object that such a function writes is an event of the bucket and invokes it again, and
        the next object the next time. S3 and Lambda both scale with it. Lambda stops a loop
        through S3 after 16 rounds where the SDK is recent enough to tell; what it wrote and
        cost until then stays.
        """,
    remediation="""
        Write to another bucket. In the same one, let the notification and the permission to write
        hold for prefixes that exclude each other. A function that only reads the bucket needs
        S3ReadPolicy, not S3CrudPolicy.
        """,
    when_to_ignore="""
        The code writes under keys only that the notification leaves out.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Uploads:
            Type: AWS::S3::Bucket
            Properties:
              BucketName: shop-uploads
          Resize:  # <-- 'Resize' may write to 'Uploads', which invokes it again
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - S3CrudPolicy:
                    BucketName: shop-uploads
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
              BucketName: shop-uploads
          Thumbnails:
            Type: AWS::S3::Bucket
          Resize:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: nodejs22.x
              Handler: app.handler
              CodeUri: build/
              Policies:
                - S3ReadPolicy:
                    BucketName: shop-uploads
                - S3WritePolicy:
                    BucketName: !Ref Thumbnails
              Events:
                Upload:
                  Type: S3
                  Properties:
                    Bucket: !Ref Uploads
                    Events: s3:ObjectCreated:*
        """,
    references=(
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/with-s3.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",
    ),
)

_CREATED = ("Put", "Post", "Copy", "CompleteMultipartUpload", "*")


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for loop in architecture.own_loops():
        bucket = loop.out.target
        foreign = isinstance(bucket, External) and bucket.kind == "bucket"
        if not (foreign or isinstance(bucket, Bucket)) or not loop.way:
            continue
        trigger = _trigger(loop)
        if not _is_set_off(loop, trigger):
            continue
        filtered, prefixes = _filter(trigger)
        if filtered and prefixes and _apart(architecture, loop, prefixes):
            continue
        yield _finding(loop, filtered=filtered)


def _trigger(loop: Loop) -> BucketNotification | EventRule | None:
    """Return the first thing on the way that chooses among the bucket's events."""
    for edge in loop.way:
        for node in (edge.declared_by, edge.target):
            if isinstance(node, (BucketNotification, EventRule)):
                return node
    return None


def _is_set_off(loop: Loop, trigger: BucketNotification | EventRule | None) -> bool:
    """Tell whether what the function may do to objects is what sets it off."""
    verbs = [action.partition(":")[2].lower() for action in loop.out.actions]
    puts = any(verb.startswith(("put", "*", "copy", "upload", "createmultipart")) for verb in verbs)
    deletes = any(verb.startswith(("delete", "*")) for verb in verbs)
    if isinstance(trigger, BucketNotification):
        events = trigger.events
        names = [] if isinstance(events, Unknown) else [e for e in events if isinstance(e, str)]
        created = any(
            "ObjectCreated" in name and name.rpartition(":")[2] in _CREATED for name in names
        )
        return (puts and created) or (deletes and any("ObjectRemoved" in name for name in names))
    pattern = trigger.pattern if trigger is not None else None
    if not isinstance(pattern, dict):
        return False
    kinds = pattern.get("detail-type")
    if kinds is None:
        return puts or deletes
    if not isinstance(kinds, list):
        return False
    return (puts and "Object Created" in kinds) or (deletes and "Object Deleted" in kinds)


def _filter(trigger: BucketNotification | EventRule | None) -> tuple[bool, list[str]]:
    """Return whether the trigger is for some keys only, and the prefixes that it is for."""
    if isinstance(trigger, BucketNotification):
        prefix, suffix = trigger.key_prefix, trigger.key_suffix
        known = [prefix] if isinstance(prefix, str) and prefix else []
        # What is no text is not known, and may leave out what the function writes.
        return any(part is not None and part != "" for part in (prefix, suffix)), known
    pattern = trigger.pattern if trigger is not None else None
    detail = pattern.get("detail") if isinstance(pattern, dict) else None
    item = detail.get("object") if isinstance(detail, dict) else None
    keys = item.get("key") if isinstance(item, dict) else None
    if not isinstance(keys, list):
        return keys is not None, []
    prefixes = [key.get("prefix") for key in keys if isinstance(key, dict)]
    known = [prefix for prefix in prefixes if isinstance(prefix, str)]
    return True, known if len(known) == len(keys) else []


def _apart(architecture: Architecture, loop: Loop, prefixes: list[str]) -> bool:
    """Tell whether the permission to write is for other prefixes than the trigger."""
    if loop.out.evidence is not Evidence.GRANTED:
        return False
    path = loop.out.path[:-1] if isinstance(loop.out.path[-1], int) else loop.out.path
    values = loop.out.declared_by.items(*path)
    found: list[str] = []
    for value in [] if isinstance(values, Unknown) else values:
        if architecture.node_of(value, near=loop.out.declared_by) is not loop.out.target:
            continue
        prefix = _written_prefix(value)
        if prefix is None:
            return False
        found.append(prefix)
    return bool(found) and not any(
        one.startswith(other) or other.startswith(one) for one in found for other in prefixes
    )


def _written_prefix(value: Value) -> str | None:
    """Return the beginning of the keys that an ARN is for; None where it is for all."""
    last = value.parts[-1] if isinstance(value, Text) else value
    if not isinstance(last, str):
        return None
    text = last.rpartition(":::")[2]
    key = text.partition("/")[2].partition("*")[0]
    return key or None


def _finding(loop: Loop, *, filtered: bool) -> Finding:
    name, bucket = loop.function.name, loop.out.target.title
    is_proved = loop.out.evidence is Evidence.PROVED
    is_advice = filtered or loop.is_allowed or loop.is_wildcard
    return rule.finding(
        f"'{name}' {'writes' if is_proved else 'may write'} to '{bucket}', {loop.back}",
        at=loop.function.at(label="may set itself off"),
        related=loop.places,
        why="each object that it writes may invoke it again"
        if filtered
        else "each object that it writes invokes it again",
        remediation=f"""
            # let {name} write to another bucket; where it only reads this one, grant no more
            - S3ReadPolicy:
                BucketName: <the name of {bucket}>
            """,
        severity=Severity.INFO if is_advice else None,
        confidence=Confidence.HIGH if is_proved and not filtered else None,
        evidence=loop.out.evidence,
        about=loop.logical_ids,
    )
