# SPDX-License-Identifier: Apache-2.0
"""What several pages say alike: how much time is left, and how well a rule is confirmed.

A page without a script counts down when it is loaded.
"""

from __future__ import annotations

from datetime import datetime

from guiju.kernel import Text

MARKS = {
    "confirmed": Text(zh="已核对", en="confirmed"),
    "secondary": Text(zh="二手来源", en="from a secondary source"),
    "memory": Text(zh="凭记忆，须核对原文", en="from memory; check the text"),
}
"""How well a rule is confirmed, as people read it."""
_DAY = 24 * 60


def left(due: datetime | None, now: datetime) -> Text:
    """The time from `now` to `due`, in whole minutes, rounded to the earlier side."""
    if due is None:
        return Text(zh="暂停计时", en="stands still")
    minutes = int((due - now).total_seconds() // 60)
    if minutes < 0:
        said = _spelt(-minutes)
        return Text(zh=f"已超时 {said.zh}", en=f"late by {said.en}")
    said = _spelt(minutes)
    return Text(zh=f"还剩 {said.zh}", en=f"{said.en} left")


def _spelt(minutes: int) -> Text:
    days, rest = divmod(minutes, _DAY)
    hours, rest = divmod(rest, 60)
    if days:
        return Text(zh=f"{days} 天 {hours} 小时", en=f"{days} d {hours} h")
    return Text(zh=f"{hours} 小时 {rest} 分", en=f"{hours} h {rest} min")
