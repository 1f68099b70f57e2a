"""Make every fix in every application of a corpus, and count what each rule's fixes lead to.

    python -m benchmarks.fix_corpus CORPUS [--rules QUE001,...] [--cfn-lint PROGRAM] [--together]

CORPUS is a folder with one application per folder; it is copied to a temporary one first. Each fix
is made alone, then the safe ones together, then all. Every result is judged again: its file can
be read, the finding is gone, no other has come, no character has changed outside of the edits,
cfn-lint finds nothing that it did not find before, aws-sam-translator accepts what it accepted
before, and a second `--fix` changes nothing.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import shutil
import stat
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from advisor.documents.load import load_file
from advisor.errors import LoadError
from advisor.fixes.apply import fix_all
from advisor.fixes.write import write_all
from advisor.templates.tags import long_form
from tests.fixing import CONFIG, all_together, trials, without_aggregates
from tests.sam_oracle import translate, uploaded

if TYPE_CHECKING:
    from advisor.documents.document import Data
    from tests.fixing import Trial

_LIST = re.compile(r"\[.*\]|\(line \d+\)")
"""In messages: all resources that there are, which become more, and lines, which move."""
Found = Counter[tuple[str, str]]
"""How often cfn-lint says what: its rule and its message."""


class Oracles:
    """cfn-lint and aws-sam-translator, asked about pairs of texts: before and after."""

    def __init__(self, folder: Path, cfn_lint: str) -> None:
        self._folder = folder
        self._cfn_lint = cfn_lint
        self._files: dict[tuple[str, str], Path] = {}
        self._found: dict[Path, Found] = {}

    def add(self, path: str, text: str) -> None:
        """Take a text that is to be looked at."""
        if (path, text) not in self._files:
            file = self._folder / f"{len(self._files)}{Path(path).suffix}"
            file.write_text(text, encoding="utf-8", newline="")
            self._files[path, text] = file

    def run(self) -> None:
        """Let cfn-lint look at all texts, some hundred in one process."""
        files = [file for file in self._files.values() if self._data(file) is not None]
        for start in range(0, len(files) if self._cfn_lint else 0, 200):
            group = [str(file) for file in files[start : start + 200]]
            command = [self._cfn_lint, "-f", "json", "--", *group]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            for row in json.loads(done.stdout or "[]"):
                found = self._found.setdefault(Path(row["Filename"]), Counter())
                found[row["Rule"]["Id"], _LIST.sub("[]", row["Message"])] += 1

    def faults(self, path: str, before: str, after: str) -> list[str]:
        """Return what the two say of a text that they did not say of the one before."""
        old, new = self._files[path, before], self._files[path, after]
        said = self._found.get(new, Counter()) - self._found.get(old, Counter())
        faults = [f"cfn-lint {rule}: {message}" for rule, message in said]
        data, changed = self._data(old), self._data(new)
        if _is_taken(data) and not _is_taken(changed):
            faults.append("aws-sam-translator refuses it")
        return faults

    def _data(self, file: Path) -> dict[str, Data] | None:
        try:
            data = load_file(file, file.name, tags=long_form).data
        except LoadError:
            return None
        return data if isinstance(data, dict) and "Resources" in data else None


def _is_taken(data: dict[str, Data] | None) -> bool:
    """Tell whether a template is SAM and aws-sam-translator makes something of it."""
    return data is not None and "Transform" in data and translate(uploaded(data)) is not None


def main() -> int:
    """Try all fixes and print what is wrong; 1 if anything is."""
    options = _options()
    logging.disable()  # aws-sam-translator tells of what does not concern us
    with TemporaryDirectory() as name:
        corpus = Path(name) / "corpus"
        shutil.copytree(options.corpus, corpus, symlinks=True)
        (Path(name) / "texts").mkdir()
        oracles = Oracles(Path(name) / "texts", options.cfn_lint)
        folders = [folder for folder in sorted(corpus.iterdir()) if folder.is_dir()]
        for folder in folders:
            (folder / ".git").mkdir(exist_ok=True)
            for file in folder.rglob("*"):
                file.chmod(file.stat().st_mode | stat.S_IWUSR)
        wrong = 0 if options.together else _alone(folders, oracles, options.rules)
        wrong += sum(_together(folder, oracles) for folder in folders)
    return int(wrong > 0)


def _alone(folders: list[Path], oracles: Oracles, rules: set[str]) -> int:
    registry = without_aggregates()
    done: list[tuple[Trial, dict[str, str]]] = []
    for folder in folders:
        for trial in trials(folder, registry, rules=rules):
            texts = {path: (folder / path).read_bytes().decode("utf-8-sig") for path in trial.texts}
            for path, text in trial.texts.items():
                oracles.add(path, texts[path])
                oracles.add(path, text)
            done.append((trial, texts))
    oracles.run()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for trial, before in done:
        faults = list(trial.unexpected)
        for path, text in trial.texts.items():
            faults += oracles.faults(path, before[path], text)
        count = counts[trial.finding.rule.id]
        count["offered"] += 1
        count["refused"] += bool(trial.refused)
        count["wrong"] += bool(faults)
        for fault in [trial.refused] if trial.refused else faults:
            place = trial.finding.location
            print(f"{trial.finding.rule.id} {place.path}:{place.span.start.line}: {fault}")
    print(f"\n{'alone':8}{'offered':>9}{'refused':>9}{'wrong':>7}")
    for rule, count in sorted(counts.items()):
        print(f"{rule:8}{count['offered']:9}{count['refused']:9}{count['wrong']:7}")
    total = sum(counts.values(), Counter[str]())
    print(f"{'all':8}{total['offered']:9}{total['refused']:9}{total['wrong']:7}\n")
    return total["wrong"]


def _together(folder: Path, oracles: Oracles) -> int:
    wrong = 0
    for unsafe in (False, True):
        result, faults = all_together(folder, unsafe=unsafe)
        for changed in result.changed:
            oracles.add(changed.path, changed.before)
            oracles.add(changed.path, changed.after)
        oracles.run()
        for changed in result.changed:
            said = oracles.faults(changed.path, changed.before, changed.after)
            faults += [f"{changed.path}: {fault}" for fault in said]
        if unsafe:
            faults += [str(problem) for problem in write_all(result.changed)]
            again = fix_all([folder], CONFIG, unsafe=True)
            faults += [f"{each.path}: changed by a second run" for each in again.changed]
        kind = "all" if unsafe else "safe"
        print(
            f"{folder.name}: {kind}: {len(result.applied)} fixes in {len(result.changed)} files, "
            f"{result.rounds} rounds, {len(result.refused)} refused"
        )
        for fault in faults:
            print(f"  {fault}")
        wrong += len(faults)
    return wrong


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rules", type=lambda text: set(text.split(",")), default=set())
    parser.add_argument("--cfn-lint", default="", help="the program; nothing to go without it")
    parser.add_argument("--together", action="store_true", help="not each alone as well")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
