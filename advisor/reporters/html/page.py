"""The page around the picture: one file that asks for nothing and runs no script but its own."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.reporters.flow import flow_of
from advisor.reporters.html.picture import picture_of
from advisor.reporters.html.svg import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from advisor.architecture.architecture import Architecture
    from advisor.documents.document import Data
    from advisor.reporters.flow import Flow
    from advisor.reporters.html.picture import Picture
    from advisor.rules.finding import Finding

_HERE = Path(__file__).parent
# In a script element nothing but these could end it or begin a comment.
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def render_html(
    architectures: Sequence[Architecture],
    *,
    findings: Sequence[Finding] = (),
    title: str = "architecture",
    all: bool = False,  # noqa: A002  # as the flag is called
    part: Callable[[Flow], Flow] = lambda flow: flow,
    below: str = "",
) -> str:
    """Return one page with the picture of all architectures; `below` is HTML to follow it.

    Raises ConfigError where the library that lays the picture out is not installed.
    """
    whole = [(each, flow_of(each, findings=findings, everything=all)) for each in architectures]
    told = {id(finding) for _, flow in whole for box in flow.boxes for finding in box.findings}
    picture = picture_of(
        [(each, part(flow)) for each, flow in whole],
        findings=findings,
        elsewhere=[finding for finding in findings if id(finding) not in told],
    )
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    body = _BODY.format(
        title=text_of(title),
        facts=_facts(picture, findings),
        svg=picture.svg,
        framed=' class="framed"' if picture.data["frames"] else "",
        legend=_legend(picture),
        data=_as_script(picture.data),
        below=below,
        leap='<a href="#report">report</a>' if below else "",
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text_of(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        f"{body}<script>{script}</script>\n</body>\n</html>\n"
    )


_BODY = """<div id="app">
<header><h1>{title}</h1><span class="facts">{facts}</span>
<span class="tools">
<button type="button" id="farther" title="zoom out" aria-label="zoom out">&minus;</button>
<button type="button" id="nearer" title="zoom in" aria-label="zoom in">+</button>
<button type="button" id="whole" title="show all of it">fit</button>
<button type="button" id="theme">light / dark</button>{leap}</span></header>
<aside id="left" aria-label="Search and filters">
<input id="find" type="search" placeholder="search  /" aria-label="search">
<details id="filters" open><summary>Filter</summary>
<fieldset id="severities"><legend>Severity</legend></fieldset>
<fieldset id="kinds"><legend>Type</legend></fieldset>
<fieldset id="stacks"><legend>Stack</legend></fieldset></details>
<div class="quiet" id="matches" role="status"></div>
<ul id="list" aria-label="Resources"></ul></aside>
<main id="stage"><svg id="picture" role="group"
 aria-label="Architecture: arrow keys follow events, Enter tells more"><defs>
<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
 markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker>
<marker id="small" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7"
 markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker>
</defs><g id="world"{framed}>{svg}</g></svg><div id="legend">{legend}</div></main>
<aside id="right" aria-label="Details" tabindex="0">
<noscript>The picture can be moved where scripts are allowed.</noscript></aside>
</div>
{below}<script type="application/json" id="data">{data}</script>
"""


def _hash(text: str) -> str:
    """Return what lets exactly this text act in the page.

    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
    """
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _as_script(data: dict[str, Data]) -> str:
    return json.dumps(data, separators=(",", ":")).translate(_IN_SCRIPT)


def _facts(picture: Picture, findings: Sequence[Finding]) -> str:
    nodes, hidden = picture.data["nodes"], picture.data["hidden"]
    count = len(nodes) if isinstance(nodes, list) else 0
    facts = [f"{count} shown"]
    if hidden:
        facts.append(f"{hidden} helper{'s' if hidden != 1 else ''} hidden (--all)")
    facts.append(f"{len(findings)} finding{'s' if len(findings) != 1 else ''}")
    return " · ".join(facts)


def _legend(picture: Picture) -> str:
    words = "events flow from left to right · dashed: only granted or named"
    return words if picture.in_layers else f"{words} · too many lines to avoid crossings"


__all__ = ["render_html"]
