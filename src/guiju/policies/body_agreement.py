# SPDX-License-Identifier: Apache-2.0
"""The `agreement` part of a policy's body: how long a material change may wait to be accepted.

The law names no grace; left out there is none, and a material version binds at once (Article 9).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guiju.policies.part import Part

_MOST_DAYS = 90


def agreement(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("agreement"):
        return {}
    table = top.form("agreement")
    found = {"grace_days": table.number("grace_days", 0, _MOST_DAYS)}
    table.done()
    return {"agreement": found}


def grace_days(body: Mapping[str, Any]) -> int:
    """For how many days after its publication a material version does not bind yet."""
    return int(body.get("agreement", {}).get("grace_days", 0))
