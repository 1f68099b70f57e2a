"""How packages are weighed."""

from __future__ import annotations

import json
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from advisor.analysis import analyze
from advisor.config import Config
from advisor.rules.finding import Severity
from advisor.source.code import FunctionCode
from advisor.source.dependencies import estimate
from advisor.source.facts import NotRead
from advisor.source.package import MIB, Deployment, PackageSize, how_deployed, measure, part_of

if TYPE_CHECKING:
    from pathlib import Path


def lay(root: Path, sizes: dict[str, int]) -> None:
    for name, size in sizes.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * size)


def weigh(path: Path, root: Path, runtime: str = "") -> PackageSize:
    found = measure(path, root=root, runtime=runtime)
    assert isinstance(found, PackageSize)
    return found


def test_a_folder_weighs_its_files_and_names_the_heaviest(tmp_path: Path) -> None:
    lay(tmp_path, {"app.py": 10, "pandas/a.py": 300, "pandas/b/c.py": 200, "numpy/x.so": 400})
    found = weigh(tmp_path, tmp_path)
    assert (found.unzipped, found.files, found.zipped, found.is_cut) == (910, 4, None, False)
    assert [(part.name, part.size) for part in found.largest] == [
        ("pandas", 500),
        ("numpy", 400),
        ("app.py", 10),
    ]


def test_packages_are_found_inside_layers_and_node_modules() -> None:
    assert part_of("python/lib/python3.13/site-packages/numpy/core/a.so") == "numpy"
    assert part_of("python/six.py") == "six.py"
    assert part_of("nodejs/node_modules/@aws-sdk/client-s3/dist/a.js") == "@aws-sdk/client-s3"
    assert part_of("node_modules/lodash/index.js") == "lodash"
    assert part_of("src/deep/file.js") == "src"
    assert part_of("index.js") == "index.js"


def test_leftovers_are_named_by_what_they_are(tmp_path: Path) -> None:
    lay(
        tmp_path,
        {
            ".git/objects/a": 1,
            "pkg/__pycache__/a.pyc": 2,
            "pkg/tests/test_a.py": 4,
            "app.js.map": 8,
            "node_modules/typescript/lib/tsc.js": 16,
            "boto3/__init__.py": 32,
            "app.py": 64,
        },
    )
    found = {item.what: item.size for item in weigh(tmp_path, tmp_path, "python3.13").leftovers}
    assert found == {
        "version history (.git)": 1,
        "caches (__pycache__)": 2,
        "tests": 4,
        "source maps": 8,
        "development dependency 'typescript'": 16,
        "'boto3', which the runtime has": 32,
    }


def test_the_runtime_decides_which_javascript_sdk_is_left_over(tmp_path: Path) -> None:
    lay(tmp_path, {"node_modules/aws-sdk/a.js": 1, "node_modules/@aws-sdk/client-s3/a.js": 2})
    new = weigh(tmp_path, tmp_path, "nodejs22.x").leftovers
    old = weigh(tmp_path, tmp_path, "nodejs16.x").leftovers
    assert [item.size for item in new] == [2]
    assert [item.size for item in old] == [1]


def test_an_archive_is_weighed_by_its_directory_alone(tmp_path: Path) -> None:
    archive = tmp_path / "fn.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("app.py", "a" * 50_000_000)
        file.writestr("lib/", "")
        file.writestr("numpy/x.py", "b" * 100)
    found = weigh(archive, tmp_path)
    assert found.unzipped == 50_000_100
    assert found.zipped == archive.stat().st_size
    assert found.files == 2


def test_a_broken_archive_is_not_read(tmp_path: Path) -> None:
    for content in (b"", b"PK\x05\x06", b"no zip at all", _end(offset=2**31, length=2**31)):
        (tmp_path / "fn.zip").write_bytes(content)
        assert isinstance(measure(tmp_path / "fn.zip", root=tmp_path), NotRead)


def _end(*, offset: int, length: int) -> bytes:
    return struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, length, offset, 0)


def test_counting_stops_at_the_bound_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advisor.source.package.MAX_FILES", 3)
    lay(tmp_path, {f"f{number}": 1 for number in range(5)})
    found = weigh(tmp_path, tmp_path)
    assert (found.files, found.is_cut) == (3, True)


