"""Content decides what a file is, and only a project's own files are looked at."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.documents.load import load_bytes
from advisor.errors import ConfigError, LoadError
from advisor.templates.discovery import (
    Kind,
    find_files,
    find_root,
    is_excluded,
    is_passed_over,
    sniff,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"
CORPUS = os.environ.get("ADVISE_CORPUS")
KNOWN_BROKEN = {
    # text with substitutions, which is no JSON before they are filled in
    "aws-lambda-power-tuning/statemachine/statemachine.asl.json",
    "sfn-iot-data-analytics-dataset/statemachine/statemachine.asl.json",
    # a folded text that is not indented, and one short tag inside another: cfn-lint refuses both
    "event-sourcing/template.yaml",
    "parallelized-embedding-pipeline/template.yaml",
}


def write(folder: Path, *names: str) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("Resources: {}\n", encoding="utf-8")


def names(folder: Path, *, exclude: tuple[str, ...] = (), use_git: bool = False) -> list[str]:
    found = find_files(folder, root=find_root(folder), exclude=exclude, use_git=use_git)
    return [file.relative_to(folder).as_posix() for file in found]


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("template.yaml", Kind.SAM),
        ("template.json", Kind.SAM),
        ("no_version.yaml", Kind.CLOUDFORMATION),
        ("flow.yaml", Kind.CLOUDFORMATION),
        ("machine.asl.json", Kind.WORKFLOW),
        ("machine.asl.yaml", Kind.WORKFLOW),
    ],
)
def test_templates_and_state_machines_are_recognised(name: str, kind: Kind) -> None:
    content = (FIXTURES / "formats" / name).read_bytes()
    assert sniff(content) is kind
    assert sniff(content.decode()) is kind
    assert sniff(b"\xef\xbb\xbf" + content) is kind
    assert sniff(content.decode().encode("utf-16")) is kind
    assert sniff(content.replace(b"\n", b"\r\n")) is kind


@pytest.mark.parametrize("file", sorted((FIXTURES / "formats" / "unrelated").iterdir()), ids=str)
def test_everything_else_is_passed_over(file: Path) -> None:
    assert sniff(file.read_bytes()) is None


@pytest.mark.parametrize("file", sorted((FIXTURES / "broken").iterdir()), ids=str)
def test_a_broken_file_is_still_recognised(file: Path) -> None:
    assert sniff(file.read_bytes()) is not None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", None),
        ("Resources:", None),
        ("Resources: {A: {Type: AWS::SQS::Queue}}", Kind.CLOUDFORMATION),
        ("Resources: {A: {Type: Custom::Thing}}", Kind.CLOUDFORMATION),
        ("Resources:\n  A:\n    Type: 'Alexa::ASK::Skill'", Kind.CLOUDFORMATION),
        ("Resources:\n  A:\n    Type: AWS::Serverless::Function", Kind.SAM),
        ("Resources:\n  A:\n    Type: Some::Vendor::Thing", None),
        ("AWSTemplateFormatVersion: x\nResources:\n  A:\n    Type: My::Own::Type::MODULE", "cfn"),
        ("  Resources:\n    A: {Type: AWS::SQS::Queue}", Kind.CLOUDFORMATION),
        ("# c\n---\n\nResources:\n  A: {Type: AWS::SQS::Queue}", Kind.CLOUDFORMATION),
        ("a:\n  Resources:\n    A: {Type: AWS::SQS::Queue}", None),
        ("%YAML 1.1\n---\n'Resources':\n  A: {Type: AWS::SQS::Queue}", Kind.CLOUDFORMATION),
        ('---\n{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}', Kind.CLOUDFORMATION),
        ('[{"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}]', None),
        ('{"a": {"Resources": {"A": {"Type": "AWS::SQS::Queue"}}}}', None),
        ('{"a": "{", "Resources": {"A": {"Type": "AWS::SQS::Queue"}}}', Kind.CLOUDFORMATION),
        ('{"StartAt": "A", "States": {"A": {"T": ${x}}}}', Kind.WORKFLOW),
        ('{"StartAt": "A", "x": {"States": {}}}', None),
        ('{"x": "StartAt: States"}', None),
    ],
)
def test_content_decides_what_a_file_is(text: str, kind: Kind | str | None) -> None:
    assert sniff(text) is (Kind.CLOUDFORMATION if kind == "cfn" else kind)


@given(st.binary(max_size=200) | st.text().map("Resources: AWS::{}StartAt States".format))
@settings(max_examples=200, deadline=None)
def test_no_content_makes_the_look_at_it_fail(content: bytes | str) -> None:
    sniff(content)


@pytest.mark.parametrize(
    "unit", [b" ", b"{", b'"', b"a: ", b"\n#", b"--- ", b"Type: ", b"'", b"\\"]
)
def test_the_look_takes_time_in_proportion_to_the_size(unit: bytes) -> None:
    content = b"StartAt States Resources :: {" + unit * (400_000 // len(unit))
    for text in (content, unit * 100_000 + content):
        started = time.perf_counter()
        sniff(text)
        assert time.perf_counter() - started < 2


def test_the_root_is_the_nearest_folder_upwards_with_a_mark(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "a/samconfig.toml", "a/b/c/template.yaml", "d/x.yaml")
    assert find_root(tmp_path / "a/b/c/template.yaml") == tmp_path / "a"
    assert find_root(tmp_path / "a") == tmp_path / "a"
    assert find_root(tmp_path / "d/x.yaml") == tmp_path


def test_only_names_that_may_be_ours_are_found_in_order(tmp_path: Path) -> None:
    write(
        tmp_path, "b.yaml", "a/z.yml", "a/b.json", "c.template", "d.asl", "e.txt", "B.YAML", "f.py"
    )
    write(tmp_path, "x[1].yaml", "*.yaml")
    assert names(tmp_path) == [
        *("*.yaml", "B.YAML", "a/b.json", "a/z.yml", "b.yaml", "c.template", "d.asl", "x[1].yaml"),
    ]


def test_generated_and_foreign_folders_are_passed_over_unless_named(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "t.yaml", ".aws-sam/build/t.yaml", "a/node_modules/x/t.json")
    write(tmp_path, "env/pyvenv.cfg", "env/lib/t.json", ".venv/t.json", "cdk.out/s.template.json")
    assert names(tmp_path) == ["t.yaml"]
    assert names(tmp_path / "cdk.out") == ["s.template.json"]
    assert names(tmp_path / ".aws-sam/build") == ["t.yaml"]
    assert is_passed_over(tmp_path / ".aws-sam/build/t.yaml", tmp_path)
    assert is_passed_over(tmp_path / "env/lib/t.json", tmp_path)
    assert not is_passed_over(tmp_path / "t.yaml", tmp_path)


@pytest.mark.parametrize("use_git", [True, False])
def test_what_git_ignores_is_passed_over(tmp_path: Path, use_git: bool) -> None:  # noqa: FBT001 a parameter
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.yaml", "out/b.yaml", "sub/c.yaml", "sub/keep.gen.yaml", "sub/d.gen.yaml")
    (tmp_path / ".gitignore").write_text("out/\n*.gen.yaml\n", encoding="utf-8")
    (tmp_path / "sub/.gitignore").write_text("!keep.gen.yaml\n", encoding="utf-8")
    write(tmp_path, "grün [1].yaml")
    git(tmp_path, "add", "a.yaml")
    (tmp_path / "gone.yaml").touch()
    git(tmp_path, "add", "gone.yaml")
    (tmp_path / "gone.yaml").unlink()
    expected = ["a.yaml", "grün [1].yaml", "sub/c.yaml", "sub/keep.gen.yaml"]
    assert names(tmp_path, use_git=use_git) == expected
    assert names(tmp_path / "sub", use_git=use_git) == ["c.yaml", "keep.gen.yaml"]


@pytest.mark.parametrize("use_git", [True, False])
def test_an_ignored_folder_is_read_when_it_is_named(tmp_path: Path, use_git: bool) -> None:  # noqa: FBT001 a parameter
    git(tmp_path, "init", "-q")
    write(tmp_path, "out/b.yaml", "out/sub/c.yaml", "out/sub/d.yaml", "a.yaml")
    (tmp_path / ".gitignore").write_text("out/\n", encoding="utf-8")
    (tmp_path / "out/sub/.gitignore").write_text("d.yaml\n", encoding="utf-8")
    assert names(tmp_path, use_git=use_git) == ["a.yaml"]
    assert names(tmp_path / "out", use_git=use_git) == ["b.yaml", "sub/c.yaml"]
    assert names(tmp_path / "out/sub", use_git=use_git) == ["c.yaml"]


def test_excluded_patterns_are_relative_to_the_root(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "a/t.yaml", "a/old/t.yaml", "b/x_test.yaml", "b/t.yaml")
    assert names(tmp_path, exclude=("a/old/", "*_test.yaml")) == ["a/t.yaml", "b/t.yaml"]
    assert names(tmp_path / "a", exclude=("a/old/**",)) == ["t.yaml"]
    assert names(tmp_path, exclude=("*", "!b/t.yaml")) == ["b/t.yaml"]
    assert is_excluded(tmp_path / "a/old/t.yaml", tmp_path, ["a/old"])
    assert not is_excluded(tmp_path / "a/t.yaml", tmp_path, ["a/old"])


def test_what_is_no_pattern_is_an_error_in_the_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'!' is no pattern"):
        names(tmp_path, exclude=("a", "!"))
    write(tmp_path, "a.yaml", "b.yaml")
    (tmp_path / ".gitignore").write_text("!\n/b.yaml\n", encoding="utf-8")
    assert names(tmp_path) == ["a.yaml"]


def test_links_that_leave_the_root_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "outside/secret.yaml", "in/pyproject.toml", "in/t.yaml")
    (tmp_path / "in/link.yaml").symlink_to(tmp_path / "outside/secret.yaml")
    (tmp_path / "in/folder").symlink_to(tmp_path / "outside")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/same.yaml").symlink_to(tmp_path / "in/t.yaml")
    assert names(tmp_path / "in") == ["same.yaml", "t.yaml"]


def test_every_file_of_the_corpus_loads_or_is_known_to_be_broken() -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: the corpus is not read")
    root = Path(CORPUS)
    broken = set()
    ours = 0
    for file in find_files(root, root=root):
        content = file.read_bytes()
        if sniff(content) is None:
            continue
        ours += 1
        try:
            load_bytes(content, file.name, tags=lambda name: f"Fn::{name}")
        except LoadError as error:
            assert error.line  # noqa: PT017 which files are broken is asserted below
            broken.add(file.as_posix())
    assert ours > 300
    known = tuple(KNOWN_BROKEN)
    assert [name for name in sorted(broken) if not name.endswith(known)] == []
