"""Configuration files and samconfig.toml of any shape: an answer or one line, never a crash."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor import config
from advisor.analysis import analyze
from advisor.errors import AdviseError
from advisor.reporters.formats import render
from advisor.reporters.look import Look
from tests.reports import ROOT
from tests.test_generated import CALM, REPORTS

if TYPE_CHECKING:
    from pathlib import Path

    from hypothesis.strategies import SearchStrategy

KEYS = json.loads((ROOT / "advisor" / "data" / "config.schema.json").read_text(encoding="utf-8"))
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
PLAIN = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | WORDS | st.sampled_from(["QUE", "error"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip


def toml(value: object) -> str:
    """Write plain data as an inline value of TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(k))} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def likely(key: str) -> SearchStrategy[object]:
    """Return values that a key of the configuration may have, and any other."""
    about = KEYS["properties"][key]
    values: SearchStrategy[object] = PLAIN
    if "enum" in about:
        values |= st.sampled_from(about["enum"])
    if about.get("type") == "array":
        values |= st.lists(st.sampled_from(["QUE", "FUN001", "**/*.yaml", "nonsense"]), max_size=2)
    return values


SETTINGS = st.fixed_dictionaries({}, optional={key: likely(key) for key in KEYS["properties"]})
SAMCONFIG = st.dictionaries(
    st.sampled_from(["default", "prod", "version"]),
    PLAIN
    | st.dictionaries(
        st.sampled_from(["global", "deploy"]),
        PLAIN
        | st.fixed_dictionaries(
            {
                "parameters": PLAIN
                | st.fixed_dictionaries({}, optional={
                    "parameter_overrides": PLAIN | st.sampled_from(["Stage=b", 'Stage="a b" X']),
                    "template_file": PLAIN, "region": PLAIN,
                })
            }
        ),
        max_size=2,
    ),
    max_size=2,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=CALM)
@given(said=SETTINGS, sam=SAMCONFIG)
def test_settings(said: dict[str, object], sam: dict[str, object], tmp_path: Path) -> None:
    for name, data in (("advise.toml", said), ("samconfig.toml", sam)):
        lines = [f"{toml(key)} = {toml(value)}\n" for key, value in data.items()]
        (tmp_path / name).write_text("".join(lines), encoding="utf-8")
    file = tmp_path / "template.yaml"
    file.write_text(
        "Parameters: {Stage: {Type: String}}\nResources: {A: {Type: AWS::SQS::Queue}}\n"
    )
    try:
        report = analyze([file], config.load(file, {}))
    except AdviseError:
        return
    assert [error.detail for error in report.errors if error.detail] == []
    written = json.loads(render("json", report, look=Look()))
    assert [error.message for error in REPORTS.iter_errors(written)] == []
