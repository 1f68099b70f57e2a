"""Fuzz the whole way from text to report, guided by which code a text reaches.

    python -m benchmarks.fuzz FOLDER [options of libFuzzer, such as -max_total_time=900]

Needs `pip install atheris`. FOLDER is made and filled with the fixtures and the rules' examples on
the first run, and grows by what reaches new code. The first byte of an input says what the rest
is: a template, a state machine, source code, a configuration, a samconfig.toml or a parameter file.
An internal error in a report, any exception but an AdviseError, and whatever takes ten seconds is
a failure: the input is kept in the current directory.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import mkdtemp

import atheris

with atheris.instrument_imports(include=["advisor"]):
    from advisor import config as configuration
    from advisor.analysis import analyze, registry_of
    from advisor.config import Config
    from advisor.documents.load import decode
    from advisor.errors import AdviseError
    from advisor.rules.finding import Confidence, Severity
    from advisor.templates.parameters import read_file
    from advisor.templates.sniff import Kind, sniff

ROOT = Path(__file__).parent.parent
EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)
HOME = Path(mkdtemp(prefix="advise-fuzz-")).resolve()
RUNTIMES = {b"p": "python3.13", b"j": "nodejs22.x"}
CALLED = """
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Other: {Type: AWS::Serverless::Function, Properties: {InlineCode: x, Handler: index.handler}}
"""


def main() -> None:
    """Fuzz until a failure, or as long as the options say."""
    folder = Path(sys.argv[1])
    if not folder.exists():
        _fill(folder)
    (HOME / "advise.toml").touch()
    atheris.Setup(sys.argv, _one)
    atheris.Fuzz()


def _one(data: bytes) -> None:
    kind, rest = data[:1], data[1:]
    try:
        if kind in {b"t", b"w"}:
            name = "template.yaml" if kind == b"t" else "flow.asl.json"
            _judge(HOME / name, decode(rest, name)[0])
        elif kind in RUNTIMES:
            template = {
                "Resources": {
                    "Table": {"Type": "AWS::DynamoDB::Table"},
                    "Function": {
                        "Type": "AWS::Lambda::Function",
                        "Properties": {
                            "Runtime": RUNTIMES[kind],
                            "Handler": "index.handler",
                            "Code": {"ZipFile": decode(rest, "index")[0]},
                            "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}},
                        },
                    },
                }
            }
            _judge(HOME / "template.yaml", json.dumps(template))
        elif kind == b"c":
            (HOME / "other.toml").write_bytes(rest)
            configuration.read(HOME / "other.toml")
        elif kind == b"s":
            (HOME / "sam").mkdir(exist_ok=True)
            (HOME / "sam" / "samconfig.toml").write_bytes(rest)
            _judge(HOME / "sam" / "template.yaml", CALLED)
        elif kind == b"v":
            (HOME / "values.json").write_bytes(rest)
            read_file(HOME / "values.json")
    except AdviseError:
        return


def _judge(file: Path, text: str) -> None:
    report = analyze([file], EVERYTHING, texts={file: text}, registry=REGISTRY)
    for error in report.errors:
        if error.detail:
            raise RuntimeError(f"{error}\n{error.detail}")


def _fill(folder: Path) -> None:
    """Write what to start from, each with the letter of its kind."""
    folder.mkdir(parents=True)
    texts: list[bytes] = []
    for file in sorted((ROOT / "fixtures").rglob("*")):
        if not file.is_file():
            continue
        content = file.read_bytes()
        kind = sniff(content)
        if kind is not None:
            texts.append((b"w" if kind is Kind.WORKFLOW else b"t") + content)
        elif file.suffix in {".py", ".js", ".mjs", ".ts"}:
            texts.append((b"p" if file.suffix == ".py" else b"j") + content)
    for rule in REGISTRY.rules:
        for example in (rule.bad, rule.good):
            files = {"template.yaml": example} if isinstance(example, str) else example
            for name, text in files.items():
                letter = {".py": "p", ".js": "j", ".mjs": "j"}.get(Path(name).suffix, "t")
                texts.append(f"{letter}{text}".encode())
    texts += [
        b'cselect = ["QUE"]\nprofile = "pedantic"\n[account]\nregion = "x"\n[rules.QUE001]\n',
        b'sversion = 0.1\n[default.deploy.parameters]\nparameter_overrides = "A=1 B=\\"2\\""\n',
        b'v[{"ParameterKey": "A", "ParameterValue": "b"}]',
    ]
    for number, start in enumerate(texts):
        (folder / f"{number:05}").write_bytes(start)


if __name__ == "__main__":
    main()
