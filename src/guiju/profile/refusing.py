# SPDX-License-Identifier: Apache-2.0
"""What this room says when it does not do what was asked."""

from __future__ import annotations

from guiju.kernel import Conflict, NotFound, Text, Unavailable


def unchanged(version: int) -> Conflict:
    """The error for a statement that would say nothing new."""
    return Conflict(
        "statement-unchanged",
        Text(
            zh=f"与现行第 {version} 版说明完全相同。",
            en=f"This is what version {version} says already.",
        ),
        Text(zh="请先修改再提出。", en="Change something before you propose it."),
    )


def altered(version: int | str) -> Unavailable:
    """The error for a stored statement that is not what was proposed and published."""
    return Unavailable(
        "statement-altered",
        Text(
            zh=f"第 {version} 版服务说明的内容与其摘要不符，不予展示。",
            en=f"Statement version {version} does not match its digest; it is not shown.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
    )


def overtaken() -> Conflict:
    """The error when somebody else decided at the same moment."""
    return Conflict(
        "statement-overtaken",
        Text(zh="他人刚刚处理了服务说明。", en="Somebody else has just decided about one."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )


def exists() -> Conflict:
    """The error when the first statement would replace what people decided."""
    return Conflict(
        "statement-exists",
        Text(zh="已有服务说明。", en="There is a statement already."),
        Text(zh="请用 guiju profile propose 提出。", en="Use guiju profile propose."),
    )


def no_such(version: str) -> NotFound:
    """The error for an id or number that names no version."""
    return NotFound(
        "statement-unknown",
        Text(
            zh=f"没有服务说明 {version[:60]!r}。",
            en=f"There is no statement {version[:60]!r}.",
        ),
        Text(zh="运行 guiju profile list 查看全部。", en="See all with guiju profile list."),
    )


def none_yet() -> NotFound:
    """The error while nothing is public."""
    return NotFound(
        "statement-none",
        Text(zh="尚未发布服务说明。", en="No statement has been published yet."),
        Text(
            zh="请用 guiju profile propose 提出，由另一人批准。",
            en="Propose one with guiju profile propose; another person approves it.",
        ),
        article=10,
    )


def marked_already(number: str) -> Conflict:
    """The error for a version that was marked as filed under this number before."""
    return Conflict(
        "filing-known",
        Text(
            zh=f"这一版已登记编号 {number[:60]}。", en=f"It is marked with {number[:60]} already."
        ),
        Text(zh="运行 guiju profile list 查看。", en="See guiju profile list."),
    )
