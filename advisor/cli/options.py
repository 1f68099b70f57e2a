"""The options of `advise check`, once: the quick parser and the help page both read this table."""

from __future__ import annotations

from enum import Enum

from advisor.records import record
from advisor.reporters.formats import FORMATS


class Takes(Enum):
    """What follows an option."""

    NOTHING = "nothing"
    ONE = "one value, the last one counts"
    SEVERAL = "one value, repeatable"
    LIST = "values with commas between them, repeatable"


@record(frozen=True)
class Option:
    """One option as typed and as explained."""

    name: str
    help: str
    takes: Takes = Takes.NOTHING
    short: str = ""
    shows: str = ""
    """What stands for its value in the help."""
    choices: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """The name of its value in `Options`."""
        return self.name.removeprefix("--").replace("-", "_")


SEVERITIES = ("error", "warning", "info")
CONFIDENCES = ("high", "medium", "low")

OPTIONS: dict[str, tuple[Option, ...]] = {
    "What is reported": (
        Option("--select", "Only these rules: id, prefix, name or pillar.", Takes.LIST,
               shows="RULE,…"),
        Option("--extend-select", "These rules as well.", Takes.LIST, shows="RULE,…"),
        Option("--ignore", "Not these rules.", Takes.LIST, shows="RULE,…"),
        Option("--severity", "The lowest severity shown.", Takes.ONE, choices=SEVERITIES),
        Option("--confidence", "The lowest confidence shown.", Takes.ONE, choices=CONFIDENCES),
        Option("--baseline", "Not the findings that this file lists: advise baseline writes it.",
               Takes.ONE, shows="FILE"),
        Option("--since", "Only findings that this git revision does not have; main... is where"
               " the branch left main.", Takes.ONE, shows="REV"),
        Option("--no-ignores", "Report what suppressions hide, too."),
        Option("--show-suppressed", "List what suppressions hide, with the reasons."),
    ),
    "Which files": (
        Option("--exclude", "Pass over files that match, as in .gitignore.", Takes.LIST,
               shows="PATTERN,…"),
        Option("--stdin-filename", "What the text on standard input is called.", Takes.ONE,
               shows="FILE"),
        Option("--from-hook", "As pre-commit needs it: excludes hold for named files, too, and"
               " a clean run is silent."),
    ),
    "What is known": (
        Option("--parameter", "Value of a template parameter.", Takes.SEVERAL,
               shows="KEY=VALUE"),
        Option("--parameter-file", "File of template parameters, as AWS's tools write it.",
               Takes.SEVERAL, shows="FILE"),
        Option("--samconfig-env", "Environment of samconfig.toml whose parameters count.",
               Takes.ONE, shows="NAME"),
        Option("--today", "The date to compare dated facts with.", Takes.ONE,
               shows="YYYY-MM-DD"),
    ),
    "Fixes": (
        Option("--fix", "Make the fixes that are safe and report what is left."),
        Option("--unsafe-fixes", "With --fix and --diff: those that need a look, too."),
        Option("--diff", "Show what --fix would change and write nothing."),
    ),
    "Configuration": (
        Option("--config", "This configuration file and no other.", Takes.ONE, shows="FILE"),
        Option("--rules", "A directory of further rules; they are code and are run.",
               Takes.SEVERAL, shows="DIR"),
        Option("--rule-package", "An installed package of further rules, by its name.",
               Takes.SEVERAL, shows="NAME"),
        Option("--isolated", "Read no configuration and no rules of the repository."),
    ),
    "Other tools": (
        Option("--cfn-lint", "Run cfn-lint as well and report what it finds."),
    ),
    "Output": (
        Option("--summary", "Rules met by pillar and the level reached, not the findings (text)."),
        Option("--format", "Format on standard output.", Takes.ONE, choices=FORMATS),
        Option("--output", "Write a file as well, such as json=report.json.", Takes.SEVERAL,
               shows="FORMAT=FILE"),
        Option("--fail-on", "The lowest severity that gives exit code 1.", Takes.ONE,
               choices=(*SEVERITIES, "never")),
        Option("--exit-zero", "Exit with 0 although there are findings."),
        Option("--color", "When to use colour.", Takes.ONE, choices=("auto", "always", "never")),
        Option("--ascii", "Write ASCII only."),
        Option("--quiet", "Write nothing where there is nothing to report.", short="-q"),
        Option("--verbose", "All places, all files, all that could not be judged.", short="-v"),
        Option("--jobs", "Processes that judge at the same time; 0 for one per core.", Takes.ONE,
               short="-j", shows="N"),
        Option("--debug", "Show tracebacks of internal errors."),
    ),
}  # fmt: skip
"""By the heading that they stand under in the help."""


@record(frozen=True, kw_only=True)
class Options:
    """What was typed; empty or None where nothing was."""

    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: str | None = None
    confidence: str | None = None
    baseline: str | None = None
    since: str | None = None
    jobs: str | None = None
    no_ignores: bool = False
    show_suppressed: bool = False
    exclude: tuple[str, ...] = ()
    stdin_filename: str | None = None
    from_hook: bool = False
    parameter: tuple[str, ...] = ()
    parameter_file: tuple[str, ...] = ()
    samconfig_env: str | None = None
    today: str | None = None
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    config: str | None = None
    rules: tuple[str, ...] = ()
    rule_package: tuple[str, ...] = ()
    isolated: bool = False
    cfn_lint: bool = False
    summary: bool = False
    format: str | None = None
    output: tuple[str, ...] = ()
    fail_on: str | None = None
    exit_zero: bool = False
    color: str | None = None
    ascii: bool = False
    quiet: bool = False
    verbose: bool = False
    debug: bool = False


def every_option() -> list[Option]:
    """Return all options in the order of the help."""
    return [option for group in OPTIONS.values() for option in group]
