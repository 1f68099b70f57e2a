"""A function that is kept warm on an alias while its callers use another version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    CustomResource,
    EdgeKind,
    Evidence,
    Function,
    Pillar,
    Rule,
    Severity,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, Version

rule = Rule(
    id="FUN030",
    name="alias-bypassed",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function is prepared on a version that its callers do not use",
    rationale="""
        SnapStart and provisioned concurrency work for published versions and for aliases of them.
        A caller that names the function alone reaches `$LATEST`, which has neither: it waits
        through every cold start, while the provisioned environments are paid for and stay idle.
        """,
    remediation="""
        Let every caller name the alias. SAM does so for the events of a function with
        `AutoPublishAlias`; everything else has to be pointed there.
        """,
    when_to_ignore="""
        That caller does not mind cold starts.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Price:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: app.Handler
              CodeUri: price/
              AutoPublishAlias: live
              SnapStart: {ApplyOn: PublishedVersions}
          Quote:
            Type: AWS::Serverless::StateMachine
            Properties:
              Definition:
                StartAt: Ask
                States:
                  Ask:
                    Type: Task
                    Resource: !GetAtt Price.Arn  # <-- 'Quote' calls 'Price' without its alias
                    End: true
        """,
    good="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Price:
            Type: AWS::Serverless::Function
            Properties:
              Runtime: java21
              Handler: app.Handler
              CodeUri: price/
              MemorySize: 1024
              AutoPublishAlias: live
              SnapStart: {ApplyOn: PublishedVersions}
          Quote:
            Type: AWS::Serverless::StateMachine
            Properties:
              Definition:
                StartAt: Ask
                States:
                  Ask:
                    Type: Task
                    Resource: !Ref Price.Alias
                    End: true
        """,
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for function in architecture.all(Function):
        warm = [
            version
            for version in architecture.versions(function)
            if isinstance(version.provisioned, int) and version.provisioned > 0
        ]
        if function.snap_start != "PublishedVersions" and not warm:
            continue
        bypasses = [
            edge
            for edge in architecture.incoming(function, EdgeKind.INVOKES)
            if edge.evidence >= Evidence.PROVED
            and edge.qualifier in (None, "$LATEST")
            # Nobody waits for a cold start while a stack is deployed.
            and not isinstance(edge.declared_by, CustomResource)
        ]
        if bypasses:
            yield _finding(architecture, function, bypasses, warm)


def _finding(
    architecture: Architecture, function: Function, edges: list[Edge], warm: list[Version]
) -> Finding:
    names = list(dict.fromkeys(f"'{edge.source.title}'" for edge in edges))
    verb = "calls" if len(names) == 1 else "call"
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    what = "provisioned concurrency" if warm else "SnapStart"
    aliases = architecture.aliases(function)
    if aliases:
        alias = "its alias"
        name = f"!Ref {function.name}.Alias" if function.is_sam else f"!Ref {aliases[0].name}"
    else:
        alias = "a published version"
        name = f"!Ref {function.name}.Alias  # with AutoPublishAlias: live on '{function.name}'"
        if not function.is_sam:
            name = "the Ref of an AWS::Lambda::Alias of it"
    path = ("SnapStart",) if not warm else ()
    related = [edge.at(label=edge.via) for edge in edges[1:4]]
    return rule.finding(
        f"{shown} {verb} '{function.name}' without {alias}, which {what} is for"
        if aliases
        else f"{shown} {verb} '{function.name}' without {alias}, and {what} needs one",
        at=edges[0].at(label="names the function alone"),
        related=[*related, function.at(*path, label=what)],
        why=f"callers of $LATEST wait through cold starts that {what} was to spare them",
        remediation=f"Name the alias instead of the function: {name}",
        evidence=min(edge.evidence for edge in edges),
        about=[function.name],
    )
