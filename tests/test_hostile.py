"""Input made to hurt: bombs, circles, ways out, devices. Each ends soon, in a report or a line."""

from __future__ import annotations

import io
import json
import os
import struct
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, registry_of
from advisor.config import Config
from advisor.rules.finding import Confidence, Severity
from tests.commands import process, ran

if TYPE_CHECKING:
    from pathlib import Path

    from advisor.report import Report

EVERYTHING = Config(severity=Severity.INFO, confidence=Confidence.LOW, profile="pedantic")
REGISTRY = registry_of(EVERYTHING)
SECONDS = 10.0
"""CPU that one hostile file may take; most take a hundredth of it."""
FUNCTION = "Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.13"


def judged(folder: Path, **files: str | bytes) -> Report:
    """Judge files of a folder with every rule; no rule may fail, and time is bounded."""
    folder.mkdir(exist_ok=True)
    (folder / "advise.toml").touch()
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    started = time.process_time()
    report = analyze([folder], EVERYTHING, registry=REGISTRY)
    assert time.process_time() - started < SECONDS
    assert not [error.detail for error in report.errors if error.detail]
    return report


def nested(opening: str, closing: str, depth: int, inside: str = "1") -> str:
    """Return brackets within brackets."""
    return opening * depth + inside + closing * depth


