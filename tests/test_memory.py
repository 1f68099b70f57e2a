"""What one run keeps for the next: facts of code, as long as its files are the same."""

from __future__ import annotations

import os
from threading import Event
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze, read
from advisor.config import Config
from advisor.lsp.judging import Judge, StaleError, shipped
from advisor.source.facts import Facts
from advisor.source.memory import Memory

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATE = """\
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: app.handler, Runtime: python3.13}
  Inline:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): return 1"
      Handler: index.handler
      Runtime: python3.13
"""
CODE = "import helper\n\ndef handler(event, context):\n    return helper.answer()\n"
HELPER = "def answer():\n    return 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project with a function of two files and one in the template."""
    top = tmp_path.resolve()
    (top / "advise.toml").write_text("")
    (top / "template.yaml").write_text(TEMPLATE)
    (top / "src").mkdir()
    (top / "src" / "app.py").write_text(CODE)
    (top / "src" / "helper.py").write_text(HELPER)
    return top


def facts(folder: Path, memory: Memory, texts: dict[Path, str] | None = None) -> list[Facts]:
    (reading,) = read([folder / "template.yaml"], Config(), texts=texts, memory=memory)
    found = [function.source for function in reading.architecture.functions()]
    assert all(isinstance(each, Facts) for each in found)
    # What a location in code shows must be known as well, whoever has read it.
    assert reading.sources.text("src/helper.py") in {HELPER, None, *(texts or {}).values()}
    return [each for each in found if isinstance(each, Facts)]


def test_code_that_is_the_same_is_not_read_again(folder: Path) -> None:
    memory = Memory()
    first, second = facts(folder, memory), facts(folder, memory)
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert first[0].files == ("src/app.py", "src/helper.py")
    memory.forget()
    assert facts(folder, memory)[0] is not first[0]


def test_a_file_that_has_changed_is_read_again_whichever_it_is(folder: Path) -> None:
    memory = Memory()
    helper = folder / "src" / "helper.py"
    work, inline = facts(folder, memory)
    helper.write_text(HELPER)
    os.utime(helper, ns=(1, 1))
    again, same = facts(folder, memory)
    assert again is not work
    assert same is inline
    # In the editor, saved or not.
    unsaved = {helper: HELPER + "\ndef more():\n    pass\n"}
    edited, _ = facts(folder, memory, unsaved)
    assert edited is not again
    assert facts(folder, memory, unsaved)[0] is edited
    assert facts(folder, memory)[0] is not edited
    helper.unlink()
    alone, _ = facts(folder, memory)
    assert alone.files == ("src/app.py",)


def test_a_run_with_memory_finds_what_one_without_finds(folder: Path) -> None:
    memory, template = Memory(), folder / "template.yaml"
    plain = analyze([template], Config(), registry=shipped())
    for _ in range(2):
        report = analyze([template], Config(), registry=shipped(), memory=memory)
        assert report.findings == plain.findings
        assert report.hidden == plain.hidden


class _After(Event):
    """Is set once it has been asked a number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def is_set(self) -> bool:
        self.times -= 1
        return self.times < 0


@pytest.mark.parametrize("times", [0, 1, 2, 20])
def test_a_judgement_that_nobody_waits_for_ends_soon(folder: Path, times: int) -> None:
    judge, texts = Judge(folder), {folder / "template.yaml": TEMPLATE}
    stale = _After(times)
    with pytest.raises(StaleError):
        judge.judge(texts, stale)
    assert stale.times == -1
    # Nothing of it is left: the next answer is that of a judge that has seen nothing.
    later, fresh = judge.judge(texts, Event()), Judge(folder).judge(texts, Event())
    assert later is not None
    assert fresh is not None
    assert later.report.findings == fresh.report.findings
    assert later.report.hidden == fresh.report.hidden
