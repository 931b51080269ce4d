# SPDX-License-Identifier: Apache-2.0
"""How a request is refused that cannot be read: always by the name of the field."""

from __future__ import annotations

from guiju.kernel import Invalid, Text


def wrong(param: str | None, zh: str, en: str) -> Invalid:
    """400 `invalid-request`: what `param`, or the whole body, should have been."""
    of_zh, of_en = (f"{param} ", f"{param} ") if param else ("", "")
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{of_zh}{zh}。", en=f"The request is wrong: {of_en}{en}."),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        param=param,
    )
