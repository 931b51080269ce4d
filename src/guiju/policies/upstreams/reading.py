# SPDX-License-Identifier: Apache-2.0
"""Reads `[upstreams]` and `[models]` of a policy strictly; every fault is named with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from guiju.policies.part import CODE, Part
from guiju.policies.upstreams.config import (
    BEARER,
    NO_PROBE,
    MemberConfig,
    ModelConfig,
    ModelsConfig,
    UpstreamConfig,
)
from guiju.policies.upstreams.headers import header_name, headers, query
from guiju.screening.guards import address_fault

MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")
"""What people may call a model; the gateway lets no other name in."""

MOST_UPSTREAMS = 64
MOST_MODELS = 256
MOST_MEMBERS = 16
_LONGEST_URL = 500
_LONGEST_MODEL = 200
_LONGEST_NOTE = 60
_MOST_RETRIES = 5
_UPSTREAM_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_KEY_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_OWN = "GUIJU_"
_PROBE = re.compile(r"/[A-Za-z0-9._~/-]{0,199}")
_TIMES = {  # milliseconds: the least, the most, the usual
    "connect_ms": (50, 30_000, 3_000),
    "first_byte_ms": (100, 1_800_000, 60_000),
    "idle_ms": (100, 1_800_000, 60_000),
    "total_ms": (1_000, 3_600_000, 600_000),
}


def models_of(body: Mapping[str, Any]) -> ModelsConfig | None:
    """What a whole body says of models; None for one that says nothing."""
    kept = {key: body[key] for key in ("upstreams", "models") if key in body}
    return read_models(Part(kept, CODE))


def read_models(top: Part) -> ModelsConfig | None:
    """What the body below `top` says of models; None when it says nothing.

    Raises:
        Invalid: `policy-invalid`, with the exact place, e.g. `models."qwen".use[1].upstream`.
    """
    if not top.has("models") and not top.has("upstreams"):
        return None
    upstreams = {
        name: _upstream(name, part)
        for name, part in top.named("upstreams", _UPSTREAM_NAME, most=MOST_UPSTREAMS)
    }
    tables = dict(top.named("models", MODEL_NAME, most=MOST_MODELS))
    models = {
        name: _model(name, part, tuple(upstreams), tuple(tables)) for name, part in tables.items()
    }
    used = {member.upstream for model in models.values() for member in model.use}
    for name in upstreams:
        if name not in used:
            raise top.fault(f"upstreams.{name}", "没有模型使用它", "no model uses it")
    return ModelsConfig(upstreams, models)


def _upstream(name: str, part: Part) -> UpstreamConfig:
    allow_http = part.flag("allow_http", default=False)
    upstream = UpstreamConfig(
        name=name,
        url=_address(part, allow_http=allow_http),
        vendor=part.text("vendor", longest=_LONGEST_NOTE, default="").strip(),
        key=_key(part),
        key_header=_key_header(part),
        headers=headers(part),
        query=query(part),
        probe=_probe(part),
        allow_http=allow_http,
        usage_in_streams=part.flag("usage_in_streams", default=True),
    )
    part.done()
    return upstream


def _address(part: Part, *, allow_http: bool) -> str:
    url = part.text("url", longest=_LONGEST_URL)
    if fault := address_fault(url, allow_http=allow_http):
        raise part.fault("url", fault.zh, fault.en)
    if allow_http and (url.startswith("https:") or address_fault(url) is None):
        raise part.fault("allow_http", "对此地址不起作用", "does nothing for this address")
    return url.rstrip("/")


def _key(part: Part) -> str:
    if not part.has("key"):
        return ""
    key = part.matching("key", _KEY_NAME)
    if key.upper().startswith(_OWN) and key != "GUIJU_UPSTREAM_KEY":
        raise part.fault("key", "是本系统自己的变量", "is a variable of this service itself")
    return key


def _key_header(part: Part) -> str:
    if not part.has("key_header"):
        return BEARER
    if not part.has("key"):
        raise part.fault("key_header", "没有 key 时不起作用", "does nothing without a key")
    return header_name(part, "key_header")


def _probe(part: Part) -> str:
    probe = part.text("probe", longest=_LONGEST_MODEL, default="/models")
    if probe != NO_PROBE and not _PROBE.fullmatch(probe):
        raise part.fault(
            "probe", "应为路径（如 /models）或 none", "must be a path, as /models, or none"
        )
    return probe


def _model(name: str, part: Part, upstreams: Sequence[str], models: Sequence[str]) -> ModelConfig:
    use = tuple(_member(one, name, upstreams) for one in part.forms("use", most=MOST_MEMBERS))
    if not use:
        raise part.fault("use", "没有上游", "names no upstream")
    for at, member in enumerate(use):
        if (member.upstream, member.model) in {(one.upstream, one.model) for one in use[:at]}:
            raise part.fault(f"use[{at}]", "与前面的一项重复", "repeats one before it")
    times = {
        key: part.number(key, least, most, default=usual)
        for key, (least, most, usual) in _TIMES.items()
    }
    for key in ("first_byte_ms", "idle_ms"):
        # A bound above the one for all would do nothing.
        if part.has(key) and times[key] > times["total_ms"]:
            raise part.fault(key, "大于 total_ms", "is more than total_ms")
        times[key] = min(times[key], times["total_ms"])
    model = ModelConfig(
        name=name,
        use=use,
        owner=part.matching("owner", MODEL_NAME) if part.has("owner") else "guiju",
        fallback=_fallback(part, name, models),
        retries=part.number("retries", 0, _MOST_RETRIES, default=2),
        **times,
    )
    part.done()
    return model


def _member(part: Part, name: str, upstreams: Sequence[str]) -> MemberConfig:
    member = MemberConfig(
        upstream=part.word("upstream", upstreams),
        model=part.text("model", longest=_LONGEST_MODEL, default=name).strip(),
        weight=part.number("weight", 1, 1_000, default=1),
        order=part.number("order", 1, 9, default=1),
    )
    if not member.model or not member.model.isprintable():
        raise part.fault("model", "不是模型名称", "is no name of a model")
    part.done()
    return member


def _fallback(part: Part, name: str, models: Sequence[str]) -> tuple[str, ...]:
    """Other models in the order in which they are written."""
    if not part.has("fallback"):
        return ()
    return tuple(part.listed("fallback", [one for one in models if one != name]))
