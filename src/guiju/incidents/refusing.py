# SPDX-License-Identifier: Apache-2.0
"""What is said when something about incidents cannot be done."""

from __future__ import annotations

from guiju.kernel import Invalid, Refused, Text


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
