# SPDX-License-Identifier: Apache-2.0
"""What traces say, in the form that collectors read."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from tests.unit.gateway.scene import exchange

from guiju.app.logs import JsonLine
from guiju.gateway.line import Line, Patience
from guiju.gateway.telemetry import Told
from guiju.gateway.telemetry.spans import as_otlp, context_of, new_context, spans_of
from guiju.gateway.telling import told_of

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TOLD = Told(
    begin=1_700_000_000_000_000_000,
    seconds=0.25,
    operation="chat",
    model="bench",
    attributes={
        "gen_ai.usage.input_tokens": 3,
        "gen_ai.response.finish_reasons": ["stop"],
        "guiju.stream": False,
        "guiju.screening.seconds": 0.001,
        "gen_ai.response.model": None,
    },
    error=None,
    parts=[("model", 0.05, 0.2), ("record", 0.2, 0.24)],
)


def test_a_callers_context_is_followed() -> None:
    """Its trace, its span above ours, its decision to keep it."""
    context = context_of(f"00-{TRACE}-{PARENT}-01")
    assert context is not None
    assert (context.trace, context.parent, context.sampled) == (TRACE, PARENT, True)
    other = context_of(f"00-{TRACE}-{PARENT}-00")
    assert other is not None
    assert not other.sampled


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "x",
        f"00-{TRACE}-{PARENT}",
        f"00-{'0' * 32}-{PARENT}-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_a_context_that_is_none_begins_a_trace_of_our_own(header: str | None) -> None:
    """Nobody's odd header ends a request."""
    assert context_of(header) is None


def test_a_share_of_our_own_traces_is_kept() -> None:
    """All, none, and about half."""
    assert all(new_context(1.0).sampled for _ in range(100))
    assert not any(new_context(0.0).sampled for _ in range(100))
    assert 300 < sum(new_context(0.5).sampled for _ in range(1000)) < 700


def test_an_exchange_is_one_span_with_its_parts_below() -> None:
    """As OTLP's JSON form has it: hexadecimal ids, 64-bit numbers as text, no empty attribute."""
    context = context_of(f"00-{TRACE}-{PARENT}-01")
    assert context is not None
    body = json.loads(json.dumps(as_otlp(spans_of(TOLD, context), {"service.name": "guiju"})))
    (resource,) = body["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    root, model, record = scope["spans"]
    assert (root["name"], root["traceId"], root["parentSpanId"]) == ("chat bench", TRACE, PARENT)
    assert int(root["endTimeUnixNano"]) - int(root["startTimeUnixNano"]) == 250_000_000
    assert {one["parentSpanId"] for one in (model, record)} == {root["spanId"]}
    assert (model["name"], model["kind"]) == ("model", 3)
    said = {one["key"]: one["value"] for one in root["attributes"]}
    assert said["gen_ai.usage.input_tokens"] == {"intValue": "3"}
    assert said["gen_ai.response.finish_reasons"] == {
        "arrayValue": {"values": [{"stringValue": "stop"}]}
    }
    assert said["guiju.stream"] == {"boolValue": False}
    assert "gen_ai.response.model" not in said
    assert "error.type" not in said
    assert root["status"] == {}


def test_an_error_is_told_by_its_code() -> None:
    """And the span has failed."""
    (root, *_) = spans_of(TOLD._replace(error="upstream-unavailable"), new_context(1.0))
    assert root.failed
    assert root.attributes["error.type"] == "upstream-unavailable"


def test_a_trace_holds_neither_words_nor_persons() -> None:
    """Only what the house has made itself or a policy names."""

    async def nothing(*_: object) -> dict[str, object]:
        return {}

    subject = exchange()
    scope = {"path": "/v1/chat/completions", "method": "POST", "headers": []}
    line = Line(scope, nothing, nothing, Patience())  # type: ignore[arg-type]
    line.route = line.path
    told = told_of(line, subject)
    text = json.dumps(told)
    words = [one["content"] for one in json.loads(subject.work.ask.raw)["messages"]]
    assert words
    assert not any(word in text for word in words)
    assert str(subject.work.ask.token) not in text


def test_a_log_line_of_json_tells_where_an_error_arose_and_not_its_words() -> None:
    """Words of an exception may be somebody's words."""
    try:
        int("蓝鲸药")
    except ValueError:
        record = logging.LogRecord(
            "guiju.x", logging.ERROR, __file__, 1, "it broke", None, sys.exc_info()
        )
    line = JsonLine().format(record)
    assert "蓝鲸药" not in line
    said = json.loads(line)
    assert (said["message"], said["error"], said["level"]) == ("it broke", "ValueError", "error")
    assert __file__ in said["at"][-1]
