"""Writes advisor/data/package_sizes.json: what heavy packages weigh once they are unpacked.

Run by hand, now and then: `python scripts/generate_package_sizes.py`. It asks pip and npm, with
whatever indexes they are set up for, about the packages named here and what these need, and
nothing else. Python packages are the wheels that Lambda's x86_64 runtimes would install.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import statistics
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent.parent / "advisor" / "data" / "package_sizes.json"


def _names(text: str) -> list[str]:
    return text.split()


PYTHON_PACKAGES = _names("""
    aiohttp asyncpg aws-lambda-powertools aws-xray-sdk awswrangler boto3 botocore cryptography
    django duckdb fastapi flask google-api-python-client grpcio jinja2 langchain-core lxml
    matplotlib numpy openai opencv-python-headless pandas pillow plotly polars polars-runtime-32
    psycopg2-binary pyarrow pydantic pydantic-core pyyaml requests s3transfer
    scikit-learn scipy sqlalchemy transformers
""")
NODE_PACKAGES = _names("""
    @aws-lambda-powertools/logger @aws-sdk/client-bedrock-runtime @aws-sdk/client-dynamodb
    @aws-sdk/client-lambda @aws-sdk/client-s3 @aws-sdk/client-secrets-manager
    @aws-sdk/client-sqs @aws-sdk/lib-dynamodb @prisma/client @sparticuz/chromium aws-sdk
    aws-xray-sdk axios express googleapis knex lodash mongodb mysql2 pg redis sequelize typescript
""")
OLDER = {
    "aws-lambda-powertools": _names("1.26.7 2.43.1"),
    "boto3": _names("1.17.112 1.28.85 1.29.7 1.34.162"),
    "botocore": _names("1.19.63 1.23.54 1.27.96 1.31.85 1.32.7 1.34.162"),
    "cryptography": _names("41.0.7"),
    "matplotlib": _names("3.5.3"),
    "numpy": _names("1.21.6 1.26.4"),
    "pandas": _names("1.3.5 2.2.3"),
    "pillow": _names("9.5.0"),
    "pyarrow": _names("14.0.2"),
    "pydantic": _names("1.10.26"),
    "scipy": _names("1.10.1"),
    "sqlalchemy": _names("1.4.54"),
    "@aws-sdk/client-dynamodb": _names("3.300.0 3.600.0"),
    "@aws-sdk/client-s3": _names("3.300.0 3.600.0"),
    "@aws-sdk/client-secrets-manager": _names("3.300.0 3.600.0"),
    "@aws-sdk/lib-dynamodb": _names("3.300.0 3.600.0"),
    "aws-sdk": _names("2.600.0 2.1000.0 2.1400.0"),
    "axios": _names("0.30.2"),
    "express": _names("4.21.2"),
    "mongodb": _names("4.17.2"),
    "mysql2": _names("2.3.3"),
    "typescript": _names("4.9.5"),
}
"""Versions that requirement files still pin, besides the newest one."""
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "any")
PYTHONS = ("3.12", "3.9")
MOST = 60
Row = dict[str, object]


def main() -> None:
    """Ask about every package, the failures aside, and write the table."""
    if len(PYTHON_PACKAGES) + len(NODE_PACKAGES) > MOST:
        sys.exit(f"more than {MOST} packages")
    rows: list[Row] = []
    for ask, glue, names in ((python_row, "==", PYTHON_PACKAGES), (node_row, "@", NODE_PACKAGES)):
        for name in names:
            for spec in (*(f"{name}{glue}{version}" for version in OLDER.get(name, ())), name):
                try:
                    rows.append(ask(name, spec))
                except (LookupError, OSError, subprocess.SubprocessError, ValueError) as error:
                    print(f"{spec}: {type(error).__name__}", file=sys.stderr)  # noqa: T201 - a script
    table = {"typical": [*typical(rows)], "packages": rows}
    DATA.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


# --- Python -----------------------------------------------------------------------------------


def python_row(name: str, spec: str) -> Row:
    """Return the declared sizes inside a package's wheel, added up, and those of what it needs."""
    for version in PYTHONS:
        try:
            needed = python_needs(spec, version)
            break
        except subprocess.CalledProcessError:
            if version == PYTHONS[-1]:
                raise
    own = needed.pop(name)
    named = sorted(set(needed) & set(PYTHON_PACKAGES))
    requires = {each: needed[each][0] for each in named}
    others = {each: size for each, (_, size) in needed.items() if each not in requires}
    return row("python", name, own, requires, others)


