# SPDX-License-Identifier: Apache-2.0
"""What nobody foresaw: the caller learns the request id, the log learns where; neither any content.

The message of an exception may quote what it choked on, so only its type and place are logged.
"""

from __future__ import annotations

import logging
import traceback

from guiju.kernel import GuijuError, Text, Unavailable

_log = logging.getLogger("guiju.gateway")
_FRAMES = 6


def note_fault(request: str, error: BaseException) -> None:
    """Log where `error` arose, without its message."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{one.filename}:{one.lineno} {one.name}" for one in reversed(frames))
    _log.error("request %s failed: %s at %s", request, type(error).__name__, places)


def internal() -> GuijuError:
    """Something failed inside the service."""
    return Unavailable(
        "internal",
        Text(zh="服务内部出错。", en="Something failed inside the service."),
        Text(zh="请联系服务方并提供请求编号。", en="Contact the provider with the request id."),
        status=500,
    )


def not_understood() -> Unavailable:
    """The model answered with something that is no answer; it is withheld."""
    return Unavailable(
        "upstream-unavailable",
        Text(
            zh="模型服务返回了无法识别的内容。", en="The model answered with something unreadable."
        ),
        Text(zh="请稍后重试。", en="Try again shortly."),
        article=13,
        status=502,
    )
