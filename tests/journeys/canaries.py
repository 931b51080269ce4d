# SPDX-License-Identifier: Apache-2.0
"""What must stand in clear nowhere: keys, passwords, and words that a test has planted.

`CANARY` begins every planted word, so that a look through a folder finds also those that came there
by a way that nobody thought of.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

CANARY = "kanarienvogel"

# They hold secrets because that is what they are for, for their owner only.
_KEPT = frozenset({"first-run.json", "master.key", "master.key.previous", "kms-token"})


def canary() -> str:
    """A word that nobody else has."""
    return f"{CANARY}-{uuid4().hex}"


def secrets_of(data: Path) -> dict[str, bytes]:
    """Keys and passwords of a data folder, by what they are."""
    found: dict[str, bytes] = {"planted": CANARY.encode()}
    try:
        said = json.loads((data / "first-run.json").read_text())
    except OSError:
        return found
    for one in said["staff"]:
        found[f"password of {one['name']}"] = one["password"].encode()
    found["password of the user"] = said["user"]["password"].encode()
    for name in ("user", "app"):
        found[f"api key of the {name}"] = said[name]["api_key"].encode()
    try:
        text = (data / "master.key").read_text().strip()
    except OSError:
        return found
    return found | {"master key as text": text.encode(), "master key": base64.b64decode(text)}


def in_clear(files: Iterator[Path], secrets: dict[str, bytes]) -> list[str]:
    """Which secrets stand in which files."""
    found = []
    for path in files:
        if path.name in _KEPT or not path.is_file():
            continue
        content = path.read_bytes()
        found += [f"{name} in {path.name}" for name, one in secrets.items() if one in content]
    return found


def looked_through(data: Path, *logs: Path) -> list[str]:
    """The same of a whole data folder, its database and spill included, and of logs.

    A first start prints a line to paste with the demo keys on purpose: logs are looked through for
    all but these.
    """
    secrets = secrets_of(data)
    printed = {name: one for name, one in secrets.items() if not name.startswith("api key")}
    return [*in_clear(data.rglob("*"), secrets), *in_clear(iter(logs), printed)]
