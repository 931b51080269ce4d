# SPDX-License-Identifier: Apache-2.0
"""What whoever waits for a record hears when it cannot be written (Articles 11, 13)."""

from __future__ import annotations

from guiju.kernel import GuijuError, Text, Unavailable


def is_away(error: GuijuError | None) -> bool:
    """Whether the store failed, not the item."""
    return isinstance(error, Unavailable) and not isinstance(error, OurFault)


class OurFault(Unavailable):
    """Something in our own code broke over an item; the store is not to blame."""


def not_written(error: Exception) -> GuijuError:
    """Our own code broke over it, by this error."""
    fault = OurFault(
        "unavailable",
        Text(zh="记录未能写入，请求未被受理。", en="The record could not be written."),
        Text(zh="请联系服务方并提供请求编号。", en="Contact the provider with the request id."),
    )
    fault.__cause__ = error
    return fault


def overrun() -> GuijuError:
    """Too many wait already."""
    return Unavailable(
        "unavailable",
        Text(zh="待写入的记录过多，暂不受理新请求。", en="Too many records wait to be written."),
        Text(zh="请稍后重试。", en="Try again shortly."),
        article=13,
    )