def alias_bomb(levels: int) -> str:
    """Return ten to the power of `levels` values in a few lines."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


QUEUE = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      "
DEEP = {
    "lists": QUEUE + "Tags: " + nested("[", "]", 5000),
    "mappings": QUEUE + "Tags: " + nested("{a: ", "}", 5000),
    "blocks": QUEUE + "Tags:\n" + "\n".join(" " * n + "a:" for n in range(8, 1500)),
    "dashes": QUEUE + "Tags:\n        " + "- " * 5000,
    "json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": '
    + nested('{"a": ', "}", 50_000) + "}}}}",
    "quotes in json": '{"Resources": {"Q": {"Type": "AWS::SQS::Queue", "a": ' + '{"a": ' * 3000
    + '\\"' * 500_000,
    "ifs": "Conditions: {A: !Equals [!Ref AWS::Region, x]}\n" + QUEUE + "DelaySeconds: "
    + nested("!If [A, 1, ", "]", 90),
    "subs": QUEUE + "QueueName: " + nested('{"Fn::Sub": ["${a}", {"a": ', "}]}", 45),
    "joins": QUEUE + "QueueName: " + nested('{"Fn::Join": ["", [a, ', "]]}", 45),
    "joins that double": QUEUE + "QueueName: "
    + nested('{"Fn::Join": ["x", {"Fn::Split": ["x", ', "]}]}", 40, '"axbxc"'),
    "aliases": alias_bomb(12) + "\n" + QUEUE + "Tags: *a11",
    "aliases in keys": alias_bomb(6) + "\n" + QUEUE + "? *a5\n      : 1",
    "merges": "a: &a {x: 1}\n" + "".join(
        f"a{n}: &a{n} {{<<: [{', '.join(['*a' if not n else f'*a{n - 1}'] * 9)}]}}\n"
        for n in range(9)
    ) + QUEUE + "<<: *a8",
    "duplicate keys": QUEUE + "\n      ".join(["Tags: 1"] * 20_000),
    "many keys": QUEUE + "\n      ".join(f"K{n}: {n}" for n in range(50_000)),
    "long comment": QUEUE + "DelaySeconds: 1 # " + "#" * 200_000 + " advise: ignore[x] y",
    "long scalar": QUEUE + "QueueName: " + "a" * 1_000_000,
    "long scalar with holes": QUEUE + "QueueName: !Sub '" + "${Q}" * 100_000 + "'",
    "long key": QUEUE + "a" * 1_000_000 + ": 1",
    "long type": "Resources: {Q: {Type: AWS::SQS::Queue}, R: {Type: '" + "A::" * 200_000 + "'}}",
    "hexadecimal": QUEUE + "DelaySeconds: 0x" + "f" * 3_499 + "\n      VisibilityTimeout: 0x"
    + "f" * 9_000,
}  # fmt: skip


@pytest.mark.parametrize("name", DEEP)
def test_what_is_deep_or_long_ends_soon(name: str, tmp_path: Path) -> None:
    report = judged(tmp_path, template_yaml=DEEP[name])
    assert report.files or report.errors


ROUND = {
    "Ref": "Resources: {A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref B}}, "
    "B: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref A}}}",
    "itself": "Resources: {A: {Type: AWS::SQS::Queue, DependsOn: A, Properties: "
    "{RedrivePolicy: {deadLetterTargetArn: !GetAtt A.Arn, maxReceiveCount: 3}}}}",
    "conditions": "Conditions: {A: {Condition: B}, B: !Not [{Condition: A}], "
    "C: !And [{Condition: C}, {Condition: A}]}\nResources: {Q: {Type: AWS::SQS::Queue, "
    "Condition: A, Properties: {DelaySeconds: !If [C, 1, 2]}}}",
    "conditions that grow": "Conditions:\n  C0: !Equals [!Ref AWS::Region, a]\n" + "".join(
        f"  C{n}: !Or [{{Condition: C{n - 1}}}, {{Condition: C{n - 1}}}]\n" for n in range(1, 60)
    ) + "Resources: {Q: {Type: AWS::SQS::Queue, Condition: C59}}",
    "mappings": "Mappings: {M: {a: {b: !FindInMap [M, a, b]}}}\nResources: {Q: {Type: "
    "AWS::SQS::Queue, Properties: {DelaySeconds: !FindInMap [M, a, b]}}}",
    "parameters": "Parameters: {P: {Type: String, Default: !Ref P}}\nResources: "
    "{Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref P}}}",
    "ForEach": "Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A:\n  - X\n"
    "  - !Ref X\n  - Q${X}: {Type: AWS::SQS::Queue}\n  Fn::ForEach::B:\n  - Y\n  - [a, b]\n"
    "  - Fn::ForEach::C: [Y, !Ref Y, {'R${Y}': {Type: AWS::SQS::Queue}}]\n",
    "ForEach that multiplies": "Transform: AWS::LanguageExtensions\nResources:\n" + "".join(
        f"{'  ' * (n + 1)}Fn::ForEach::L{n}:\n{'  ' * (n + 1)}- V{n}\n{'  ' * (n + 1)}- [" +
        ", ".join(f"x{m}" for m in range(30)) + f"]\n{'  ' * (n + 1)}-\n" for n in range(6)
    ) + "              Q${V0}${V1}${V2}: {Type: AWS::SQS::Queue}\n",
    "nested stacks": "Resources: {A: {Type: AWS::CloudFormation::Stack, Properties: "
    "{TemplateURL: ./template.yaml, Parameters: {X: !GetAtt A.Outputs.Y}}}}\n"
    "Outputs: {Y: {Value: !GetAtt A.Outputs.Y}}",
    "Include": "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {Fn::Transform: "
    "{Name: AWS::Include, Parameters: {Location: template.yaml}}}}}",
    "DefinitionSubstitutions": "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: "
    "{DefinitionSubstitutions: {A: '${B}', B: '${A}', C: !Ref M}, Definition: {StartAt: '${A}', "
    "States: {'${A}': {Type: Task, Resource: '${C}', Next: '${B}'}}}}}}",
    "states": "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: "
    "{StartAt: A, States: {A: {Type: Pass, Next: B}, B: {Type: Pass, Next: A}}}}}}",
    "layers": "Resources: {L: {Type: AWS::Lambda::LayerVersion, Properties: {Content: !Ref L, "
    f"LayerName: !Ref L}}}}, F: {{{FUNCTION}, Layers: [!Ref F, !Ref L], "
    "Environment: {Variables: {F: !Ref F}}}}}",
    "exports": "Resources: {Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !ImportValue x}}}\n"
    "Outputs: {X: {Value: !ImportValue x, Export: {Name: x}}, "
    "Y: {Value: !ImportValue y, Export: {Name: !ImportValue y}}}",
    "roles": "Resources: {R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Ref R, "
    "!Ref P], AssumeRolePolicyDocument: !Ref P}}, P: {Type: AWS::IAM::ManagedPolicy, Properties: "
    "{PolicyDocument: !Ref P, Roles: [!Ref R]}}}",
}  # fmt: skip


@pytest.mark.parametrize("name", ROUND)
def test_what_refers_to_itself_ends_soon(name: str, tmp_path: Path) -> None:
    report = judged(tmp_path, template_yaml=ROUND[name])
    assert report.files or report.errors


def test_templates_that_nest_and_include_each_other_end_soon(tmp_path: Path) -> None:
    files = {}
    for one in range(8):
        body = "".join(
            f"  S{other}: {{Type: AWS::CloudFormation::Stack, "
            f"Properties: {{TemplateURL: t{other}.yaml}}}}\n"
            for other in range(8)
        )
        files[f"t{one}_yaml"] = f"Resources:\n{body}"
    assert len(judged(tmp_path, **files).files) == 8


def test_states_inside_states_are_bounded(tmp_path: Path) -> None:
    inner = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
    for _ in range(60):
        inner = (
            '{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, '
            f'"Branches": [{inner}]}}}}}}'
        )
    report = judged(tmp_path, flow_asl_json=inner)
    assert report.files or report.errors


def bomb(entries: int, size: int) -> bytes:
    """Return an archive of few bytes whose directory promises many."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(entries):
            archive.writestr(f"{number}/app.py", b"")
    content = bytearray(buffer.getvalue())
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<L", content, at + 24, size)
        at = content.find(b"PK\x01\x02", at + 4)
    return bytes(content)


