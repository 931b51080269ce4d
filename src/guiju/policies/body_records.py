# SPDX-License-Identifier: Apache-2.0
"""`[records]` of a policy: how long what is recorded stays, and for what each class is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from guiju.casework import Retention
from guiju.inventory import BASES, SEARCHABLE, as_shipped
from guiju.kernel import Form
from guiju.measures import rule
from guiju.policies.body_dispositions import disposition_rules
from guiju.policies.part import Part

MOST_DAYS = 36_500
_LONGEST_PURPOSE = 200
_CLASS = re.compile(r"[a-z][a-z-]{0,38}")
_MOST_CLASSES = 100
# The words of closed cases, each class from when a case was closed; left out, they stay.
_CASE_DAYS = {f"{one.value}_days": one for one in Retention}


def least_days() -> int:
    """How long records are kept at least: the rules' months in days, rounded up."""
    names = ("records.network-logs.months", "labels.log-retention.months")
    months = max(rule(name).number for name in names)
    return -(-months * 1461 // 48)


def records(form: Part) -> dict[str, Any]:
    """The checked table; what is left out stays left out, so that digests from before hold.

    `retention_days` is how long logs stay at least, and content unless `content_days` says
    otherwise: as short as the provider likes, 0 for keeping none. `search`: by which exact terms
    staff may find records; left out, by none.
    """
    least = least_days()
    days = form.number("retention_days", least, MOST_DAYS, default=least)
    said: dict[str, Any] = {"retention_days": days}
    if form.has("content_days"):
        said["content_days"] = form.number("content_days", 0, MOST_DAYS)
    if form.has("usage_days"):
        longest = max(days, said.get("content_days", days))
        said["usage_days"] = form.number("usage_days", longest, MOST_DAYS)
    for key in _CASE_DAYS:
        if form.has(key):
            said[key] = form.number(key, least, MOST_DAYS)
    if form.has("search"):
        said["search"] = form.words("search", list(SEARCHABLE))
    if form.has("classes"):
        said["classes"] = _classes(form)
    form.done()
    return said


def _classes(form: Part) -> dict[str, Any]:
    known = [name for name, one in as_shipped().items() if one.is_personal]
    found: dict[str, Any] = {}
    for name, part in form.named("classes", _CLASS, most=_MOST_CLASSES):
        if name not in known:
            raise form.fault(
                f"classes.{name}",
                f"不是数据类别，只有 {'、'.join(known)}",
                f"is no class of data; there are {', '.join(known)}",
            )
        purpose = part.both("purpose", longest=_LONGEST_PURPOSE)
        said = {"zh": purpose.zh.strip(), "en": purpose.en.strip()}
        found[name] = {"purpose": said, "basis": part.word("basis", list(BASES))}
        part.done()
    return found


def check_cases(top: Form, whole: Mapping[str, Any]) -> None:
    """What somebody may still read, appeal against or count strikes by must not have gone."""
    rules = disposition_rules(whole)
    needed = {
        "complaints_days": whole.get("complaints", {}).get("access_days", 0),
        "measures_days": max(rules.appeal_days, rules.strike_days),
    }
    for key, least in needed.items():
        days = whole["records"].get(key)
        if days is not None and days < least:
            raise top.fault(
                f"records.{key}",
                f"不得少于其他部分所需的 {least} 天",
                f"must be at least the {least} days that another part needs",
            )


def case_days(body: Mapping[str, Any]) -> dict[Retention, int]:
    """How long the words of closed cases stay, by class; a class that is left out stays."""
    records = body["records"]
    return {one: records[key] for key, one in _CASE_DAYS.items() if key in records}
