# SPDX-License-Identifier: Apache-2.0
"""What the last verification of the whole ledger said: a small file that all processes share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from guiju.kernel import isoformat
from guiju.measures import Signal

_NAME = "verified.json"


class Verification(NamedTuple):
    """What a whole verification found."""

    ok: bool
    size: int
    problems: Sequence[str]


def read_verification(folder: Path) -> Signal | None:
    """What `guiju ledger verify` said last, if it ran."""
    try:
        found = msgspec.json.decode((folder / _NAME).read_bytes())
        at = datetime.fromisoformat(found["at"])
        return Signal(bool(found["ok"]), at, int(found["size"]), str(found["detail"]))
    except (OSError, msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def write_verification(folder: Path, said: Verification, at: datetime) -> None:
    """Leave for other processes what a verification found."""
    folder.mkdir(parents=True, exist_ok=True)
    detail = said.problems[0] if said.problems else ""
    found = {"ok": said.ok, "size": said.size, "at": isoformat(at), "detail": detail}
    temporary = folder / f"{_NAME}.tmp"
    temporary.write_bytes(msgspec.json.encode(found))
    temporary.replace(folder / _NAME)
