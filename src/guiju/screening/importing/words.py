# SPDX-License-Identifier: Apache-2.0
"""The words in which lists say what is to be done: actions, directions, yes and no, dates."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType


def _turned(table: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({word: to for to, words in table.items() for word in words.split()})


_ACTIONS = _turned(
    {
        "mask": "mask masked replace star 遮盖 打码 脱敏 替换 掩码",
        "review": "review check audit 送审 审核 人工审核 复核 待审 疑似",
        "refuse": "refuse refused decline 拒答 拒绝 代答",
        "block": "block blocked reject ban deny forbid 阻断 拦截 屏蔽 禁止 封禁 违规",
    }
)
_SCOPES = _turned(
    {
        "input": "input in prompt question 输入 提问 问题",
        "output": "output out answer response 输出 回答 生成",
        "training": "training train corpus 训练 语料",
    }
)
_ALL = frozenset(["all", "both", "any", "全部", "全", "所有"])
_TRUE = frozenset(["1", "true", "yes", "y", "是", "有", "对"])
_FALSE = frozenset(["0", "false", "no", "n", "否", "无"])
_LEVELS = MappingProxyType(
    {
        word: at
        for at, words in enumerate(("低 low", "中 medium", "高 high"), 1)
        for word in words.split()
    }
)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0{1,2}:00(?::00)?)?", re.ASCII)
_SEVERAL = re.compile(r"[|;；、\n]+")
HIGHEST_LEVEL = 100


def action_of(word: str) -> str | None:
    """The action that a word of theirs means."""
    return _ACTIONS.get(word.strip().lower())


def scopes_of(words: str) -> list[str] | None:
    """The directions that are named, all for "all"; None when a word is none of them."""
    named = [one for one in re.split(r"[\s,，|/;；、+]+", words.strip().lower()) if one]
    if any(one in _ALL for one in named):
        return ["input", "output", "training"]
    found = [_SCOPES.get(one) for one in named]
    return [one for one in found if one] if all(found) else None


def level_of(word: str) -> int | None:
    """The level as a number, also of low, medium and high."""
    text = word.strip().lower().removeprefix("level").removesuffix("级").strip(" _-")
    if text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_LEVEL)):
        return int(text)
    whole, _, rest = text.partition(".")
    # A workbook's numbers come as 3.0.
    return int(whole) if whole.isdigit() and rest.strip("0") == "" and rest else _LEVELS.get(text)


def is_level(word: str) -> bool:
    """Whether a word says a level."""
    return level_of(word) is not None


def truth_of(word: str) -> bool | None:
    """Yes or no; None when it is neither."""
    text = word.strip().lower()
    return True if text in _TRUE else False if text in _FALSE else None


def day_of(value: object) -> str | None:
    """A day as `2026-01-31`, however it was written; None when it is none."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = _DATE.fullmatch(str(value).strip())
    if found is None:
        return None
    try:
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        return None


def several(words: str) -> list[str]:
    """The parts of a cell that holds more than one phrase."""
    return [one.strip() for one in _SEVERAL.split(words) if one.strip()]
