# SPDX-License-Identifier: Apache-2.0
"""What somebody is told who may use no more for now: how much, and when again (Article 13)."""

from __future__ import annotations

from math import ceil

from guiju.kernel import Refused, Text, Unavailable
from guiju.limits import SERVICE, Grant, Limits, Share

_WHOSE = {
    "key": Text(zh="这把密钥", en="This key"),
    "pe": Text(zh="你的账号", en="Your account"),
    SERVICE: Text(zh="本服务", en="The service"),
}
_WHAT = {
    "requests": Text(zh="一分钟内最多 {} 次请求", en="may make {} requests a minute"),
    "tokens": Text(zh="一分钟内最多使用 {} 个 token", en="may use {} tokens a minute"),
    "concurrent": Text(zh="最多同时处理 {} 个请求", en="may have {} requests under way at once"),
    "day": Text(zh="每天最多使用 {} 个 token", en="may use {} tokens a day"),
    "month": Text(zh="每月最多使用 {} 个 token", en="may use {} tokens a month"),
}
RATE, BUDGET = "rate-limited", "budget-used-up"
_WINDOWS = frozenset({"requests", "tokens", "concurrent"})
_MINUTES = 60
_HOURS = 3600


def refused(share: Share, grant: Grant) -> Refused:
    """429 `rate-limited` for a minute or side by side, `budget-used-up` for a day or a month."""
    limit = getattr(share.limits, grant.lacks) or 0
    whose, what = _whose(share.subject), _WHAT[grant.lacks]
    after = max(1, ceil(grant.wait))
    when = _when(after)
    return Refused(
        RATE if grant.lacks in _WINDOWS else BUDGET,
        Text(
            zh=f"{whose.zh}{what.zh.format(limit)}，已用完。",
            en=f"{whose.en} {what.en.format(limit)}; there is none left.",
        ),
        Text(zh=f"请在{when.zh}后重试。", en=f"Try again in {when.en}."),
        article=13,
        status=429,
        retry_after=after,
    )


def too_large(subject: str, tokens: int, limits: Limits) -> Refused | None:
    """413 for a request that no waiting helps: it is larger than all that may be used."""
    for name in ("tokens", "day", "month"):
        limit = getattr(limits, name)
        if limit is not None and tokens > limit:
            return _too_large(subject, tokens, limit, _WHAT[name])
    return None


def _too_large(subject: str, tokens: int, limit: int, what: Text) -> Refused:
    whose = _whose(subject)
    return Refused(
        "tokens-over-limit",
        Text(
            zh=f"请求约 {tokens} 个 token，而{whose.zh}{what.zh.format(limit)}。",
            en=f"About {tokens} tokens are asked; {whose.en.lower()} {what.en.format(limit)}.",
        ),
        Text(
            zh="请缩短请求，或请服务方提高限额。",
            en="Make it shorter, or ask the provider for a higher limit.",
        ),
        article=13,
        status=413,
    )


def uncounted() -> Unavailable:
    """503 `unavailable`: nobody can say whether there is anything left, so nothing passes."""
    return Unavailable("unavailable", _UNCOUNTED, _LATER, article=13)


def _whose(subject: str) -> Text:
    return _WHOSE.get(subject.partition("_")[0], _WHOSE["key"])


def _when(seconds: int) -> Text:
    if seconds < 2 * _MINUTES:
        unit = "second" if seconds == 1 else "seconds"
        return Text(zh=f" {seconds} 秒", en=f"{seconds} {unit}")
    if seconds < 2 * _HOURS:
        return Text(zh=f" {seconds // _MINUTES} 分钟", en=f"{seconds // _MINUTES} minutes")
    return Text(zh=f" {seconds // _HOURS} 小时", en=f"{seconds // _HOURS} hours")


_UNCOUNTED = Text(
    zh="用量暂时无法核计，因此不受理请求。",
    en="What may still be used cannot be counted at the moment, so nothing is accepted.",
)
_LATER = Text(zh="请稍后重试。", en="Try again shortly.")
