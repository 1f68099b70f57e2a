"""What a run opens, starts, writes and fetches, as Python's audit hooks see it: `SECURITY.md`."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.audited import audited
from tests.reports import ORDERS, ROOT
from tests.test_hook import repository

if TYPE_CHECKING:
    from tests.audited import Audit

CORPUS = os.environ.get("ADVISE_CORPUS", "")
TOUCHING = ("write", "start", "network", "native")

ESCAPING = """
Transform: [AWS::Serverless-2016-10-31]
Parameters:
  Where: {Type: String, Default: ../outside}
Mappings:
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: ../outside/template.yaml}}
Resources:
  Above:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../outside, Handler: app.handler, Runtime: python3.13}
  Absolute:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: OUTSIDE, Handler: app.handler, Runtime: nodejs22.x}
  Linked:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: linked, Handler: app.handler, Runtime: python3.13}
  ByHandler:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: ../outside/app.handler, Runtime: python3.13}
  Resolved:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: !Ref Where, Handler: app.handler, Runtime: python3.13}
  Zip:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ../outside/code.zip, Handler: app.handler, Runtime: python3.13}
  Inside:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.13, Layers: [!Ref Layer]}
  Script:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: script.handler, Runtime: nodejs22.x}
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: {ContentUri: ../outside}
  Flow:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: ../outside/flow.asl.json}
  LinkedFlow:
    Type: AWS::Serverless::StateMachine
    Properties: {DefinitionUri: linked/flow.asl.json}
  Api:
    Type: AWS::Serverless::Api
    Properties: {StageName: a, DefinitionUri: ../outside/template.yaml}
  Body:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefinitionBody:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: OUTSIDE/template.yaml}}
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: ../outside/template.yaml}
  NestedAbsolutely:
    Type: AWS::CloudFormation::Stack
    Properties: {TemplateURL: file://OUTSIDE/template.yaml}
  Application:
    Type: AWS::Serverless::Application
    Properties: {Location: linked/template.yaml}
  Image:
    Type: AWS::Serverless::Function
    Metadata: {DockerContext: ../outside, Dockerfile: Dockerfile}
    Properties: {PackageType: Image}
  Resolver:
    Type: AWS::AppSync::Resolver
    Properties: {RequestMappingTemplateS3Location: ../outside/app.py, CodeS3Location: linked/app.js}
"""
OUTSIDE = {
    "template.yaml": "Resources: {Q: {Type: AWS::SQS::Queue}}\n",
    "flow.asl.json": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
    "app.py": "def handler(e, c): pass\n",
    "app.js": "exports.handler = async () => {}\n",
    "requirements.txt": "boto3\n",
    "package.json": '{"dependencies": {"aws-sdk": "2"}}',
    "samconfig.toml": "version = 0.1\n",
    "patterns": "*.yaml\n",
    "Dockerfile": "FROM scratch\n",
}
INSIDE = {
    "src/app.py": "from ...outside import app\nimport outside\n\ndef handler(e, c): pass\n",
    "src/script.js": (
        "const a = require('../../outside/app'); import('../../outside/app.js');\n"
        "const b = require('./linked.js');\nexports.handler = async () => a(b)\n"
    ),
    "src/requirements.txt": "-r ../../outside/requirements.txt\n-e ../../outside\n",
    "src/package.json": '{"dependencies": {"x": "file:../../outside"}}',
    "src/tsconfig.json": '{"extends": "../../outside/package.json"}',
}


def written(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a real folder for a project and for what lies outside it."""
    return tmp_path.resolve()


def touched(audit: Audit) -> dict[str, set[str]]:
    """Return all but what was opened and listed."""
    return {kind: set(audit.events[kind]) for kind in TOUCHING if kind in audit.events}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--severity", "info", "."),
        ("--format", "sarif", "--isolated", "."),
        ("graph", "--format", "html", "."),
        ("explain", "template.yaml"),
        ("rule", "QUE001"),
    ],
    ids=" ".join,
)
def test_a_run_opens_what_is_beneath_the_root_and_touches_nothing_else(
    home: Path, arguments: tuple[str, ...]
) -> None:
    project = Path(shutil.copytree(ORDERS, home / "project"))
    audit = audited(*arguments, cwd=project, record_in=home / "events.json")
    assert audit.code in {0, 1}, audit.output
    assert not touched(audit)
    assert not audit.opened_outside(project)


