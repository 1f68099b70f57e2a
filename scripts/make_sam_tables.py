"""Write the tables of SAM's policy templates and connector profiles from aws-sam-translator.

Run it with the development extra installed: python scripts/make_sam_tables.py YYYY-MM-DD
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

TARGET = Path(__file__).parent.parent / "advisor" / "data"


def _header(name: str, date: str) -> dict[str, str]:
    return {
        "what": name,
        "source": "https://github.com/aws/serverless-application-model "
        f"(aws-sam-translator {version('aws-sam-translator')})",
        "licence": "Apache-2.0, Copyright Amazon.com, Inc. or its affiliates",
        "date": date,
        "made_by": "scripts/make_sam_tables.py",
    }


def _write(path: Path, header: dict[str, str], body: dict[str, object]) -> None:
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in header.items()]
    for key, table in body.items():
        if not isinstance(table, dict):
            continue
        rows = [
            f"  {json.dumps(name)}: {json.dumps(row, separators=(',', ':'))}"
            for name, row in sorted(table.items())
        ]
        lines.append(f"{json.dumps(key)}: {{\n" + ",\n".join(rows) + "\n}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main() -> None:
    """Write both tables; the date of the reading is the only argument."""
    date = sys.argv[1]
    package = files("samtranslator")
    policies = json.loads(
        (package / "policy_templates_data" / "policy_templates.json").read_text("utf-8")
    )
    templates = {
        name: {
            "parameters": sorted(row["Parameters"]),
            "statements": row["Definition"]["Statement"],
        }
        for name, row in policies["Templates"].items()
    }
    _write(
        TARGET / "sam_policy_templates.json",
        _header("IAM statements of the SAM policy templates", date),
        {"templates": templates},
    )
    profiles = json.loads(
        (package / "model" / "connector_profiles" / "profiles.json").read_text("utf-8")
    )
    _write(
        TARGET / "sam_connectors.json",
        _header("permissions that SAM connectors grant, by type of source and destination", date),
        {"permissions": profiles["Permissions"], "resources": profiles["CfnResourceProperties"]},
    )


if __name__ == "__main__":
    main()
