# SPDX-License-Identifier: Apache-2.0
"""`guiju upstream` and `/console/upstreams`: what they show, and what they never do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.gateway.upstream_scene import Host, Play, ask, model, run, status

from guiju.accounts import appoint_staff, staff_actor
from guiju.gateway.telemetry import Gauges, Tallies
from guiju.gateway.upstreams import Fleet, commands, routes
from guiju.gateway.upstreams.checking import check
from guiju.gateway.upstreams.showing import checked_line
from guiju.kernel import Actor, Event, software
from guiju.policies import default_body
from guiju.policies.service import approve, install_default, propose
from guiju.policies.upstreams import MemberConfig, ModelsConfig
from guiju.storage import Database
from guiju.web import Site, Viewer

KEY = "sk-orchard-1234567"
TABLES: dict[str, Any] = {
    "upstreams": {
        "vendor": {"url": "https://models.example/v1", "key": "vendor", "vendor": "某云"},
        "own": {"url": "http://127.0.0.1:8000/v1"},
    },
    "models": {
        "big": {"use": [{"upstream": "vendor", "model": "big-2026"}], "fallback": ["small"]},
        "small": {"use": [{"upstream": "own"}]},
    },
}


class Desk:
    """What `app` wires for commands."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.fleet = Fleet()

    def staff(self, name: str) -> Actor:
        with self.database.read() as tx:
            return staff_actor(tx, name)

    def publish(self, event: Event) -> None:
        """Nobody listens."""


@pytest.fixture
def desk(db: Database) -> Desk:
    """A house whose policy names two upstreams."""
    installer, (one, two) = software("installer"), ("safety", "second")
    with db.write() as tx:
        appoint_staff(tx, installer, one, "lantern orchard 42", ("safety-officer",))
        both = ("safety-officer", "accountable-person")
        appoint_staff(tx, installer, two, "lantern orchard 43", both)
    with db.write() as tx:
        first, second = staff_actor(tx, one), staff_actor(tx, two)
        install_default(tx, first, second)
        approve(tx, second, propose(tx, first, {**default_body(), **TABLES}).id)
    return Desk(db)


