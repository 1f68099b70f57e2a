"""What a run is configured to do, where each setting comes from, and what is wrong with it.

One file counts, the nearest of `advise.toml`, `.advise.toml` and a `pyproject.toml` that has a
table `[tool.advise]`; files are never merged. The command line comes on top of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.architecture.facts import Facts
from advisor.errors import ConfigError
from advisor.records import field, fields, record, replace
from advisor.rules.finding import Severity
from advisor.settings_file import read_settings, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from advisor.rules.finding import Confidence

FILE_NAMES = ("advise.toml", ".advise.toml", "pyproject.toml")
"""Of one folder, the first that exists counts."""

_ROOT_MARKERS = (".git", "advise.toml", "samconfig.toml", "pyproject.toml")


@record(frozen=True)
class RuleSettings:
    """What is configured for one rule, still by the word that the user wrote for it."""

    severity: Severity | None = None
    options: Mapping[str, object] = field(default_factory=dict)


@record(frozen=True, kw_only=True)
class Config:
    """Every setting of a run; the defaults are those of a run without any configuration."""

    profile: str = "default"
    """`default`, `pedantic` (advice, unsure findings, previews) or `production` (advice)."""
    select: tuple[str, ...] = ()
    """Selectors of the only rules to run; empty for those of the profile."""
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Patterns of paths in gitignore style."""
    severity: Severity | None = None
    """The lowest that is shown; None for the profile's."""
    confidence: Confidence | None = None
    """The lowest that is shown; None for the profile's."""
    fail_on: Severity | None = Severity.WARNING
    """None for `never`."""
    per_path_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Selectors by path pattern, which may end in `#` and keys: `a.yaml#Resources.Queue`."""
    rules: Mapping[str, RuleSettings] = field(default_factory=dict)
    region: str = ""
    concurrency: int = 1000
    """The account's quota of concurrent executions."""
    api_timeout: int | None = None
    """Seconds of a raised integration timeout of REST APIs."""
    production: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values of template parameters."""
    samconfig_env: str = "default"
    rule_directories: tuple[Path, ...] = ()
    """Folders of further rules; their files are code that is run."""
    rule_packages: tuple[str, ...] = ()
    """Names of installed packages of rules, which are code as well."""
    require_ignore_reason: bool = True
    ignores: bool = True
    """Whether suppressions in files have an effect."""
    baseline: Path | None = None
    """A file of findings that are known and not reported."""
    cfn_lint: bool = False
    """Whether cfn-lint is run as well, in a process of its own."""
    since: str = ""
    """The git revision whose findings are known and not reported; only the command line says it."""
    jobs: int = 1
    """Processes that judge at the same time; only the command line says it."""
    today: date = field(default_factory=lambda: datetime.now(tz=UTC).astimezone().date())
    isolated: bool = False
    """Whether what the repository configures is left out."""
    file: Path | None = None
    """The configuration file that counts."""
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Where each setting comes from that is not a default, by its name in the file."""

    @property
    def facts(self) -> Facts:
        """What rules may ask of the account."""
        return Facts(
            region=self.region,
            concurrency=self.concurrency,
            api_timeout=self.api_timeout,
            production=self.production or self.profile == "production",
            today=self.today,
        )

    @property
    def names_rules(self) -> bool:
        """Whether it says anything of rules that may be wrong."""
        words = (self.select, self.extend_select, self.ignore, self.rules, self.per_path_ignores)
        return any(words) or bool(self.rule_directories or self.rule_packages)

    def origin(self, key: str) -> str:
        """Return where a setting comes from: a file, the command line or the default."""
        return self.origins.get(key, "default")

    def settings(self) -> list[tuple[str, object, str]]:
        """Return name, value and origin of every setting, for showing."""
        hidden = {"file", "origins"}
        names = [f.name for f in fields(self) if f.name not in hidden]
        return [(key_of(name), getattr(self, name), self.origin(key_of(name))) for name in names]


_ACCOUNT = ("region", "concurrency", "api_timeout", "production")


