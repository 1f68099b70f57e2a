"""A function that writes where its file system is read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import Confidence, Evidence, Function, Pillar, Rule, Severity, Unknown, by_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Facts, Finding, NotJudged, Place

rule = Rule(
    id="FUN085",
    name="write-outside-tmp",
    pillar=Pillar.RELIABILITY,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function writes a file outside of /tmp",
    rationale="""
        Of a function's file system only `/tmp` can be written, and what is mounted. Opening any
        other file for writing fails with "read-only file system"; on a developer's machine the
        same code works.
        """,
    remediation="""
        Write below `/tmp`, or keep the file in a bucket.
        """,
    when_to_ignore="""
        The code gets there only where it does not run in Lambda.
        """,
    reads_code=True,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:  # <-- 'Report' writes the file 'report.csv' outside of /tmp
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/
            """,
        "report/app.py": """
            def handler(event, context):
                with open("report.csv", "w") as file:
                    file.write("order,total")
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Report:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: report/
            """,
        "report/app.py": """
            def handler(event, context):
                with open("/tmp/report.csv", "w") as file:
                    file.write("order,total")
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    read = dict(architecture.functions_read())
    found = []
    for function, facts in read.items():
        mounted = _mounted(function)
        if facts.writes and mounted is None:
            yield rule.not_judged(function, because="where file systems are mounted is not known")
            continue
        places = _places(facts, mounted or ())
        if places:
            found.append((function, places))
    for functions, places in by_code(found):
        first, *others = functions
        files = {write.place: write.file for write in read[first].writes}
        name = files[places[0]]
        base = name.strip("/").rpartition("/")[2]
        relative = not name.startswith("/")
        yield rule.finding(
            f"'{first.name}' writes the file '{name}' outside of /tmp",
            at=first.at(label="has a read-only file system"),
            related=[
                *(first.in_code(place, f"writes '{files[place]}'") for place in places),
                *(other.at(label="runs the same code") for other in others),
            ],
            why="the write fails: only /tmp can be written",
            remediation=f"/tmp/{base}",  # noqa: S108  # Lambda's own folder
            # The code may have gone to another folder before.
            confidence=Confidence.MEDIUM if relative else Confidence.HIGH,
            evidence=Evidence.PROVED,
        )


def _mounted(function: Function) -> tuple[str, ...] | None:
    """Return where file systems are mounted; None where that is not known."""
    configs = function.items("FileSystemConfigs")
    if isinstance(configs, Unknown):
        return None
    paths = [item.get("LocalMountPath") if isinstance(item, dict) else None for item in configs]
    known = tuple(path for path in paths if isinstance(path, str))
    return known if len(known) == len(paths) else None


def _places(facts: Facts, mounted: tuple[str, ...]) -> tuple[Place, ...]:
    return tuple(write.place for write in facts.writes if not write.file.startswith(mounted))
