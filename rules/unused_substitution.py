"""Template fills in a placeholder that the definition does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Rule,
    Severity,
    StateMachine,
    listed,
    unresolved,
    unused_substitutions,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import (
        Architecture,
        Finding,
    )

rule = Rule(
    id="WFL017",
    name="unused-substitution",
    pillar=Pillar.OPERATIONS,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="template fills in a placeholder that the definition does not hold",
    rationale="""
        A key of DefinitionSubstitutions that the definition does not hold does nothing. Mostly it
        is left over from an earlier version; now and then it is misspelt, and the name that is
        meant stays empty.
        """,
    remediation="""
        Remove the key, or use it in the definition.
        """,
    when_to_ignore="""
        Several definitions share one list of substitutions.
        """,
    bad="""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Orders:
            Type: AWS::Serverless::StateMachine
            Properties:
              DefinitionSubstitutions:
                Table: orders  # <-- 'Table' is filled in but not used
              Definition:
                StartAt: Done
                States:
                  Done:
                    Type: Succeed
        """,
    good={
        "machine.asl.yaml": """
            StartAt: Wait
            States:
              Wait:
                Type: Wait
                Seconds: 60
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        # A key that differs from a placeholder in capitals only is that rule's business.
        spelt = {name.lower() for name in unresolved(workflow)} if workflow is not None else set()
        unused = unused_substitutions(workflow) if workflow is not None else []
        names = [name for name in unused if name.lower() not in spelt]
        if not names:
            continue
        removals = [machine.removal("DefinitionSubstitutions", name) for name in names]
        changes = tuple(change for change in removals if change is not None)
        verb = "is" if len(names) == 1 else "are"
        yield rule.finding(
            f"{listed(names)} {verb} filled in but not used by the definition of '{machine.name}'",
            at=machine.at("DefinitionSubstitutions", names[0], label="not used"),
            related=[
                machine.at("DefinitionSubstitutions", name, label="nor is this")
                for name in names[1:]
            ],
            why="what is written here reaches no state",
            remediation=f"Remove {listed(names, 8)} from DefinitionSubstitutions.",
            fix=Fix(f"Remove {listed(names)}", changes, safe=True)
            if len(changes) == len(names)
            else None,
        )
