# SPDX-License-Identifier: Apache-2.0
"""The `incidents` part of a policy's body: who reports, and what is a sign (Articles 13, 14).

How many hours there are to report depends on the kind of operator. Left out, it is `other`, as for
most providers. From how much personal information in answers a leak is suspected is the provider's
own number: left out it is 100 an hour, and 0 suspects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from guiju.kernel import Text
from guiju.policies.part import Part

USUAL_HITS = 100
_MOST_HITS = 1_000_000


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
    found: dict[str, Any] = {}
    if table.has("personal_hits_an_hour"):
        found["personal_hits_an_hour"] = table.number("personal_hits_an_hour", 0, _MOST_HITS)
    if table.has("operator") or not found:
        found["operator"] = table.word("operator", [*Operator])
    table.done()
    return {"incidents": found}


def operator_of(body: Mapping[str, Any] | None) -> Operator:
    """The class of operator of a policy's whole body; `other` where it says nothing."""
    return Operator((body or {}).get("incidents", {}).get("operator", Operator.OTHER))


def personal_hits_of(body: Mapping[str, Any] | None) -> int:
    """Above how many hits an hour in outputs a leak is suspected; 0: never."""
    return int((body or {}).get("incidents", {}).get("personal_hits_an_hour", USUAL_HITS))
