"""Write each template of a folder differently, and compare what is found.

    python -m benchmarks.metamorphic FOLDER [--every N] [--show N]

Prints, for each way of writing, how many templates were compared and how many are equal; and what
differs. Nothing in FOLDER is written.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.documents.load import load_file
from advisor.errors import AdviseError
from advisor.rules.finding import Confidence, Severity
from advisor.templates.sniff import Kind, sniff
from advisor.templates.tags import long_form
from tests.metamorphic import WAYS, applies, in_a_stack, said

if TYPE_CHECKING:
    from advisor.rules.finding import Finding
    from tests.metamorphic import Template

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)


def main() -> int:
    """Compare and print; 1 where anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    options = parser.parse_args()
    compared: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    rules: Counter[tuple[str, str]] = Counter()
    files = [file for file in sorted(Path(options.folder).resolve().rglob("*")) if file.is_file()]
    templates = [f for f in files if sniff(f.read_bytes()) in {Kind.SAM, Kind.CLOUDFORMATION}]
    for file in templates[:: options.every]:
        try:
            data = load_file(file, file.name, tags=long_form).data
        except AdviseError:
            continue
        if not isinstance(data, dict):
            continue
        before = said(_found(file, data))
        for name, way in WAYS.items():
            if not applies(name, data):
                continue
            after = said(_found(file, way(data)))
            compared[name] += 1
            equal[name] += before == after
            _show(file, name, before, after, rules, options.show)
        with TemporaryDirectory() as folder:
            home = Path(folder).resolve()
            (home / "advise.toml").touch()
            alone, nested = home / "alone", home / "nested"
            for place in (alone, nested):
                place.mkdir()
                (place / "advise.toml").touch()
                (place / "child.json").write_text(json.dumps(data))
            (nested / "parent.json").write_text(json.dumps(in_a_stack(data, "child.json")))
            before = said(analyze([alone], EVERYTHING, registry=REGISTRY).findings)
            after = said(
                finding
                for finding in analyze([nested], EVERYTHING, registry=REGISTRY).findings
                if finding.location.path == "child.json"
            )
            compared["nested"] += 1
            equal["nested"] += before == after
            _show(file, "nested", before, after, rules, options.show)
    for name, count in compared.items():
        print(f"{name}: {count} compared, {equal[name]} equal")
    print(rules.most_common())
    return int(compared != equal)


def _found(file: Path, data: Template) -> tuple[Finding, ...]:
    text = json.dumps(data)
    return analyze([file], EVERYTHING, texts={file: text}, registry=REGISTRY).findings


def _show(  # noqa: PLR0917  # what differs, and where to count it
    file: Path,
    name: str,
    before: Counter[tuple[str, ...]],
    after: Counter[tuple[str, ...]],
    rules: Counter[tuple[str, str]],
    most: int,
) -> None:
    for sign, rows in (("-", before - after), ("+", after - before)):
        for row in rows:
            rules[name, row[0]] += 1
            if rules[name, row[0]] <= most:
                print(f"{name} {sign} {file}: {row}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
