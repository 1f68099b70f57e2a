"""The configuration: which file counts, what it may say, and what is said when it is wrong."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from advisor.config import Config, RuleSettings, find, load, read
from advisor.errors import ConfigError
from advisor.rules.finding import Confidence, Severity
from advisor.rules.selection import path_matches

if TYPE_CHECKING:
    from pathlib import Path

FULL = """
profile = "production"
select = ["QUE"]
extend-select = ["FUN001"]
ignore = ["cost"]
exclude = ["sandbox/"]
severity = "info"
confidence = "low"
fail-on = "never"
samconfig-env = "prod"
rule-directories = ["lint/rules"]
rule-packages = ["acme"]
cfn-lint = true
require-ignore-reason = false
baseline = "known.json"
today = 2026-11-21

[account]
region = "eu-central-1"
concurrency = 3000
api-timeout = 60
production = true

[parameters]
Stage = "prod"
Size = 3
Big = true

[per-path-ignores]
"old/*.yaml" = ["QUE001"]

[rules.short-delay]
severity = "error"
factor = 6
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    file = tmp_path / "advise.toml"
    file.write_text(FULL)
    config = read(file)
    assert config.profile == "production"
    assert (config.severity, config.confidence) == (Severity.INFO, Confidence.LOW)
    assert config.fail_on is None
    assert config.parameters == {"Stage": "prod", "Size": "3", "Big": "true"}
    assert config.rules == {"short-delay": RuleSettings(Severity.ERROR, {"factor": 6})}
    assert config.rule_directories == (tmp_path / "lint/rules",)
    assert config.baseline == tmp_path / "known.json"
    assert config.per_path_ignores == {"old/*.yaml": ("QUE001",)}
    assert config.today == date(2026, 11, 21)
    facts = config.facts
    assert (facts.region, facts.concurrency, facts.api_timeout) == ("eu-central-1", 3000, 60)
    assert facts.production
    untouched = {key for key, _, origin in config.settings() if origin == "default"}
    assert untouched == {"ignores", "isolated", "jobs", "since"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["QUE"]', "unknown key 'selct'; did you mean 'select'?"),
        ('select = "QUE"', "'select' takes a list of texts"),
        ("select = [1]", "'select' takes a list of texts"),
        ('severity = "fatal"', "'severity' takes one of info, warning, error"),
        ("severity = 3", "'severity' takes one of info, warning, error"),
        ('fail-on = "no"', "'fail-on' takes one of info, warning, error, never"),
        ('profile = "strict"', "'profile' takes one of default, pedantic, production"),
        ("concurrency = 5", "unknown key 'concurrency'; did you mean 'account.concurrency'?"),
        ("[account]\nconcurency = 5", "'account.concurency'; did you mean 'concurrency'?"),
        ("[account]\nconcurrency = 0", "takes a whole number from 1"),
        ("[account]\nproduction = 1", "takes true or false"),
        ("account = 1", "'account' takes a table"),
        ('[rules]\nx = "off"', "'rules.x' takes a table"),
        ('[rules.x]\nseverity = "off"', "'rules.x.severity' takes one of"),
        ("[parameters]\nA = [1]", "takes a text for 'A'"),
        ('today = "2026-11-21"', "takes a date"),
        ("select = [", "is not TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_key_and_suggestion(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "advise.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value).strip()


def test_the_nearest_file_counts_and_nothing_is_merged(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "service" / "api"
    inner.mkdir(parents=True)
    template = inner / "template.yaml"
    template.touch()
    (tmp_path / "advise.toml").write_text('ignore = ["QUE"]\nprofile = "pedantic"\n')
    assert load(template).profile == "pedantic"
    (inner / "pyproject.toml").write_text('[tool.other]\nx = "advise"\n')
    assert find(template) == tmp_path / "advise.toml"
    (inner / "pyproject.toml").write_text('[tool.advise]\nignore = ["FUN"]\n')
    config = load(template)
    assert (config.ignore, config.profile) == (("FUN",), "default")
    (inner / ".advise.toml").touch()
    assert find(template) == inner / ".advise.toml"
    (inner / "advise.toml").touch()
    assert find(inner) == inner / "advise.toml"


def test_a_file_above_the_repository_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").touch()
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    assert find(repository) is None
    loose = tmp_path / "loose" / "inner"
    loose.mkdir(parents=True)
    (loose.parent / "samconfig.toml").touch()
    assert find(loose) is None


def test_isolated_leaves_out_what_the_repository_configures(tmp_path: Path) -> None:
    (tmp_path / "advise.toml").write_text('rule-directories = ["rules"]\n')
    config = load(tmp_path, {"isolated": True, "ignore": ["QUE"]})
    assert config.rule_directories == ()
    assert config.ignore == ("QUE",)
    with pytest.raises(ConfigError, match="--isolated"):
        load(tmp_path, {"isolated": True, "rule_directories": (tmp_path,)})


def test_the_command_line_replaces_and_extends_and_every_origin_is_known(tmp_path: Path) -> None:
    file = tmp_path / "advise.toml"
    file.write_text('select = ["QUE"]\nignore = ["QUE001"]\n[parameters]\nA = "1"\n')
    config = load(
        tmp_path,
        {
            "select": ["FUN"],
            "ignore": ["FUN001"],
            "severity": Severity.INFO,
            "parameters": {"B": "2"},
            "today": None,
        },
    )
    assert config.select == ("FUN",)
    assert config.ignore == ("QUE001", "FUN001")
    assert config.parameters == {"A": "1", "B": "2"}
    assert config.origin("select") == "command line"
    assert config.origin("ignore") == f"{file}, command line"
    assert config.origin("today") == "default"
    with pytest.raises(ConfigError, match="no setting"):
        load(tmp_path, {"nonsense": 1})


def test_without_configuration_the_defaults_count(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    config = load(tmp_path)
    assert config == Config(today=config.today)
    assert config.facts.concurrency == 1000


@pytest.mark.parametrize(
    ("path", "pattern", "matches"),
    [
        ("a/b/c.yaml", "c.yaml", True),
        ("a/b/c.yaml", "b", True),
        ("a/b/c.yaml", "a/*.yaml", False),
        ("a/b/c.yaml", "a/**/*.yaml", True),
        ("a/c.yaml", "a/**/*.yaml", True),
        ("a/b/c.yaml", "a/b", True),
        ("a/b/c.yaml", "./a/b/", True),
        ("a/b/c.yaml", "**/c.yml", False),
        ("a/b/c.yaml", "a/*", True),
        ("a[1]/c.yaml", "a[[]1]/c.yaml", True),
        ("/".join("a" * 60), "/".join(["**"] * 20) + "/b", False),
    ],
)
def test_patterns_name_files_and_all_in_folders(path: str, pattern: str, *, matches: bool) -> None:
    assert path_matches(path, pattern) is matches