def called(desk: Desk, *arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(commands.group, arguments, obj=desk, input=given)


def test_a_key_is_read_from_standard_input_and_shown_by_no_command(desk: Desk) -> None:
    """As text or as JSON; an argument that looks like one is no way to give it."""
    said = called(desk, "list").output
    assert "key vendor MISSING" in said
    made = called(desk, "key", "vendor", "--as", "second", "--json", given=f"{KEY}\n")
    assert (made.exit_code, json.loads(made.output)["version"]) == (0, 1)
    assert called(desk, "key", "vendor", KEY, "--as", "second").exit_code == 2
    listed = called(desk, "list", "--json")
    found = json.loads(listed.output)
    assert [(one["name"], one["key_state"]) for one in found["upstreams"]] == [
        ("own", "none-needed"),
        ("vendor", "held"),
    ]
    assert found["keys"][0]["name"] == "vendor"
    gone = called(desk, "remove", "vendor", "--as", "second")
    assert KEY not in said + made.output + listed.output + gone.output
    assert "MISSING" in called(desk, "list").output


def test_what_is_no_key_is_refused_in_one_line(desk: Desk) -> None:
    """Empty input, and a member of staff without the role."""
    empty = called(desk, "key", "vendor", "--as", "second")
    assert "upstream-key-invalid" in str(empty.exception)
    other = called(desk, "key", "vendor", "--as", "safety", given=KEY)
    assert "role-needed" in str(other.exception)
    unknown = called(desk, "check", "nowhere")
    assert "upstream-unknown" in str(unknown.exception)


def test_a_check_says_status_time_models_and_what_is_not_listed() -> None:
    """For each upstream; with a question it asks the models themselves too."""

    async def scene() -> None:
        listing = status(200, b'{"data": [{"id": "m1"}, {"id": "m2"}]}')
        play = Play(a=Host(listing), b=Host(status(401, KEY.encode())), c=Host(up=False))
        models = [
            model("m", MemberConfig("a", "m1"), MemberConfig("b", "m1")),
            model("n", MemberConfig("a", "other"), MemberConfig("c", "m1")),
        ]
        play.router(*models)
        config = ModelsConfig({}, {one.name: one for one in models})
        a, b, c = await check(play.fleet.endpoints(), config)
        assert (a.fine, a.status, a.models, a.unlisted) == (True, 200, ("m1", "m2"), ("other",))
        assert checked_line(a).startswith("ok   a")
        assert (b.fine, b.why, b.status) == (False, "denied", 401)
        assert KEY not in checked_line(b)
        assert (c.fine, c.why, c.status) == (False, "unreachable", 0)
        play.hosts["a"].answers = [listing]
        asked = await check([next(iter(play.fleet.endpoints()))], config, ask=True)
        assert [(one.asked, one.fine) for one in asked] == [
            ("/models", True),
            ("m1", True),
            ("other", True),
        ]
        assert play.hosts["a"].questions[-1]["max_tokens"] == 1

    run(scene)


def test_a_name_of_a_model_that_is_no_text_for_a_terminal_is_shown_as_one() -> None:
    """A service may call its models anything."""

    async def scene() -> None:
        play = Play(a=Host(status(200, b'{"data": [{"id": "x\\u001b[2Jy\\n"}, {"id": 7}, 5]}')))
        play.router(model("m", "a"))
        (found,) = await check(play.fleet.endpoints(), ModelsConfig())
        assert "x?[2Jy?" in checked_line(found)

    run(scene)


Read = Callable[..., str]


@pytest.fixture
def read(desk: Desk) -> Read:
    """The page as somebody with a role reads it in a language."""

    def page(
        role: str,
        language: str,
        counted: tuple[Tallies, Gauges] | None = None,
        otherwise: str | None = None,
    ) -> str:
        site = Site(lambda _: Viewer("staff", "st_1", "林安", frozenset({role}), "token"))
        app = FastAPI()
        found = counted or (Tallies(), Gauges())
        app.include_router(routes.router(desk.database, site, lambda: found, otherwise))
        said = TestClient(site.install(app)).get(
            "/console/upstreams", headers={"accept": "text/html", "accept-language": language}
        )
        assert said.status_code == 200
        assert "<script" not in said.text.split("</head>")[1]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", said.text)))

    return page


def test_the_page_says_who_answers_who_decided_so_and_how_they_stand(
    desk: Desk, read: Read
) -> None:
    """In both languages; before anybody has asked, and while one is ill."""
    called(desk, "key", "vendor", "--as", "second", given=KEY)
    said = read("operator", "en")
    for words in (
        "policy, version 2",
        "vendor 某云 https://models.example/v1 not known yet",
        "big-2026 at vendor",
        "vendor version 1",
        "at most 2 retries",
    ):
        assert words in said, words
    assert KEY not in said
    assert "models.example" not in read("reviewer", "en")

    async def ill() -> tuple[Tallies, Gauges]:
        play = Play(vendor=Host(up=False), own=Host())
        router = play.router(model("big", "vendor", retries=5), model("small", "own"), probe="none")
        with pytest.raises(Exception, match="upstream-unavailable"):
            await router.answer(ask("big"))
        now = Gauges(upstreams=play.fleet.stands())
        return Tallies(upstreams=play.fleet.tallies(1_795_000_000_000_000)), now

    shown = read("operator", "zh", run(ill))
    assert "熔断中" in shown
    assert "无法连接 5" in shown
    assert "此刻无人作答的模型：big。" in shown


def test_without_models_the_page_says_what_answers(desk: Desk, read: Read) -> None:
    """The demo model, or the one address of the settings."""
    with desk.database.write() as tx:
        first, second = staff_actor(tx, "safety"), staff_actor(tx, "second")
        approve(tx, second, propose(tx, first, default_body()).id)
    assert "the built-in demo model answers" in read("operator", "en")
    address = "http://127.0.0.1:9/v1"
    said = read("operator", "en", otherwise=address)
    assert f"passed on to the one address in the settings. {address}" in said
    assert address not in read("reviewer", "en", otherwise=address)
