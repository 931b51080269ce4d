# SPDX-License-Identifier: Apache-2.0
"""Writes models back as the tables of a policy, whole, so that a digest means them for ever."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from guiju.policies.upstreams.config import MemberConfig, ModelConfig, ModelsConfig, UpstreamConfig

# What says nothing when it is empty. All else is written out: a default that changes with a later
# version must not change what two people have approved.
_MAY_LACK = frozenset({"vendor", "key", "headers", "query", "fallback"})


def as_tables(models: ModelsConfig) -> dict[str, Any]:
    """The tables `upstreams` and `models` that read as `models`."""
    return {
        "upstreams": {name: _upstream(one) for name, one in models.upstreams.items()},
        "models": {name: _model(one) for name, one in models.models.items()},
    }


def _upstream(one: UpstreamConfig) -> dict[str, Any]:
    table = _table(one)
    if not one.key:
        del table["key_header"]
    if not one.allow_http:
        del table["allow_http"]
    return table


def _model(one: ModelConfig) -> dict[str, Any]:
    return _table(one) | {"use": [_table(member) for member in one.use]}


def _table(one: UpstreamConfig | ModelConfig | MemberConfig) -> dict[str, Any]:
    table = {}
    for field in fields(one):
        value = getattr(one, field.name)
        if field.name == "name" or (field.name in _MAY_LACK and not value):
            continue
        pairs = field.name in {"headers", "query"}
        table[field.name] = dict(value) if pairs else _plain(value)
    return table


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
