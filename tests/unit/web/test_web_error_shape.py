# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import logging

import pytest
from starlette.testclient import TestClient

from guiju.kernel import error_body

from .conftest import SECRET, refused

FIELDS = ["message", "type", "param", "code", "what", "remedy", "article", "case", "request_id"]
ZH = {"accept-language": "zh-CN"}
EN = {"accept-language": "en"}
HTML = {"accept": "text/html,*/*;q=0.8"}


def test_an_error_has_exactly_nine_fields_in_this_order():
    """The first four are those that OpenAI clients read."""
    assert list(error_body(refused(), "en", "req_1")["error"]) == FIELDS


def test_the_body_says_what_and_remedy_in_the_language_asked_for():
    """One sentence each, and the message holds both."""
    assert error_body(refused(), "zh", "req_1") == {
        "error": {
            "message": "今天的 <60> 分钟已用完。明早六点后再来。",
            "type": "permission_error",
            "param": "user",
            "code": "minors.time-spent",
            "what": "今天的 <60> 分钟已用完。",
            "remedy": "明早六点后再来。",
            "article": 10,
            "case": "CS-1",
            "request_id": "req_1",
        }
    }
    english = error_body(refused(), "en", "req_1")["error"]
    assert english["message"] == (
        "You have used today's <60> minutes. Come back after six in the morning."
    )


@pytest.mark.parametrize(
    ("asked", "status", "code", "param"),
    [
        ("GET /api/may-not", 403, "minors.time-spent", "user"),
        ("GET /api/nowhere", 404, "no-such-page", None),
        ("DELETE /api/number", 405, "method-not-allowed", None),
        ("GET /api/number?number=x", 400, "request-invalid", "query.number"),
        ("GET /api/number", 400, "request-invalid", "query.number"),
        ("GET /api/number?number=0", 400, "request-invalid", "query.number"),
        ("GET /api/fails", 500, "internal", None),
    ],
)
def test_every_failure_of_the_api_has_the_one_shape(
    client: TestClient, asked: str, status: int, code: str, param: str | None
):
    """Ours, those of HTTP and our own faults alike."""
    answer = client.request(*asked.split(), headers=EN)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)
    assert list(error) == FIELDS
    assert error["request_id"] == answer.headers["x-guiju-request-id"] != ""


def test_the_language_follows_the_header(client: TestClient):
    """An error is read by whoever asked."""
    assert client.get("/api/may-not", headers=ZH).json()["error"]["remedy"] == "明早六点后再来。"
    assert "morning" in client.get("/api/may-not", headers=EN).json()["error"]["remedy"]


@pytest.mark.parametrize("path", ["/api/fails", "/fails"])
def test_a_fault_of_ours_leaks_nothing_and_is_logged(
    client: TestClient, path: str, caplog: pytest.LogCaptureFixture
):
    """The number in the answer is the one in the log."""
    with caplog.at_level(logging.ERROR, "guiju.web"):
        answer = client.get(path, headers=HTML)
    assert answer.status_code == 500
    assert SECRET not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-guiju-request-id"] in caplog.text
    assert SECRET in caplog.text


def test_a_browser_gets_a_page_with_the_same_words(client: TestClient):
    """And what it shows is escaped."""
    answer = client.get("/may-not", headers=HTML | EN)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "today&#39;s &lt;60&gt; minutes" in answer.text
    assert "Article 10 of the Measures" in answer.text


def test_the_api_answers_json_to_a_browser_too(client: TestClient):
    """An address of the API has one form, whoever asks."""
    assert client.get("/api/may-not", headers=HTML).headers["content-type"] == "application/json"


def test_an_unknown_page_is_said_so_on_a_page(client: TestClient):
    """A visitor who mistyped finds the way back."""
    answer = client.get("/nowhere", headers=HTML | EN)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
