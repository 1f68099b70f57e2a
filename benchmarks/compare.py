"""Measure whole processes of `advise` and its peers side by side, and print ratios.

    python benchmarks/compare.py CORPUS [--peers DIRECTORY] [--runs N] [--sample N]

CORPUS is a folder of templates. The peers live in a virtual environment of their own, outside the
checkout: DIRECTORY, or the variable ADVISE_PEERS, else a folder of the user's cache; it is made
and filled on the first run. Times are user + system CPU of the process and its children, memory
is the peak resident set, both as the kernel counts them; each row is the median of the runs, which
are interleaved, so that a busy moment hits all tools alike. Everything is compiled to bytecode in
a run before those that count, as it is once installed. Figures of two runs of this script
are not to be compared: only the ratios within one are.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PEERS = ("cfn-lint", "cfn-lint-serverless", "checkov")
ENDINGS = {".json", ".template", ".yaml", ".yml"}
HOOK_FILES = 20
SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds of CPU, seconds by the clock, MB of memory."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True, slots=True)
class Tool:
    """A program and the arguments that make it look at files."""

    name: str
    command: Callable[[Sequence[str]], list[str]]


def main() -> int:
    """Measure and print; always 0, as what is slow is to be read, not to fail a build."""
    options = _options()
    binaries = _peers(Path(options.peers))
    tools = _tools(binaries)
    corpus = Path(options.corpus).resolve()
    templates = [file for file in sorted(corpus.rglob("*")) if _is_template(file)]
    count = min(options.sample, len(templates))
    chosen = random.Random(SEED).sample(templates, count)  # noqa: S311  # the same ones each time
    small = _typical(templates)
    _say(f"{len(templates)} templates, {len(chosen)} of them sampled, {options.runs} runs each")
    _say(f"one template: {small.relative_to(corpus)} ({small.stat().st_size} bytes)")
    one = _measure("one template", [(tool, [str(small)]) for tool in tools], options.runs)
    hook = _hook(tools[0], options.runs)
    sample = _measure(
        f"{len(chosen)} templates in one process",
        [(tool, [str(file) for file in chosen]) for tool in tools],
        max(1, options.runs // 3),
    )
    whole = _measure("the whole corpus", [(tools[0], [str(corpus)])], options.runs)
    _verdict(one, hook, sample, whole, (len(chosen), _files_read(tools[0], corpus)))
    shutil.rmtree(_bytecode(), ignore_errors=True)
    return 0


def _options() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "advise-peers"
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("corpus", help="folder of templates")
    parser.add_argument("--peers", default=os.environ.get("ADVISE_PEERS", str(cache)))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sample", type=int, default=40)
    return parser.parse_args()


def _peers(folder: Path) -> Path:
    """Return the programs of the peers, installed where they are not."""
    binaries = folder / "bin"
    if not (binaries / "checkov").exists():
        _say(f"installing {', '.join(PEERS)} into {folder}")
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(binaries / "pip"), "install", "--quiet", *PEERS], check=True)
    return binaries


def _tools(binaries: Path) -> list[Tool]:
    lint = str(binaries / "cfn-lint")
    serverless = [lint, "--non-zero-exit-code", "none", "-a", "cfn_lint_serverless.rules"]

    def checkov(files: Sequence[str]) -> list[str]:
        named = [word for file in files for word in ("-f", file)]
        return [str(binaries / "checkov"), "--quiet", "--compact", "--framework",
                "cloudformation", "--skip-download", "--soft-fail", *named]  # fmt: skip

    return [
        Tool("advise", lambda files: [sys.executable, "-m", "advisor", "--exit-zero", *files]),
        Tool("cfn-lint", lambda files: [lint, "--non-zero-exit-code", "none", "--", *files]),
        Tool("cfn-lint + serverless", lambda files: [*serverless, "--", *files]),
        Tool("checkov", checkov),
    ]


def _files_read(tool: Tool, corpus: Path) -> int:
    """Return how many templates and state machines are read of the corpus."""
    command = tool.command(["--format", "json", str(corpus)])
    done = subprocess.run(command, capture_output=True, check=False)
    return len(json.loads(done.stdout)["files"])


def _is_template(file: Path) -> bool:
    if file.suffix not in ENDINGS or not file.is_file():
        return False
    head = file.read_text(encoding="utf-8", errors="replace")
    return "Resources" in head and "AWS::" in head


def _typical(templates: Sequence[Path]) -> Path:
    """Return the template of median size among those written for SAM."""
    own = [file for file in templates if "AWS::Serverless" in file.read_text(errors="replace")]
    by_size = sorted(own or templates, key=lambda file: (file.stat().st_size, str(file)))
    return by_size[len(by_size) // 2]


def _hook(tool: Tool, runs: int) -> dict[str, Cost]:
    """Measure a hook over files that are no templates."""
    with TemporaryDirectory(prefix="advise-") as folder:
        names = []
        for number in range(HOOK_FILES):
            file = Path(folder) / f"settings{number}.{'json' if number % 2 else 'yaml'}"
            text = '{"name": "x"}' if number % 2 else "name: x\nitems:\n  - 1\n  - 2\n"
            file.write_text(text * (1 if number % 2 else 20), encoding="utf-8")
            names.append(str(file))
        arguments = ["--from-hook", *names]
        return _measure(f"a hook over {HOOK_FILES} other files", [(tool, arguments)], runs)


def _measure(title: str, jobs: Sequence[tuple[Tool, Sequence[str]]], runs: int) -> dict[str, Cost]:
    """Run each job several times in turn and print the medians, with ratios to the first."""
    costs: dict[str, list[Cost]] = {tool.name: [] for tool, _ in jobs}
    for tool, arguments in jobs:
        # What is compiled or read for the first time is nobody's daily cost.
        _run(tool.command(arguments))
    for _ in range(runs):
        for tool, arguments in jobs:
            costs[tool.name].append(_run(tool.command(arguments)))
    found = {name: _median(each) for name, each in costs.items()}
    _say(f"\n{title}")
    _say(f"  {'':24}{'CPU s':>9}{'clock s':>9}{'MB':>7}{'CPU of advise':>15}")
    ours = found["advise"]
    for name, cost in found.items():
        ratio = cost.cpu / ours.cpu
        _say(f"  {name:24}{cost.cpu:9.2f}{cost.wall:9.2f}{cost.memory:7.0f}{ratio:14.1f}x")
    return found


def _run(command: Sequence[str]) -> Cost:
    """Return what a process and the children it waited for cost."""
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "PYTHONPYCACHEPREFIX": str(_bytecode())}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    process = subprocess.Popen(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1, 2}:
        _say(f"  {Path(command[0]).name} ended with {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Cost(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / unit)


def _bytecode() -> Path:
    return Path(gettempdir()) / f"advise-benchmark-{os.getpid()}"


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        median(cost.cpu for cost in costs),
        median(cost.wall for cost in costs),
        median(cost.memory for cost in costs),
    )


def _verdict(
    one: dict[str, Cost],
    hook: dict[str, Cost],
    sample: dict[str, Cost],
    whole: dict[str, Cost],
    counts: tuple[int, int],
) -> None:
    """Compare with the budget of the project."""
    sampled, total = counts
    lint = one["cfn-lint"]
    each = sample["cfn-lint"].cpu / sampled
    ours = whole["advise"].cpu / total
    rows = [
        ("one template, of cfn-lint", one["advise"].cpu / lint.cpu, 1 / 8),
        ("hook without templates, of cfn-lint", hook["advise"].cpu / lint.cpu, 1 / 12),
        ("per template of the corpus, seconds", ours, 0.010),
        ("per template of the corpus, of cfn-lint", ours / each, 1 / 25),
        ("memory for one template, of cfn-lint", one["advise"].memory / lint.memory, 1.0),
        (
            f"memory for {sampled} templates, of cfn-lint",
            sample["advise"].memory / sample["cfn-lint"].memory,
            1.0,
        ),
    ]
    _say(f"\n  {'budget':46}{'measured':>10}{'at most':>10}")
    for name, measured, most in rows:
        word = "" if measured <= most else "  over"
        _say(f"  {name:46}{measured:10.4f}{most:10.4f}{word}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
