# SPDX-License-Identifier: Apache-2.0
"""Words for what pages show of cases: severities, origins, casework's own verbs, spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from guiju.casework.case import Origin, Severity
from guiju.casework.kind import Basis, Kind
from guiju.casework.legal_time import Unit
from guiju.kernel import Text

SEVERITIES: Mapping[int, Text] = {
    Severity.CRITICAL: Text(zh="特急", en="critical"),
    Severity.HIGH: Text(zh="紧急", en="high"),
    Severity.NORMAL: Text(zh="一般", en="normal"),
    Severity.LOW: Text(zh="较低", en="low"),
}
ORIGINS: Mapping[str, Text] = {
    Origin.USER.value: Text(zh="使用者", en="user"),
    Origin.SCREENING.value: Text(zh="审查发现", en="screening"),
    Origin.AUTHORITY.value: Text(zh="主管部门", en="authority"),
    Origin.STAFF.value: Text(zh="工作人员", en="staff"),
    Origin.AUTOMATION.value: Text(zh="系统规则", en="automation"),
}
BASES: Mapping[str, Text] = {
    Basis.STATUTORY.value: Text(zh="法定", en="by law"),
    Basis.PUBLISHED.value: Text(zh="公布", en="published"),
    Basis.INTERNAL.value: Text(zh="内部", en="internal"),
}
UNITS: Mapping[str, Text] = {
    Unit.HOURS.value: Text(zh="小时", en="hours"),
    Unit.DAYS.value: Text(zh="日", en="days"),
    Unit.WORKING_DAYS.value: Text(zh="个工作日", en="working days"),
}
OUTCOMES: Mapping[str, Text] = {
    "met": Text(zh="已完成", en="done"),
    "cancelled": Text(zh="已取消", en="cancelled"),
    "elapsed": Text(zh="已到时", en="time was over"),
}
ACTORS: Mapping[str, Text] = {
    "person": Text(zh="使用者", en="person"),
    "staff": Text(zh="工作人员", en="staff"),
    "app": Text(zh="应用", en="app"),
    "software": Text(zh="软件", en="software"),
}
NOTICES: Mapping[str, Text] = {
    "pending": Text(zh="待送达", en="on its way"),
    "delivered": Text(zh="已送达", en="delivered"),
    "bounced": Text(zh="被退回", en="came back"),
    "read": Text(zh="已阅读", en="read"),
}
# What a case says of the one it hangs on, and of those that hang on it.
TIES: Mapping[str, tuple[Text, Text]] = {
    "parent": (Text(zh="属于", en="Part of"), Text(zh="包含", en="Has part")),
    "caused_by": (Text(zh="起因于", en="Caused by"), Text(zh="引起", en="Led to")),
    "duplicate_of": (Text(zh="重复于", en="Duplicate of"), Text(zh="另有重复", en="Duplicate")),
}
_VERBS: Mapping[str, Text] = {
    "open": Text(zh="立案", en="opened"),
    "forget-words": Text(zh="文字到期删除", en="deleted the words at their limit"),
    "note": Text(zh="填写记录", en="wrote a note"),
    "notify": Text(zh="书写通知", en="wrote a notice"),
    "route": Text(zh="转派", en="routed"),
    "link": Text(zh="关联案件", en="linked a case"),
    "repin": Text(zh="改挂规则版本", en="put under another policy"),
    "hold": Text(zh="保全材料", en="put a hold on"),
    "release-hold": Text(zh="解除保全", en="released a hold"),
    "ask-approval": Text(zh="提请批准", en="asked for approval"),
    "approve": Text(zh="答复批准请求", en="answered the request"),
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_FEW_HOURS = 48


def verb_text(kind: Kind, verb: str) -> Text:
    """What a verb of the table, or of casework itself, is called."""
    line = next((one for one in kind.machine.transitions if one.verb == verb), None)
    return line.text if line else _VERBS.get(verb, Text(zh=verb, en=verb))


def span(length: timedelta) -> Text:
    """A length of time in words, as exact as one needs it."""
    seconds = abs(int(length.total_seconds()))
    if seconds < _HOUR:
        return Text(zh=f"{seconds // _MINUTE} 分钟", en=f"{seconds // _MINUTE} min")
    if seconds < _FEW_HOURS * _HOUR:
        return Text(zh=f"{seconds // _HOUR} 小时", en=f"{seconds // _HOUR} h")
    days = seconds // _DAY
    return Text(zh=f"{days} 天", en=f"{days} days")


def due_words(due: datetime | None, now: datetime) -> Text:
    """How far a date is ahead, or how long it is over."""
    if due is None:
        return Text(zh="不计时", en="no date")
    said = span(due - now)
    if due <= now:
        return Text(zh=f"已超 {said.zh}", en=f"{said.en} over")
    return Text(zh=f"还有 {said.zh}", en=f"in {said.en}")
