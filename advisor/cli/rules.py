"""`advise rules` lists the rules or tests one's own, `advise rule` explains one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advisor.cli.options import Options
from advisor.cli.streams import look_for, write
from advisor.errors import ConfigError
from advisor.reporters import rule_pages
from advisor.reporters.safe import safe
from advisor.reporters.words import counted

if TYPE_CHECKING:
    from advisor.rules.registry import Registry

OK, FOUND = 0, 1

_Directories = Annotated[
    list[Path], typer.Option("--rules", metavar="DIR", help="A directory of further rules.")
]
_Packages = Annotated[
    list[str],
    typer.Option("--rule-package", metavar="NAME", help="An installed package of further rules."),
]
_Colour = Annotated[
    str, typer.Option("--color", metavar="auto|always|never", help="When to use colour.")
]
_Ascii = Annotated[bool, typer.Option("--ascii", help="Write ASCII only.")]


def register(app: typer.Typer) -> None:
    """Add the two commands."""
    app.command("rules", help="List the rules, or test one's own.")(list_rules)
    app.command("rule", help="Explain a rule: what it finds, why, how to mend or ignore it.")(
        explain_rule
    )


def list_rules(
    *,
    selectors: Annotated[
        list[str] | None, typer.Argument(metavar="[RULE]…", help="Ids, prefixes, names, pillars.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="text|json", help="How to write them.")
    ] = "text",
    test: Annotated[
        Path | None,
        typer.Option("--test", metavar="DIR", help="Run the examples of the rules of a directory."),
    ] = None,
    directories: _Directories = [],  # noqa: B006 - typer copies defaults
    packages: _Packages = [],  # noqa: B006 - typer copies defaults
    color: _Colour = "auto",
    ascii_only: _Ascii = False,
) -> int:
    """Write all rules, or those that selectors name; or the examples that fail."""
    _known(form, ("text", "json"))
    if test is not None:
        return _tested(test)
    loaded = _registry(directories, packages)
    found = {rule.id: rule for each in selectors or [] for rule in loaded.find(each)}
    rules = [rule for rule in loaded.rules if not selectors or rule.id in found]
    if form == "json":
        write(rule_pages.as_json(rules))
        return OK
    look = look_for(Options(color=_known(color, ("auto", "always", "never")), ascii=ascii_only))
    write(rule_pages.table(rules, look=look))
    return OK


def explain_rule(
    *,
    word: Annotated[str, typer.Argument(metavar="RULE", help="Its id or name.")],
    form: Annotated[
        str, typer.Option("--format", metavar="text|md|json", help="How to write it.")
    ] = "text",
    directories: _Directories = [],  # noqa: B006 - typer copies defaults
    packages: _Packages = [],  # noqa: B006 - typer copies defaults
    color: _Colour = "auto",
    ascii_only: _Ascii = False,
) -> None:
    """Write the page of one rule."""
    _known(form, ("text", "md", "json"))
    loaded = _registry(directories, packages)
    rule = loaded.get(word)
    if rule is None:
        raise ConfigError(f"no rule is called '{word}'{loaded.did_you_mean(word)}")
    if form == "json":
        write(rule_pages.one_as_json(rule))
    elif form == "md":
        write(rule_pages.markdown(rule))
    else:
        look = look_for(Options(color=_known(color, ("auto", "always", "never")), ascii=ascii_only))
        write(rule_pages.page(rule, look=look))


def _registry(directories: list[Path], packages: list[str]) -> Registry:
    """Return the rules that a run here would have, and those that are named."""
    from advisor.analysis import registry_of
    from advisor.config import load

    return registry_of(
        load(
            Path.cwd(),
            {"rule_directories": tuple(directories) or None, "rule_packages": packages or None},
        )
    )


def _tested(directory: Path) -> int:
    from advisor.rules.testing import test_directory

    count, failed = 0, 0
    for case, problems in test_directory(directory):
        count += 1
        failed += bool(problems)
        write("".join(f"{case.rule.id} {case.id}: {safe(each)}\n" for each in problems))
    write(f"{counted(count, 'example')}, {failed:,} failed\n")
    return FOUND if failed else OK


def _known(value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ConfigError(f"'{value}' is none of {', '.join(choices)}")
    return value
