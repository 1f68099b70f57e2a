"""How tests run the command line: in this process, or in one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from advisor.cli.main import run
from tests.reports import ROOT

if TYPE_CHECKING:
    import pytest

RULES = ROOT / "fixtures" / "rules" / "orders"
FAILING = ROOT / "fixtures" / "rules" / "failing"
ONLY = ("--rules", str(RULES), "--select", "queue-called-orders")
ADVISE = (sys.executable, "-m", "advisor")
BAD = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n"
GOOD = "Resources:\n  Requests:\n    Type: AWS::SQS::Queue\n"
BROKEN = "Resources:\n  Orders:\n    Type: AWS::SQS::Queue\n    Properties: {Delay: [\n"


Run = tuple[int, str, str]


def ran(capsys: pytest.CaptureFixture[str], *arguments: str) -> Run:
    """Run the command line in this process; return exit code, output and complaints."""
    code = run(arguments)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def process(*arguments: str, stdin: bytes = b"", **environment: str) -> Run:
    """Run the command line in a process of its own."""
    done = subprocess.run(
        [*ADVISE, *arguments], input=stdin, capture_output=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip
    encoding = environment.get("PYTHONIOENCODING", "utf-8")
    return done.returncode, done.stdout.decode(encoding), done.stderr.decode(encoding)
