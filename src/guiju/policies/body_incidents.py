# SPDX-License-Identifier: Apache-2.0
"""The `incidents` part of a policy's body: as which kind of operator one reports (Articles 13, 14).

How many hours there are to report depends on it. Left out, it is `other`, as for most providers.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from guiju.kernel import Text
from guiju.policies.part import Part


class Operator(StrEnum):
    """The classes of network operators that the rules of reporting tell apart."""

    CRITICAL_INFRASTRUCTURE = "critical-infrastructure"
    CENTRAL_ORGAN = "central-organ"
    OTHER = "other"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _TEXT[self]


_TEXT = {
    Operator.CRITICAL_INFRASTRUCTURE: Text(
        zh="关键信息基础设施运营者", en="operator of critical infrastructure"
    ),
    Operator.CENTRAL_ORGAN: Text(zh="中央和国家机关", en="central organ"),
    Operator.OTHER: Text(zh="其他网络运营者", en="other network operator"),
}


def incidents(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("incidents"):
        return {}
    table = top.form("incidents")
    found = {"operator": table.word("operator", [*Operator])}
    table.done()
    return {"incidents": found}


def operator_of(body: Mapping[str, Any] | None) -> Operator:
    """The class of operator of a policy's whole body; `other` where it says nothing."""
    return Operator((body or {}).get("incidents", {}).get("operator", Operator.OTHER))
