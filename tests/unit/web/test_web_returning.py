# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from guiju.web import safe_path

HTML = {"accept": "text/html"}


@pytest.mark.parametrize("path", ["/", "/console", "/console/articles/9?x=1#c", "/凭证"])
def test_a_path_of_this_site_is_kept(path: str):
    """That is what the visitor wanted."""
    assert safe_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        None,
        "console",
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "javascript:alert(1)",
        "/" + "x" * 600,
    ],
)
def test_everything_else_leads_home(path: str | None):
    """Also what a browser would repair into another host."""
    assert safe_path(path, "/home") == "/home"


@given(st.text(alphabet="/\\.:@#?ab\t\r\n 中", max_size=12))
def test_no_target_ever_leaves_the_site(path: str):
    """Joined to our address as a browser does, the host stays ours."""
    target = urljoin("https://here.example/sign-in", safe_path(path, "/home"))
    assert urlsplit(target).netloc == "here.example"


def test_who_must_sign_in_is_led_there_and_back(client: TestClient):
    """The whole address comes along, and only as a path."""
    answer = client.get("/console?outcome=MET&x=1", headers=HTML)
    assert answer.status_code == 303
    where = "/console/sign-in?next=/console%3Foutcome%3DMET%26x%3D1"
    assert answer.headers["location"] == where
    assert client.get("/me", headers=HTML).headers["location"] == "/sign-in?next=/me"


def test_a_program_is_told_instead(client: TestClient):
    """It cannot fill in a form."""
    answer = client.get("/console")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "sign-in-needed"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_person_is_no_staff_and_a_role_is_needed_where_one_is_named(client: TestClient):
    """Signed in is not enough."""
    assert client.get("/console", headers={"x-viewer": "person"}).status_code == 403
    assert client.get("/console", headers={"x-viewer": "staff"}).json() == {"id": "st_1"}
    answer = client.get("/console/officers", headers={"x-viewer": "staff", "accept-language": "en"})
    assert answer.status_code == 403
    assert "safety-officer" in answer.json()["error"]["remedy"]
    assert client.get("/me", headers={"x-viewer": "person"}).json() == {"id": "pe_1"}
