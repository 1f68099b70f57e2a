"""The page by keyboard, by screen reader, in both themes, with few and with many resources."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.browser import Browser, executable
from tests.commands import ran
from tests.reports import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytest.importorskip("fast_sugiyama", reason="the extra 'html' is not installed")

# https://www.w3.org/TR/WCAG21/#contrast-minimum; colours as computed, over what lies behind.
CONTRAST = """(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((each) => each / 255)
    .map((each) => (each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
    .reduce((sum, each, at) => sum + each * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a] = parse(getComputedStyle(at).backgroundColor);
      if (r !== undefined && a !== 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const found = [];
  const note = (words, ink, back) => {
    const [low, high] = [light(ink), light(back)].sort((a, b) => a - b);
    found.push([words, (high + 0.05) / (low + 0.05)]);
  };
  const html = 'h1, .facts, button, legend, label, .n, summary, .sev, .quiet, .card p, td, #legend';
  for (const each of document.querySelectorAll(html)) {
    note(each.className || each.tagName, parse(getComputedStyle(each).color), behind(each));
  }
  const fill = (element) => parse(getComputedStyle(element).fill);
  for (const each of document.querySelectorAll('.node')) {
    const body = fill(each.querySelector('.body'));
    for (const name of ['.name', '.note', '.sign', '.big']) {
      note(name, fill(each.querySelector(name)), body);
    }
    const count = each.querySelector('.count');
    if (count) note('.count', fill(count), fill(each.querySelector('.badge')));
  }
  for (const each of document.querySelectorAll('.label, .stack')) {
    note('.label', fill(each), behind(each.ownerSVGElement));
    const frame = document.querySelector('.frame rect');
    if (frame) note('.label in a frame', fill(each), fill(frame));
  }
  return found;
})()"""
NAMES_FIT = """[...document.querySelectorAll('[data-n]')].every((node) => {
  const body = node.querySelector('.body').getBoundingClientRect();
  return [...node.querySelectorAll('.name, .note, .big')].every((each) => {
    const words = each.getBoundingClientRect();
    return words.width === 0 || words.right <= body.right - 2;
  });
})"""
OVERLAPS = """(() => {
  const boxes = [...document.querySelectorAll('[data-n]:not(.off) .body')];
  const r = boxes.map(each => each.getBoundingClientRect());
  return r.some((a, i) => r.some((b, j) => i < j && a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1));
})()"""
LABELS_OVERLAP = OVERLAPS.replace("[data-n]:not(.off) .body", ".label:not(.crowded)")
FOCUSED = "(document.activeElement.closest('[data-n]') || {dataset: {}}).dataset.n"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = executable()
    if program is None:
        pytest.skip("no chromium or chrome is installed")
    with Browser(program, tmp_path_factory.mktemp("profile")) as found:
        yield found


def page_of(
    folder: Path, capsys: pytest.CaptureFixture[str], **templates: str
) -> tuple[Path, list[dict[str, str]]]:
    (folder / "advise.toml").write_text("")
    for name, text in templates.items():
        (folder / name).mkdir()
        (folder / name / "template.yaml").write_text(text)
    code, out, complaints = ran(capsys, "graph", "--format", "html", str(folder))
    assert code == 0, complaints
    page = folder / "page.html"
    page.write_text(out, encoding="utf-8")
    data = out.partition('id="data">')[2].partition("</script>")[0]
    nodes: list[dict[str, str]] = json.loads(data)["nodes"]
    return page, nodes


def press(browser: Browser, key: str) -> None:
    code = {"Enter": 13, "Escape": 27, "ArrowRight": 39, "ArrowLeft": 37, "ArrowDown": 40}[key]
    for kind in ("keyDown", "keyUp"):
        browser.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code)


def many(stacks: int, each: int) -> dict[str, str]:
    """Return templates with chains of topics, queues and functions, and long names."""
    one = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
    for at in range(each):
        one += f"""
  ReceiverOfOrdersFromPartners{at}: {{Type: AWS::SQS::Queue}}
  Tells{at}:
    Type: AWS::SNS::Topic
    Properties:
      Subscription: [{{Protocol: sqs, Endpoint: !GetAtt ReceiverOfOrdersFromPartners{at}.Arn}}]
  ProcessesOrdersOfPartnersFunction{at}:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: a.b
      InlineCode: x
      Events:
        Come:
          Type: SQS
          Properties: {{Queue: !GetAtt ReceiverOfOrdersFromPartners{at}.Arn}}
"""
    return {f"stack{at}": one for at in range(stacks)}


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_has_the_contrast_that_accessibility_asks_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser, *, dark: bool
) -> None:
    orders = (ORDERS / "template.yaml").read_text()
    page, nodes = page_of(tmp_path, capsys, orders=orders, others=many(1, 2)["stack0"])
    browser.open(page, dark=dark)
    browser.ask(f"document.querySelectorAll('.face')[{_with_findings(nodes)}].focus()")
    press(browser, "Enter")
    browser.ask("document.querySelectorAll('.faded').forEach(e => e.classList.remove('faded'))")
    found = browser.ask(CONTRAST)
    assert isinstance(found, list)
    assert len(found) > 50
    assert [each for each in found if each[1] < 4.5] == []


def _with_findings(nodes: list[dict[str, str]]) -> int:
    return next(index for index, node in enumerate(nodes) if node["found"])


def test_arrow_keys_follow_events_and_enter_tells_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page, nodes = page_of(tmp_path, capsys, **many(1, 2))
    at = {node["name"]: str(index) for index, node in enumerate(nodes)}
    browser.open(page)
    browser.ask(f"document.querySelectorAll('.face')[{at['Tells0']}].focus()")
    press(browser, "ArrowRight")
    assert browser.ask(FOCUSED) == at["ReceiverOfOrdersFromPartners0"]
    press(browser, "ArrowRight")
    assert browser.ask(FOCUSED) == at["ProcessesOrdersOfPartnersFunction0"]
    press(browser, "ArrowDown")
    assert browser.ask(FOCUSED) == at["ProcessesOrdersOfPartnersFunction1"]
    press(browser, "ArrowLeft")
    assert browser.ask(FOCUSED) == at["ReceiverOfOrdersFromPartners1"]
    press(browser, "Enter")
    told = browser.ask("document.getElementById('right').innerText")
    assert str(told).startswith("ReceiverOfOrdersFromPartners1")
    assert browser.ask("document.querySelector('.picked .face').getAttribute('aria-pressed')")
    press(browser, "Escape")
    assert browser.ask("document.querySelectorAll('.picked').length") == 0


def test_everything_that_can_be_pressed_has_a_name_and_lies_in_nothing_that_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page, _ = page_of(tmp_path, capsys, orders=(ORDERS / "template.yaml").read_text())
    browser.open(page)
    tree = browser.send("Accessibility.getFullAXTree")["nodes"]
    assert isinstance(tree, list)
    shown = [node for node in tree if not node.get("ignored")]
    roles = {node["role"]["value"] for node in shown if "role" in node}
    assert {"main", "banner", "complementary", "button", "searchbox", "status"} <= roles
    pressed = ("button", "checkbox", "searchbox", "link")
    named = [node for node in shown if node["role"]["value"] in pressed]
    assert named
    assert all(node["name"]["value"].strip() for node in named)
    assert browser.ask("document.querySelector('[role=button] [role=button]') === null")


def test_names_fit_into_their_boxes_and_words_keep_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page, _ = page_of(tmp_path, capsys, **many(2, 3))
    browser.open(page)
    assert browser.ask(OVERLAPS) is False
    for _ in range(2):
        assert browser.ask(NAMES_FIT) is True
        browser.ask("document.getElementById('farther').click()")
        browser.ask("document.getElementById('farther').click()")
    browser.open(page)
    assert browser.ask("document.querySelectorAll('.label:not(.crowded)').length") == 12
    assert browser.ask(LABELS_OVERLAP) is False


@pytest.mark.parametrize("count", [1, 34])
@pytest.mark.parametrize("width", [1440, 800])
def test_few_and_many_resources_can_be_read_as_the_page_opens(
    count: int, width: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page, nodes = page_of(tmp_path, capsys, **many(3, count))
    assert len(nodes) == 9 * count
    browser.open(page, width=width)
    scale = browser.ask(
        "new DOMMatrix(getComputedStyle(document.getElementById('world')).transform).a"
    )
    assert isinstance(scale, (int, float))
    assert scale >= 0.5
    seen = browser.ask("""(() => {
      const room = document.getElementById('picture').getBoundingClientRect();
      return [...document.querySelectorAll('.body')].filter((each) => {
        const r = each.getBoundingClientRect();
        return r.left >= room.left && r.right <= room.right && r.top >= room.top
          && r.bottom <= room.bottom;
      }).length;
    })()""")
    assert isinstance(seen, int)
    assert seen >= min(len(nodes), 9)
    assert browser.complaints() == []
    assert browser.requests() == [page.as_uri()]
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth")


MACHINE = """
Resources:
  Machine:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: Step0
        States:
"""


def test_a_long_state_machine_unfolds_downwards_and_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    states = "".join(
        f"          {name}: {{Type: Pass, {'End: true' if at == 29 else f'Next: Step{at + 1}'}}}\n"
        for at in range(30)
        for name in [f"Step{at}"]
    )
    page, _ = page_of(tmp_path, capsys, one=MACHINE + states.replace("Pass", "Wait, Seconds: 1"))
    browser.open(page)
    browser.click(".fold")
    places = browser.ask(
        "[...document.querySelectorAll('.state rect')].map(e => e.getBoundingClientRect().y)"
    )
    assert isinstance(places, list)
    assert len(places) == 30
    assert places == sorted(places)
    assert len(set(places)) == 30
    size = browser.ask(
        "parseFloat(getComputedStyle(document.querySelector('.sname')).fontSize)"
        " * new DOMMatrix(getComputedStyle(document.getElementById('world')).transform).a"
    )
    assert isinstance(size, (int, float))
    assert size >= 8
    assert browser.ask("""[...document.querySelectorAll('.state')].every((state) => {
      const box = state.querySelector('rect').getBoundingClientRect();
      return [...state.querySelectorAll('text')].every(
        (words) => words.getBoundingClientRect().right <= box.right);
    })""")
    browser.click(".fold")
    assert browser.ask("document.querySelector('.open') === null")


def test_a_stack_that_is_filtered_out_takes_its_frame_and_its_findings_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser: Browser
) -> None:
    page, _ = page_of(tmp_path, capsys, **many(2, 1))
    browser.open(page)
    assert browser.ask("document.querySelectorAll('.frame:not(.off)').length") == 2
    cards = browser.ask("document.querySelectorAll('#right .card').length")
    browser.ask("document.querySelector('#stacks input').click()")
    assert browser.ask("document.querySelectorAll('.frame:not(.off)').length") == 1
    assert browser.ask("document.querySelectorAll('.node:not(.off)').length") == 3
    fewer = browser.ask("document.querySelectorAll('#right .card').length")
    assert isinstance(cards, int)
    assert isinstance(fewer, int)
    assert 0 < fewer < cards
