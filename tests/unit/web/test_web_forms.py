# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from guiju.web import Form

from .conftest import PERSON, Trial, token

EN = {"accept-language": "en"}


def _code(answer) -> str:
    return str(answer.json()["error"]["code"])


def visitors_token(trial: Trial) -> str:
    trial.client.get("/form")
    return trial.client.cookies["guiju_form"]


def _send_in_utf7(trial: Trial, form_token: bytes, words: bytes):
    parts = (("form_token", form_token), ("words", words))
    body = b"".join(
        b'--B\r\ncontent-disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)
        for name, value in parts
    )
    headers = {"content-type": "multipart/form-data; boundary=B; charset=utf-7"}
    return trial.client.post("/form", content=body + b"--B--\r\n", headers=headers)


def test_a_form_with_its_token_is_received(trial: Trial):
    """The token of a visitor who has not signed in lives in a cookie that script cannot read."""
    fields = {"form_token": visitors_token(trial), "words": " 你好 "}
    answer = trial.client.post("/form", data=fields)
    assert answer.status_code == 303
    assert trial.pages.received == ["你好"]


@pytest.mark.parametrize("sent", [{}, {"form_token": ""}, {"form_token": "guessed"}])
def test_a_form_without_its_token_changes_nothing(trial: Trial, sent: dict[str, str]):
    """Whatever else it says."""
    trial.client.get("/form")
    answer = trial.client.post("/form", data={"words": "x", **sent})
    assert (answer.status_code, _code(answer)) == (403, "form-expired")
    assert trial.pages.received == []


def test_a_session_takes_only_its_own_token(trial: Trial):
    """Neither that of another session nor that of a visitor."""
    visitor = visitors_token(trial)
    staff = {"x-viewer": "staff"}
    for foreign in (visitor, PERSON.csrf):
        answer = trial.client.post("/form", data={"form_token": foreign}, headers=staff)
        assert _code(answer) == "form-expired"
    own = token(trial.client.get("/form", headers=staff).text)
    assert trial.client.post("/form", data={"form_token": own}, headers=staff).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(trial: Trial, headers: dict[str, str]):
    """The browser says where a form came from."""
    fields = {"form_token": visitors_token(trial)}
    answer = trial.client.post("/form", data=fields, headers=headers)
    assert (answer.status_code, _code(answer)) == (403, "cross-site-refused")


def test_a_form_of_this_site_passes(trial: Trial):
    """The same two headers, saying that it is ours."""
    fields = {"form_token": visitors_token(trial)}
    ours = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
    assert trial.client.post("/form", data=fields, headers=ours).status_code == 303
    assert (
        trial.client.post("/form", data=fields, headers={"origin": "http://testserver"}).status_code
        == 303
    )


def test_a_body_that_is_too_large_is_refused_unread(trial: Trial):
    """By its stated length alone."""
    answer = trial.client.post("/form", content=b"", headers={"content-length": str(2**30)})
    assert (answer.status_code, _code(answer)) == (413, "request-too-large")


def test_a_field_that_is_too_long_is_refused_by_name(trial: Trial):
    """It never reaches a service."""
    fields = {"form_token": visitors_token(trial), "words": "x" * 10_001}
    answer = trial.client.post("/form", data=fields, headers=EN)
    assert (_code(answer), answer.json()["error"]["param"]) == ("field-too-long", "words")


@pytest.mark.parametrize("words", [b"+2AA-", b"a+AAA-b"])
def test_a_field_that_no_database_can_keep_is_refused_by_name(trial: Trial, words: bytes):
    """Half a character and a zero byte, written in an encoding of the sender's choice."""
    answer = _send_in_utf7(trial, visitors_token(trial).encode(), words)
    assert (answer.status_code, _code(answer)) == (400, "field-unreadable")
    assert answer.json()["error"]["param"] == "words"
    assert trial.pages.received == []


def test_a_token_of_half_characters_is_a_wrong_token(trial: Trial):
    """And no fault of ours."""
    trial.client.get("/form")
    answer = _send_in_utf7(trial, b"+2AA-", b"x")
    assert (answer.status_code, _code(answer)) == (403, "form-expired")


def test_a_filter_with_a_zero_byte_leads_nowhere(client: TestClient):
    """It reaches no handler, and so no database that would fail on it."""
    answer = client.get("/api/number?number=1&kind=%00")
    assert (answer.status_code, _code(answer)) == (404, "no-such-page")


def test_whoever_keeps_no_cookies_learns_what_to_do(client: TestClient):
    """Reloading alone would never help them."""
    answer = client.post("/form", data={"form_token": "x"}, headers=EN)
    assert "let this site keep cookies" in answer.json()["error"]["remedy"]


def test_cookies_are_out_of_reach_for_script_and_other_sites(client: TestClient):
    """Also over plain http, where they cannot be marked as secure."""
    cookie = client.get("/form").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_over_https_cookies_belong_to_this_host_alone():
    """The prefix makes the browser see to it."""
    answer = Trial(https=True).client.get("/form")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-guiju_form=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert answer.headers["strict-transport-security"] == "max-age=63072000"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("7", 7),
        (" 12 ", 12),
        ("", None),
        ("seven", None),
        ("-1", None),
        ("٣", None),
        ("1" * 13, None),
    ],
)
def test_a_number_is_what_a_page_puts_in_and_nothing_else(sent: str, read: int | None) -> None:
    """As the version of a case that was looked at: nonsense is no version, and no fault."""
    assert Form({"version": sent}).number("version") == read
    assert Form({}).number("version") is None
