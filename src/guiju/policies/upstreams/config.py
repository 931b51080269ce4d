# SPDX-License-Identifier: Apache-2.0
"""Model services and the names under which they answer, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Pairs = tuple[tuple[str, str], ...]

BEARER = "authorization"
NO_PROBE = "none"


@dataclass(frozen=True, slots=True)
class UpstreamConfig:
    """One `[upstreams.NAME]` table: an OpenAI-compatible service.

    `key` names the sealed key or environment variable that holds the key, never the key itself;
    it is shown in the header `key_header`, as a bearer token in `authorization`. `probe` is the
    path that is asked to see whether the service is back, or "none". `allow_http` lets texts and
    key travel unencrypted beyond this network. `usage_in_streams` asks streams for their usage.
    """

    name: str
    url: str
    vendor: str = ""
    key: str = ""
    key_header: str = BEARER
    headers: Pairs = ()
    query: Pairs = ()
    probe: str = "/models"
    allow_http: bool = False
    usage_in_streams: bool = True

    @property
    def is_secure(self) -> bool:
        """Whether it is spoken to in secret."""
        return self.url.startswith("https:")


@dataclass(frozen=True, slots=True)
class MemberConfig:
    """One who can answer for a model: `model` is its name there.

    Of those with the lowest `order` that are well, each is asked in the proportion of its `weight`.
    """

    upstream: str
    model: str
    weight: int = 1
    order: int = 1


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """One `[models."NAME"]` table: what people ask for by this name.

    `fallback` are other models, in order, that answer when none of `use` does. `retries` is how
    often somebody else may be asked before the first character has come. Times are milliseconds.
    """

    name: str
    use: tuple[MemberConfig, ...]
    owner: str = "guiju"
    fallback: tuple[str, ...] = ()
    retries: int = 2
    connect_ms: int = 3_000
    first_byte_ms: int = 60_000
    idle_ms: int = 60_000
    total_ms: int = 600_000


@dataclass(frozen=True, slots=True)
class ModelsConfig:
    """All of them, by name."""

    upstreams: Mapping[str, UpstreamConfig] = field(default_factory=dict)
    models: Mapping[str, ModelConfig] = field(default_factory=dict)
