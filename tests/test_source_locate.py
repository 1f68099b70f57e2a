"""From what a template says of a function to the file of its handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from advisor.source.code import FunctionCode, InlineCode
from advisor.source.facts import Facts, NotRead
from advisor.source.locate import Handler, locate, split_handler
from advisor.source.program import Language
from advisor.source.read import SourceReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def lay(root: Path, names: Iterable[str], text: str = "") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def code(root: Path, handler: str, runtime: str, path: str = "", **more: object) -> FunctionCode:
    return FunctionCode("Fn", root, handler, runtime, path, **more)  # type: ignore[arg-type]  # fields of their own types


@pytest.mark.parametrize(
    ("handler", "runtime", "path", "expected"),
    [
        ("app.handler", "python3.13", "src/", ("src/app.py", "handler")),
        ("pkg.mod.run", "python3.13", "", ("pkg/mod.py", "run")),
        ("pkg/mod.run", "python3.13", ".", ("pkg/mod.py", "run")),
        ("pkg.run", "python3.13", "lib", ("lib/pkg/__init__.py", "run")),
        ("index.handler", "nodejs22.x", "web", ("web/index.mjs", "handler")),
        ("src/index.handler", "nodejs22.x", "", ("src/index.ts", "handler")),
        ("dist/index.handler", "nodejs22.x", "", ("src/index.ts", "handler")),
        ("index.handler", "", "web", ("web/index.mjs", "handler")),
    ],
)
def test_a_handler_is_found_by_its_name(
    tmp_path: Path, handler: str, runtime: str, path: str, expected: tuple[str, str]
) -> None:
    lay(tmp_path, ["src/app.py", "pkg/mod.py", "lib/pkg/__init__.py", "web/index.mjs"])
    lay(tmp_path, ["src/index.ts"])
    found = locate(code(tmp_path, handler, runtime, path), root=tmp_path)
    assert isinstance(found, Handler)
    assert (found.shown, found.function) == expected


def test_esbuild_names_its_sources_as_entry_points(tmp_path: Path) -> None:
    lay(tmp_path, ["src/handlers/orders.ts"])
    wanted = code(
        tmp_path, "orders.handler", "nodejs22.x", "src", entry_points=("handlers/orders",)
    )
    found = locate(wanted, root=tmp_path)
    assert isinstance(found, Handler)
    assert (found.shown, found.language) == ("src/handlers/orders.ts", Language.TYPESCRIPT)


def test_what_sam_built_is_read_where_the_source_is_not_there(tmp_path: Path) -> None:
    lay(tmp_path, [".aws-sam/build/Fn/app.py"])
    found = locate(code(tmp_path, "app.handler", "python3.13", "gone"), root=tmp_path)
    assert isinstance(found, Handler)
    assert found.shown == ".aws-sam/build/Fn/app.py"


@pytest.mark.parametrize(
    ("runtime", "words"),
    [
        ("java21", "Java is not read (java21)"),
        ("provided.al2023", "a custom runtime is not read (provided.al2023)"),
        ("dotnet8", ".NET is not read (dotnet8)"),
        ("go1.x", "Go is not read (go1.x)"),
        ("ruby3.3", "Ruby is not read (ruby3.3)"),
    ],
)
def test_other_languages_are_said_not_to_be_read(tmp_path: Path, runtime: str, words: str) -> None:
    assert locate(code(tmp_path, "a.b", runtime), root=tmp_path) == NotRead(words)


@pytest.mark.parametrize(
    ("files", "path", "handler", "found"),
    [
        (("src/orders/app.ts", "src/users/app.ts"), "dist/orders/", "app.handler", 0),
        (("lambda/orders.ts", "lambda/orders.js"), "./dist", "orders.handler", 0),
        (("services/a/src/index.ts", "services/b/src/index.ts"), "services/a/dist", "index.h", 0),
        (("src/one/index.ts", "src/two/index.ts"), "dist", "index.handler", None),
        (("src/orders/app.ts",), "deploy/orders", "app.handler", None),
        (("tests/orders/app.ts",), "dist/orders", "app.handler", None),
    ],
)
def test_what_a_build_will_write_is_read_where_it_is_written(
    tmp_path: Path, files: tuple[str, ...], path: str, handler: str, found: int | None
) -> None:
    lay(tmp_path, files)
    handled = locate(code(tmp_path, handler, "nodejs24.x", path), root=tmp_path)
    assert (handled.shown if isinstance(handled, Handler) else None) == (
        None if found is None else files[found]
    )


def test_a_handler_file_that_is_not_beside_other_code_is_missing(tmp_path: Path) -> None:
    lay(tmp_path, ["src/App.py"])
    found = locate(code(tmp_path, "app.handler", "python3.13", "src"), root=tmp_path)
    assert isinstance(found, NotRead)
    assert found.missing
    assert "'App.py' is: the case of letters matters" in found.reason


def test_nothing_is_certainly_missing_where_a_layer_may_bring_it(tmp_path: Path) -> None:
    lay(tmp_path, ["src/other.py"])
    wanted = code(tmp_path, "agent.handler", "python3.13", "src", other_layers=True)
    found = locate(wanted, root=tmp_path)
    assert isinstance(found, NotRead)
    assert not found.missing


@pytest.mark.parametrize("path", ["../outside", "/etc", "link", "\0", "s3://bucket/key"])
def test_nothing_outside_the_root_is_opened(tmp_path: Path, path: str) -> None:
    root = tmp_path / "project"
    lay(tmp_path, ["outside/app.py"], "SECRET = 1")
    root.mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    found = locate(code(root, "app.handler", "python3.13", path), root=root)
    assert isinstance(found, NotRead)
    assert not found.missing


def test_an_import_that_leaves_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    lay(tmp_path, ["outside/secret.py"], "import boto3\nboto3.client('s3').list_buckets()\n")
    lay(root, ["app.py"], "import secret\ndef handler(event, context): pass\n")
    (root / "secret.py").symlink_to(tmp_path / "outside" / "secret.py")
    facts = SourceReader(root).read(code(root, "app.handler", "python3.13"))
    assert isinstance(facts, Facts)
    assert facts.files == ("app.py",)


def test_inline_code_keeps_the_positions_of_the_template(tmp_path: Path) -> None:
    inline = InlineCode("import os\ndef handler(e, c):\n  os.environ['X']\n", "t.yaml", 10, 8)
    wanted = code(tmp_path, "index.handler", "python3.13", inline=inline)
    facts = SourceReader(tmp_path).read(wanted)
    assert isinstance(facts, Facts)
    (read,) = facts.environment
    start = read.place.span.start
    assert (read.place.path, start.line, start.column) == ("t.yaml", 12, 11)


def test_layers_are_where_imports_are_looked_up(tmp_path: Path) -> None:
    lay(tmp_path, ["src/app.py"], "from shared import go\ndef handler(e, c): go()\n")
    text = "import boto3\ndef go(): boto3.client('s3').put_object(Bucket='b')\n"
    lay(tmp_path, ["layer/python/shared.py"], text)
    facts = SourceReader(tmp_path).read(
        code(tmp_path, "app.handler", "python3.13", "src", layers=("layer",))
    )
    assert isinstance(facts, Facts)
    assert [call.action for call in facts.calls] == ["s3:PutObject"]


def test_an_image_is_read_through_its_dockerfile(tmp_path: Path) -> None:
    lay(tmp_path, ["fn/src/app.py"])
    docker = 'FROM public.ecr.aws/lambda/python:3.13\nCOPY src/ ./\nCMD ["app.handler"]\n'
    lay(tmp_path, ["fn/Dockerfile"], docker)
    wanted = code(tmp_path, "", "", is_image=True, docker_context="fn")
    found = locate(wanted, root=tmp_path)
    assert isinstance(found, Handler)
    assert (found.shown, found.function) == ("fn/src/app.py", "handler")


def test_a_cycle_of_imports_ends(tmp_path: Path) -> None:
    lay(tmp_path, ["a.py"], "from b import *\ndef handler(e, c): return other(e)\n")
    lay(tmp_path, ["b.py"], "from a import *\nfrom a import handler as other\n")
    assert isinstance(SourceReader(tmp_path).read(code(tmp_path, "a.handler", "python3.13")), Facts)


def test_more_modules_than_the_bound_are_said_to_be_left_out(tmp_path: Path) -> None:
    names = [f"m{number}" for number in range(80)]
    lay(tmp_path, [f"{name}.py" for name in names])
    imports = "".join(f"import {name}\n" for name in names)
    lay(tmp_path, ["app.py"], f"{imports}def handler(e, c): pass\n")
    facts = SourceReader(tmp_path).read(code(tmp_path, "app.handler", "python3.13"))
    assert isinstance(facts, Facts)
    assert len(facts.files) == 60
    assert facts.problems == ("only the first 60 local modules are read",)


def test_names_of_handlers_split_as_each_runtime_does() -> None:
    assert split_handler("a.b.c", Language.PYTHON) == ("a/b", "c")
    assert split_handler("x/a.b", Language.PYTHON) == ("x/a", "b")
    assert split_handler("x/a.b.c", Language.JAVASCRIPT) == ("x/a", "b.c")
