"""The engine: running, isolating, merging, superseding, aggregating, fingerprints, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.analysis import analyze
from advisor.config import Config, RuleSettings
from advisor.errors import ConfigError
from advisor.records import replace
from advisor.rules.finding import Confidence, Severity
from advisor.rules.merging import smallest
from tests.rules import TWO_QUEUES, Blanks, flags, judge, rule_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from advisor.architecture.architecture import Architecture
    from advisor.rules.finding import Finding, NotJudged

CONDITIONS = """
    Parameters:
      Stage: {Type: String, Default: dev}
      Size: {Type: String, Default: small}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
      IsLarge: !Equals [!Ref Size, large]
    """


def test_a_finding_carries_place_fingerprint_and_words(tmp_path: Path) -> None:
    outcome = judge(tmp_path, TWO_QUEUES, flags())
    (finding,) = outcome.findings
    assert finding.message == "'Orders' has DelaySeconds 5"
    assert (finding.location.path, finding.location.span.start.line) == ("main.yaml", 5)
    assert len(finding.fingerprint) == 32
    assert finding.when == ()


def test_statistics_count_what_is_met_and_what_is_not(tmp_path: Path) -> None:
    text = TWO_QUEUES + "  Odd: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: !Ref X}}\n"
    counts = judge(tmp_path, text, flags()).statistics["QUE001"]
    assert (counts.met, counts.not_met, counts.not_judged, counts.applies) == (1, 1, 1, 3)


def test_a_failing_rule_is_one_error_and_the_others_are_heard(tmp_path: Path) -> None:
    def broken(architecture: Architecture) -> Iterator[Finding | NotJudged]:
        yield from ()
        raise LookupError(f"no such\nthing in {architecture.__class__.__name__}")

    bad = rule_of(broken, Blanks(id="QUE002", name="broken"))
    text = CONDITIONS + "Resources:\n      Q: {Type: AWS::SQS::Queue, Condition: IsProd}\n"
    outcome = judge(tmp_path, text, bad, flags(below=1))
    (error,) = outcome.errors
    assert str(error) == (
        "rule QUE002 broken failed with LookupError: no such thing in Architecture"
    )
    assert judge(tmp_path, TWO_QUEUES, bad, flags()).findings


def test_a_check_that_yields_something_else_is_an_error(tmp_path: Path) -> None:
    odd = rule_of(lambda _: ["text"])  # type: ignore[list-item]  # the fault under test
    (error,) = judge(tmp_path, TWO_QUEUES, odd).errors
    assert "yields str" in error.message


def test_what_is_broken_in_every_scenario_has_no_conditions(tmp_path: Path) -> None:
    text = (
        CONDITIONS
        + """
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Condition: IsProd
        Properties: {DelaySeconds: 5}
      Bills:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: !If [IsLarge, 20, 6]}
    """
    )
    bills, orders = sorted(judge(tmp_path, text, flags()).findings, key=lambda f: f.message)
    assert orders.when == ()
    assert bills.when == (("IsLarge", False),)


def test_messages_that_differ_stay_apart_each_with_its_conditions(tmp_path: Path) -> None:
    text = (
        CONDITIONS
        + """
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: !If [IsProd, 5, 6]}
    """
    )
    found = judge(tmp_path, text, flags()).findings
    assert {f.message[-1]: f.when for f in found} == {
        "5": (("IsProd", True),),
        "6": (("IsProd", False),),
    }
    assert len({f.fingerprint for f in found}) == 2


def test_two_conditions_are_named_where_one_does_not_tell(tmp_path: Path) -> None:
    text = (
        CONDITIONS
        + """
    Resources:
      Orders:
        Type: AWS::SQS::Queue
        Properties: {DelaySeconds: !If [IsProd, !If [IsLarge, 5, 50], 60]}
    """
    )
    (finding,) = judge(tmp_path, text, flags()).findings
    assert sorted(finding.when) == [("IsLarge", True), ("IsProd", True)]


@given(
    st.lists(
        st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=8
    ).flatmap(
        lambda rows: st.tuples(st.just(rows), st.sets(st.integers(0, len(rows) - 1), min_size=1))
    )
)
def test_the_conditions_named_are_true_of_nothing_else(
    case: tuple[list[tuple[bool, bool, bool]], set[int]],
) -> None:
    rows, holds = case
    truths = {
        index: {("t", name): truth for name, truth in zip("abc", row, strict=True)}
        for index, row in enumerate(rows)
    }
    chosen = smallest(truths, holds)
    selected = {i for i, table in truths.items() if all(table["t", n] is v for n, v in chosen)}
    others = {rows[i] for i in set(truths) - holds}
    if chosen:
        assert selected
        assert selected <= holds
    elif others:
        assert {rows[i] for i in holds} <= others


def test_more_conditions_are_named_where_few_do_not_tell() -> None:
    names = "abcdef"
    rows = [tuple(name != off for name in names) for off in ("", *names)]
    truths = {
        index: {("t", name): truth for name, truth in zip(names, row, strict=True)}
        for index, row in enumerate(rows)
    }
    assert smallest(truths, {0}) == tuple((name, True) for name in names)
    assert smallest(dict.fromkeys(truths, truths[0]), {0}) == ()


def test_a_stronger_rule_silences_a_weaker_one_of_the_same_resource(tmp_path: Path) -> None:
    weak = flags(Blanks(id="QUE002", name="weak"), below=100)
    strong = flags(Blanks(supersedes=("weak",)))
    found = judge(tmp_path, TWO_QUEUES, weak, strong).findings
    assert [(f.rule.name, f.location.resource) for f in found] == [
        ("short-delay", "Orders"),
        ("weak", "Bills"),
    ]


def test_an_ignored_stronger_rule_does_not_wake_the_weaker_one(tmp_path: Path) -> None:
    weak = flags(Blanks(id="QUE002", name="weak"))
    strong = flags(Blanks(supersedes=("weak",)))
    text = TWO_QUEUES.replace("Orders:", "Orders:  # advise: ignore[short-delay] meant so")
    outcome = judge(tmp_path, text, weak, strong)
    assert not outcome.findings
    assert [s.finding.rule.name for s in outcome.suppressed] == ["short-delay"]
    assert not judge(tmp_path, TWO_QUEUES, weak, strong, config=Config(select=("weak",))).findings


def test_advice_becomes_one_finding_per_template(tmp_path: Path) -> None:
    text = "Resources:\n" + "".join(
        f"  Q{n}: {{Type: AWS::SQS::Queue, Properties: {{DelaySeconds: 5}}}}\n" for n in range(7)
    )
    many = flags(Blanks(aggregate="{count} queues wait: {names}"))
    (finding,) = judge(tmp_path, text, many).findings
    assert finding.message == "7 queues wait: 'Q0', 'Q1', 'Q2', 'Q3', 'Q4' and 2 more"
    assert finding.resources == tuple(f"Q{n}" for n in range(7))
    assert len(finding.related) == 6
    assert len(set(finding.members)) == 7


def test_suppressing_one_resource_takes_it_off_the_list(tmp_path: Path) -> None:
    text = """
    Resources:
      A: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5}}
      B: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5}}  # advise: ignore[QUE001] meant so
      C: {Type: AWS::SQS::Queue, Properties: {DelaySeconds: 5}}
    """
    many = flags(Blanks(aggregate="{count} queues wait: {names}"))
    (finding,) = judge(tmp_path, text, many).findings
    assert finding.message == "2 queues wait: 'A' and 'C'"


def test_fingerprints_survive_moving_reordering_and_rewording(tmp_path: Path) -> None:
    moved = """
    # A comment.
    Resources:
        Bills:
            Type: AWS::SQS::Queue
            Properties: {DelaySeconds: 50}
        Orders:
            Properties:
                DelaySeconds: 7
            Type: AWS::SQS::Queue
    """
    before = judge(tmp_path, TWO_QUEUES, flags()).findings[0]
    after = judge(tmp_path, moved, flags()).findings[0]
    assert before.message != after.message
    assert before.fingerprint == after.fingerprint


def test_fingerprints_do_not_depend_on_conditions(tmp_path: Path) -> None:
    conditional = CONDITIONS + TWO_QUEUES.replace(
        "{DelaySeconds: 5}", "{DelaySeconds: !If [IsProd, 50, 5]}"
    )
    plain = judge(tmp_path, TWO_QUEUES, flags()).findings[0]
    assert judge(tmp_path, conditional, flags()).findings[0].fingerprint == plain.fingerprint


def test_true_duplicates_are_told_apart(tmp_path: Path) -> None:
    def twice(architecture: Architecture) -> Iterator[Finding | NotJudged]:
        for node in architecture.nodes():
            for message in ("one", "two"):
                yield rule.finding(message, at=node.at(), why="w", remediation="r")

    rule = rule_of(twice)
    found = judge(tmp_path, TWO_QUEUES, rule).findings
    assert len(found) == len({f.fingerprint for f in found}) == 4


def test_advice_and_unsure_findings_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    advice = flags(Blanks(severity=Severity.INFO))
    unsure = flags(Blanks(id="QUE002", name="unsure", confidence=Confidence.LOW))
    outcome = judge(tmp_path, TWO_QUEUES, advice, unsure)
    assert not outcome.findings
    assert len(outcome.hidden) == 2
    for config in (
        Config(severity=Severity.INFO),
        Config(fail_on=Severity.INFO),
        Config(select=("QUE001",)),
        Config(extend_select=("short-delay",)),
    ):
        shown = judge(tmp_path, TWO_QUEUES, advice, unsure, config=config).findings
        assert [f.rule.name for f in shown] == ["short-delay"]
    everything = Config(profile="pedantic")
    assert len(judge(tmp_path, TWO_QUEUES, advice, unsure, config=everything).findings) == 2


def test_severities_and_options_are_configured(tmp_path: Path) -> None:
    def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
        for node in architecture.nodes():
            factor = architecture.option(rule, "factor")
            quota = architecture.facts.concurrency
            yield rule.finding(f"{factor} {quota}", at=node.at(), why="w", remediation="r")

    rule = rule_of(check, Blanks(options={"factor": 6}))
    settings = RuleSettings(Severity.ERROR, {"factor": 3})
    config = Config(rules={"QUE001": settings}, concurrency=50)
    found = judge(tmp_path, TWO_QUEUES, rule, config=config).findings
    assert {(f.message, f.severity) for f in found} == {("3 50", Severity.ERROR)}
    for name, value in (("factr", 3), ("factor", "3"), ("factor", True)):
        wrong = Config(rules={"QUE001": replace(settings, options={name: value})})
        with pytest.raises(ConfigError, match=r"rules\.QUE001"):
            judge(tmp_path, TWO_QUEUES, rule, config=wrong)


def test_a_key_that_stands_twice_is_a_finding(tmp_path: Path) -> None:
    text = TWO_QUEUES + "  Orders:\n        Type: AWS::SQS::Queue\n"
    (finding,) = judge(tmp_path, text).findings
    assert finding.rule.name == "duplicate-key"
    assert finding.severity is Severity.ERROR
    assert [place.span.start.line for place in (finding.location, *finding.related)] == [9, 3]


def test_a_nested_stack_used_twice_is_reported_once(tmp_path: Path) -> None:
    main = """
    Resources:
      One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
      Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: child.yaml}}
    """
    found = judge(tmp_path, main, flags(), nested={"child": TWO_QUEUES}).findings
    assert [f.location.path for f in found] == ["child.yaml"]


def test_per_path_ignores_leave_out_files_and_keys(tmp_path: Path) -> None:
    for pattern, left in (
        ("main.yaml", 0),
        ("*.yaml", 0),
        ("**/*.yaml", 0),
        ("other/", 2),
        ("main.yaml#Resources.Orders", 1),
    ):
        config = Config(per_path_ignores={pattern: ("QUE",)})
        outcome = judge(tmp_path, TWO_QUEUES, flags(below=100), config=config)
        assert len(outcome.findings) == left, pattern


def test_of_conditions_that_agree_that_of_the_property_is_named(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text("""
Transform: AWS::Serverless-2016-10-31
Parameters: {Stage: {Type: String, AllowedValues: [live, prod]}}
Conditions:
  Alarmed: !Equals [!Ref Stage, prod]
  Traced: !Equals [!Ref Stage, prod]
Resources:
  Topic: {Type: AWS::SNS::Topic, Condition: Alarmed}
  Api:
    Type: AWS::Serverless::Api
    Properties:
      StageName: live
      MethodSettings:
        - {HttpMethod: "*", ResourcePath: "/*", DataTraceEnabled: !If [Traced, true, false]}
""")
    report = analyze([tmp_path], Config(select=("api-logs-whole-requests",)))
    assert [finding.when for finding in report.findings] == [(("Traced", True),)]


def test_stacks_that_only_a_condition_connects_are_judged_together(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "queues.yaml").write_text("""
Resources:
  Orders: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}
""")
    (tmp_path / "work.yaml").write_text("""
Parameters: {Stage: {Type: String, Default: dev}}
Conditions: {IsProd: !Equals [!Ref Stage, prod]}
Resources:
  Ship: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.13, Handler: a.b}}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Condition: IsProd
    Properties:
      FunctionName: !Ref Ship
      EventSourceArn: arn:aws:sqs:eu-west-1:123456789012:orders
""")
    report = analyze([tmp_path], Config(select=("source-queue-without-dlq",)))
    assert [finding.when for finding in report.findings] == [(("IsProd", True),)]
