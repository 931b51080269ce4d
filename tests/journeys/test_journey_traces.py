# SPDX-License-Identifier: Apache-2.0
"""A service with a collector beside it: traces arrive, and nobody waits for them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.journeys.conftest import Service

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(ThreadingHTTPServer):
    """Keeps what is sent to /v1/traces."""

    def __init__(self) -> None:
        self.spans: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def wait(self) -> list[dict[str, Any]]:
        """The spans, once there are some."""
        for _ in range(150):
            if self.spans:
                return self.spans
            time.sleep(0.1)
        raise AssertionError("no trace has come")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Collector

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        assert self.path == "/v1/traces"
        for resource in body["resourceSpans"]:
            for scope in resource["scopeSpans"]:
                self.server.spans += scope["spans"]
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector of traces on this machine."""
    made = Collector()
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


def test_an_exchange_is_traced_under_its_callers_trace(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Models, tokens, verdicts and times; neither the question nor who asked it."""
    monkeypatch.setenv("GUIJU_TRACES", f"http://127.0.0.1:{collector.server_port}")
    service = Service(tmp_path / "data")
    service.start()
    try:
        body = {"model": "guiju-demo", "messages": [{"role": "user", "content": "珊瑚石钟乳"}]}
        key = service.credentials["user"]["api_key"]
        status, _, _ = service.ask("/v1/chat/completions", body, key, traceparent=PARENT)
        assert status == 200
        spans = collector.wait()
    finally:
        service.stop()
    names = {one["name"] for one in spans}
    assert {"chat guiju-demo", "model", "record"} <= names
    assert {one["traceId"] for one in spans} == {PARENT.split("-")[1]}
    text = json.dumps(spans, ensure_ascii=False)
    assert "gen_ai.request.model" in text
    assert "珊瑚" not in text
    assert key not in text