def test_links_out_of_the_root_weigh_nothing(tmp_path: Path) -> None:
    root = tmp_path / "project"
    lay(tmp_path, {"outside/big": 1000})
    lay(root, {"app.py": 1})
    (root / "file").symlink_to(tmp_path / "outside" / "big")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    assert weigh(root, root).unzipped == 1
    assert isinstance(measure(tmp_path / "outside", root=root), NotRead)
    assert isinstance(measure(root / "folder", root=root), NotRead)
    assert isinstance(measure(root / "gone", root=root), NotRead)


def test_code_with_a_manifest_is_built_first_and_other_code_lies_as_deployed(
    tmp_path: Path,
) -> None:
    lay(tmp_path, {"plain/app.py": 1, "declared/app.py": 1, "declared/requirements.txt": 1})
    lay(tmp_path, {"cdk.out/asset.1/index.js": 1, "cdk.out/asset.1/package.json": 1, "fn.zip": 1})

    def kind(path: str, runtime: str, *, builds: bool = True) -> Deployment:
        code = FunctionCode("Fn", tmp_path, "app.handler", runtime, path)
        found = how_deployed(code, root=tmp_path, builds=builds)
        assert not isinstance(found, NotRead)
        return found[0]

    assert kind("plain", "python3.13") is Deployment.AS_IT_LIES
    assert kind("declared", "python3.13") is Deployment.BUILT_FIRST
    assert kind("declared", "python3.13", builds=False) is Deployment.AS_IT_LIES
    assert kind("cdk.out/asset.1", "nodejs22.x") is Deployment.AS_IT_LIES
    assert kind("fn.zip", "python3.13") is Deployment.AS_IT_LIES
    assert kind("plain", "java21") is Deployment.BUILT_FIRST


def test_what_sam_built_is_what_is_deployed(tmp_path: Path) -> None:
    lay(tmp_path, {"src/requirements.txt": 1, ".aws-sam/build/Fn/app.py": 5})
    code = FunctionCode("Fn", tmp_path, "app.handler", "python3.13", "src")
    found = how_deployed(code, root=tmp_path, builds=True)
    assert found == (Deployment.AS_IT_LIES, tmp_path / ".aws-sam/build" / "Fn")


def test_declared_dependencies_weigh_what_the_table_says(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "# tools\nPandas[excel]==2.2 ; python_version > '3'\n-r more.txt\nnot-in-the-table\n"
    )
    (tmp_path / "more.txt").write_text("boto3>=1\n-r requirements.txt\n-r ../../etc/passwd\n")
    found = estimate(tmp_path, root=tmp_path, runtime="python3.12")
    assert found is not None
    names = {part.name for part in found.parts}
    assert {"pandas", "numpy", "boto3", "botocore"} <= names
    assert found.unknown == ("not-in-the-table",)
    assert found.provided == ("boto3", "botocore", "s3transfer")
    known = sum(part.size for part in found.parts)
    assert found.size == known + found.others + found.guessed
    assert known > 50 * MIB
    assert 0 < found.guessed < found.others < known
    assert not found.is_locked


def test_development_dependencies_of_a_lock_do_not_count(tmp_path: Path) -> None:
    lock = {
        "packages": {
            "": {},
            "node_modules/axios": {},
            "node_modules/typescript": {"dev": True},
            "node_modules/a/node_modules/lodash": {},
        }
    }
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    found = estimate(tmp_path, root=tmp_path, runtime="nodejs22.x")
    assert found is not None
    assert found.is_locked
    assert {part.name for part in found.parts} == {"axios", "lodash"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("uv.lock", '[[package]]\nname = "numpy"\n[[package]]\nname="me"\nsource={virtual="."}\n'),
        ("poetry.lock", '[[package]]\nname = "numpy"\n[[package]]\nname="x"\ngroups=["dev"]\n'),
        ("Pipfile.lock", '{"default": {"numpy": {}}, "develop": {"pytest": {}}}'),
        ("pyproject.toml", '[project]\ndependencies = ["numpy>=2"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3"\nnumpy = "*"\n'),
    ],
)
def test_each_form_of_declaration_is_read(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    found = estimate(tmp_path, root=tmp_path, runtime="python3.13")
    assert found is not None
    assert [part.name for part in found.parts] == ["numpy"]
    assert found.files == (name,)


@pytest.mark.parametrize(
    ("name", "asked", "version", "is_near"),
    [
        ("botocore", "==1.31.85", "1.31.85", False),
        ("botocore", "==1.31.99", "1.31.85", True),
        ("botocore", "==1.2.0", "1.19.63", True),
        ("botocore", "==1.32.100", "1.32.7", True),
        ("boto3", "==1.36.0", "1.34.162", True),
        ("botocore", ">=1.20,<1.32", "1.31.85", False),
        ("botocore", "~=1.23.1", "1.23.54", False),
        ("botocore", "==1.27.*", "1.27.96", False),
        ("pydantic", "[email] < 2 ; python_version > '3'", "1.10.26", False),
    ],
)
def test_the_declared_version_is_weighed(
    tmp_path: Path, name: str, asked: str, version: str, *, is_near: bool
) -> None:
    (tmp_path / "requirements.txt").write_text(f"{name}{asked}  # pinned\n")
    found = estimate(tmp_path, root=tmp_path, runtime="python3.12")
    assert found is not None
    assert [part.version for part in found.parts if part.name == name] == [version]
    assert bool(found.near) is is_near


@pytest.mark.parametrize(
    ("asked", "version"),
    [("^4.18.0", "4.21.2"), ("~4.21.1", "4.21.2"), ("4.x", "4.21.2"), (">=4 <5", "4.21.2")],
)
def test_a_range_of_npm_chooses_the_newest_version_in_it(
    tmp_path: Path, asked: str, version: str
) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {"express": asked}}))
    found = estimate(tmp_path, root=tmp_path, runtime="nodejs24.x")
    assert found is not None
    assert [part.version for part in found.parts] == [version]


