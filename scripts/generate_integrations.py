"""Write advisor/data/sdk_actions.txt from the botocore models: what state machines can call.

Run with the Python of an environment that has botocore; it is needed nowhere else:

    python scripts/generate_integrations.py --date 2026-11-21
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "advisor" / "data" / "sdk_actions.txt"


def service_name(service_id: str) -> str:
    """Return a service's name in an SDK integration: its id without punctuation."""
    return "".join(letter for letter in service_id.lower() if letter.isalnum())


def action_name(operation: str) -> str:
    """Return an operation in camel case, the way that SDK integrations write it."""
    return operation[:1].lower() + operation[1:]


def parameters(shape: object) -> str:
    """Return an operation's parameters by name, required ones with `!`; `~` fills itself in."""
    if shape is None:
        return ""
    required = set(shape.required_members)  # type: ignore[attr-defined]  # botocore is untyped
    words = []
    for name, member in shape.members.items():  # type: ignore[attr-defined]  # as above
        fills_itself = member.metadata.get("idempotencyToken", False)
        words.append(f"{name}!" if name in required and not fills_itself else name)
    return " ".join(words)


def table() -> dict[str, dict[str, str]]:
    """Return service → action → parameters for every service that botocore knows."""
    import botocore.session

    session = botocore.session.get_session()
    found: dict[str, dict[str, str]] = {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        actions = found.setdefault(service_name(str(model.service_id)), {})
        for operation in model.operation_names:
            shape = model.operation_model(operation).input_shape
            actions[action_name(operation)] = parameters(shape)
    return found


def main() -> None:
    """Write one line per service, so that a reader parses only the lines it needs."""
    import botocore

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--date", required=True, help="today, as YYYY-MM-DD")
    date = arguments.parse_args().date
    head = {
        "date": date,
        "botocore": botocore.__version__,
        "source": "https://github.com/boto/botocore/tree/develop/botocore/data",
    }
    lines = [json.dumps(head)]
    for service, actions in sorted(table().items()):
        body = json.dumps(dict(sorted(actions.items())), separators=(",", ":"))
        lines.append(f"{service} {body}")
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
