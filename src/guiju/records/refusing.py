# SPDX-License-Identifier: Apache-2.0
"""What is said alike of papers that one person writes and another decides on."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, Text


def not_whole(code: str, field: str, what: Text) -> Invalid:
    """Something on the paper is missing or cannot be; `field` is where."""
    again = Text(zh="请更正该项后重试。", en="Correct it and try again.")
    return Invalid(code, what, again, article=11, param=field)


def overtaken(code: str, thing: Text) -> Conflict:
    """Somebody else has just moved it on; `thing` as in "this assessment"."""
    return Conflict(
        code,
        Text(zh=f"{thing.zh}刚被他人处理。", en=f"Somebody else has just dealt with {thing.en}."),
        Text(zh="请刷新后查看。", en="Look at it again."),
    )
