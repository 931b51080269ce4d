# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode, urljoin

import pytest
from tests.ports import free_port

from .conftest import GUIJU, PATIENCE, Service, until

pytestmark = [pytest.mark.slow, pytest.mark.control("federated-sign-in")]


class _Stay(urllib.request.HTTPErrorProcessor):
    """Follows no redirect and raises nothing: the test looks at each answer."""

    def http_response(
        self,
        request: urllib.request.Request,  # noqa: ARG002 - as it is called
        response: HTTPResponse,
    ) -> HTTPResponse:
        return response


class Seen(NamedTuple):
    """An answer to a browser."""

    status: int
    location: str
    text: str


class Browser:
    """Cookies and forms, as much as signing in takes."""

    def __init__(self, base: str) -> None:
        self.base = base
        jar = CookieJar(DefaultCookiePolicy())
        self.opener = urllib.request.build_opener(
            _Stay, urllib.request.HTTPCookieProcessor(jar), urllib.request.ProxyHandler({})
        )

    def get(self, path: str) -> Seen:
        return self._ask(urllib.request.Request(urljoin(self.base, path)))

    def post(self, path: str, at: str = "", **fields: str) -> Seen:
        if at:
            found = re.search(r'name="form_token" value="([^"]+)"', self.get(at).text)
            assert found is not None
            fields["form_token"] = found.group(1)
        body = urlencode(fields).encode()
        return self._ask(urllib.request.Request(urljoin(self.base, path), body))

    def _ask(self, request: urllib.request.Request) -> Seen:
        request.add_header("accept", "text/html")
        request.add_header("accept-language", "en")
        answer = self.opener.open(request, timeout=20)
        with answer:
            text = answer.read().decode()
            return Seen(answer.status or 0, answer.headers.get("location", ""), text)


@pytest.fixture
def provider() -> Iterator[str]:
    """A provider of its own making, in a process of its own: Authlib's, over HTTP."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool | None:
        try:
            with urllib.request.urlopen(f"{url}/.well-known/openid-configuration", timeout=2):
                return True
        except OSError:
            return None

    until(answers, "the provider answers")
    yield url
    process.terminate()
    process.wait(PATIENCE)


def vouched(address: str, subject: str) -> str:
    """What the provider sends a browser back to, once its user has said who they are."""
    answer = Browser(address).post(address, sub=subject)
    assert answer.status in {302, 303}
    return answer.location


def guiju(data: Path, *arguments: str, said: str = "") -> None:
    command = [str(GUIJU), "--data", str(data), *arguments]
    subprocess.run(command, check=True, input=said.encode(), capture_output=True)


def test_signing_in_with_a_provider_of_another_s_making(tmp_path: Path, provider: str):
    """People register with it, staff are refused; linked while signed in, entered; for both."""
    service = Service(tmp_path / "var")
    service.start()
    try:
        first = json.loads((tmp_path / "var" / "first-run.json").read_text())
        issuer = json.loads(
            urllib.request.urlopen(f"{provider}/.well-known/openid-configuration").read()
        )["issuer"]
        for name, kind in (("corp", "person"), ("desk", "staff")):
            options = ["--issuer", issuer, "--client", f"guiju-{name}", "--for", kind]
            guiju(
                tmp_path / "var",
                *("accounts", "openid", "set", name, "--as", "second", "--secret", *options),
                said="a secret\n",
            )
            guiju(tmp_path / "var", "accounts", "openid", "check", name)
        base = f"http://localhost:{service.port}"
        _walk(base, "corp", "/sign-in", "/me", first["user"])
        staff = next(one for one in first["staff"] if one["name"] == "safety")
        _walk(base, "desk", "/console/sign-in", "/console", staff)
    finally:
        service.stop()


def _register(base: str, provider: str) -> None:
    """Come for the first time, read, accept, and come again."""
    newcomer = Browser(base)
    back = vouched(newcomer.get(f"/sign-in/openid/{provider}").location, "u-8")
    where = newcomer.get(back).location
    page = newcomer.get(where).text
    assert "has vouched for you" in page
    carried = {
        one: re.search(rf'name="{one}" value="([^"]+)"', page) for one in ("page", "identity")
    }
    fields = {one: found.group(1) for one, found in carried.items() if found is not None}
    said = {"name": "newcomer", "band": "adult", "agree": "yes"}
    made = newcomer.post("/register", where, **fields, **said)
    assert (made.status, made.location) == (303, "/me?done=registered")
    assert "You accepted this version" in newcomer.get("/agreement").text
    again = Browser(base)
    begun = again.get(f"/sign-in/openid/{provider}")
    assert again.get(vouched(begun.location, "u-8")).location == "/me"
    assert "newcomer" in again.get("/me").text


def _walk(base: str, provider: str, sign_in: str, home: str, who: dict[str, str]) -> None:
    security = f"{home}/security"
    stranger = Browser(base)
    assert f"/sign-in/openid/{provider}" in stranger.get(sign_in).text
    unknown = stranger.get(vouched(stranger.get(f"/sign-in/openid/{provider}").location, "u-7"))
    if home == "/console":
        assert unknown.status == 401
        assert "No account is linked to this identity" in unknown.text
    else:
        # Led to the agreement; an account is made of a newcomer, and none of who goes away.
        assert unknown.location.startswith("/register?identity=")
        _register(base, provider)
    mine = Browser(base)
    known = mine.post(sign_in, sign_in, name=who["name"], password=who["password"])
    assert known.location == home
    leaving = mine.post(f"{security}/openid/{provider}", security)
    found = re.search(r'class="button" href="([^"]+)"', leaving.text)
    assert found is not None
    back = vouched(found.group(1).replace("&amp;", "&"), "u-7")
    # Somebody else's browser cannot bring this answer, even signed in or not.
    assert Browser(base).get(back).status == 403
    assert mine.get(back).location == f"{security}?done=linked"
    assert mine.get(back).status == 403
    later = Browser(base)
    begun = later.get(f"/sign-in/openid/{provider}?next={security}")
    entered = later.get(vouched(begun.location, "u-7"))
    assert (entered.status, entered.location) == (303, security)
    assert "another provider" in later.get(security).text
    others = Browser(base)
    away = others.get(f"/sign-in/openid/{provider}?next=https://evil.example")
    assert others.get(vouched(away.location, "u-7")).location == home