ARCHIVES = {
    "promises terabytes": bomb(2_000, 0xFFFF_FFFE),
    "is a directory without end": bomb(3, 10)[:-6] + b"\xff\xff\xff\x7f\x00\x00",
    "is cut": bomb(3, 10)[:60],
    "is empty": b"",
    "climbs": bomb(1, 10).replace(b"0/app.py", b"../ab.py"),
    "is none": b"PK\x05\x06" * 50_000,
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_is_never_unpacked(name: str, tmp_path: Path) -> None:
    template = f"Resources: {{F: {{{FUNCTION}, Code: code.zip}}}}}}"
    report = judged(tmp_path, template_yaml=template, code_zip=ARCHIVES[name])
    assert report.files


def test_pipes_devices_and_what_may_not_be_read_are_passed_over(tmp_path: Path) -> None:
    for name in ("flow.asl.json", "samconfig.toml", ".gitignore", "src", "other.yaml"):
        os.mkfifo(tmp_path / name)
    for name in ("zero.yaml", "requirements.txt", "zero.zip"):
        (tmp_path / name).symlink_to("/dev/zero")
    template = (
        f"Resources: {{A: {{{FUNCTION}, Code: /dev/zero}}}}, B: {{{FUNCTION}, Code: src}}}}, "
        f"C: {{{FUNCTION}, Code: zero.zip}}}}, D: {{{FUNCTION}, Code: .}}}}, "
        "M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flow.asl.json}}, "
        "N: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: /dev/stdin}}, "
        "O: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: other.yaml}}}"
    )
    assert judged(tmp_path, template_yaml=template).files


@pytest.mark.parametrize("name", ["zero", "pipe", "folder.yaml/x", "unreadable"])
def test_a_path_that_cannot_be_read_is_one_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"{name}.yaml"
    if name == "zero":
        file.symlink_to("/dev/zero")
    elif name == "pipe":
        os.mkfifo(file)
    elif name == "unreadable":
        file.symlink_to(file)
    code, out, err = ran(capsys, str(file))
    assert code == 2
    assert "Traceback" not in out + err
    assert [line for line in err.splitlines() if line.startswith("error: ")] == [err.strip()]


@pytest.mark.parametrize(
    "option", ["--config", "--parameter-file", "--baseline", "--rules", "--output"]
)
def test_a_device_as_a_value_of_an_option_is_one_line(option: str, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources: {Q: {Type: AWS::SQS::Queue}}")
    value = "json=/dev/full" if option == "--output" else "/dev/zero"
    code, out, err = process(option, value, str(template))
    assert code == 2
    assert "Traceback" not in out + err
    assert len(err.splitlines()) <= 2


ENCODED = {
    "UTF-16": "Resources: {Ä: {Type: AWS::SQS::Queue}}".encode("utf-16"),
    "UTF-16 cut": "Resources: {Ä: {Type: AWS::SQS::Queue}}".encode("utf-16")[:-1],
    "a mark": b"\xef\xbb\xbf" + b"Resources: {A: {Type: AWS::SQS::Queue}}",
    "two marks": b"\xef\xbb\xbf" * 2 + b"Resources: {A: {Type: AWS::SQS::Queue}}",
    "Latin 1": "Resources: {Ä: {Type: AWS::SQS::Queue}}".encode("latin-1"),
    "zeros": b"Resources: {A: {Type: AWS::SQS::Queue}}\x00\x00",
    "surrogates": b"Resources: {A\xed\xa0\x80: {Type: AWS::SQS::Queue}}",
    "overlong": b"Resources: {A\xc0\xaf: {Type: AWS::SQS::Queue}}",
    "controls": b"Resources: {A: {Type: AWS::SQS::Queue, D: '\x1b[31m\x07'}}",
    "old line ends": b"Resources:\r  A:\r    Type: AWS::SQS::Queue\r",
    "mixed line ends": b"Resources:\r\n  A:\n    Type: AWS::SQS::Queue\r\n\xe2\x80\xa8",
}


@pytest.mark.parametrize("name", ENCODED)
def test_bytes_of_any_encoding_are_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    report = judged(tmp_path, template_yaml=ENCODED[name])
    assert report.files or report.errors or report.skipped
    for error in report.errors:
        assert "\n" not in str(error)


def dense(count: int) -> str:
    """Return functions of which every one may call every other."""
    functions = {}
    for one in range(count):
        others = [f"F{other}" for other in range(count) if other != one]
        functions[f"F{one}"] = {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "InlineCode": "x",
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "Timeout": 30,
                "Environment": {"Variables": {name: {"Ref": name} for name in others}},
                "Policies": [{"LambdaInvokePolicy": {"FunctionName": {"Ref": n}}} for n in others],
            },
        }
    return json.dumps({"Resources": functions})


def test_where_everything_calls_everything_it_is_bounded_and_said(tmp_path: Path) -> None:
    report = judged(tmp_path, template_json=dense(55))
    (note,) = report.notes
    assert "finds more than the 2,1" in note
    assert 2_100 <= sum(f.rule.id == "ARC010" for f in report.findings) < 2_200
    assert not judged(tmp_path / "less", template_json=dense(5)).notes


def machine(count: int) -> str:
    """Return a state machine in which each state may go on with ten others."""
    states = {
        f"S{one}": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.a", "NumericEquals": way, "Next": f"S{(one * 7 + way) % count}"}
                for way in range(10)
            ],
            "Default": "End",
        }
        for one in range(count)
    }
    return json.dumps({"StartAt": "S0", "States": {**states, "End": {"Type": "Succeed"}}})


def test_a_thousand_states_and_conditions_that_multiply_end_soon(tmp_path: Path) -> None:
    assert judged(tmp_path, flow_asl_json=machine(1_000)).files
    names = range(32)
    template = {
        "Parameters": {f"P{n}": {"Type": "String"} for n in names},
        "Conditions": {f"C{n}": {"Fn::Equals": [{"Ref": f"P{n}"}, "x"]} for n in names},
        "Resources": {
            f"Q{n}": {
                "Type": "AWS::SQS::Queue",
                "Condition": f"C{n}",
                "Properties": {"DelaySeconds": {"Fn::If": [f"C{(n + 1) % 32}", 1, 2]}},
            }
            for n in names
        },
    }
    report = judged(tmp_path / "conditions", template_json=json.dumps(template))
    assert any("more combinations of conditions" in note for note in report.notes)
