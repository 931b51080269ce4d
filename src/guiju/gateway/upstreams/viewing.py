# SPDX-License-Identifier: Apache-2.0
"""How upstreams stand, for the console: in words, with what all workers have seen of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from guiju.gateway.telemetry import (
    WORST,
    Gauges,
    Histogram,
    State,
    Tallies,
    UpstreamNow,
    UpstreamTally,
)
from guiju.kernel import Text
from guiju.policies.upstreams import ModelConfig, ModelsConfig, UpstreamConfig

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
REASONS: Mapping[str, Text] = {
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
# Shape, tone and words; `{}` is for the seconds.
_LOOKS: Mapping[State, tuple[str, str, str, str]] = {
    "keyless": ("dashed", "bad", "缺少密钥", "its key is missing"),
    "open": ("cross", "bad", "熔断中，{} 秒内再试", "circuit open, tried again within {} s"),
    "half-open": ("half", "old", "半开，正在试探", "half open, being tried"),
    "paused": ("clock", "old", "应其要求暂停 {} 秒", "left alone for {} s, as it asked"),
    "well": ("tick", "good", "正常", "well"),
    "unasked": ("ring", "quiet", "可用，尚未请求过", "ready, not asked yet"),
}
_SERVING: tuple[State, ...] = ("well", "unasked")


class Look(NamedTuple):
    """A state: its shape, its colour, its words."""

    shape: str
    tone: str
    text: Text


class Seen(NamedTuple):
    """One upstream as it stands; times are the median and 95 %, in milliseconds."""

    config: UpstreamConfig
    look: Look
    in_flight: int
    tally: UpstreamTally
    failures: tuple[tuple[Text, int], ...]
    first: tuple[int, int] | None
    whole: tuple[int, int] | None
    last: Text | None


def seen(models: ModelsConfig, tallies: Tallies, gauges: Gauges, now: int) -> dict[str, Seen]:
    """Each upstream of a policy by its name; `now` is in microseconds since 1970."""
    return {
        name: _seen(
            one,
            tallies.upstreams.get(name) or UpstreamTally(),
            gauges.upstreams.get(name) or UpstreamNow(),
            now,
        )
        for name, one in models.upstreams.items()
    }


def unserved(models: Iterable[ModelConfig], gauges: Gauges) -> list[str]:
    """The models that some worker has nobody for; other models that may answer not counted."""
    well = {
        name
        for name, now in gauges.upstreams.items()
        if sum(now.states.get(state, 0) for state in _SERVING) == sum(now.states.values())
    }
    return [one.name for one in models if not well & {use.upstream for use in one.use}]


def _seen(one: UpstreamConfig, tally: UpstreamTally, stands: UpstreamNow, now: int) -> Seen:
    by_count = sorted(tally.failures.items(), key=lambda pair: -pair[1])
    last = None
    if tally.failed_at:
        why, ago = REASONS[tally.failed_as], _ago(now - tally.failed_at)
        last = Text(zh=f"{why.zh}，{ago.zh}", en=f"{why.en}, {ago.en}")
    return Seen(
        config=one,
        look=_look(stands),
        in_flight=stands.in_flight,
        tally=tally,
        failures=tuple((REASONS[why], count) for why, count in by_count),
        first=_middle_and_tail(tally.first),
        whole=_middle_and_tail(tally.whole),
        last=last,
    )


def _look(stands: UpstreamNow) -> Look:
    """The worst that any worker sees, and how many do where not all agree."""
    workers = sum(stands.states.values())
    state = next((one for one in WORST if stands.states.get(one)), None)
    if state is None:
        return Look("dashed", "quiet", Text(zh="尚未得知", en="not known yet"))
    shape, tone, zh, en = _LOOKS[state]
    seconds, count = max(round(stands.wait), 1), stands.states.get(state, 0)
    some_zh, some_en = "", ""
    if count < workers and state not in _SERVING:
        some_zh, some_en = f"（{workers} 个进程中 {count} 个）", f" ({count} of {workers} workers)"
    text = Text(zh=zh.format(seconds) + some_zh, en=en.format(seconds) + some_en)
    return Look(shape, tone, text)


def _middle_and_tail(times: Histogram) -> tuple[int, int] | None:
    middle, tail = times.quantile(0.5), times.quantile(0.95)
    if middle is None or tail is None:
        return None
    return round(middle * 1_000), round(tail * 1_000)


def _ago(passed: int) -> Text:
    if passed < 2 * _MINUTE:
        seconds = max(passed, 0) // _SECOND
        return Text(zh=f"{seconds} 秒前", en=f"{seconds} s ago")
    minutes = passed // _MINUTE
    return Text(zh=f"{minutes} 分钟前", en=f"{minutes} min ago")
