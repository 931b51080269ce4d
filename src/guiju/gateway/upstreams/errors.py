# SPDX-License-Identifier: Apache-2.0
"""What a caller is told when no model answers; never in the words of a model service."""

from __future__ import annotations

from guiju.kernel import GuijuError, Invalid, Text, Unavailable


def unavailable() -> GuijuError:
    """The model cannot be reached, broke off, or answered with nonsense."""
    return Unavailable(
        "upstream-unavailable",
        Text(zh="模型服务暂不可用。", en="The model service is not available."),
        Text(zh="请稍后重试；内容没有丢失。", en="Try again shortly; nothing was lost."),
        article=13,
    )


def refused(status: int) -> Invalid:
    """The model service does not take this request."""
    # What the upstream says about it is unscreened text, so only its status is passed on.
    return Invalid(
        "upstream-refused",
        Text(
            zh=f"模型服务拒绝了这个请求（状态 {status}）。",
            en=f"The model service refused this request (status {status}).",
        ),
        Text(
            zh="请核对模型名称和参数。",
            en="Check the model name and the parameters.",
        ),
        status=status if status in {400, 404, 413, 422} else 400,
    )
