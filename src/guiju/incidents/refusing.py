# SPDX-License-Identifier: Apache-2.0
"""What is said when something about incidents cannot be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guiju.kernel import BEIJING, Invalid, Refused, Text


def officer_needed() -> Refused:
    """Only who is in charge speaks in public."""
    return Refused(
        "officer-needed",
        Text(
            zh="公示须由内容安全负责人或主要负责人作出。",
            en="It takes a safety officer or the accountable person to say it in public.",
        ),
        Text(zh="请由该岗位人员办理。", en="Ask someone who holds that role."),
        article=13,
    )


def handler_needed() -> Refused:
    """Somebody without a role that has to do with incidents."""
    return Refused(
        "role-needed",
        Text(
            zh="登记事件须由运维、审核员或负责人作出。",
            en="It takes an operator, a reviewer or an officer to open an incident.",
        ),
        Text(zh="请由该岗位人员办理。", en="Ask someone who holds that role."),
        article=13,
    )


def words_needed(field: str, longest: int) -> Invalid:
    """An entry that says nothing, or too much."""
    return Invalid(
        "status-words-needed",
        Text(
            zh=f"请用中英文各写一段公示内容（{longest} 字以内）。",
            en=f"Say it in Chinese and in English, in at most {longest} characters each.",
        ),
        Text(zh="请补充后重试。", en="Fill it in and try again."),
        param=field,
    )


def nobody_to_tell() -> Invalid:
    """A notice without a person."""
    return Invalid(
        "notice-persons-needed",
        Text(zh="请至少写明一名当事人的编号。", en="Name at least one person by id."),
        Text(zh="每行一个编号（pe_…）。", en="One id (pe_...) on each line."),
        param="persons",
    )


def discovery_invalid() -> Invalid:
    """A time that nobody can have seen yet, or that nothing is said of."""
    return Invalid(
        "discovery-invalid",
        Text(
            zh="发现时间不能晚于现在；早于现在的，须写明依据。",
            en="It cannot have come to light later than now; if before, say how that is known.",
        ),
        Text(
            zh="请按北京时间填写，如 2026-11-30T10:20，并写明依据；留空即为现在。",
            en="Give it as 2026-11-30T10:20 (Beijing) with how it is known; left out, it is now.",
        ),
        param="discovered",
    )


def discovery_after(shown: datetime) -> Invalid:
    """Later than there has been evidence of it."""
    at = shown.astimezone(BEIJING).isoformat(timespec="seconds")
    return Invalid(
        "discovery-invalid",
        Text(
            zh=f"发现时间不能晚于所由案件的首个证据：{at}。",
            en=f"It cannot have come to light later than there is evidence of it: {at}.",
        ),
        Text(
            zh="请填写该时刻或更早的时间；留空即为该时刻。",
            en="Give that moment or one before it; left out, it is that moment.",
        ),
        param="discovered",
    )


def discovered_at(said: str) -> datetime | None:
    """When somebody says that it came to light, in Beijing's time where they name none."""
    if not said.strip():
        return None
    try:
        found = datetime.fromisoformat(said.strip())
    except ValueError:
        raise discovery_invalid() from None
    return found if found.tzinfo is not None else found.replace(tzinfo=BEIJING)


def grade_of_other_step(verb: str, grades: Sequence[str]) -> Invalid:
    """The grade is none, or one that another step signs."""
    said = ", ".join(grades)
    return Invalid(
        "incident-grade-unknown",
        Text(zh=f"步骤 {verb} 只能签署：{said}。", en=f"The step {verb} signs one of: {said}."),
        Text(
            zh="须报告的级别用 grade；无须报告的用 decline，已定为须报告的用 downgrade。",
            en="What is reported: grade; what is not: decline, or downgrade once it was.",
        ),
        param="grade",
    )
