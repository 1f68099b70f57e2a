"""What the project is built and tested with: locked by hash, bounded with a reason, audited."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.reports import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements" / "ci.txt").read_text(encoding="utf-8")
OURS = "serverless-advisor"
ENTRY = re.compile(
    r"^([\w.-]+)==(\S+)(?: ; ([^\\]+))? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)"
)
BOUNDED = re.compile(r"<|==|~=|!=|===")
WORKFLOW = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def entries() -> Iterator[tuple[str, Version, str | None]]:
    """Yield the package, the version and the marker of each entry of the lock."""
    lines = LOCK.splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("#"))
    while text:
        entry = ENTRY.match(text)
        assert entry, text[:200]
        yield canonicalize_name(entry[1]), Version(entry[2]), entry[3]
        text = text[entry.end() :]


def locked() -> dict[str, list[Version]]:
    """Return the versions that the lock has of each package."""
    found: dict[str, list[Version]] = {}
    for name, version, _ in entries():
        found.setdefault(name, []).append(version)
    return found


def declared(*extras: str) -> list[Requirement]:
    """Return what the project needs with some of its extras, and with those that they name."""
    project = tomllib.loads(PROJECT)["project"]
    found = [Requirement(each) for each in project["dependencies"]]
    for extra in extras:
        for each in map(Requirement, project["optional-dependencies"][extra]):
            found += declared(*sorted(each.extras)) if each.name == OURS else [each]
    return found


def needed() -> list[Requirement]:
    """Return everything that the tests need here, with what those packages need in turn."""
    building = (ROOT / "requirements" / "ci.in").read_text(encoding="utf-8").splitlines()
    waiting = declared("dev") + [Requirement(each) for each in building if not each.startswith("#")]
    seen: dict[str, Requirement] = {}
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen[str(requirement)] = requirement
        try:
            inner = requires(requirement.name) or []
        except PackageNotFoundError:
            continue  # what this one needs is known where it is installed
        for each in map(Requirement, inner):
            extras = ["", *requirement.extras]
            if each.marker is None or any(each.marker.evaluate({"extra": e}) for e in extras):
                waiting.append(each)
    return list(seen.values())


def test_the_lock_has_every_package_in_a_version_that_is_allowed() -> None:
    lock = locked()
    found = needed()
    assert {each.name for each in declared("dev", "code", "html", "lsp")} <= {
        each.name for each in found
    }
    wrong = [
        str(each)
        for each in found
        if not any(
            each.specifier.contains(version, prereleases=True)
            for version in lock.get(canonicalize_name(each.name), [])
        )
    ]
    assert wrong == []


def test_the_lock_names_no_place_to_fetch_from() -> None:
    lines = [line for line in LOCK.splitlines() if not line.startswith("#")]
    assert not [line for line in lines if "://" in line or line.startswith("-") or "@" in line]
    assert "://" not in LOCK


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_lock_has_one_version_of_a_package_for_each_python(python: str) -> None:
    here = {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": "linux"}
    markers: dict[str, list[str | None]] = {}
    for name, _, marker in entries():
        markers.setdefault(name, []).append(marker)
    for each in declared("dev"):
        of_it = markers[canonicalize_name(each.name)]
        applying = [one for one in of_it if one is None or Marker(one).evaluate(here)]
        assert len(applying) == 1, each.name


def unexplained(text: str) -> list[str]:
    """Return the requirements of a project file that have a bound and no comment right above."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines):
        entry = re.match(r'\s*"([A-Za-z][\w.\[\],-]*\s*[<>=!~][^"]*)",?\s*(#.*)?$', line)
        if entry and BOUNDED.search(entry[1]):
            above = lines[number - 1].strip()
            if not above.startswith("#") and not entry[2]:
                found.append(entry[1])
    return found


def test_only_what_has_a_reason_is_bounded() -> None:
    assert unexplained(PROJECT) == []
    every = [*declared("dev", "docs")]
    bounded = {each.name for each in every if BOUNDED.search(str(each.specifier))}
    assert bounded == {"typer"}


def test_a_bound_without_a_reason_is_seen() -> None:
    assert unexplained('a = [\n  "x>=1,<2",\n]') == ["x>=1,<2"]
    assert unexplained('a = [\n  "x==1",\n  # why\n  "y~=1.2",\n  "z>=3",\n]') == ["x==1"]


def workflows() -> dict[str, str]:
    """Return the workflows for GitHub that the pages show, by page and number."""
    found = {}
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for number, block in enumerate(WORKFLOW.findall(page.read_text(encoding="utf-8"))):
            if re.search(r"^jobs:", block, re.MULTILINE):
                found[f"{page.stem}-{number}.yml"] = block
    return found


# The commit of a tag of the action itself is known only once that tag is there.
OWN_BY_TAG = """\
rules:
  unpinned-uses:
    config:
      policies:
        serverless-advisor/*: ref-pin
        "*": hash-pin
"""


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    """Audit the workflows and actions of a folder, asking nobody."""
    program = shutil.which("zizmor", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
    if program is None:
        pytest.skip("zizmor is not installed beside this Python")
    (folder / "zizmor.yml").write_text(OWN_BY_TAG)
    return subprocess.run(
        [program, "--offline", "--no-progress", "--config", str(folder / "zizmor.yml"), "."],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_action_and_the_workflows_that_are_shown_pass_an_audit(tmp_path: Path) -> None:
    shown = workflows()
    assert len(shown) >= 2
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for name, text in shown.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "action.yml", tmp_path)
    audited = zizmor(tmp_path)
    assert audited.returncode == 0, audited.stdout + audited.stderr
    for name in (*shown, "action.yml"):
        assert name in audited.stderr  # as one that was read


def test_the_audit_sees_a_workflow_that_is_open_to_injection(tmp_path: Path) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = next(iter(workflows().values()))
    step = "      - run: echo ${{ github.event.pull_request.title }}\n"
    (folder / "open.yml").write_text(text.rstrip("\n") + "\n" + step, encoding="utf-8")
    audited = zizmor(tmp_path)
    assert audited.returncode != 0
    assert "template-injection" in audited.stdout
