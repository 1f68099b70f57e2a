"""Texts that are not saved count instead of what is on the disk, wherever a run reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.analysis import read
from advisor.config import Config
from advisor.errors import LoadError
from advisor.inputs import gather
from advisor.source.facts import Facts

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """\
Resources:
  Part:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: part.yaml
      Parameters: {Seconds: "%s"}
"""
PART = """\
Parameters:
  Seconds: {Type: String}
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: !Ref Seconds
"""
MACHINE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.13}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      DefinitionUri: machine.asl.json
      DefinitionSubstitutions: {Work: !GetAtt Work.Arn}
"""
IDLE = '{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}'
BUSY = '{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "${Work}", "End": true}}}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path.resolve()
    (top / "advise.toml").write_text("")
    return top


def seconds(paths: list[Path], texts: dict[Path, str]) -> list[object]:
    (reading,) = read(paths, Config(), texts=texts)
    return [queue.get("VisibilityTimeout") for queue in reading.architecture.queues()]


def test_the_template_that_nests_a_given_one_is_read_as_it_is_in_the_editor(folder: Path) -> None:
    (folder / "part.yaml").write_text(PART)
    parent = folder / "parent.yaml"
    parent.write_text(PARENT % "30")
    given = [folder / "part.yaml"]
    assert seconds(given, {}) == ["30"]
    assert seconds(given, {parent: PARENT % "90"}) == ["90"]
    # On the disk it nests nothing, and is no template at all.
    parent.write_text("nothing\n")
    assert seconds(given, {parent: PARENT % "90"}) == ["90"]


def test_a_folder_is_read_as_the_editor_has_its_files(folder: Path) -> None:
    (folder / "part.yaml").write_text("nothing\n")
    assert seconds([folder], {folder / "part.yaml": PARENT % "30"}) == []
    plain = PART.replace("!Ref Seconds", "7")
    assert seconds([folder], {folder / "part.yaml": plain}) == [7]


def test_a_definition_that_is_not_saved_yet_is_that_of_its_machine(folder: Path) -> None:
    template, definition = folder / "template.yaml", folder / "machine.asl.json"
    template.write_text(MACHINE)

    def invoked(texts: dict[Path, str]) -> list[str]:
        (reading,) = read([template], Config(), texts=texts)
        graph = reading.architecture
        return [edge.source.name for edge in graph.incoming(graph.functions()[0])]

    assert invoked({}) == []
    assert invoked({definition: BUSY}) == ["Machine"]
    definition.write_text(IDLE)
    assert invoked({}) == []
    assert invoked({definition: BUSY}) == ["Machine"]


def test_code_is_read_as_it_is_in_the_editor(folder: Path) -> None:
    (folder / "template.yaml").write_text(MACHINE)
    code = folder / "src" / "app.py"
    code.parent.mkdir()
    code.write_text("def handler(event, context):\n    pass\n")

    (reading,) = read([folder / "template.yaml"], Config(), texts={code: "def other():\n  pass\n"})
    facts = reading.architecture.functions()[0].source
    assert isinstance(facts, Facts)
    assert facts.lacks_handler
    (saved,) = read([folder / "template.yaml"], Config())
    facts = saved.architecture.functions()[0].source
    assert isinstance(facts, Facts)
    assert not facts.lacks_handler


def test_what_the_editor_has_may_be_broken_where_the_disk_is_not(folder: Path) -> None:
    file = folder / "part.yaml"
    file.write_text(PART)
    (inputs,) = gather([file], texts={file: PART + "  Broken: [\n"})
    assert [problem.path for problem in inputs.problems] == ["part.yaml"]
    with pytest.raises(LoadError):
        inputs.files.document(folder / "not-there.yaml")


def test_an_unsaved_text_may_be_excluded_where_names_are_given_by_a_program(folder: Path) -> None:
    file = folder / "sandbox" / "part.yaml"
    file.parent.mkdir()
    (none,) = gather([file], texts={file: PART}, exclude=["sandbox/"], forced=True)
    assert none.templates == []
    (one,) = gather([file], texts={file: PART}, exclude=["sandbox/"])
    assert one.templates == [file]
