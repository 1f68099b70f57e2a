"""Definition holds a placeholder that the template does not fill in."""

from __future__ import annotations

from textwrap import indent
from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Fix,
    Pillar,
    Placeholder,
    Rule,
    Severity,
    StateMachine,
    Unknown,
    as_yaml,
    replace,
    unresolved,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from advisor import (
        Architecture,
        Finding,
        NotJudged,
        Workflow,
    )

rule = Rule(
    id="WFL016",
    name="unresolved-substitution",
    pillar=Pillar.RELIABILITY,
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    applies_to=StateMachine,
    summary="definition holds a placeholder that the template does not fill in",
    rationale="""
        CloudFormation replaces ${Name} in a definition by the value of the same key, in capitals
        and small letters, of DefinitionSubstitutions. What has no key stays as it is written: the
        task then calls a function or a topic whose name is the text ${Name}.
        """,
    remediation="""
        Add the key to DefinitionSubstitutions, or correct its spelling.
        """,
    when_to_ignore="""
        The text is no placeholder, such as a variable of a shell that a container runs.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Orders:
                Type: AWS::Serverless::StateMachine
                Properties:
                  DefinitionUri: orders.asl.yaml
                  DefinitionSubstitutions:
                    topicArn: !Ref Topic
              Topic:
                Type: AWS::SNS::Topic
            """,
        "orders.asl.yaml": """
            StartAt: Tell
            States:
              Tell:
                Type: Task
                Resource: arn:aws:states:::sns:publish
                Parameters:
                  TopicArn: ${TopicArn}  # <-- '${TopicArn}' is not filled in by 'Orders'
                  Message: hello
                End: true
            """,
    },
    good={
        "machine.asl.yaml": """
            StartAt: Wait
            States:
              Wait:
                Type: Wait
                Seconds: ${Seconds}
                End: true
            """,
    },
    references=(
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html",
    ),
)


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    for machine in architecture.all(StateMachine):
        workflow = machine.workflow
        if workflow is None or workflow.substitutions is None:
            continue
        missing = unresolved(workflow)
        if missing and isinstance(machine.get("DefinitionSubstitutions"), Unknown):
            yield rule.not_judged(machine, because="its substitutions are not known")
            continue
        for name, pointers in missing.items():
            yield _finding(machine, workflow, name, pointers)


def _finding(
    machine: StateMachine, workflow: Workflow, name: str, pointers: Sequence[tuple[str | int, ...]]
) -> Finding:
    known = list(workflow.substitutions or ())
    near = next((key for key in known if key.lower() == name.lower()), "")
    hint = f"; its key is '{near}'" if near else ""
    first = workflow.at(pointers[0], label="stays as it is written")
    places = [workflow.at(pointer, label="here as well") for pointer in pointers[1:]]
    if known:
        places.append(machine.at("DefinitionSubstitutions", label="what is filled in"))
    return rule.finding(
        f"'${{{name}}}' is not filled in by '{machine.name}'{hint}",
        at=first,
        related=places,
        severity=Severity.ERROR if _is_whole(workflow, pointers, name) else Severity.WARNING,
        why="CloudFormation leaves the text as it is, and no resource has such a name",
        remediation=_remediation(machine, name, near),
        fix=_fix(machine, workflow, name, near),
        about=machine.about,
    )


def _remediation(machine: StateMachine, name: str, near: str) -> str:
    written = machine.resource.properties.get("DefinitionSubstitutions")
    value = written.get(near) if isinstance(written, dict) and near else None
    said = as_yaml({name: value}).rstrip("\n") if value is not None else f"{name}: …"
    text = machine.setting(f"DefinitionSubstitutions:\n{indent(said, '  ')}")
    return f"# instead of '{near}'\n{text}" if near else text


def _fix(machine: StateMachine, workflow: Workflow, name: str, near: str) -> Fix | None:
    """Return what gives the key the name that the definition uses, if nothing uses the old one."""
    if not near or f"${{{near}}}" in str(workflow.data):
        return None
    change = machine.change(("DefinitionSubstitutions", near), "", over_call=True)
    if change is None or change.pointer[-1] != near:
        return None
    return Fix(f"Call it '{name}'", (replace(change, value=None, rename=name),))


def _is_whole(workflow: Workflow, pointers: Sequence[tuple[str | int, ...]], name: str) -> bool:
    """Tell whether a value is the placeholder alone or an ARN: then it is no shell's variable."""
    values = dict(walk(workflow.data))
    for pointer in pointers:
        value = values.get(pointer)
        text = value.text if isinstance(value, Placeholder) else value
        if isinstance(value, Placeholder) or (isinstance(text, str) and text.startswith("arn:")):
            return "Command" not in pointer and name.isidentifier()
    return False