def test_no_path_or_link_of_a_template_leads_out_of_the_root(home: Path) -> None:
    outside = written(home / "outside", OUTSIDE)
    (outside / "code.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    project = written(home / "project", INSIDE)
    (project / "template.yaml").write_text(ESCAPING.replace("OUTSIDE", str(outside)))
    (project / "linked").symlink_to(outside)
    (project / "linked.yaml").symlink_to(outside / "template.yaml")
    (project / "src" / "linked.js").symlink_to(outside / "app.js")
    (project / "samconfig.toml").symlink_to(outside / "samconfig.toml")
    (project / "pyproject.toml").symlink_to(outside / "samconfig.toml")
    (project / ".gitignore").symlink_to(outside / "patterns")
    audit = audited("--severity", "info", "-v", ".", cwd=project, record_in=home / "events.json")
    assert audit.code in {0, 1}, audit.output
    assert "Inside" in audit.output
    assert not touched(audit)
    assert not audit.opened_outside(project)


def test_a_link_to_a_configuration_elsewhere_is_refused(home: Path) -> None:
    outside = written(home / "outside", {"advise.toml": ""})
    project = written(home / "project", {"template.yaml": OUTSIDE["template.yaml"], ".git/x": ""})
    (project / "advise.toml").symlink_to(outside / "advise.toml")
    audit = audited(".", cwd=project, record_in=home / "events.json")
    assert audit.code == 2
    assert not audit.opened_outside(project)
    named = audited(
        "--config", str(outside / "advise.toml"), ".", cwd=project, record_in=home / "events.json"
    )
    assert named.code == 0, named.output
    assert named.opened_outside(project) == {str(outside / "advise.toml")}


def test_only_git_is_started_and_only_as_the_page_on_security_says(home: Path) -> None:
    project = repository(home / "project", {"template.yaml": OUTSIDE["template.yaml"]})
    hook = project / ".git" / "hooks" / "post-index-change"
    hook.write_text("#!/bin/sh\ntouch owned\n")
    hook.chmod(0o755)
    with (project / ".git" / "config").open("a") as config:
        config.write("[core]\n\tfsmonitor = touch owned\n\tsshCommand = touch owned\n")
    audit = audited("--since", "HEAD", ".", cwd=project, record_in=home / "events.json")
    assert audit.code == 0, audit.output
    page = (ROOT / "SECURITY.md").read_text()
    started = {
        re.sub(r"^git( -c core\.fsmonitor=false)? ", "", each).split()[0]
        for each in audit.events["start"]
        if each.startswith("git ")
    }
    assert len(started) >= 3
    assert {word for word in started if f"`{word}`" not in page} == set()
    assert all(each.startswith("git ") for each in audit.events["start"])
    assert not (project / "owned").exists()
    # What it lays out lies in a temporary folder that is gone again.
    temporary = {Path(name).parts[:3] for name in audit.opened_outside(project)}
    assert len(temporary) <= 3
    assert not any(Path(name).exists() for name in audit.opened_outside(project, Path("/dev")))
    assert "network" not in audit.events


def test_the_real_cfn_lint_is_started_only_where_it_is_asked_for(home: Path) -> None:
    project = written(home / "project", {"template.yaml": OUTSIDE["template.yaml"]})
    audit = audited("--cfn-lint", ".", cwd=project, record_in=home / "events.json")
    assert audit.code in {0, 1}, audit.output
    (started,) = audit.events["start"]
    assert "cfnlint" in started


def test_all_that_is_opened_for_the_corpus_lies_in_it(tmp_path: Path) -> None:
    if not CORPUS:
        pytest.skip("ADVISE_CORPUS is not set: what the corpus makes a run open is not looked at")
    corpus = Path(CORPUS).resolve()
    record = tmp_path / "events.json"
    audit = audited("--severity", "info", ".", cwd=corpus, record_in=record, timeout=300)
    assert audit.code in {1, 2}
    for kind, count in audit.by_kind(corpus).items():
        print(f"{count:6} {kind}")  # noqa: T201  # the list itself
    assert not audit.opened_outside(corpus)
    assert not touched(audit).keys() - {"start"}
    assert all(each.startswith("git ") for each in audit.events.get("start", ()))
