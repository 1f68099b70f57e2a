"""The extension of Visual Studio Code: its types hold, its client speaks with the server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from advisor.cli.commands import COMMANDS
from tests.reports import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "editors" / "vscode"
UNREACHABLE = re.compile(
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|E40[134]"
)
"""What npm says where no registry answers."""


@pytest.mark.slow
def test_the_extension_checks_packages_and_its_client_starts_the_server(tmp_path: Path) -> None:
    if shutil.which("npm") is None or shutil.which("bash") is None:
        pytest.skip("npm is not there: the extension is not checked")
    package = tmp_path / "advise.vsix"
    done = subprocess.run(
        [str(ROOT / "scripts" / "check_extension")],
        capture_output=True, text=True, check=False, timeout=600,
        env={
            **os.environ,
            "ADVISE_COMMAND": json.dumps([sys.executable, "-m", "advisor"]),
            "VSIX": str(package),
        },
    )  # fmt: skip
    said = f"{done.stdout}{done.stderr}"
    if done.returncode and UNREACHABLE.search(said):
        pytest.skip("the package registry cannot be reached: the extension is not checked")
    assert done.returncode == 0, said
    assert "ok 1 - the extension starts the server and shows what it finds" in said
    assert re.search(r"^# pass 4\n# fail 0$", said, re.MULTILINE)
    with ZipFile(package) as archive:
        names = set(archive.namelist())
    assert {"extension/out/extension.js", "extension/package.json"} <= names
    assert "extension/node_modules/vscode-languageclient/node.js" in names
    assert not any("/test/" in name and name.startswith("extension/out") for name in names)


def test_what_is_locked_is_no_registry_s_and_what_is_declared() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    declared = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    assert not any("resolved" in each for each in lock["packages"].values())
    assert all(each.get("integrity") for name, each in lock["packages"].items() if name)
    top = lock["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert top[kind] == declared[kind]


def test_the_extension_starts_the_command_that_is_there_and_says_what_it_offers() -> None:
    launch = (FOLDER / "src" / "launch.ts").read_text(encoding="utf-8")
    assert '"lsp"]' in launch
    assert "lsp" in COMMANDS
    declared = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
    code = (FOLDER / "src" / "extension.ts").read_text(encoding="utf-8")
    for command in declared["contributes"]["commands"]:
        assert f'registerCommand("{command["command"]}"' in code
    assert (FOLDER / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
