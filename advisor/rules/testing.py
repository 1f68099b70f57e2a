"""Runs the examples of rules: the same for the test suite and for `advise rules --test DIR`.

In a bad example every line that ends in `# <-- words` must be flagged with those words in the
message, and no other line; a good one must be clean under its rule and all of its id family.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from advisor.errors import AdviseError, RuleLoadError
from advisor.records import record, replace
from advisor.rules.builtin import speaks_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from advisor.report import Report
    from advisor.rules.finding import Finding
    from advisor.rules.registry import Registry
    from advisor.rules.rule import Example, Rule

_MARK = re.compile(r"(?:#|//)\s*<--\s*(?P<words>.*?)\s*(?=(?:#|//)\s*<--|\*/|$)")
_MARKS_FILE = re.compile(r"(?:(?P<file>\S+):)?(?P<line>[0-9]+)\s+(?P<words>.*)")
_STARTS_AT = re.compile(r"""^\s*["']?StartAt["']?\s*:""", re.MULTILINE)
_RESOURCES = re.compile(r"""^\s*["']?Resources["']?\s*:""", re.MULTILINE)


@record(frozen=True)
class Mark:
    """A line that must be flagged, and the words that the message must hold."""

    file: str
    line: int
    words: str


@record(frozen=True)
class Case:
    """One example of one rule."""

    rule: Rule
    bad: bool
    name: str
    files: Mapping[str, str]
    marks: tuple[Mark, ...] = ()

    @property
    def id(self) -> str:
        """A readable name for a list of tests."""
        return f"{self.rule.name}-{self.name}"


def cases(rule: Rule, edge_cases: Path | None = None) -> list[Case]:
    """Return the examples of a rule, and its edge cases below a folder.

    Raises RuleLoadError where an edge case is named or marked in a way that says nothing.
    """
    bad = files_of(rule.bad)
    first = next(iter(bad))
    marks = (*marks_in(bad), *(Mark(first, line, words) for line, words in rule.bad_marks))
    found = [
        Case(rule, bad=True, name="bad", files=bad, marks=marks),
        Case(rule, bad=False, name="good", files=files_of(rule.good)),
    ]
    folder = edge_cases / rule.name if edge_cases else None
    if folder is not None and folder.is_dir():
        entries = (e for e in sorted(folder.iterdir()) if not e.name.startswith("."))
        found += [_edge_case(rule, entry) for entry in entries if entry.suffix != ".marks"]
    return found


def files_of(example: Example) -> dict[str, str]:
    """Return an example as files; a single text gets the name that its content asks for."""
    if not isinstance(example, str):
        return dict(example)
    is_json = example.lstrip().startswith("{")
    machine = _STARTS_AT.search(example) and not _RESOURCES.search(example)
    ending = "json" if is_json else "yaml"
    return {f"workflow.asl.{ending}" if machine else f"template.{ending}": example}


def marks_in(files: Mapping[str, str]) -> tuple[Mark, ...]:
    """Return the marks that stand in comments."""
    return tuple(
        Mark(name, number, _unquoted(match["words"]))
        for name, text in files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _MARK.finditer(line)
    )


def problems(case: Case, registry: Registry) -> list[str]:
    """Run one case and return what is wrong with it, one line each."""
    try:
        report = analyze_case(case, registry)
    except AdviseError as error:
        return [f"cannot be analysed: {error}"]
    wrong = [f"cannot be analysed: {problem}" for problem in report.errors]
    if not case.bad:
        family = [f for f in report.findings if f.rule.id[:3] == case.rule.id[:3]]
        return [*wrong, *(f"is flagged: {_told(finding)}" for finding in family)]
    own = [f for f in report.findings if f.rule.name == case.rule.name]
    if not case.marks:
        wrong.append("marks no line with '# <-- words'")
    wrong += _unmet(case.marks, own)
    marked = {(mark.file, mark.line) for mark in case.marks}
    flagged = [place for finding in own for place in _said_at(finding)]
    wrong += [
        f"{file}:{line} is flagged without a mark: {text}"
        for file, line, text in flagged
        if (file, line) not in marked
    ]
    return wrong


def others(case: Case, report: Report) -> list[str]:
    """Return what rules of other families say of a case, for reading only."""
    return [_told(f) for f in report.findings if f.rule.id[:3] != case.rule.id[:3]]


def analyze_case(case: Case, registry: Registry, *, every_rule: bool = False) -> Report:
    """Write the files of a case to an empty folder and analyse it, advice and doubts included.

    A file `advise.toml` among them configures the run: facts of the account, options of rules.
    """
    from advisor.analysis import analyze
    from advisor.config import Config, read
    from advisor.rules.finding import Confidence, Severity

    family = case.rule.id[:3]
    chosen: tuple[str, ...] = (case.rule.id,) if case.bad else (case.rule.id, family)
    if speaks_for(case.rule):
        # Suppressions need something that can be suppressed.
        chosen += ("DOC",)
    with TemporaryDirectory(prefix="advise-") as folder:
        root = Path(folder).resolve()
        # The folder is a project of its own, whatever stands above it.
        (root / ".git").mkdir()
        for name, text in case.files.items():
            file = (root / name).resolve()
            if not file.is_relative_to(root):
                raise RuleLoadError(case.id, f"example file '{name}' leaves its folder")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        settings = root / "advise.toml"
        config = replace(
            read(settings) if settings.is_file() else Config(),
            select=("ALL",) if every_rule else chosen,
            severity=Severity.INFO,
            confidence=Confidence.LOW,
        )
        single = len(case.files) == 1
        path = root / next(iter(case.files)) if single else root
        return analyze([path], config, registry=registry)


def test_directory(directory: Path) -> Iterator[tuple[Case, list[str]]]:
    """Run the examples of a user's rules; edge cases lie in `edge_cases/` beside them."""
    from advisor.rules.registry import load, load_directory

    registry = load([directory])
    names = {rule.name for rule in load_directory(directory)}
    for rule in registry.rules:
        if rule.name in names:
            for case in cases(rule, directory / "edge_cases"):
                yield case, problems(case, registry)


def own_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules that have a file, without those that the engine speaks for."""
    return [rule for rule in rules if not speaks_for(rule)]


def _edge_case(rule: Rule, entry: Path) -> Case:
    kind, _, why = entry.name.partition("_")
    if kind not in {"bad", "good"} or not why:
        raise RuleLoadError(str(entry), "is named neither bad_<why> nor good_<why>")
    if entry.is_dir():
        inner = sorted(f for f in entry.rglob("*") if f.is_file() and f.suffix != ".marks")
        files = {f.relative_to(entry).as_posix(): _text(f) for f in inner}
        beside = entry / "lines.marks"
    else:
        files = {entry.name.removeprefix(f"{kind}_"): _text(entry)}
        beside = entry.with_name(f"{entry.name.partition('.')[0]}.marks")
    if not files:
        raise RuleLoadError(str(entry), "has no files")
    marks = marks_in(files)
    if beside.is_file():
        marks += tuple(_marks_beside(beside, next(iter(files))))
    return Case(rule, bad=kind == "bad", name=entry.name, files=files, marks=marks)


def _marks_beside(file: Path, first: str) -> Iterator[Mark]:
    for line in _text(file).splitlines():
        match = _MARKS_FILE.fullmatch(line.strip())
        if match is not None:
            yield Mark(match["file"] or first, int(match["line"]), _unquoted(match["words"]))
        elif line.strip():
            raise RuleLoadError(str(file), f"'{line.strip()}' is not 'LINE words'")


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RuleLoadError(str(file), "is no UTF-8 text") from error


def _unquoted(words: str) -> str:
    words = words.strip()
    quoted = len(words) > 1 and words[0] == words[-1] == '"'
    return words[1:-1] if quoted else words


def _said_at(finding: Finding) -> list[tuple[str, int, str]]:
    """Return file, line and words of a finding; of an aggregated one those of each member."""
    place = finding.location
    said = [(place.path, place.span.start.line, finding.message)]
    if len(finding.members) > 1:
        said += [(r.path, r.span.start.line, r.label) for r in finding.related]
    return said


def _unmet(marks: Sequence[Mark], findings: Sequence[Finding]) -> list[str]:
    """Return a line for each mark that no finding of its own answers."""
    said = [place for finding in findings for place in _said_at(finding)]
    wrong = []
    for mark in marks:
        answers = [s for s in said if s[:2] == (mark.file, mark.line) and mark.words in s[2]]
        if answers:
            said.remove(answers[0])
            continue
        instead = [text for file, line, text in said if (file, line) == (mark.file, mark.line)]
        heard = f", but: {'; '.join(instead)}" if instead else ""
        wrong.append(f"{mark.file}:{mark.line} is not flagged with '{mark.words}'{heard}")
    return wrong


def _told(finding: Finding) -> str:
    place = finding.location
    return f"{place.path}:{place.span.start.line} {finding.rule.id} {finding.message}"
