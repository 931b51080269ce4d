# SPDX-License-Identifier: Apache-2.0
"""The `review` part of a policy's body: what reviewers are spared, and how much is looked at again.

What is left out is not limited, and nothing is drawn; how long one panel counts at most is always
said. A body from before the part existed keeps its digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from guiju.casework import Allowance, HarmAllowance, ReviewRules
from guiju.kernel import Text
from guiju.policies.part import Part

_DAY = 24 * 60
_MOST_ITEMS = 100_000
_MOST_HARMS = 31
_THOUSAND = 1000
_SHOWN = 5
_MOST_SHOWN = 60
_LONGEST_QUEUE = 40
_MOST_QUEUES = 50


def review(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    return {"review": _whole(top.form("review"))} if top.has("review") else {}


def review_rules(body: Mapping[str, Any]) -> ReviewRules:
    """The rules of a policy's whole body, ready for use."""
    table = body.get("review", {})
    rest_after = table.get("rest_after_minutes")
    return ReviewRules(
        shown=timedelta(minutes=table.get("shown_minutes", _SHOWN)),
        a_day=Allowance(table.get("day_minutes"), table.get("day_items")),
        of_harms=tuple(
            HarmAllowance(
                tuple(one["harms"]), Allowance(one.get("day_minutes"), one.get("day_items"))
            )
            for one in table.get("harm", ())
        ),
        rest_after=None if rest_after is None else timedelta(minutes=rest_after),
        rest=timedelta(minutes=table.get("rest_minutes", 0)),
        sampled=table.get("sampled_permille", 0),
        opt_in=frozenset(table.get("opt_in", ())),
    )


def review_said(body: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """For a page: what each reviewer is spared, and what is looked at again."""
    if "review" not in body:
        return []
    rules = review_rules(body)
    shown = int(rules.shown.total_seconds()) // 60
    lines = [
        (
            Text(zh="审核员查看材料", en="What reviewers look at"),
            _allowance(rules.a_day, f"；每次最多计 {shown} 分钟", f"; {shown} min at most each"),
        )
    ]
    lines += [
        (Text(zh=", ".join(one.harms), en=", ".join(one.harms)), _allowance(one.a_day))
        for one in rules.of_harms
    ]
    if rules.rest_after is not None:
        after, rest = (int(one.total_seconds()) // 60 for one in (rules.rest_after, rules.rest))
        lines.append(
            (
                Text(zh="休息", en="Rest"),
                Text(zh=f"连续 {after} 分钟后休息 {rest} 分钟", en=f"{rest} min after {after} min"),
            )
        )
    if rules.sampled:
        lines.append(
            (
                Text(zh="抽查复看", en="Second looks"),
                Text(
                    zh=f"办结决定的 {rules.sampled}‰",
                    en=f"{rules.sampled} in a thousand closed decisions",
                ),
            )
        )
    if rules.opt_in:
        queues = ", ".join(sorted(rules.opt_in))
        lines.append((Text(zh="自愿办理的队列", en="Queues by choice"), Text(zh=queues, en=queues)))
    return lines


def review_lines(body: Mapping[str, Any]) -> list[Text]:
    """The same in lines, to compare two versions."""
    return [
        Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")
        for head, said in review_said(body)
    ]


def _whole(form: Part) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "shown_minutes": form.number("shown_minutes", 1, _MOST_SHOWN, default=_SHOWN)
    }
    whole |= _day(form)
    if form.has("rest_after_minutes") or form.has("rest_minutes"):
        whole["rest_after_minutes"] = form.number("rest_after_minutes", 1, _DAY)
        whole["rest_minutes"] = form.number("rest_minutes", 1, _DAY)
    if form.has("sampled_permille"):
        whole["sampled_permille"] = form.number("sampled_permille", 1, _THOUSAND)
    if form.has("opt_in"):
        whole["opt_in"] = form.texts("opt_in", longest=_LONGEST_QUEUE, most=_MOST_QUEUES)
    harm = list(_harms(form))
    if harm:
        whole["harm"] = harm
    form.done()
    return whole


def _harms(form: Part) -> Iterator[dict[str, Any]]:
    for one in form.forms("harm", most=_MOST_HARMS):
        limits = {"harms": one.harms("harms"), **_day(one)}
        if len(limits) == 1:
            raise one.fault("", "没有写明限额", "names no limit: day_minutes, day_items")
        one.done()
        yield limits


def _day(form: Part) -> dict[str, int]:
    found = {}
    for key, most in (("day_minutes", _DAY), ("day_items", _MOST_ITEMS)):
        if form.has(key):
            found[key] = form.number(key, 1, most)
    return found


def _allowance(one: Allowance, zh: str = "", en: str = "") -> Text:
    parts_zh, parts_en = [], []
    if one.minutes is not None:
        parts_zh.append(f"每天 {one.minutes} 分钟")
        parts_en.append(f"{one.minutes} min a day")
    if one.items is not None:
        parts_zh.append(f"每天 {one.items} 件")
        parts_en.append(f"{one.items} items a day")
    return Text(
        zh=("、".join(parts_zh) or "不限量") + zh, en=(", ".join(parts_en) or "no limit") + en
    )
