# SPDX-License-Identifier: Apache-2.0
"""How upstreams stand, for the console: in words, with what this process has seen of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from guiju.gateway.upstreams.counts import Counts
from guiju.gateway.upstreams.endpoint import NEVER, Endpoint
from guiju.gateway.upstreams.failing import Reason
from guiju.kernel import Text
from guiju.policies.upstreams import ModelConfig

REASONS: Mapping[Reason, Text] = {
    "unreachable": Text(zh="无法连接", en="no connection"),
    "timeout": Text(zh="超时", en="too slow"),
    "broken": Text(zh="连接中断", en="connection broke"),
    "unreadable": Text(zh="内容无法识别", en="unreadable answer"),
    "limited": Text(zh="限流 (429)", en="rate limit (429)"),
    "unavailable": Text(zh="暂不可用 (503)", en="unavailable (503)"),
    "failed": Text(zh="内部错误 (5xx)", en="fault of its own (5xx)"),
    "denied": Text(zh="密钥或账户被拒", en="key or account denied"),
    "missing": Text(zh="地址或模型不存在", en="address or model not there"),
    "redirected": Text(zh="要求转向，未跟随", en="redirects, not followed"),
    "refused": Text(zh="拒绝请求 (4xx)", en="request refused (4xx)"),
}


class Look(NamedTuple):
    """A state: its shape, its colour, its words."""

    shape: str
    tone: str
    text: Text


class Seen(NamedTuple):
    """One upstream as it stands; times in milliseconds, None where nothing was measured."""

    name: str
    vendor: str
    url: str
    key: str
    look: Look
    counts: Counts
    failures: tuple[tuple[Text, int], ...]
    first: tuple[int, int] | None
    whole: tuple[int, int] | None
    last: Text | None


def seen(endpoints: Iterable[Endpoint], now: float) -> list[Seen]:
    """Each upstream; `now` is by the clock that the fleet goes by."""
    return [_seen(one, now) for one in endpoints]


def looks(found: Collection[Seen]) -> Mapping[str, Look]:
    """The states by the name of the upstream."""
    return {one.name: one.look for one in found}


def unserved(models: Iterable[ModelConfig], endpoints: Iterable[Endpoint], now: float) -> list[str]:
    """The models that nobody could answer now, other models not counted."""
    well = {one.config.name for one in endpoints if not one.wait(now)}
    return [one.name for one in models if not well & {use.upstream for use in one.use}]


def _seen(one: Endpoint, now: float) -> Seen:
    config, counts = one.config, one.counts
    last = None
    if counts.failed_as is not None:
        why, ago = REASONS[counts.failed_as], _ago(now - counts.failed_at)
        last = Text(zh=f"{why.zh}，{ago.zh}", en=f"{why.en}, {ago.en}")
    return Seen(
        name=config.name,
        vendor=config.vendor,
        url=config.url,
        key=config.key,
        look=_look(one, now),
        counts=counts,
        failures=tuple((REASONS[why], count) for why, count in counts.failures.most_common()),
        first=_middle_and_tail(counts.first),
        whole=_middle_and_tail(counts.whole),
        last=last,
    )


def _look(one: Endpoint, now: float) -> Look:
    state, wait = one.circuit.state(now), one.wait(now)
    if wait == NEVER:
        return Look("dashed", "bad", Text(zh="缺少密钥", en="its key is missing"))
    if state == "open":
        text = Text(
            zh=f"熔断中，{wait:.0f} 秒后再试", en=f"circuit open, tried again in {wait:.0f} s"
        )
        return Look("cross", "bad", text)
    if state == "half-open":
        return Look("half", "old", Text(zh="半开，正在试探", en="half open, being tried"))
    if wait:
        text = Text(
            zh=f"应其要求暂停 {wait:.0f} 秒", en=f"left alone for {wait:.0f} s, as it asked"
        )
        return Look("clock", "old", text)
    if not one.counts.asked:
        return Look("ring", "quiet", Text(zh="可用，尚未请求过", en="ready, not asked yet"))
    return Look("tick", "good", Text(zh="正常", en="well"))


def _middle_and_tail(seconds: Iterable[float]) -> tuple[int, int] | None:
    """The median and the 95th percentile of the last times, in milliseconds."""
    times = sorted(seconds)
    if not times:
        return None
    return _milli(times[len(times) // 2]), _milli(times[len(times) * 95 // 100])


def _milli(seconds: float) -> int:
    return round(seconds * 1_000)


def _ago(seconds: float) -> Text:
    if seconds < 120:  # noqa: PLR2004 - two minutes are still told in seconds
        return Text(zh=f"{seconds:.0f} 秒前", en=f"{seconds:.0f} s ago")
    minutes = seconds / 60
    return Text(zh=f"{minutes:.0f} 分钟前", en=f"{minutes:.0f} min ago")
