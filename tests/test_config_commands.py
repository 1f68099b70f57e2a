"""`advise config`, `advise init`, `advise rules --test` and packages of rules."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from datetime import date
from typing import TYPE_CHECKING

import jsonschema
import pytest

from advisor.cli.init import text_for
from advisor.config import Config, read
from advisor.config_file import _FACTS, _KEYS
from tests.commands import BAD, RULES, ran
from tests.reports import ROOT
from tests.test_config import FULL

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA_FILE = ROOT / "advisor" / "data" / "config.schema.json"
SCHEMA = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
RULE = (RULES / "queue_called_orders.py").read_text(encoding="utf-8")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty repository, and stand in it."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_json(text: str) -> object:
    """Return TOML as the JSON that an editor checks: dates are texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


# ---- the schema


def test_the_schema_is_one_and_has_the_keys_that_are_read() -> None:
    subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--check-metaschema", str(SCHEMA_FILE)],
        check=True, capture_output=True,
    )  # fmt: skip
    others = {"account", "rules", "rule-directories", "baseline"}
    assert set(SCHEMA["properties"]) == set(_KEYS) | others
    assert set(SCHEMA["properties"]["account"]["properties"]) == set(_FACTS)


def test_the_schema_gives_the_defaults_that_count() -> None:
    values = {key: value for key, value, _ in Config().settings()}
    shown = {key: row["default"] for key, row in SCHEMA["properties"].items() if "default" in row}
    shown |= {
        f"account.{key}": row["default"]
        for key, row in SCHEMA["properties"]["account"]["properties"].items()
        if "default" in row
    }
    for key, value in shown.items():
        assert getattr(values[key], "word", values[key]) == value, key


def test_what_the_schema_takes_is_read(tmp_path: Path) -> None:
    jsonschema.validate(as_json(FULL), SCHEMA)
    for key, row in SCHEMA["properties"].items():
        for example in row.get("examples", ()):
            jsonschema.validate({key: example}, SCHEMA)
    lines = [
        f"{key} = {json.dumps(example)}\n"
        for key, row in SCHEMA["properties"].items()
        for example in row.get("examples", ())
        if not isinstance(example, dict)
    ]
    (tmp_path / "advise.toml").write_text("".join(lines))
    assert len(lines) > 5
    read(tmp_path / "advise.toml")


