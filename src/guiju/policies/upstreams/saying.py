# SPDX-License-Identifier: Apache-2.0
"""Models and upstreams in sentences: for whoever approves them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.policies.upstreams.config import (
    BEARER,
    NO_PROBE,
    ModelConfig,
    ModelsConfig,
    UpstreamConfig,
)
from guiju.policies.upstreams.reading import models_of

_SECOND = 1_000


class ModelSaid(NamedTuple):
    """A model, cell by cell: each who answers on a line of its own."""

    name: str
    use: tuple[Text, ...]
    fallback: tuple[str, ...]
    limits: Text

    @property
    def line(self) -> Text:
        """The model in one line."""
        zh, en = "；".join(one.zh for one in self.use), "; ".join(one.en for one in self.use)
        names = ", ".join(self.fallback)
        back_zh, back_en = (f"；备用 {names}", f"; else {names}") if names else ("", "")
        return Text(
            zh=f"模型 {self.name} → {zh}{back_zh}（{self.limits.zh}）",
            en=f"Model {self.name} → {en}{back_en} ({self.limits.en})",
        )


class UpstreamSaid(NamedTuple):
    """An upstream, cell by cell."""

    name: str
    vendor: str
    url: str
    key: str
    rest: Text

    @property
    def line(self) -> Text:
        """The upstream in one line."""
        vendor = f" ({self.vendor})" if self.vendor else ""
        zh, en = (f"；密钥 {self.key}", f"; key {self.key}") if self.key else ("", "")
        return Text(
            zh=f"上游 {self.name}{vendor}：{self.url}{zh}；{self.rest.zh}",
            en=f"Upstream {self.name}{vendor}: {self.url}{en}; {self.rest.en}",
        )


def models_said(body: Mapping[str, Any]) -> list[ModelSaid]:
    """Each model of a whole body."""
    return [_model(one) for one in _models(body).models.values()]


def upstreams_said(body: Mapping[str, Any]) -> list[UpstreamSaid]:
    """Each upstream of a whole body."""
    return [_upstream(one) for one in _models(body).upstreams.values()]


def _models(body: Mapping[str, Any]) -> ModelsConfig:
    return models_of(body) or ModelsConfig()


def _model(one: ModelConfig) -> ModelSaid:
    several = len(one.use) > 1
    use = tuple(
        Text(
            zh=f"{member.upstream} 的 {member.model}"
            + (f"，第 {member.order} 顺位，权重 {member.weight}" if several else ""),
            en=f"{member.model} at {member.upstream}"
            + (f", order {member.order}, weight {member.weight}" if several else ""),
        )
        for member in one.use
    )
    connect, first, idle, total = (
        f"{value / _SECOND:g}"
        for value in (one.connect_ms, one.first_byte_ms, one.idle_ms, one.total_ms)
    )
    limits = Text(
        zh=f"归属 {one.owner}；至多重试 {one.retries} 次；连接 {connect} 秒、首字 {first} 秒、"
        f"间隔 {idle} 秒、全程 {total} 秒",
        en=f"owned by {one.owner}; at most {one.retries} retries; {connect} s to connect, "
        f"{first} s to the first chunk, {idle} s between chunks, {total} s in all",
    )
    return ModelSaid(one.name, use, one.fallback, limits)


def _upstream(one: UpstreamConfig) -> UpstreamSaid:
    settings = [*one.headers, *((f"?{name}", value) for name, value in one.query)]
    shown = [f"{name}={value}" for name, value in settings]
    zh, en = list(shown), list(shown)
    if one.key and one.key_header != BEARER:
        zh.append(f"密钥放在请求头 {one.key_header}")
        en.append(f"key in the header {one.key_header}")
    if not one.usage_in_streams:
        zh.append("流式不索取用量")
        en.append("no usage asked of streams")
    if one.allow_http:
        zh.append("允许不加密")
        en.append("unencrypted on purpose")
    none = one.probe == NO_PROBE
    zh.append("不探测" if none else f"探测 {one.probe}")
    en.append("no probe" if none else f"probed at {one.probe}")
    rest = Text(zh="；".join(zh), en="; ".join(en))
    return UpstreamSaid(one.name, one.vendor, one.url, one.key, rest)
