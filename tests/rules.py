"""Runs rules of a test over a template, through the real documents, scenarios and engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from advisor.architecture.architecture import Architecture
from advisor.architecture.nodes import Node
from advisor.config import Config
from advisor.rules import engine
from advisor.rules.builtin import BUILTIN
from advisor.rules.finding import Confidence, Pillar, Severity
from advisor.rules.registry import registry_of
from advisor.rules.rule import Rule
from advisor.rules.selection import select
from advisor.templates.resolver import Resolver
from tests.stacks import project_of, scenarios_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from advisor.rules.baseline import Baseline
    from advisor.rules.engine import Outcome
    from advisor.rules.finding import Finding, NotJudged
    from advisor.rules.rule import Check


TWO_QUEUES = """
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: 5}
      Bills:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: 50}
    """


@dataclass(frozen=True, slots=True)
class Blanks:
    """What a rule of a test says of itself where it differs from any other."""

    id: str = "QUE001"
    name: str = "short-delay"
    severity: Severity = Severity.WARNING
    confidence: Confidence = Confidence.HIGH
    preview: bool = False
    aggregate: str = ""
    aliases: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def rule_of(check: Check | None, blanks: Blanks | None = None) -> Rule:
    """Return a rule with a check, all blanks filled in."""
    blanks = blanks or Blanks()
    rule = Rule(
        id=blanks.id,
        name=blanks.name,
        pillar=Pillar.RELIABILITY,
        severity=blanks.severity,
        confidence=blanks.confidence,
        applies_to=Node,
        summary="a fault",
        rationale="Why.",
        remediation="How.",
        when_to_ignore="When.",
        bad="Resources: {}",
        good="Resources: {}",
        references=("https://docs.aws.amazon.com/",),
        preview=blanks.preview,
        aggregate=blanks.aggregate,
        aliases=blanks.aliases,
        supersedes=blanks.supersedes,
        options=blanks.options,
    )
    if check is not None:
        rule.check(check)
    return rule


def flags(blanks: Blanks | None = None, prop: str = "DelaySeconds", below: int = 10) -> Rule:
    """Return a rule that flags each queue whose property is a number below a limit."""

    def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
        for node in architecture.all(Node):
            value = node.number(prop)
            if not isinstance(value, int):
                yield rule.not_judged(node, because=f"{prop} is not known")
            elif value < below:
                yield rule.finding(
                    f"'{node.name}' has {prop} {value}",
                    at=node.at(prop),
                    why="it is small",
                    remediation=f"Set {prop}.",
                )

    rule = rule_of(check, blanks)
    return rule


def judge(
    folder: Path,
    text: str,
    *rules: Rule,
    config: Config | None = None,
    baseline: Baseline | None = None,
    nested: Mapping[str, str] | None = None,
) -> Outcome:
    """Run rules over main.yaml with this text in every scenario."""
    project = project_of(folder, None, main=text, **(nested or {}))
    group = []
    for scenario in scenarios_of(project).items:
        view = Resolver(project, scenario)
        architecture = Architecture()
        for resource in view.resources():
            architecture.add_node(Node(resource, view))
        group.append((scenario, architecture))
    selection = select(registry_of([*BUILTIN, *rules]), config or Config())
    documents = {stack.path: stack.template.document for stack in project.stacks.values()}
    return engine.run(selection, [group], documents=documents.values(), baseline=baseline)
