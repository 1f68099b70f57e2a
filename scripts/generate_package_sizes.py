"""Writes advisor/data/package_sizes.json: what heavy packages weigh once they are unpacked.

Run by hand, now and then: `python scripts/generate_package_sizes.py`. It asks pip and npm, with
whatever indexes they are set up for, about the packages named here, and nothing else. Python
packages are the wheels that Lambda's x86_64 runtime of Python 3.12 would install.
"""

from __future__ import annotations

import datetime as dt
import email
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.requirements import Requirement

DATA = Path(__file__).parent.parent / "advisor" / "data" / "package_sizes.json"


def _names(text: str) -> list[str]:
    return text.split()


PYTHON_PACKAGES = _names("""
    aiohttp asyncpg aws-lambda-powertools aws-xray-sdk awswrangler boto3 botocore cryptography
    django duckdb fastapi flask google-api-python-client grpcio jinja2 langchain-core lxml
    matplotlib nltk numpy openai opencv-python-headless pandas pillow plotly polars
    polars-runtime-32
    psycopg2-binary pyarrow pydantic pydantic-core pyyaml requests s3transfer
    scikit-learn scipy sqlalchemy sympy transformers
""")
NODE_PACKAGES = _names("""
    @aws-lambda-powertools/logger @aws-sdk/client-dynamodb @aws-sdk/client-s3
    @aws-sdk/lib-dynamodb @prisma/client @sparticuz/chromium aws-sdk aws-xray-sdk axios core-js
    express googleapis knex lodash moment mongodb mysql2 pg redis sequelize typescript
""")
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_28_x86_64", "any")
LAMBDA = {
    "extra": "",
    "platform_machine": "x86_64",
    "platform_system": "Linux",
    "python_full_version": "3.12.0",
    "python_version": "3.12",
    "sys_platform": "linux",
}
"""What a requirement's marker is asked of."""
MOST = 60
Row = dict[str, object]


def main() -> None:
    """Ask about every package, the failures aside, and write the table."""
    if len(PYTHON_PACKAGES) + len(NODE_PACKAGES) > MOST:
        sys.exit(f"more than {MOST} packages")
    rows: list[Row] = []
    for ask, names in ((python_row, PYTHON_PACKAGES), (node_row, NODE_PACKAGES)):
        for name in names:
            try:
                rows.append(ask(name))
            except (LookupError, OSError, subprocess.SubprocessError, ValueError) as error:
                print(f"{name}: {type(error).__name__}", file=sys.stderr)  # noqa: T201 - a script
    DATA.write_text(json.dumps({"packages": rows}, indent=1) + "\n", encoding="utf-8")


def python_row(name: str) -> Row:
    """Return the declared sizes inside a package's wheel, added up."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            folder,
        ]
        command += ["--only-binary=:all:", "--python-version=3.12", "--implementation=cp"]
        command += [f"--platform={platform}" for platform in PLATFORMS]
        subprocess.run([*command, name], check=True, timeout=300, capture_output=True)  # noqa: S603 - names of its own
        wheel = next(Path(folder).glob("*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            inside = next(x for x in archive.namelist() if x.endswith(".dist-info/METADATA"))
            metadata = email.message_from_bytes(archive.read(inside))
    needs = [Requirement(item) for item in metadata.get_all("Requires-Dist") or ()]
    holds = [item for item in needs if item.marker is None or item.marker.evaluate(LAMBDA)]
    requires = sorted({normal(item.name) for item in holds} & set(PYTHON_PACKAGES))
    return row("python", name, str(metadata["Version"]), size, requires)


def node_row(name: str) -> Row:
    """Return the sizes of what a package's archive holds, added up by npm."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", name, "--json", "--pack-destination", folder]
        done = subprocess.run(command, check=True, timeout=300, capture_output=True)  # noqa: S603 - names of its own
    packed = json.loads(done.stdout)[0]
    command = ["npm", "view", name, "dependencies", "--json"]
    done = subprocess.run(command, check=True, timeout=120, capture_output=True)  # noqa: S603 - as above
    requires = sorted(set(json.loads(done.stdout or b"{}")) & set(NODE_PACKAGES))
    return row("node", name, packed["version"], int(packed["unpackedSize"]), requires)


def row(kind: str, name: str, version: str, size: int, requires: list[str]) -> Row:
    """Return one row of the table."""
    source = "wheel, sizes declared inside" if kind == "python" else "npm pack, unpackedSize"
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    return {
        "kind": kind,
        "name": name,
        "version": version,
        "bytes": size,
        "requires": requires,
        "date": today,
        "source": source,
    }


def normal(name: str) -> str:
    """Return a Python package's name the way that indexes compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
