"""The page of `advise graph --format html`: whole, harmless, and alive in a real browser."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from advisor.reporters.html.layout import Measure, laid_out
from tests.browser import Browser, executable
from tests.commands import ran
from tests.reports import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")

MEASURE = Measure(width=100, height=40, across=50, down=20)
HOSTILE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: "</script><script>hurt=1</script><img src=https://evil.example onerror='hurt=1'>"
      Tags: [{Key: "<!--", Value: "\\u202e\\u2028]]>&amp;"}]
  "<b onclick=x>&'\\"":
    Type: "AWS::<i>::Thing</title>"
  "line\\nbreak\\u202e<u>end": {Type: AWS::SQS::Queue}
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Timeout: 60
      Events:
        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 5}}
        Post: {Type: Api, Properties: {Path: "/</text><script>hurt=1</script>", Method: post}}
  Machine:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: "<script>window.hurt=1</script>"
        States:
          "<script>window.hurt=1</script>":
            Type: Task
            Resource: !GetAtt Ship.Arn
            Catch: [{ErrorEquals: [States.ALL], Next: Fail}]
            Next: Each
          Each:
            Type: Map
            ItemProcessor:
              StartAt: Inner
              States: {Inner: {Type: Pass, End: true}}
            End: true
          Fail: {Type: Fail}
"""


def page_of(folder: Path, template: str, capsys: pytest.CaptureFixture[str], *more: str) -> Path:
    (folder / "advise.toml").write_text("")
    (folder / "template.yaml").write_text(template)
    code, out, complaints = ran(
        capsys, "graph", "--format", "html", *more, str(folder / "template.yaml")
    )
    assert code == 0, complaints
    page = folder / "page.html"
    page.write_text(out, encoding="utf-8")
    return page


def data_of(page: Path) -> dict[str, list[dict[str, object]]]:
    match = re.search(
        r'<script type="application/json" id="data">(.*?)</script>', page.read_text(), re.DOTALL
    )
    assert match
    data: dict[str, list[dict[str, object]]] = json.loads(match[1])
    return data


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    count = draw(st.integers(0, 25))
    ends = st.integers(0, max(0, count - 1))
    return count, draw(st.lists(st.tuples(ends, ends), max_size=50)) if count else []


CIRCLES = [
    (0, 3), (0, 5), (0, 8), (1, 0), (1, 2), (1, 4), (1, 6), (2, 0), (3, 7), (4, 2), (4, 5), (4, 7),
    (6, 1), (7, 2), (7, 4), (8, 2),
]  # fmt: skip
"""The library alone never comes back from these."""
TWO_PARTS = [
    (0, 1), (2, 6), (2, 7), (3, 5), (3, 6), (3, 7), (4, 6), (4, 7), (5, 2), (5, 4), (8, 3),
]  # fmt: skip
"""The library alone gives one number to a box and to a bend."""


@given(graphs())
@example((9, CIRCLES))
@example((9, TWO_PARTS))
@settings(deadline=None)
def test_boxes_never_overlap_and_every_line_joins_its_boxes(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    count, pairs = graph
    drawing = laid_out(count, pairs, MEASURE)
    assert drawing == laid_out(count, reversed(pairs), MEASURE)
    for at, (x, y) in enumerate(drawing.boxes):
        for to_x, to_y in drawing.boxes[:at]:
            assert abs(x - to_x) >= MEASURE.width or abs(y - to_y) >= MEASURE.height
        assert x + MEASURE.width <= drawing.width + 0.1
        assert y + MEASURE.height <= drawing.height + 0.1
    assert set(drawing.lines) == {pair for pair in pairs if pair[0] != pair[1]}
    for (source, target), points in drawing.lines.items():
        for box, (x, y) in ((source, points[0]), (target, points[-1])):
            left, top = drawing.boxes[box]
            assert x in {left, left + MEASURE.width}
            aside = 7 if (target, source) in pairs else 0
            assert abs(y - top - MEASURE.height / 2) <= aside + 0.01


@pytest.mark.parametrize("length", [2, 3, 60])
def test_a_circle_is_drawn_as_it_is_entered(length: int) -> None:
    circle = [(at, at % length + 1) for at in range(1, length + 1)]
    drawing = laid_out(length + 1, [(0, 1), *circle], MEASURE)
    columns = [x for x, _ in drawing.boxes]
    assert columns == sorted(columns)
    assert len(set(columns)) == length + 1
    back = drawing.lines[length, 1]
    assert back[0][0] > back[-1][0]


def test_more_lines_than_can_be_laid_out_are_drawn_in_a_grid() -> None:
    pairs = [(a, b) for a in range(40) for b in range(40) if a != b]
    drawing = laid_out(40, pairs, MEASURE)
    assert not drawing.in_layers
    assert len(drawing.lines) == len(pairs)


def test_the_page_names_everything_and_nothing_of_a_template_is_markup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = page_of(tmp_path, HOSTILE, capsys, "--all")
    text = page.read_text()
    assert text.count("<script") == 2
    assert text.count("</script>") == 2
    for markup in ("<b onclick", "<img", "<i>", "<u>", "\u202e", "\u2028", "<!--"):
        assert markup not in text
    names = {node["name"] for node in data_of(page)["nodes"]}
    assert {"Queue", "Ship", "Machine", "<b onclick=x>&'\""} <= names


def test_the_page_asks_for_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = page_of(tmp_path, HOSTILE, capsys).read_text()
    assert "default-src 'none'" in text
    assert not re.search(r"<(link|img|iframe|object|embed)\b|<[^>]*\ssrc=|url\((?!#)|@import", text)


def test_without_the_library_one_line_says_which_extra_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "advise.toml").write_text("")
    (tmp_path / "template.yaml").write_text(HOSTILE)
    monkeypatch.setitem(__import__("sys").modules, "fast_sugiyama", None)
    code, out, complaints = ran(
        capsys, "graph", "--format", "html", str(tmp_path / "template.yaml")
    )
    assert (code, out) == (2, "")
    assert complaints.count("\n") == 1
    assert "pip install 'serverless-advisor[html]'" in complaints


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = executable()
    if program is None:
        pytest.skip("no chromium or chrome is installed")
    with Browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


