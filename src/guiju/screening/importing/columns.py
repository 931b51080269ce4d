# SPDX-License-Identifier: Apache-2.0
"""Which column of a table plays which role: by its header, by what was said, by what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening.importing.model import Options, unreadable
from guiju.screening.importing.words import action_of, is_level

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "term": "term word keyword words text phrase pattern 词 词语 词条 词汇 敏感词 关键词 关键字"
        " 违禁词 屏蔽词 内容 文本",
        "harm": "harm category categories type class tag tags label kind_of 类别 分类 类型 标签"
        " 风险 风险类别 风险类型 种类",
        "level": "level severity grade rank 级别 等级 程度 风险等级 严重程度",
        "action": "action handling disposal measure 动作 处置 处理 处理方式 处置方式 策略",
        "scope": "scope direction 范围 方向 适用范围",
        "kind": "kind 匹配方式",
        "views": "views 视图",
        "whole_word": "whole_word wholeword 整词 全词",
        "near": "near context 邻近词 上下文",
        "window": "window distance 窗口 距离",
        "except": "except exceptions whitelist allow 例外 白名单 排除",
        "from": "from start valid_from 生效 生效日期 开始日期",
        "to": "to end valid_to until 失效 失效日期 结束日期 截止日期",
        "note": "note notes remark comment description 备注 说明 注释",
        "source": "source origin 来源 出处",
        "licence": "licence license 许可",
        "id": "id no 编号 序号",
    }
)
_ROLE_OF = MappingProxyType(
    {name: role for role, names in _NAMES.items() for name in names.split()}
)
ROLES = tuple(_NAMES)


class Columns(NamedTuple):
    """The role of each column, None where it has none, and whether the first row names them."""

    roles: tuple[str | None, ...]
    header: bool


def role_of(name: object) -> str | None:
    """The role that a header or key of this name plays."""
    return _ROLE_OF.get(str(name).strip().lower().replace(" ", "_").replace("-", "_"))


def is_header(row: Sequence[str], options: Options) -> bool:
    """Whether the row names columns: it holds a name for the term, or one that was said."""
    if options.header is not None:
        return options.header
    said = {name for name in options.columns.values() if not name.isdigit()}
    names = [cell.strip().strip('"') for cell in row]
    return any(name in said or role_of(name) == "term" for name in names)


def columns_of(rows: Sequence[Sequence[str]], options: Options, file: str) -> Columns:
    """The columns of a table whose first rows these are.

    Raises:
        Invalid: `lexicon-unreadable`, when a column that was said is not there, or none is left
            for the term.
    """
    first = [cell.strip() for cell in rows[0]] if rows else []
    header = bool(rows) and is_header(first, options)
    width = max(map(len, rows), default=0)
    roles: list[str | None] = _by_name(first, width) if header else [None] * width
    for role, name in options.columns.items():
        at = _place(name, first if header else [], width, file)
        roles = [None if one == role else one for one in roles]
        roles[at] = role
    if not header and "term" not in options.columns:
        _guess(roles, rows)
    if rows and "term" not in roles:
        raise unreadable(file, "没有词语列", "no column holds the terms", _SAY_COLUMN)
    return Columns(tuple(roles), header)


_SAY_COLUMN = Text(
    zh="请用 --column term=列名（或列号）指明。",
    en="Name it with --column term=HEADER (or its number).",
)


def _by_name(names: Sequence[str], width: int) -> list[str | None]:
    roles: list[str | None] = [None] * width
    for at, name in enumerate(names):
        role = role_of(name)
        if role not in roles:
            roles[at] = role
    return roles


def _place(name: str, names: Sequence[str], width: int, file: str) -> int:
    if name in names:
        return names.index(name)
    if name.isdigit() and 1 <= int(name) <= width:
        return int(name) - 1
    shown = name[:40]
    listed = ", ".join(names)[:200] or f"1-{width}"
    zh, en = f"没有列 {shown!r}（有：{listed}）", f"there is no column {shown!r} (only {listed})"
    raise unreadable(file, zh, en, _SAY_COLUMN)


def _guess(roles: list[str | None], rows: Sequence[Sequence[str]]) -> None:
    """`word, category, level, action` is the usual order; a column's values may say otherwise."""
    waiting = ["term", "harm", "level", "action", "note"]
    for at in range(len(roles)):
        if roles[at] is not None:
            continue
        held = [row[at].strip() for row in rows if at < len(row) and row[at].strip()]
        role = _by_values(held) if at else "term"
        if role is None or role in roles:
            role = next((one for one in waiting if one not in roles), None)
        roles[at] = role


def _by_values(held: Sequence[str]) -> str | None:
    if not held:
        return "note"
    if all(action_of(one) for one in held):
        return "action"
    return "level" if all(is_level(one) for one in held) else None
