# SPDX-License-Identifier: Apache-2.0
"""The `tiers` part of a policy's body: what the grade of the service changes (Article 16).

Which tier a service has stands in its statement; here is what follows from it. What a tier does not
say, or a tier that is not named, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.policies.body_dispositions import (
    MOST_DAYS,
    MOST_STEPS,
    MOST_TIMES,
    DispositionRules,
    disposition_rules,
)
from guiju.policies.part import Part

TIERS = ("low", "medium", "high")
_THOUSAND = 1000
_NUMBERS = {
    "sampled_permille": (0, _THOUSAND),
    "in_a_row": (1, MOST_TIMES),
    "in_a_day": (1, MOST_TIMES),
    "strike_days": (1, MOST_DAYS),
    "steps_up": (1, MOST_STEPS),
}
_NAMES = {
    "low": Text(zh="低", en="low"),
    "medium": Text(zh="中", en="medium"),
    "high": Text(zh="高", en="high"),
}


class TierRules(NamedTuple):
    """What follows from a tier; never anything milder than the policy says for all.

    `sampled`: at least so many in a thousand closed decisions get a second look. `strict`:
    everybody is screened by the column of the matrix that is for minors, the stricter one.
    `in_a_row`, `in_a_day`: at most so many stopped inputs until the rule about abuse is reached.
    `strike_days`: at least so long a strike counts. `steps_up`: by so many strikes the ladder
    begins further up. None, and 0: as for all.
    """

    sampled: int = 0
    strict: bool = False
    in_a_row: int | None = None
    in_a_day: int | None = None
    strike_days: int | None = None
    steps_up: int = 0


def tiers(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    if not top.has("tiers"):
        return {}
    table = top.form("tiers")
    found: dict[str, Any] = {}
    for name in table.given(TIERS):
        one = table.form(name)
        said: dict[str, Any] = {}
        for key, (least, most) in _NUMBERS.items():
            if one.has(key):
                said[key] = one.number(key, least, most)
        if one.has("strict"):
            said["strict"] = one.flag("strict", default=False)
        one.done()
        if not said:
            raise one.fault(
                "", "没有写明变化", f"changes nothing: {', '.join((*_NUMBERS, 'strict'))}"
            )
        found[name] = said
    if not found:
        raise table.fault("", "没有写明级别", "names no tier: low, medium, high")
    return {"tiers": found}


def tier_rules(body: Mapping[str, Any], tier: str) -> TierRules:
    """What follows from `tier` by a policy's whole body."""
    said = body.get("tiers", {}).get(tier, {})
    return TierRules(
        sampled=int(said.get("sampled_permille", 0)),
        strict=bool(said.get("strict", False)),
        in_a_row=said.get("in_a_row"),
        in_a_day=said.get("in_a_day"),
        strike_days=said.get("strike_days"),
        steps_up=int(said.get("steps_up", 0)),
    )


def dispositions_at(body: Mapping[str, Any], tier: str) -> DispositionRules:
    """The rules about abuse and the ladder for a service of `tier`; never milder than for all."""
    usual, more = disposition_rules(body), tier_rules(body, tier)
    return replace(
        usual,
        in_a_row=min(usual.in_a_row, more.in_a_row or usual.in_a_row),
        in_a_day=min(usual.in_a_day, more.in_a_day or usual.in_a_day),
        strike_days=max(usual.strike_days, more.strike_days or 0),
        steps_up=more.steps_up,
    )


def tiers_said(body: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """For a page: what each tier changes."""
    return [
        (
            Text(zh=f"风险级别{_NAMES[name].zh}", en=f"Tier {_NAMES[name].en}"),
            _listed(_said(tier_rules(body, name))),
        )
        for name in TIERS
        if name in body.get("tiers", {})
    ]


def tier_lines(body: Mapping[str, Any]) -> list[Text]:
    """The same in lines, to compare two versions."""
    return [
        Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")
        for head, said in tiers_said(body)
    ]


def _listed(words: Iterator[Text]) -> Text:
    every = list(words)
    zh, en = "；".join(one.zh for one in every), "; ".join(one.en for one in every)
    return Text(zh=zh or "—", en=en or "—")


def _said(rules: TierRules) -> Iterator[Text]:
    if rules.sampled:
        yield Text(
            zh=f"办结决定至少抽查 {rules.sampled}‰",
            en=f"at least {rules.sampled} in a thousand closed decisions get a second look",
        )
    if rules.strict:
        yield Text(zh="所有人按未成年人的标准审查", en="everybody is screened as minors are")
    if rules.in_a_row is not None:
        yield Text(
            zh=f"连续被拦至多 {rules.in_a_row} 次即临时暂停",
            en=f"a provisional hold after {rules.in_a_row} stopped inputs in a row at most",
        )
    if rules.in_a_day is not None:
        yield Text(
            zh=f"一天被拦至多 {rules.in_a_day} 次即临时暂停",
            en=f"after {rules.in_a_day} in a day at most",
        )
    if rules.strike_days is not None:
        yield Text(
            zh=f"记次至少 {rules.strike_days} 天有效",
            en=f"a strike counts for at least {rules.strike_days} days",
        )
    if rules.steps_up:
        yield Text(
            zh=f"处置阶梯提前 {rules.steps_up} 次",
            en=f"the ladder begins {rules.steps_up} strikes further up",
        )
