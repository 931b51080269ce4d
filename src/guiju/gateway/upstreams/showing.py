# SPDX-License-Identifier: Apache-2.0
"""Upstreams and keys laid out: as plain values for JSON, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from guiju.gateway.upstreams.checking import Checked
from guiju.gateway.upstreams.keys import SealedKey
from guiju.kernel import isoformat
from guiju.policies.upstreams import ModelsConfig, UpstreamConfig

_MOST_SHOWN = 8


def rows(models: ModelsConfig, held: Collection[str]) -> list[dict[str, Any]]:
    """Each upstream with the state of its key, of which `held` are there, and what it answers."""
    return [
        {
            "name": one.name,
            "url": one.url,
            "vendor": one.vendor,
            "key": one.key,
            "key_state": _key_state(one, held),
            "models": [
                {"name": model.name, "model": use.model, "order": use.order, "weight": use.weight}
                for model in models.models.values()
                for use in model.use
                if use.upstream == one.name
            ],
        }
        for one in models.upstreams.values()
    ]


def _key_state(one: UpstreamConfig, held: Collection[str]) -> str:
    if not one.key:
        return "none-needed"
    return "held" if one.key in held else "missing"


def line(row: dict[str, Any]) -> str:
    """One upstream on one line."""
    state = {"held": f"key {row['key']}", "missing": f"key {row['key']} MISSING"}
    names = ", ".join(one["name"] for one in row["models"])
    key = state.get(row["key_state"], "no key")
    return f"{row['name']:<20}  {row['url']}  {key}  answers {names}"


def key_row(one: SealedKey) -> dict[str, Any]:
    """What may be known of a key."""
    return {
        "name": one.name,
        "version": one.version,
        "sealed_by": one.sealed_by,
        "sealed_at": isoformat(one.sealed_at),
    }


def key_line(one: SealedKey) -> str:
    """The same on one line."""
    when = f"{one.sealed_at:%Y-%m-%d %H:%M} UTC"
    return f"key {one.name}  version {one.version}  sealed by {one.sealed_by}  {when}"


def checked_row(one: Checked) -> dict[str, Any]:
    """What a check has found."""
    return {
        "upstream": one.upstream,
        "asked": one.asked,
        "fine": one.fine,
        "why": one.why,
        "status": one.status,
        "milliseconds": round(one.seconds * 1000),
        "models": None if one.models is None else list(one.models),
        "unlisted": list(one.unlisted),
    }


def checked_line(one: Checked) -> str:
    """The same on one line."""
    status = f" (status {one.status})" if one.status else ""
    said = "answers" if one.fine else f"{one.why}{status}"
    parts = [f"{'ok ' if one.fine else 'NOT'}  {one.upstream:<20}  {one.asked}  {said}"]
    parts.append(f"{one.seconds * 1000:.0f} ms")
    if one.models is not None:
        shown = ", ".join(one.models[:_MOST_SHOWN])
        more = ", ..." if len(one.models) > _MOST_SHOWN else ""
        parts.append(f"{len(one.models)} models{f': {shown}{more}' if shown else ''}")
    if one.unlisted:
        parts.append(f"does not list {', '.join(one.unlisted)}")
    return _on_one_line("  ".join(parts))


def _on_one_line(line: str) -> str:
    """As a terminal can show it: a service may call its models anything."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)