@pytest.mark.parametrize(
    "text", ['profil = "default"', 'fail-on = "sometimes"', "exclude = 3", "[account]\nx = 1"]
)
def test_what_cannot_be_read_the_schema_refuses(text: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(as_json(text), SCHEMA)


# ---- advise config


def test_show_gives_every_setting_with_its_origin(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "advise.toml").write_text(FULL)
    (here / "inner").mkdir()
    code, out, _ = ran(capsys, "config", "show", "inner")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "# advise.toml"
    assert len(lines) - 1 == len(Config().settings())
    assert any(line.startswith("profile ") and line.endswith("# advise.toml") for line in lines)
    assert any(line.startswith("isolated ") and line.endswith("= false") for line in lines)
    data = json.loads(ran(capsys, "config", "show", "--format", "json")[1])
    assert data["settings"]["account.concurrency"] == {"value": 3000, "origin": "advise.toml"}
    assert data["settings"]["severity"]["value"] == "info"
    assert data["settings"]["rules"]["value"] == {"short-delay": {"severity": "error", "factor": 6}}


def test_check_says_of_each_file_whether_it_can_be_used(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ran(capsys, "config", "check")[0] == 2
    (here / "advise.toml").write_text('ignore = ["QUE001"]\n')
    code, out, _ = ran(capsys, "config", "check")
    assert (code, out.partition(",")[0]) == (0, "advise.toml: in order")
    for text, message in (
        ("selct = []", "unknown key 'selct'; did you mean 'select'?"),
        ('ignore = ["no-such-rule"]', "no rule is called 'no-such-rule'"),
        ('rule-directories = ["nowhere"]', "nowhere: is not a directory of rules"),
        ('rule-packages = ["nobody"]', "nobody: is no installed package of rules"),
        ('baseline = "nowhere.json"', "nowhere.json"),
    ):
        (here / "advise.toml").write_text(text)
        code, _, err = ran(capsys, "config", "check", "advise.toml")
        assert (code, err.count("\n")) == (2, 1)
        assert message in err


def test_the_schema_is_written_as_it_is_shipped(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(ran(capsys, "config", "schema")[1]) == SCHEMA


# ---- advise init


def test_init_writes_what_it_sees_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "template.yaml").write_text(BAD)
    (here / "samconfig.toml").write_text('[default.deploy.parameters]\nregion = "eu-west-1"\n')
    assert ran(capsys, "init")[0] == 0
    text = (here / "advise.toml").read_text()
    assert "1 template and 0 state machines" in text
    assert 'region = "eu-west-1"' in text
    assert read(here / "advise.toml").region == "eu-west-1"
    jsonschema.validate(as_json(text), SCHEMA)
    code, _, err = ran(capsys, "init")
    assert (code, err.count("\n")) == (2, 1)
    assert (here / "advise.toml").read_text() == text


def test_init_leaves_a_configuration_of_another_name_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "pyproject.toml").write_text("[tool.advise]\n")
    assert ran(capsys, "init")[0] == 2
    assert not (here / "advise.toml").exists()
    assert ran(capsys, "init", "nowhere")[0] == 2


def test_every_line_that_init_suggests_is_a_setting(here: Path) -> None:
    lines = text_for(here).splitlines()
    meant = [line.removeprefix("# ") for line in lines if "= " in line or line.startswith("[")]
    (here / ".advise-baseline.json").write_text("{}")
    jsonschema.validate(as_json("\n".join(meant)), SCHEMA)


# ---- own rules


def test_the_examples_of_own_rules_are_run_without_a_test_runner(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "lint").mkdir()
    (here / "lint" / "queue_called_orders.py").write_text(RULE)
    assert ran(capsys, "rules", "--test", "lint")[:2] == (0, "2 examples, 0 failed\n")
    case = here / "lint" / "edge_cases" / "queue-called-orders" / "good_why.yaml"
    case.parent.mkdir(parents=True)
    case.write_text(BAD)
    code, out, _ = ran(capsys, "rules", "--test", "lint")
    assert code == 1
    assert out.startswith("QUE998 queue-called-orders-good_why.yaml: is flagged: ")
    assert out.endswith("3 examples, 1 failed\n")


def test_rules_that_are_configured_are_listed_and_explained(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "advise.toml").write_text(f'rule-directories = ["{RULES.as_posix()}"]\n')
    assert "QUE998" in ran(capsys, "rules")[1]
    assert "queue-called-orders" in ran(capsys, "rule", "QUE998")[1]


def test_a_named_package_of_rules_is_loaded_and_others_are_not(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = here / "site"
    package = site / "acme_rules"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "queue_called_orders.py").write_text(RULE)
    about = site / "acme_rules-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[advise.rules]\nacme = acme_rules\n")
    monkeypatch.syspath_prepend(str(site))
    (here / "bad.yaml").write_text(BAD)
    assert "QUE998" in ran(capsys, "bad.yaml", "--rule-package", "acme")[1]
    assert "QUE998" not in ran(capsys, "bad.yaml")[1]
    assert "QUE998" in ran(capsys, "rules", "--rule-package", "acme")[1]
    code, _, err = ran(capsys, "bad.yaml", "--rule-package", "acne")
    assert (code, err) == (
        2, "error: acne: is no installed package of rules; did you mean 'acme'?\n",
    )  # fmt: skip
    code, _, err = ran(capsys, "bad.yaml", "--rule-package", "acme", "--isolated")
    assert (code, err) == (2, "error: further rules are code and cannot be used with --isolated\n")