def python_needs(spec: str, python: str) -> dict[str, tuple[str, int]]:
    """Return version and unpacked bytes of all that pip would install for a requirement."""
    command = ["install", "--dry-run", "--ignore-installed", "--report=-", "--target=unused"]
    found = json.loads(_pip([*command, spec], python))
    sizes: dict[str, tuple[str, int]] = {}
    for item in found["install"]:
        metadata = item["metadata"]
        size = wheel_size(metadata["name"], metadata["version"], python)
        sizes[normal(metadata["name"])] = (metadata["version"], size)
    return sizes


@cache
def wheel_size(name: str, version: str, python: str) -> int:
    """Return the sizes that a wheel declares for its files, added up."""
    with tempfile.TemporaryDirectory() as folder:
        _pip(["download", "--no-deps", f"--dest={folder}", f"{name}=={version}"], python)
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as archive:
            return sum(entry.file_size for entry in archive.infolist())


def _pip(arguments: list[str], python: str) -> bytes:
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--only-binary=:all:"]
    command += [f"--python-version={python}", "--implementation=cp"]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    return subprocess.run(command, check=True, timeout=300, capture_output=True).stdout  # noqa: S603 - names of its own


# --- Node.js ----------------------------------------------------------------------------------


def node_row(name: str, spec: str) -> Row:
    """Return what npm installs for a package: its own files, and those of what it needs."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "install", spec, "--omit=dev", "--ignore-scripts", "--no-audit"]
        subprocess.run(  # noqa: S603 - names of its own
            [*command, "--no-fund", "--prefix", folder],
            check=True,
            timeout=300,
            capture_output=True,
        )
        modules = Path(folder) / "node_modules"
        sizes: dict[str, int] = {}
        for manifest in modules.rglob("package.json"):
            inner = manifest.parent.relative_to(modules).as_posix()
            inner = f"node_modules/{inner}".rpartition("node_modules/")[2]
            if inner.count("/") == (1 if inner.startswith("@") else 0):
                sizes[inner] = sizes.get(inner, 0) + folder_size(manifest.parent)
        versions = {
            each: json.loads((modules / each / "package.json").read_text())["version"]
            for each in sorted(set(sizes) & set(NODE_PACKAGES))
            if (modules / each / "package.json").is_file()
        }
    own, version = sizes.pop(name), versions.pop(name)
    requires = versions
    others = {each: size for each, size in sizes.items() if each not in requires}
    return row("node", name, (version, own), requires, others)


def folder_size(folder: Path) -> int:
    """Return the bytes of the files in a folder, less those of packages inside it."""
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and "node_modules" not in path.relative_to(folder).parts
    )


# --- both -------------------------------------------------------------------------------------


def typical(rows: list[Row]) -> Iterator[Row]:
    """Yield what a package weighs that has no row, told from what the named ones bring along.

    The median of their means: a single heavy one among hundreds tells nothing of the others.
    """
    for kind in ("python", "node"):
        means = [
            int(str(item["others_bytes"])) / int(str(item["others"]))
            for item in rows
            if item["kind"] == kind and item["others"]
        ]
        if means:
            yield {
                "kind": kind,
                "bytes": round(statistics.median(means)),
                "date": today(),
                "source": "median of the means of what the packages of the table bring along",
            }


def row(
    kind: str, name: str, own: tuple[str, int], requires: dict[str, str], others: dict[str, int]
) -> Row:
    """Return one row of the table."""
    source = "wheels, sizes declared inside" if kind == "python" else "npm install, files on disk"
    return {
        "kind": kind,
        "name": name,
        "version": own[0],
        "bytes": own[1],
        "requires": requires,
        "others": len(others),
        "others_bytes": sum(others.values()),
        "date": today(),
        "source": source,
    }


def today() -> str:
    """Return the date that the rows bear."""
    return dt.datetime.now(tz=dt.UTC).date().isoformat()


def normal(name: str) -> str:
    """Return a Python package's name the way that indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
