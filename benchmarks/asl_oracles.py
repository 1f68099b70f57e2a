"""Compare our judgement of every definition in $ADVISE_CORPUS with that of other validators.

    ADVISE_CORPUS=… python benchmarks/asl_oracles.py [--asl-validator FOLDER]

`cfn-lint` comes with the project; `statelint` is taken from PyPI if installed; `asl-validator`
from npm if a folder with its `node_modules` is named. None of them is needed anywhere else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import LoadError
from advisor.workflows.reader import is_definition, read_definition, read_workflow
from advisor.workflows.validity import Weight, validate

if TYPE_CHECKING:
    from collections.abc import Callable

    from advisor.documents.document import Data

    Judge = Callable[[dict[str, Data]], dict[str, list[str]]]
    """From definitions by name to the messages about each."""

_NODE = """
const validate = require('asl-validator');
const all = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const found = {};
for (const [name, data] of Object.entries(all)) {
  try {
    const result = validate(data, {checkArn: true});
    found[name] = result.isValid ? [] : result.errors.map(e => e.Message || e.message || '?');
  } catch (error) { found[name] = ['crash: ' + error.message]; }
}
console.log(JSON.stringify(found));
"""


def definitions(root: Path) -> dict[str, Data]:
    """Return every definition file below a folder as plain data."""
    found: dict[str, Data] = {}
    files = {*root.rglob("*.asl.*"), *root.rglob("*.asl"), *root.rglob("*statemachine*.json")}
    for file in sorted(files):
        name = str(file.relative_to(root))
        try:
            data = read_definition(file.read_text("utf-8"), name).data
        except LoadError as error:
            print(f"not readable: {error}")
            continue
        if is_definition(data):
            found[name] = data
    return found


def ours(data: dict[str, Data]) -> dict[str, list[str]]:
    """Judge with this project: errors only."""
    found = {}
    for name, definition in data.items():
        workflow = read_workflow(read_definition(json.dumps(definition), name))
        problems = validate(workflow)
        found[name] = [p.message for p in problems if p.severity is Weight.ERROR]
    return found


def cfn_lint(data: dict[str, Data]) -> dict[str, list[str]]:
    """Judge with cfn-lint: each definition as the object of a state machine in a template."""
    from cfnlint.api import lint
    from cfnlint.config import ManualArgs

    found = {}
    for name, definition in data.items():
        role = "arn:aws:iam::123456789012:role/r"
        properties = {"RoleArn": role, "Definition": definition, "DefinitionSubstitutions": {}}
        resource = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
        template = json.dumps({"Resources": {"M": resource}})
        matches = lint(template, config=ManualArgs(regions=["us-east-1"]))
        found[name] = [match.message for match in matches if match.rule.id == "E3601"]
    return found


def statelint(data: dict[str, Data]) -> dict[str, list[str]]:
    """Judge with the validator of that name on PyPI."""
    from statelint.linter import Linter

    found: dict[str, list[str]] = {}
    for name, definition in data.items():
        try:
            found[name] = [str(problem) for problem in Linter.validate(definition)]
        except Exception as error:  # noqa: BLE001 - a crash of theirs is a result
            found[name] = [f"crash: {error}"]
    return found


def asl_validator(folder: str) -> Judge:
    """Return a judge that runs the npm package of that name."""

    def judge(data: dict[str, Data]) -> dict[str, list[str]]:
        done = subprocess.run(
            ["node", "-e", _NODE],
            cwd=folder,
            input=json.dumps(data),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, list[str]] = json.loads(done.stdout)
        return found

    return judge


def main() -> int:
    """Print how many definitions each validator refuses, and every disagreement with us."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--asl-validator", default="", help="folder with its node_modules")
    folder = arguments.parse_args().asl_validator
    root = os.environ.get("ADVISE_CORPUS")
    if not root:
        print("ADVISE_CORPUS names no folder", file=sys.stderr)
        return 2
    data = definitions(Path(root))
    judges: dict[str, Judge] = {"advise": ours, "cfn-lint E3601": cfn_lint}
    if find_spec("statelint"):
        judges["statelint (PyPI)"] = statelint
    if folder:
        judges["asl-validator (npm)"] = asl_validator(folder)
    results = {name: judge(data) for name, judge in judges.items()}
    mine = results["advise"]
    print(f"\n{len(data)} definitions\n\n{'validator':22} refused  only it  only advise")
    for name, found in results.items():
        refused = {key for key, messages in found.items() if messages}
        agreed = {key for key, messages in mine.items() if messages}
        print(f"{name:22} {len(refused):7} {len(refused - agreed):8} {len(agreed - refused):12}")
    for name, found in results.items():
        for key in data:
            if bool(found[key]) != bool(mine[key]):
                first = (found[key] or mine[key])[0]
                who = name if found[key] else f"only advise, not {name}"
                print(f"{who}: {key}: {' '.join(first.split())[:160]}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
