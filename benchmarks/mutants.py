"""Change the conditions of rules one at a time, and see whether their examples notice.

    python -m benchmarks.mutants [NAME ...] [--count N] [--most N] [--seed N]

Needs `pip install cosmic-ray`, whose operators make the mutants; each is judged in this process by
the rule's own examples and edge cases, each alone and beside the others, as `tests/test_rules.py`
and `tests/test_beside.py` do. Mutants of what a rule says of itself, of the words of its findings
and of type annotations are left out: they change no judgement. Without names, COUNT rules are
chosen at random; of each rule MOST mutants are. Prints each survivor as the line it changes, and
the share killed.
"""

from __future__ import annotations

import argparse
import ast
import random
import signal
import sys
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeGuard

from cosmic_ray import plugins
from cosmic_ray.mutating import mutate_code

from advisor.rules.registry import load, load_file, registry_of
from advisor.rules.testing import cases, problems
from tests.beside import beside
from tests.test_beside import NOT_APART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor.rules.registry import Registry

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 20.0
"""CPU seconds after which a mutant counts as killed: it does not end."""
_COMPARED = {
    "Eq": ("NotEq",),
    "NotEq": ("Eq",),
    "Lt": ("GtE", "LtE"),
    "LtE": ("Gt", "Lt"),
    "Gt": ("LtE", "GtE"),
    "GtE": ("Lt", "Gt"),
    "Is": ("IsNot",),
    "IsNot": ("Is",),
}
_CALCULATED = {"Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "FloorDiv": "Mul"}
OPERATORS = (
    *(f"core/ReplaceComparisonOperator_{one}_{other}" for one, others in _COMPARED.items()
      for other in others),
    *(f"core/ReplaceBinaryOperator_{one}_{other}" for one, other in _CALCULATED.items()),
    "core/AddNot", "core/NumberReplacer", "core/ReplaceAndWithOr", "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak", "core/ReplaceFalseWithTrue", "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse", "core/ReplaceUnaryOperator_Delete_Not",
    "core/ZeroIterationForLoop",
)  # fmt: skip
"""Each condition turned round, or moved by one; nothing that compares what no rule compares."""


class _EndlessError(Exception):
    """A mutant does not end."""


def main() -> int:
    """Make mutants of rules and judge them; always 0, as survivors are to be read."""
    options = _options()
    files = sorted((ROOT / "rules").glob("[a-z]*.py"))
    if options.names:
        files = [file for file in files if file.stem.replace("_", "-") in options.names]
    else:
        files = random.Random(options.seed).sample(files, options.count)  # noqa: S311  # repeatable
    registry = load()
    signal.signal(signal.SIGVTALRM, _stop)
    made = killed = 0
    for file in files:
        mutants = list(_mutants(file))
        random.Random(options.seed).shuffle(mutants)  # noqa: S311  # the same ones each time
        mutants = mutants[: options.most]
        survivors = [told for told, text in mutants if not _is_killed(file, text, registry)]
        made += len(mutants)
        killed += len(mutants) - len(survivors)
        print(f"{file.stem}: {len(mutants) - len(survivors)} of {len(mutants)} killed", flush=True)
        for told in survivors:
            print(f"  {told}", flush=True)
    print(f"{killed} of {made} mutants of {len(files)} rules killed: {killed / made:.1%}")
    return 0


def _mutants(file: Path) -> Iterator[tuple[str, str]]:
    """Yield what each mutant changes, and its whole text."""
    code = file.read_text(encoding="utf-8")
    before = code.splitlines()
    judging = _judging(code)
    for name in OPERATORS:
        operator = plugins.get_operator(name)()
        for occurrence in count():
            text = mutate_code(code, operator, occurrence)
            if text is None:
                break
            after = text.splitlines()
            changed = [at for at, pair in enumerate(zip(before, after, strict=False), 1)
                       if pair[0] != pair[1]]  # fmt: skip
            if changed and changed[0] in judging:
                line = changed[0] - 1
                yield f"line {line + 1}: {before[line].strip()} -> {after[line].strip()}", text


def _judging(code: str) -> set[int]:
    """Return the lines of the functions' bodies, without annotations and words."""
    found: set[int] = set()
    for function in ast.walk(ast.parse(code)):
        if isinstance(function, ast.FunctionDef):
            for statement in function.body:
                found.update(range(statement.lineno, (statement.end_lineno or 0) + 1))
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.AnnAssign):
            found.discard(node.annotation.lineno)
        elif isinstance(node, ast.JoinedStr) or _says(node):
            found.difference_update(range(node.lineno, (node.end_lineno or 0) + 1))
    return found


def _says(node: ast.AST) -> TypeGuard[ast.Call]:
    """Tell whether something is the call that makes a finding: its words are no condition."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"finding", "not_judged"}
    )


def _is_killed(file: Path, text: str, registry: Registry) -> bool:
    signal.setitimer(signal.ITIMER_VIRTUAL, MOST_SECONDS)
    try:
        with TemporaryDirectory() as folder:
            mutant = Path(folder) / file.name
            mutant.write_text(text, encoding="utf-8")
            changed = load_file(mutant)
            others = [rule for rule in registry.rules if rule.name != changed.name]
            whole = registry_of([*others, changed])
            own = cases(changed, _EDGE_CASES)
            if changed.name not in NOT_APART:
                own += beside(changed, _EDGE_CASES)
            return any(problems(case, whole) for case in own)
    except _EndlessError:
        return True
    except Exception:  # noqa: BLE001  # a mutant that cannot be used is killed
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


_EDGE_CASES = ROOT / "fixtures" / "edge_cases"


def _stop(*_: object) -> None:
    raise _EndlessError


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--most", type=int, default=60)
    parser.add_argument("--seed", type=int, default=20_261_121)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