def key_of(name: str) -> str:
    """Return what a field of `Config` is called in a file."""
    key = name.replace("_", "-")
    return f"account.{key}" if name in _ACCOUNT else key


def load(
    start: Path | None = None,
    overrides: Mapping[str, object] | None = None,
    *,
    file: Path | None = None,
) -> Config:
    """Return the configuration for a path that is analysed.

    `overrides` are fields of `Config` from the command line: lists of what to leave out or to
    add extend those of the file, everything else replaces; None means not given. `file` names
    the configuration file instead of looking for it. Raises ConfigError.
    """
    given = {name: value for name, value in (overrides or {}).items() if value is not None}
    if given.get("isolated"):
        if given.get("rule_directories") or given.get("rule_packages"):
            raise ConfigError("further rules are code and cannot be used with --isolated")
        return _with_overrides(Config(), given)
    found = file or find(start or Path.cwd())
    return _with_overrides(read(found) if found else Config(), given)


def find(start: Path) -> Path | None:
    """Return the nearest configuration file of a path, no farther up than its repository.

    Outside any repository no farther than the nearest folder that is the root of a project: a
    file that somebody else left in a shared folder above must not configure this run. Raises
    ConfigError for a link that leads out of there: a stranger may have made it.
    """
    start = start.resolve()
    folders = [start, *start.parents] if start.is_dir() else list(start.parents)
    top = next((folder for folder in folders if (folder / ".git").exists()), None)
    if top is None:
        marked = (f for f in folders if any((f / name).exists() for name in _ROOT_MARKERS))
        top = next(marked, folders[0])
    for folder in folders[: folders.index(top) + 1]:
        for name in FILE_NAMES:
            file = folder / name
            if not file.is_file() or (name == "pyproject.toml" and _leads_out(file, top)):
                continue
            if _leads_out(file, top):
                raise ConfigError(f"{file}: is a link out of {top}; name it with --config")
            if name != "pyproject.toml" or _has_table(file):
                return file
    return None


def read(file: Path) -> Config:
    """Return the configuration of one file; ConfigError with file and key if it is wrong."""
    from advisor.config_file import parse

    data = read_toml(file)
    if file.name == "pyproject.toml":
        tool = data.get("tool")
        table = tool.get("advise") if isinstance(tool, dict) else None
        data = table if isinstance(table, dict) else {}
    values = parse(data, file)
    origins = {key_of(name): str(file) for name in values}
    return replace(Config(), **values, file=file, origins=origins)


def _leads_out(file: Path, top: Path) -> bool:
    """Tell whether a link leads to a file outside the folder that is looked through."""
    return not file.resolve().is_relative_to(top)


def _has_table(file: Path) -> bool:
    """Tell cheaply first: most files of this name configure other tools."""
    try:
        if "advise" not in read_settings(file):
            return False
    except ConfigError:
        return False
    tool = read_toml(file).get("tool")
    return isinstance(tool, dict) and "advise" in tool


_UNITED = {"extend_select", "ignore", "exclude", "rule_directories", "rule_packages"}
_MERGED = {"parameters", "per_path_ignores", "rules"}


def _with_overrides(config: Config, given: Mapping[str, object]) -> Config:
    known = {f.name for f in fields(Config)} - {"file", "origins"}
    values: dict[str, object] = {}
    origins = dict(config.origins)
    for name, value in given.items():
        if name not in known:
            raise ConfigError(f"no setting is called '{name}'")
        current: object = getattr(config, name)
        united = value
        if name in _UNITED and isinstance(current, tuple) and isinstance(value, (list, tuple)):
            united = tuple(dict.fromkeys([*current, *value]))
        elif name in _MERGED and isinstance(current, dict) and isinstance(value, dict):
            united = {**current, **value}
        elif isinstance(value, list):
            united = tuple(value)
        values[name] = united
        before = origins.get(key_of(name))
        both = before and united != value and name in _UNITED | _MERGED
        origins[key_of(name)] = f"{before}, command line" if both else "command line"
    return replace(config, **values, origins=origins)
