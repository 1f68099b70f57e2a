"""Several processes say what one says, whatever befalls them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.records import replace
from advisor.rules.finding import Severity
from advisor.rules.processes import shared_out
from advisor.rules.registry import load, registry_of

if TYPE_CHECKING:
    from advisor.report import Report
    from advisor.rules.registry import Registry

FIXTURES = Path(__file__).parent.parent / "fixtures"
STACK = """
Parameters:
  Stage: {Type: String}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Queue%d: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: !If [IsProd, 10, 1]}}
  Mapping%d:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Queue%d.Arn, FunctionName: !Ref Function%d}
  Function%d:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.8
      Handler: index.handler
      Role: !ImportValue role
      Code: {ZipFile: "import time\\ndef handler(e, c):\\n    time.sleep(5)\\n"}
"""
RULE = """
from advisor import Finding, Function, Pillar, Severity, Confidence, Rule
rule = Rule(
    id="ZZZ001", name="spoilt", pillar=Pillar.OPERATIONS, severity=Severity.WARNING,
    confidence=Confidence.HIGH, applies_to=Function, summary="x", rationale="x",
    remediation="x", when_to_ignore="x", bad="x", good="x", references=("https://example.org",),
)
@rule.check
def check(architecture):
    import os
    for function in architecture.all(Function):
        {body}
        yield rule.finding("found", at=function.at(), why="x", remediation="x")
"""
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system forks no processes")


@pytest.fixture
def stacks(tmp_path: Path) -> Path:
    (tmp_path / "advise.toml").touch()
    for number in range(5):
        text = STACK.replace("%d", str(number))
        (tmp_path / f"stack{number}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def said(paths: Path, registry: Registry, jobs: int = 1) -> Report:
    config = Config(severity=Severity.INFO, jobs=jobs)
    return replace(analyze([paths], config, registry=registry), duration=0.0, documents={})


@pytest.mark.parametrize("jobs", [2, 3, 40])
def test_several_processes_say_what_one_says(stacks: Path, jobs: int) -> None:
    registry = load()
    alone = said(stacks, registry)
    assert "Queue4" in str(alone)
    assert "time.sleep" in str(alone)
    assert said(stacks, registry, jobs) == alone


def test_several_processes_say_the_same_of_all_fixtures() -> None:
    words = ["check", str(FIXTURES), "--severity", "info", "--format", "json", "--verbose"]
    outputs = []
    for jobs in ("1", "2"):
        command = [sys.executable, "-m", "advisor", *words, "--jobs", jobs]
        done = subprocess.run(command, capture_output=True, check=False)
        assert done.returncode in {1, 2}
        outputs.append((done.returncode, done.stdout, done.stderr))
    assert outputs[0] == outputs[1]


@pytest.mark.parametrize(
    "body",
    [
        "raise ValueError('no')",
        "if function.name == 'Function3': raise ValueError('no')",
        f"if os.getpid() != {os.getpid()}: os._exit(3)",
        f"if os.getpid() != {os.getpid()}: os.kill(os.getpid(), 9)",
    ],
)
def test_a_rule_that_fails_or_ends_its_process_costs_nothing(
    stacks: Path, tmp_path_factory: pytest.TempPathFactory, body: str
) -> None:
    rules = tmp_path_factory.mktemp("rules")
    (rules / "spoilt.py").write_text(RULE.replace("{body}", body), encoding="utf-8")
    registry = load([rules])
    alone = said(stacks, registry)
    assert "ZZZ001" in str(alone)
    assert said(stacks, registry, 2) == alone


def test_what_a_process_returns_comes_in_order() -> None:
    registry = registry_of([])
    assert shared_out(3, lambda number: ["x" * 200_000, number], registry) == [
        ["x" * 200_000, number] for number in range(3)
    ]
    assert shared_out(2, lambda number: number or None, registry) is None


def test_no_process_is_left_when_a_run_is_interrupted(stacks: Path) -> None:
    rules = stacks / "rules"
    rules.mkdir()
    marks = stacks / "marks"
    marks.mkdir()
    body = (
        f"open({str(marks)!r} + '/' + str(os.getpid()), 'w').close(); __import__('time').sleep(60)"
    )
    (rules / "slow.py").write_text(RULE.replace("{body}", body), encoding="utf-8")
    words = [str(stacks), "--jobs", "2", "--rules", str(rules), "--select", "spoilt"]
    with subprocess.Popen(
        [sys.executable, "-m", "advisor", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        while len(list(marks.iterdir())) < 2 and started.poll() is None:
            time.sleep(0.01)
        started.send_signal(signal.SIGINT)
        _, errors = started.communicate(timeout=30)
    assert started.returncode == 130
    assert b"Traceback" not in errors
    for mark in marks.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.name), 0)


@pytest.mark.parametrize("word", ["x", "-1", "1.5", "99999"])
def test_a_number_of_processes_is_a_number(stacks: Path, word: str) -> None:
    command = [sys.executable, "-m", "advisor", str(stacks), f"--jobs={word}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"'{word}' is no number of processes" in done.stderr


def test_zero_stands_for_one_on_each_core(stacks: Path) -> None:
    command = [sys.executable, "-m", "advisor", str(stacks), "-j", "0", "--format", "concise"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Queue4" in done.stdout