def test_a_hostile_template_does_nothing_in_a_browser(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page = page_of(tmp_path, HOSTILE, capsys, "--all")
    browser.open(page)
    count = browser.ask("document.querySelectorAll('[data-n]').length")
    assert isinstance(count, int)
    for number in range(count):
        browser.ask(
            f"document.querySelectorAll('[data-n]')[{number}]"
            ".dispatchEvent(new MouseEvent('click', {bubbles: true}))"
        )
    assert browser.ask("window.hurt === undefined")
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]


def test_a_script_that_is_not_the_pages_own_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page = page_of(tmp_path, HOSTILE, capsys)
    page.write_text(page.read_text().replace("</body>", "<script>window.hurt=1</script></body>"))
    browser.open(page)
    assert browser.ask("window.hurt === undefined")


def test_a_click_on_a_box_tells_what_is_known_of_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page = page_of(tmp_path, (ORDERS / "template.yaml").read_text(), capsys)
    nodes = data_of(page)["nodes"]
    at = next(index for index, node in enumerate(nodes) if node["found"])
    browser.open(page)
    browser.click("[data-n] .body", at)
    told = browser.ask("document.getElementById('right').innerText")
    assert isinstance(told, str)
    assert told.startswith(str(nodes[at]["name"]))
    for words in ("Findings", "Properties", "Where it leads"):
        assert words in told
    assert browser.ask("document.querySelectorAll('.node.picked').length") == 1
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="Escape")
    assert browser.ask("document.querySelectorAll('.node.picked').length") == 0


def test_the_picture_is_moved_zoomed_searched_and_filtered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page = page_of(tmp_path, (ORDERS / "template.yaml").read_text(), capsys)
    browser.open(page)
    view = "document.getElementById('world').getAttribute('transform')"
    first = browser.ask(view)
    browser.mouse("mouseWheel", 600, 400, deltaX=0, deltaY=-300)
    browser.ask("new Promise(requestAnimationFrame)")
    zoomed = browser.ask(view)
    assert zoomed != first
    browser.mouse("mousePressed", 300, 860, button="left", clickCount=1)
    browser.mouse("mouseMoved", 400, 800, button="left", buttons=1)
    browser.mouse("mouseReleased", 400, 800, button="left", clickCount=1)
    assert browser.ask(view) != zoomed
    browser.ask("document.getElementById('find').focus()")
    browser.type("ship")
    assert browser.ask(
        "[...document.querySelectorAll('#list li')].every(e => /ship/i.test(e.innerText))"
    )
    assert browser.ask("document.querySelectorAll('.node.faded').length > 0")
    browser.send("Input.dispatchKeyEvent", type="keyDown", key="Escape")
    browser.ask("document.querySelector('#kinds input[value=function]').click()")
    assert browser.ask("document.querySelectorAll('.k-function:not(.off)').length") == 0
    browser.ask("document.querySelector('#kinds input[value=function]').click()")
    browser.ask("document.querySelector('#severities input[value=\"\"]').click()")
    assert browser.ask(
        "[...document.querySelectorAll('.node:not(.off)')]"
        ".every(each => each.matches('.info, .warning, .error'))"
    )
    assert browser.complaints() == []


def test_a_state_machine_unfolds_and_pushes_the_rest_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page = page_of(tmp_path, HOSTILE, capsys)
    browser.open(page)
    overlaps = """(() => {
      const boxes = [...document.querySelectorAll('[data-n] > .body')];
      const r = boxes.map(each => each.getBoundingClientRect());
      return r.some((a, i) => r.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1
        && a.top < b.bottom - 1 && b.top < a.bottom - 1));
    })()"""
    inside = "getComputedStyle(document.querySelector('.inside')).display != 'none'"
    assert browser.ask(overlaps) is False
    assert browser.ask(inside) is False
    browser.click(".fold")
    assert browser.ask(inside) is True
    assert browser.ask("document.querySelectorAll('.state').length") == 4
    assert browser.ask(overlaps) is False
    browser.click(".fold")
    assert browser.ask(inside) is False


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1400, 420])
def test_text_can_be_read_in_light_and_dark_and_on_narrow_screens(
    width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser, *, dark: bool
) -> None:
    page = page_of(tmp_path, (ORDERS / "template.yaml").read_text(), capsys)
    browser.open(page, width=width, dark=dark)
    back = browser.ask("getComputedStyle(document.body).backgroundColor")
    ink = browser.ask("getComputedStyle(document.body).color")
    assert (brightness(back) > brightness(ink)) is not dark
    assert abs(brightness(back) - brightness(ink)) > 150
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")


def brightness(colour: object) -> float:
    numbers = [int(each) for each in re.findall(r"\d+", str(colour))[:3]]
    return sum(numbers) / 3
