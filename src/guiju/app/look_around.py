# SPDX-License-Identifier: Apache-2.0
"""What runs now, gathered from the rooms that know, to be held against what was said and filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from guiju import policies
from guiju.gateway import ROUTE_NAMES
from guiju.gateway.upstreams import DEMO_MODEL
from guiju.policies.upstreams import models_of
from guiju.profile import Modality, Running
from guiju.storage import Tx

# By how an address begins: what it makes. The list of models and moderation make nothing.
_MAKES = (
    ("/v1/embeddings", Modality.VECTORS),
    ("/v1/images", Modality.IMAGES),
    ("/v1/audio", Modality.AUDIO),
    ("/v1/videos", Modality.VIDEO),
    ("/v1/models", None),
    ("/v1/moderations", None),
    ("/v1/media", None),
)


def what_runs(tx: Tx, upstream: str | None) -> Running:
    """Models and labels by the policy in force, routes that are not stopped.

    `upstream` is the model service of the settings, None for the built-in demonstration.
    """
    policy = policies.active(tx)
    body: Mapping[str, Any] = {} if policy is None else policy.body
    stops = policies.stops_in_force(tx)
    closed = {one.name for one in stops if one.kind is policies.StopKind.ROUTE}
    return Running(
        models=_models(body, upstream),
        routes={name: _makes(name) for name in ROUTE_NAMES if name not in closed},
        labels=dict(_labels(body.get("labels", {}))),
    )


def _models(body: Mapping[str, Any], upstream: str | None) -> tuple[str, ...] | None:
    named = models_of(body) if body else None
    if named is not None:
        return tuple(named.models)
    return (DEMO_MODEL,) if upstream is None else None


def _makes(route: str) -> Modality | None:
    return next((kind for start, kind in _MAKES if route.startswith(start)), Modality.TEXT)


def _labels(labels: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Words and places, by what is labelled."""
    for name in ("text", "picture"):
        if name in labels:
            one = labels[name]
            place = f" ({one['place']})" if "place" in one else ""
            yield name, f"{one['zh']} / {one['en']}{place}"
    if "audio" in labels:
        yield "audio", str(labels["audio"].get("place", "start"))
    if "watermark" in labels:
        yield "watermark", "pictures" if labels["watermark"].get("pictures") else "none"
    if "signing" in labels:
        yield "signing", str(labels["signing"]["key"])
