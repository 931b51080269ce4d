# SPDX-License-Identifier: Apache-2.0
"""One exchange as spans in OpenTelemetry's terms: times, models, verdicts; no content, no person.

Names follow the semantic conventions for generative AI (`gen_ai.*`) and HTTP; what they have no
word for stands under `guiju.*`.
"""

from __future__ import annotations

import os
import re
from typing import Any, NamedTuple

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED = 1
_SERVER, _CLIENT, _INTERNAL = 2, 3, 1
Attribute = str | int | float | bool | list[str] | None


class Context(NamedTuple):
    """Where a trace comes from: its id, the span above ours, and whether it is kept."""

    trace: str
    parent: str
    sampled: bool


class Span(NamedTuple):
    """One stretch of time; moments are nanoseconds since 1970."""

    context: Context
    id: str
    name: str
    kind: int
    begin: int
    end: int
    attributes: dict[str, Attribute]
    failed: bool = False


class Told(NamedTuple):
    """What an exchange has to tell; times are seconds since its beginning."""

    begin: int
    seconds: float
    operation: str
    model: str
    attributes: dict[str, Attribute]
    error: str | None
    parts: list[tuple[str, float, float]]


def context_of(traceparent: str | None) -> Context | None:
    """The context that a caller named (W3C Trace Context); None when it named none that counts."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or not int(found[1], 16) or not int(found[2], 16):
        return None
    return Context(found[1], found[2], bool(int(found[3], 16) & _SAMPLED))


def new_context(share: float) -> Context:
    """The beginning of a trace of our own; `share` of them are kept, by their number."""
    trace = os.urandom(16)
    return Context(trace.hex(), "", int.from_bytes(trace[:8]) < share * 2**64)


def spans_of(told: Told, context: Context) -> list[Span]:
    """The span of an exchange, and one for each part of it."""
    root = Span(
        context,
        os.urandom(8).hex(),
        f"{told.operation} {told.model}".strip(),
        _SERVER,
        told.begin,
        told.begin + _nanos(told.seconds),
        {"gen_ai.operation.name": told.operation, **told.attributes, "error.type": told.error},
        failed=told.error is not None,
    )
    below = Context(context.trace, root.id, context.sampled)
    parts = [
        Span(
            below,
            os.urandom(8).hex(),
            name,
            _CLIENT if name == "model" else _INTERNAL,
            told.begin + _nanos(begin),
            told.begin + _nanos(end),
            {},
        )
        for name, begin, end in told.parts
    ]
    return [root, *parts]


def as_otlp(spans: list[Span], resource: dict[str, Attribute]) -> dict[str, Any]:
    """The body of an OTLP/HTTP request in JSON (ExportTraceServiceRequest)."""
    scope = {"scope": {"name": "guiju.gateway"}, "spans": [_span(one) for one in spans]}
    return {"resourceSpans": [{"resource": {"attributes": _said(resource)}, "scopeSpans": [scope]}]}


def _span(one: Span) -> dict[str, Any]:
    return {
        "traceId": one.context.trace,
        "spanId": one.id,
        "parentSpanId": one.context.parent,
        "name": one.name,
        "kind": one.kind,
        # 64-bit numbers are text in the JSON form of protocol buffers.
        "startTimeUnixNano": str(one.begin),
        "endTimeUnixNano": str(one.end),
        "attributes": _said(one.attributes),
        "status": {"code": 2} if one.failed else {},
    }


def _said(attributes: dict[str, Attribute]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": _value(value)}
        for key, value in attributes.items()
        if value is not None
    ]


def _value(value: Attribute) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": value}


def _nanos(seconds: float) -> int:
    return round(seconds * 1e9)
