# SPDX-License-Identifier: Apache-2.0
"""The public's door of a running service under attack: it stays open, bounded and clear."""

from __future__ import annotations

import http.client
import json
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tests.journeys.conftest import Service

from guiju.complaints import flood

POSTS = 10_000
GIGABYTE = 2**30
_FILING = {"category": "other", "text": "Nothing works, and nobody says why."}


@contextmanager
def connected(service: Service) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    yield connection
    connection.close()


def send(connection: http.client.HTTPConnection, address: str) -> tuple[int, Any]:
    headers = {"content-type": "application/json", "x-forwarded-for": address}
    connection.request("POST", "/api/complaints", json.dumps(_FILING), headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def test_ten_thousand_posts_are_bounded_and_others_are_heard(service: Service) -> None:
    """One address is let in thirty times; everybody else's receipt still opens their complaint."""
    with connected(service) as first:
        _, mine = send(first, "192.0.2.1")

    def flooded(count: int) -> Counter[Any]:
        found: Counter[Any] = Counter()
        with connected(service) as connection:
            for _ in range(count):
                status, body = send(connection, "192.0.2.66")
                found[status, body.get("error", {}).get("code")] += 1
        return found

    with ThreadPoolExecutor(4) as pool:
        found = sum(pool.map(flooded, [POSTS // 4] * 4), Counter())
    assert found.total() == POSTS
    assert found[201, None] == flood.FILINGS_OF_ONE
    assert found[429, "complaints-too-many"] == POSTS - flood.FILINGS_OF_ONE
    with connected(service) as later:
        status, other = send(later, "192.0.2.2")
    assert status == 201
    for one in (mine, other):
        status, _, seen = service.ask(
            "/api/complaints/follow", {"receipt": one["receipt"]}, content_type="application/json"
        )
        assert (status, seen["number"]) == (200, one["number"])
    listed = service.json("complaint", "list", "--json")
    assert len(listed) == flood.FILINGS_OF_ONE + 2


def test_a_gigabyte_is_refused_before_it_is_sent(service: Service) -> None:
    """By what it says of its length, in our shape; the next complaint is taken as ever."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as wire:
        head = (
            "POST /complaints HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
            "content-type: multipart/form-data; boundary=x\r\n"
            f"content-length: {GIGABYTE}\r\n\r\n--x\r\n"
        )
        wire.sendall(head.encode())
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        body = json.loads(answer.read())
        answer.close()
    assert answer.status == 413
    assert body["error"]["code"] == "request-too-large"
    assert "32 MiB" in body["error"]["remedy"] or "32 MiB" in body["error"]["what"]
    with connected(service) as connection:
        assert send(connection, "192.0.2.3")[0] == 201


def test_an_endless_body_is_refused(service: Service) -> None:
    """Whoever gives no length is not listened to."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as wire:
        head = (
            "POST /complaints HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
            "content-type: multipart/form-data; boundary=x\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        wire.sendall(head.encode())
        answer = http.client.HTTPResponse(wire)
        answer.begin()
        assert answer.status == 413
        assert json.loads(answer.read())["error"]["code"] == "request-too-large"
        answer.close()
