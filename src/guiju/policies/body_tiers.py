# SPDX-License-Identifier: Apache-2.0
"""The `tiers` part of a policy's body: what the grade of the service changes (Article 16).

Which tier a service has stands in its statement; here is what follows from it. What a tier does not
say, or a tier that is not named, changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.policies.part import Part

TIERS = ("low", "medium", "high")
_THOUSAND = 1000
_NAMES = {
    "low": Text(zh="低", en="low"),
    "medium": Text(zh="中", en="medium"),
    "high": Text(zh="高", en="high"),
}


class TierRules(NamedTuple):
    """What follows from a tier.

    `sampled`: at least so many in a thousand closed decisions get a second look. `strict`:
    everybody is screened by the column of the matrix that is for minors, the stricter one.
    """

    sampled: int = 0
    strict: bool = False


def tiers(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("tiers"):
        return {}
    table = top.form("tiers")
    found: dict[str, Any] = {}
    for name in table.given(TIERS):
        one = table.form(name)
        said: dict[str, Any] = {}
        if one.has("sampled_permille"):
            said["sampled_permille"] = one.number("sampled_permille", 0, _THOUSAND)
        if one.has("strict"):
            said["strict"] = one.flag("strict", default=False)
        one.done()
        if not said:
            raise one.fault("", "没有写明变化", "changes nothing: sampled_permille, strict")
        found[name] = said
    if not found:
        raise table.fault("", "没有写明级别", "names no tier: low, medium, high")
    return {"tiers": found}


def tier_rules(body: Mapping[str, Any], tier: str) -> TierRules:
    """What follows from `tier` by a policy's whole body."""
    said = body.get("tiers", {}).get(tier, {})
    return TierRules(int(said.get("sampled_permille", 0)), bool(said.get("strict", False)))


def tiers_said(body: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """For a page: what each tier changes."""
    return [
        (
            Text(zh=f"风险级别{_NAMES[name].zh}", en=f"Tier {_NAMES[name].en}"),
            _said(tier_rules(body, name)),
        )
        for name in body.get("tiers", {})
    ]


def _said(rules: TierRules) -> Text:
    zh, en = [], []
    if rules.sampled:
        zh.append(f"办结决定至少抽查 {rules.sampled}‰")
        en.append(f"at least {rules.sampled} in a thousand closed decisions get a second look")
    if rules.strict:
        zh.append("所有人按未成年人的标准审查")
        en.append("everybody is screened as minors are")
    return Text(zh="；".join(zh) or "—", en="; ".join(en) or "—")
