# SPDX-License-Identifier: Apache-2.0
"""Reads the `[[screening.guard]]` tables of a policy; a fault is named with its place."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.measures import law
from guiju.screening.guards.address import address_fault
from guiju.screening.guards.config import SERVED, GuardConfig
from guiju.screening.guards.families import FAMILIES
from guiju.screening.model import DIRECTIONS, Outcome

MOST_GUARDS = 16
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_LONGEST_MODEL = 200
_SHOWN = 40
_ON_ERROR = ("block", "review", "pass")
_ON_UNSAFE = ("review", "refuse", "block")
_ON_CONTROVERSIAL = ("pass", "review", "refuse", "block")
_TEMPLATES = ("server", "message")
_KNOWN = tuple(field.name for field in fields(GuardConfig))
_OF_A_FAMILY = frozenset[str]().union(*(one.keys for one in FAMILIES.values()))
_REMEDY = Text(zh="请更正规则后重试。", en="Correct the policy and try again.")


def read_guards(table: Mapping[str, Any]) -> tuple[GuardConfig, ...]:
    """The guards of the `screening` table, in order; none when it names none.

    Raises:
        Invalid: `guard-broken`, with the place, e.g. `screening.guard[0].url`.
    """
    rows = table.get("guard", ())
    if not isinstance(rows, list | tuple) or len(rows) > MOST_GUARDS:
        raise _broken(
            "screening.guard",
            f"应为至多 {MOST_GUARDS} 项的列表",
            f"is a list of at most {MOST_GUARDS}",
        )
    guards: dict[str, GuardConfig] = {}
    for at, row in enumerate(rows):
        guard = _Row(f"screening.guard[{at}]", row).guard()
        if guards.setdefault(guard.name, guard) is not guard:
            place = f"screening.guard[{at}].name"
            raise _broken(place, f"与前面的 {guard.name} 重名", f"repeats {guard.name}")
    return tuple(guards.values())


class _Row:
    """One table and its place."""

    def __init__(self, place: str, values: object) -> None:
        self.place = place
        if not isinstance(values, Mapping):
            raise _broken(place, "应为一组键值", "must be a table")
        self.values = values

    def guard(self) -> GuardConfig:
        family = self.word("family", tuple(FAMILIES))
        self.knows_only(family)
        return GuardConfig(
            name=self.matching("name", _NAME),
            family=family,
            url=self.address(),
            model=self.text("model", _LONGEST_MODEL),
            key=self.matching("key", _KEY) if "key" in self.values else "",
            directions=self.words("directions", DIRECTIONS, SERVED),
            harms=self.harms(family),
            unsafe=Outcome(self.word("unsafe", _ON_UNSAFE, "block")),
            controversial=Outcome(self.word("controversial", _ON_CONTROVERSIAL, "review")),
            on_error=Outcome(self.word("on_error", _ON_ERROR, "block")),
            timeout_ms=self.number("timeout_ms", 50, 60_000, 3_000),
            concurrency=self.number("concurrency", 1, 256, 8),
            window=self.number("window", 1_000, 32_000, 4_000),
            max_tokens=self.number("max_tokens", 16, 4_096, 0),
            unsafe_from=self.number("unsafe_from", 1, 1_000, 500),
            controversial_from=self.thresholds(),
            template=self.word("template", _TEMPLATES, "server"),
        )

    def knows_only(self, family: str) -> None:
        """Refuse a misspelt key, and one that would do nothing for this family."""
        for key in self.values:
            if key not in _KNOWN:
                near = get_close_matches(str(key)[:_SHOWN], _KNOWN, n=1)
                hint = (
                    (f"（是否指 {near[0]}？）", f" (did you mean {near[0]}?)") if near else ("", "")
                )
                raise self.fault(_shown(key), f"未知字段{hint[0]}", f"unknown key{hint[1]}")
            if key in _OF_A_FAMILY - FAMILIES[family].keys:
                raise self.fault(key, f"对 {family} 不起作用", f"does nothing for {family}")

    def harms(self, family: str) -> tuple[str, ...]:
        named = self.words("harms", tuple(law().harms), ())
        told = FAMILIES[family].harms
        for harm in named:
            if told is not None and harm not in told:
                raise self.fault(
                    "harms", f"{family} 分辨不出 {harm}", f"{family} cannot tell {harm}"
                )
        return named

    def thresholds(self) -> int:
        """The lower threshold, never above the upper one."""
        upper = self.number("unsafe_from", 1, 1_000, 500)
        return self.number("controversial_from", 1, upper, min(upper, 300))

    def address(self) -> str:
        url = self.text("url", 500)
        if fault := address_fault(url):
            raise self.fault("url", fault.zh, fault.en)
        return url.rstrip("/")

    def text(self, key: str, longest: int) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value.strip() or len(value) > longest:
            raise self.fault(
                key,
                f"应为至多 {longest} 个字符的文字",
                f"must be text of at most {longest} characters",
            )
        if not value.isprintable():
            raise self.fault(key, "含有不可用的字符", "holds an unusable character")
        return value.strip()

    def matching(self, key: str, form: re.Pattern[str]) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not form.fullmatch(value):
            # Not shown: where a name belongs, somebody may have written the secret itself.
            raise self.fault(key, f"应为名称（{form.pattern}）", f"must be a name ({form.pattern})")
        return value

    def word(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str) or value not in choices:
            listed = ", ".join(choices)
            raise self.fault(key, f"只能是 {listed}", f"must be one of {listed}")
        return value

    def words(
        self, key: str, choices: tuple[str, ...], default: tuple[str, ...]
    ) -> tuple[str, ...]:
        if key not in self.values:
            return default
        value = self.values[key]
        if not isinstance(value, list | tuple) or not value:
            raise self.fault(key, "应为非空的列表", "must be a list that is not empty")
        for one in value:
            if one not in choices:
                raise self.fault(key, f"没有 {_shown(one)}", f"there is no {_shown(one)}")
        return tuple(one for one in choices if one in value)

    def number(self, key: str, least: int, most: int, default: int) -> int:
        value = self.values.get(key)
        if value is None:
            return default
        if type(value) is not int or not least <= value <= most:
            raise self.fault(
                key,
                f"应为 {least} 到 {most} 之间的整数",
                f"must be a whole number from {least} to {most}",
            )
        return value

    def take(self, key: str) -> object:
        if key not in self.values:
            raise self.fault(key, "缺少此项", "is missing")
        return self.values[key]

    def fault(self, key: str, zh: str, en: str) -> Invalid:
        return _broken(f"{self.place}.{key}", zh, en)


def _broken(place: str, zh: str, en: str) -> Invalid:
    what = Text(zh=f"{place}：{zh}。", en=f"{place}: {en}.")
    return Invalid("guard-broken", what, _REMEDY, article=4, param=place)


def _shown(value: object) -> str:
    return "".join(one if one.isprintable() else "?" for one in str(value)[:_SHOWN])
