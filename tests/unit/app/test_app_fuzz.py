# SPDX-License-Identifier: Apache-2.0
"""Every address outside `/v1`, asked for with what nobody expected: refused or served, no fault.

What is asked comes from the published description (`/api/openapi.json`) and from the list of
pages; forms are filled in with the names that the pages themselves use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from guiju.app.data_plane import gateway_of
from guiju.app.first_run import set_up_demo
from guiju.app.house import House
from guiju.app.settings import Settings
from guiju.app.site import build_site

pytestmark = pytest.mark.slow

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
FIELD = re.compile(r'name="([a-z_]+)"')
TOKEN = re.compile(r'name="form_token" value="([^"]+)"')
KINDS = {str: "string", int: "integer", type(None): "null"}
LEAVING = {"/sign-out", "/sign-in", "/console/sign-in", "/register"}
"""Forms that end the session of the test, or hash a password, which is slow on purpose."""


class Place(NamedTuple):
    """One address: its method, its path, the names of its parameters."""

    method: str
    path: str
    query: tuple[str, ...] = ()


class World(NamedTuple):
    """The whole site over a fresh house, and who may be asking."""

    client: TestClient
    places: list[Place]
    fields: list[str]
    tokens: dict[str, tuple[str, str]]
    keys: list[str]
    error: dict[str, Any]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    house = House.prepare(Settings(data=str(tmp_path_factory.mktemp("fuzz") / "data")))
    found = set_up_demo(house)
    house.rules.refresh()
    app = build_site(house, gateway_of(house))
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    spec = client.get("/api/openapi.json").json()
    places = [*described(spec), *pages(inner(app))]
    people = {
        "person": ("/sign-in", found["user"]),
        "staff": ("/console/sign-in", found["staff"][0]),
    }
    tokens = {"nobody": ("", "")}
    fields: set[str] = set()
    for who, (where, known) in people.items():
        session = signed_in(client, where, known)
        home = "/me" if who == "person" else "/console"
        cookie = {"guiju_session": session}
        for place in places:
            if place.method == "GET" and "{" not in place.path:
                fields |= set(FIELD.findall(asked(client, "GET", place.path, cookie).text))
        token = TOKEN.search(asked(client, "GET", home, cookie).text)
        assert token
        tokens[who] = (session, token[1])
    keys = [found["user"]["api_key"], found["app"]["api_key"]]
    (error,) = {json.dumps(one) for one in errors_of(spec)}
    yield World(client, places, sorted(fields - {"form_token"}), tokens, keys, json.loads(error))
    house.close()


def inner(app: Any) -> FastAPI:
    """The application within what stands around every page."""
    while not isinstance(app, FastAPI):
        app = app._app
    return app


def described(spec: dict[str, Any]) -> Iterator[Place]:
    for path, methods in spec["paths"].items():
        for method, one in methods.items():
            query = [part["name"] for part in one.get("parameters", ()) if part["in"] == "query"]
            yield Place(method.upper(), path, tuple(query))


def errors_of(spec: dict[str, Any]) -> Iterator[Any]:
    """What the description says of errors, once for each address."""
    for methods in spec["paths"].values():
        for one in methods.values():
            (told,) = (answer for status, answer in one["responses"].items() if status > "299")
            schema = told["content"]["application/json"]["schema"]
            yield schema["properties"]["error"]["properties"]


def pages(app: FastAPI) -> Iterator[Place]:
    """Every route that has a path, also those of routers that were included."""
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop()
        path, methods = getattr(route, "path", None), getattr(route, "methods", None)
        if path and methods and not path.startswith("/api/"):
            for method in sorted(methods - {"HEAD"}):
                yield Place(method, path, ("lang", "next", "page", "live", "article", "kind"))
        inside = getattr(route, "original_router", None) or getattr(route, "router", None)
        waiting += getattr(inside, "routes", ()) or getattr(route, "routes", None) or ()


def asked(client: TestClient, method: str, path: str, cookies: dict[str, str], **more: Any) -> Any:
    client.cookies.clear()
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    headers |= more.pop("headers", {})
    return client.request(method, path, headers={"accept": "text/html", **headers}, **more)


def signed_in(client: TestClient, where: str, known: dict[str, str]) -> str:
    client.cookies.clear()
    token = TOKEN.search(client.get(where, headers={"accept": "text/html"}).text)
    assert token
    form = {"form_token": token[1], "name": known["name"], "password": known["password"]}
    answer = client.post(where, data=form, headers={"accept": "text/html"})
    assert answer.status_code == 303, answer.text
    return answer.cookies["guiju_session"]


ODD = st.one_of(
    st.sampled_from(
        ["", " ", "0", "-1", "1e999", "null", "{}", "[]", "\0", "\ud800", "٣", "../..", "'\"<x>"]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.text(max_size=40),
)
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
NAMED = st.dictionaries(st.sampled_from(["version", "user", "x"]), JSON | st.integers(0, 3))
TYPES = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=utf-7",
    "",
]


@st.composite
def bodies(draw: st.DrawFn, fields: list[str], token: str) -> tuple[bytes, str]:
    """Bytes and the type they are announced as."""
    kind = draw(st.sampled_from(["json", "bytes", "form", "form"]))
    announced = draw(st.sampled_from(TYPES))
    if kind == "json":
        value = draw(NAMED | JSON)
        return json.dumps(value).encode("utf-8", "surrogatepass"), draw(
            st.sampled_from([announced, TYPES[0]])
        )
    if kind == "bytes":
        return draw(st.binary(max_size=200)), announced
    form = draw(st.dictionaries(st.sampled_from(fields), ODD, max_size=8)) | {"form_token": token}
    quoted = (f"{name}={percent(value)}" for name, value in form.items())
    return "&".join(quoted).encode(), TYPES[1]


def line(text: str) -> bytes:
    """What can stand in a header."""
    return b" ".join(text.encode("utf-8", "surrogatepass").split())


def percent(text: str) -> str:
    return "".join(f"%{one:02x}" for one in text.encode("utf-8", "surrogatepass"))


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=SLOW)
@given(data=st.data(), who=st.sampled_from(["nobody", "person", "staff"]))
def test_no_address_of_the_site_fails_whatever_is_sent(
    world: World, data: st.DataObject, who: str
) -> None:
    """Below 500 for every method, parameter, body, cookie and key; errors are as described."""
    session, token = world.tokens[who]
    place = data.draw(st.sampled_from(world.places))
    if place.path in LEAVING and who != "nobody" and place.method == "POST":
        return
    path = re.sub(r"{[^}]+}", lambda _: percent(data.draw(ODD)).replace("%2e", "."), place.path)
    query = data.draw(st.dictionaries(st.sampled_from((*place.query, "x")), ODD, max_size=3))
    address = path + "?" + "&".join(f"{name}={percent(value)}" for name, value in query.items())
    key = data.draw(st.sampled_from([*world.keys, "gj-user-x", ""]) | ODD)
    headers = {
        "authorization": line(f"Bearer {key}"),
        "accept": data.draw(st.sampled_from(["text/html", "application/json", "*/*;q=nan"])),
        "accept-language": data.draw(st.sampled_from(["zh", "en", ";;q=,*"])),
    }
    cookies = {"guiju_session": session} if session else {}
    if place.method == "GET":
        answer = asked(world.client, "GET", address, cookies, headers=headers)
    else:
        body, kind = data.draw(bodies(world.fields, token))
        headers["content-type"] = kind
        answer = asked(world.client, place.method, address, cookies, headers=headers, content=body)
    assert answer.status_code < 500, (place, answer.text[:2000])
    if place.path.startswith("/api/") and answer.status_code >= 400:
        told = answer.json()["error"]
        assert set(told) == set(world.error)
        for name, schema in world.error.items():
            assert KINDS[type(told[name])] in schema["type"]


def test_every_form_and_every_described_address_is_in_the_list(world: World) -> None:
    """The list is not empty by an accident of the framework: pages, forms and the API are in it."""
    known = {(one.method, one.path) for one in world.places}
    assert {
        ("GET", "/api/law/standing"),
        ("POST", "/api/agreement/acceptances"),
        ("POST", "/api/labels/check"),
        ("GET", "/console"),
        ("POST", "/me/keys"),
        ("POST", "/me/keys/{key}/revoke"),
    } <= known
    assert len(known) > 30
    assert {"name", "version"} & set(world.fields)
