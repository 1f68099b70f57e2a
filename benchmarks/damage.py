"""Spoil one value of a template or state machine at a time, judge it, and say what broke.

    python -m benchmarks.damage FOLDER [--runs N] [--seed N] [--first N] [--show-every N]

FOLDER holds templates and state machines; nothing in it is written. Run N of a seed is always the
same. Each run judges the spoilt file with every rule, half of the time where it stands and half of
the time in one folder with a small template that has findings of its own; none of those may be
lost. A crash is an exception or an internal error in the report; a hang is a run that takes more
CPU than the bound. Every few runs the report is shown in one of the forms there are, too.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.documents.load import decode
from advisor.errors import AdviseError, LoadError
from advisor.rules.finding import Confidence, Severity
from advisor.templates.sniff import sniff
from tests.damage import Subject, damaged
from tests.showing import ways, well_formed

if TYPE_CHECKING:
    from advisor.report import Report
    from tests.damage import Damage

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
MOST_SECONDS = 20.0
"""CPU seconds after which a run counts as one that hangs."""
OF_THE_WHOLE = {"OBS003"}
"""Rules that ask whether anything in the project does something: another file may."""
BESIDE = """
Resources:
  OrdersOfTheOther:
    Type: AWS::SQS::Queue
  ShipOfTheOther:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: x
      Handler: index.handler
      Runtime: python3.13
      Timeout: 60
      Events:
        FromOrders:
          Type: SQS
          Properties: {Queue: !GetAtt OrdersOfTheOther.Arn}
"""


class _HangError(Exception):
    """A run took more time than the bound."""


def _stop(*_: object) -> None:
    raise _HangError


def main() -> int:
    """Run, print what broke as it breaks and the numbers at the end; 1 where anything did."""
    options = _options()
    registry = registry_of(EVERYTHING)
    subjects = list(_subjects(Path(options.folder)))
    signal.signal(signal.SIGVTALRM, _stop)
    numbers: Counter[str] = Counter()
    ways_used: Counter[str] = Counter()
    times: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        home = Path(name).resolve()
        (home / "advise.toml").write_text("")
        beside = home / "beside" / "template.yaml"
        expected = _found(analyze([beside], EVERYTHING, texts={beside: BESIDE}), beside)
        if not expected:
            raise SystemExit("the template beside has no findings")
        for number in range(options.first, options.first + options.runs):
            random = Random(f"{options.seed}:{number}")  # noqa: S311  # the same ones each time
            file, subject = random.choice(subjects)
            damage = damaged(subject, random)
            ways_used[damage.kind] += 1
            here = file if random.random() < 0.5 else home / "spoilt" / file.name
            texts = {here: damage.text, beside: BESIDE}
            signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
            started = time.process_time()
            try:
                report = analyze([here, beside], EVERYTHING, texts=texts, registry=registry)
                broken = _broken(report, expected, beside)
                if number % options.show_every == 0 and not broken:
                    numbers["shown"] += 1
                    shown = ways(report, [here, beside], EVERYTHING, texts)
                    form = random.choice(list(shown))
                    well_formed(form, shown[form]())
            except _HangError:
                broken = f"HANG\n{traceback.format_exc()}"
            except AdviseError as error:
                broken = f"REFUSED {error}"
            except Exception:  # noqa: BLE001  # this is what is looked for
                broken = f"CRASH\n{traceback.format_exc()}"
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            times.append(time.process_time() - started)
            if broken:
                numbers[broken.split()[0]] += 1
                _tell(number, file, damage, broken)
            elif any(error.line for error in report.errors):
                numbers["not read"] += 1
    times.sort()
    print(
        f"{len(times)} runs over {len(subjects)} files, {dict(numbers)}, "
        f"CPU s: all {sum(times):.0f}, median {times[len(times) // 2]:.3f}, longest {times[-1]:.2f}"
    )
    print(json.dumps(ways_used))
    return int(bool(set(numbers) - {"not read", "shown"}))


def _found(report: Report, file: Path) -> list[tuple[str, ...]]:
    return sorted(
        (finding.rule.id, finding.message, finding.location.resource or "")
        for finding in (*report.findings, *report.hidden)
        if finding.rule.id not in OF_THE_WHOLE
        and finding.location.path.endswith(f"{file.parent.name}/{file.name}")
    )


def _broken(report: Report, expected: list[tuple[str, ...]], beside: Path) -> str:
    for error in report.errors:
        if error.detail:
            return f"CRASH {error}\n{error.detail}"
    found = _found(report, beside)
    lost = [each for each in expected if each not in found]
    return f"LOST {lost}" if lost else ""


def _tell(number: int, file: Path, damage: Damage, broken: str) -> None:
    pointer = "/".join(map(str, damage.pointer))
    print(f"run {number}: {file} {damage.kind} at {pointer}: {broken}", flush=True)


def _subjects(folder: Path) -> list[tuple[Path, Subject]]:
    found = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file() or sniff(content := file.read_bytes()) is None:
            continue
        try:
            found.append((file.resolve(), Subject(decode(content, file.name)[0], file.name)))
        except LoadError:
            continue
    return found


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=20_261_121)
    parser.add_argument("--show-every", type=int, default=10)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
