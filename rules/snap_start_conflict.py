"""SnapStart beside a setting that it cannot be combined with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Function,
    Pillar,
    Rule,
    Severity,
    Unknown,
    limit,
    runtime_lifecycle,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Finding, Location, NotJudged

rule = Rule(
    id="FUN041",
    name="snap-start-conflict",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function combines SnapStart with what it does not support",
    rationale="""
        SnapStart starts a function from a snapshot of its memory and disk. It is there for some
        managed runtimes only, and neither for container images nor together with provisioned
        concurrency, a mounted file system or more than 512 MB of temporary storage. Lambda refuses
        the combination when the stack is deployed.
        """,
    remediation="""
        Drop one of the two. Provisioned concurrency answers faster and is paid by the hour;
        SnapStart costs little or nothing.
        """,
    when_to_ignore="""
        Never: the deployment fails.
        """,
    bad="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: com.example.Ship::handle
              CodeUri: ship/
              AutoPublishAlias: live
              SnapStart:
                ApplyOn: PublishedVersions  # <-- with provisioned concurrency
              ProvisionedConcurrencyConfig:
                ProvisionedConcurrentExecutions: 5
        """,
    good="""
        Resources:
          Ship:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: com.example.Ship::handle
              CodeUri: ship/
              AutoPublishAlias: live
              SnapStart:
                ApplyOn: PublishedVersions
        """,
    references=("https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html",),
)

_OLDEST = {"java": (11,), "python": (3, 12), "dotnet": (8,)}
"""The first version of each language's runtimes that SnapStart knows (the page above)."""


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for function in architecture.functions():
        if function.snap_start != "PublishedVersions":
            continue
        conflicts = list(_conflicts(architecture, function))
        if conflicts:
            what = ", ".join(dict.fromkeys(name for name, _ in conflicts))
            change = function.change(("SnapStart", "ApplyOn"), "None")
            yield rule.finding(
                f"'{function.name}' combines SnapStart with {what}",
                at=function.at("SnapStart", "ApplyOn", label="starts from a snapshot"),
                related=[place for _, place in conflicts],
                why="Lambda refuses the combination, and with it the deployment",
                remediation=f"""
                    {function.name}:
                      Properties:
                        SnapStart:
                          ApplyOn: None  # or take away: {what}
                    """,
                fix=None if change is None else Fix("Start without a snapshot", (change,)),
            )


def _conflicts(architecture: Architecture, function: Function) -> Iterator[tuple[str, Location]]:
    for version in architecture.versions(function):
        if isinstance(version.provisioned, int) and version.provisioned > 0:
            path = ("ProvisionedConcurrencyConfig",)
            yield "provisioned concurrency", version.at(*path, label="environments kept warm")
    systems = function.items("FileSystemConfigs")
    if not isinstance(systems, Unknown) and systems:
        yield "a mounted file system", function.at("FileSystemConfigs", label="mounted here")
    storage, most = function.ephemeral_storage, limit("snap-start-storage").value
    if isinstance(storage, int) and storage > most:
        place = function.at("EphemeralStorage", "Size", label=f"more than {most:g} MB")
        yield f"{storage} MB of temporary storage", place
    if function.package_type == "Image":
        yield "a container image", function.at("PackageType", label="an image")
    runtime = function.runtime
    if isinstance(runtime, str) and _is_unsupported(runtime):
        yield f"the runtime {runtime}", function.at("Runtime", label="has no SnapStart")


def _is_unsupported(runtime: str) -> bool:
    """Tell whether a known runtime has no SnapStart; what is newer than the table may have it."""
    if runtime_lifecycle(runtime) is None:
        return False
    language = runtime.rstrip("0123456789.").removesuffix(".al")
    number = runtime.removeprefix(language).partition(".al")[0]
    oldest = next((row for name, row in _OLDEST.items() if runtime.startswith(name)), None)
    if oldest is None:
        return True
    digits = "".join(char if char.isdigit() else " " for char in number).split()
    return tuple(int(digit) for digit in digits) < oldest