def test_an_old_sdk_brings_the_core_of_its_time(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("boto3==1.28.85\n")
    found = estimate(tmp_path, root=tmp_path, runtime="python3.12")
    assert found is not None
    assert {part.name: part.version for part in found.parts}["botocore"] == "1.31.85"
    assert found.size > 70 * MIB, "its service models were not packed yet"


@pytest.mark.parametrize(
    ("runtime", "name", "has"),
    [
        ("nodejs22.x", "@aws-sdk/client-s3", True),
        ("nodejs16.x", "@aws-sdk/client-s3", False),
        ("nodejs16.x", "aws-sdk", True),
        ("nodejs22.x", "aws-sdk", False),
    ],
)
def test_an_sdk_that_the_runtime_has_is_said(
    tmp_path: Path, runtime: str, name: str, *, has: bool
) -> None:
    (tmp_path / "package.json").write_text(json.dumps({"dependencies": {name: "*"}}))
    found = estimate(tmp_path, root=tmp_path, runtime=runtime)
    assert found is not None
    assert found.provided == ((name,) if has else ())


def test_a_function_that_imports_nothing_of_its_folder_is_named(tmp_path: Path) -> None:
    function = (
        "  {}:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {{Runtime: python3.13, Handler: {}.handler, CodeUri: code}}\n"
    )
    texts = {
        "advise.toml": "",
        "code/requirements.txt": "pandas\n",
        "code/report.py": "import pandas\ndef handler(event, context): pass\n",
        "code/ping.py": "def handler(event, context): pass\n",
        "template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n"
        + "".join(
            function.format(*each) for each in (("A", "report"), ("B", "report"), ("C", "ping"))
        ),
    }
    (tmp_path / "code").mkdir()
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    config = Config(severity=Severity.INFO, select=("heavy-dependencies",))
    (finding,) = analyze([tmp_path / "template.yaml"], config).findings
    assert [place.label for place in finding.related] == [
        "is built of the same folder",
        "is built of the same folder and imports none of them",
    ]


def test_clients_of_one_sdk_share_what_they_bring_along(tmp_path: Path) -> None:
    def weigh(*names: str) -> int:
        manifest = {"dependencies": dict.fromkeys((f"@aws-sdk/client-{x}" for x in names), "*")}
        (tmp_path / "package.json").write_text(json.dumps(manifest))
        found = estimate(tmp_path, root=tmp_path, runtime="nodejs24.x")
        assert found is not None
        return found.size

    both = weigh("dynamodb", "sqs")
    assert both < weigh("dynamodb") + weigh("sqs")
    assert both < weigh("dynamodb", "sqs", "not-in-the-table")


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '{"packages": 1}', "[" * 5000, '{"dependencies": []}', "\x00"]
)
def test_malformed_declarations_are_no_failure(tmp_path: Path, text: str) -> None:
    for name in ("package.json", "package-lock.json", "uv.lock", "Pipfile.lock", "yarn.lock"):
        (tmp_path / name).write_text(text)
    estimate(tmp_path, root=tmp_path, runtime="nodejs22.x")
    estimate(tmp_path, root=tmp_path, runtime="python3.13")
