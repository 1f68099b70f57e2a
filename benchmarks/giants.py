"""Measure `advise` and its peers on generated giants, and print tables with ratios.

    python benchmarks/giants.py [--peers DIRECTORY] [--only WORD] [--write FOLDER] [--limit SECONDS]

The inputs come from `giant_inputs.py`: repositories of many small templates, one template of up to
500 resources (the most that CloudFormation takes), an application of nested stacks, long state
machines, and functions of one role that may all call each other. `--write` only writes them. The
peers live where `benchmarks/compare.py` puts them. Times are user + system CPU of a process and its
children, memory is the peak resident set of its largest process. A process gets LIMIT seconds by
the clock, beyond which its row has a ">". Only ratios within one run are to be compared.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from threading import Timer
from typing import TYPE_CHECKING

from giant_inputs import giants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from giant_inputs import Giant

# Beyond this many templates the peers take minutes for what fewer say as well.
PEERS_UP_TO = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process cost: seconds of CPU and MB of memory, and whether it came to its end."""

    cpu: float
    memory: float
    ended: bool


def main() -> int:
    """Write the inputs and measure; always 0, as what is slow is to be read."""
    options = _options()
    folder = Path(options.write or mkdtemp(prefix="advise-giants-"))
    try:
        for giant in giants():
            if options.only not in giant.name:
                continue
            place = folder / giant.name.replace(" ", "-").replace(",", "")
            place.mkdir(parents=True, exist_ok=True)
            subprocess.run(["git", "init", "--quiet", str(place)], check=True)
            giant.write(place)
            if not options.write:
                _measure(giant, place, Path(options.peers) / "bin", options.limit)
                shutil.rmtree(place)
    finally:
        if not options.write:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options() -> argparse.Namespace:
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "advise-peers"
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--peers", default=os.environ.get("ADVISE_PEERS", str(cache)))
    parser.add_argument("--only", default="", help="only inputs whose name has this word")
    parser.add_argument("--write", default="", help="write the inputs here and stop")
    parser.add_argument("--limit", type=float, default=120, help="seconds that a process may take")
    return parser.parse_args()


# Measuring


def _measure(giant: Giant, place: Path, peers: Path, limit: float) -> None:
    files = [str(file) for file in sorted(place.rglob("*.json"))]
    own = [sys.executable, "-m", "advisor", "--exit-zero", str(place), "--jobs"]
    jobs = [("advise", [*own, "1"])]
    if giant.templates > 1:
        jobs.append(("advise --jobs 2", [*own, "2"]))
    if giant.templates <= PEERS_UP_TO:
        named = [word for file in files for word in ("-f", file)]
        jobs += [
            ("cfn-lint", [str(peers / "cfn-lint"), "--non-zero-exit-code", "none", "--", *files]),
            ("checkov", [str(peers / "checkov"), "--quiet", "--compact", "--framework",
                         "cloudformation", "--skip-download", "--soft-fail", *named]),
        ]  # fmt: skip
    _say(f"\n| {giant.name} | CPU s | MB | CPU of advise |\n| --- | ---: | ---: | ---: |")
    costs = [(name, _run(command, limit)) for name, command in jobs]
    for name, cost in costs:
        times = f"{cost.cpu / costs[0][1].cpu:.1f}x"
        more = "" if cost.ended else "> "
        _say(f"| {name} | {more}{cost.cpu:.2f} | {cost.memory:.0f} | {more}{times} |")


def _run(command: Sequence[str], limit: float) -> Cost:
    environment = {**os.environ, "LOG_LEVEL": "ERROR"}
    process = subprocess.Popen(
        list(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    clock = Timer(limit, process.kill)
    clock.start()
    _, status, usage = os.wait4(process.pid, 0)
    clock.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    ended = process.returncode in {0, 1, 2}
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit, ended)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
