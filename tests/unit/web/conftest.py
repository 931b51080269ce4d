# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient
from tests.browser import composed

from guiju.kernel import Refused, Text
from guiju.web import NOBODY, Posted, Site, Viewer

STAFF = Viewer("staff", "st_1", "林安", frozenset({"auditor"}), "token-of-the-staff-session")
PERSON = Viewer("person", "pe_1", "xiaoming", frozenset(), "token-of-the-person-session")
KNOWN = {"staff": STAFF, "person": PERSON}
SECRET = "a detail of our inside that nobody may read"


def refused() -> Refused:
    return Refused(
        "minors.time-spent",
        Text(zh="今天的 <60> 分钟已用完。", en="You have used today's <60> minutes."),
        Text(zh="明早六点后再来。", en="Come back after six in the morning."),
        article=10,
        param="user",
        case="CS-1",
    )


def _may_not() -> None:
    raise refused()


def _fails() -> None:
    raise RuntimeError(SECRET)


def _number(number: Annotated[int, Query(ge=1)]) -> dict[str, int]:
    return {"number": number}


class Pages:
    """Pages with no domain, to try the toolkit on."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.received: list[str] = []

    def form(self, request: Request) -> Response:
        error = refused()
        return self.site.page(request, "web/error.html", error=error, request_id="req_1")

    def receive(self, form: Posted) -> Response:
        self.received.append(form.text("words"))
        return self.site.go("/form")

    def staff(self, request: Request) -> dict[str, str]:
        return {"id": self.site.require(request).id}

    def officers(self, request: Request) -> dict[str, str]:
        return {"id": self.site.require(request, "safety-officer").id}

    def person(self, request: Request) -> dict[str, str]:
        return {"id": self.site.require_person(request).id}

    def incomplete(self, request: Request) -> Response:
        return self.site.page(request, "web/error.html")


class Trial:
    """The toolkit with trial pages; the header x-viewer says who looks."""

    def __init__(self, *, https: bool = False) -> None:
        self.site = Site(lambda request: KNOWN.get(request.headers.get("x-viewer", ""), NOBODY))
        if https:
            self.site = Site(https=True)
        self.pages = Pages(self.site)
        app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
        app.get("/api/may-not")(_may_not)
        app.get("/may-not")(_may_not)
        app.get("/api/fails")(_fails)
        app.get("/fails")(_fails)
        app.get("/api/number")(_number)
        app.get("/form")(self.pages.form)
        app.post("/form")(self.pages.receive)
        app.get("/console")(self.pages.staff)
        app.get("/console/officers")(self.pages.officers)
        app.get("/me")(self.pages.person)
        app.get("/incomplete")(self.pages.incomplete)
        self.client = TestClient(self.site.install(app), follow_redirects=False)


@pytest.fixture
def trial() -> Trial:
    return Trial()


@pytest.fixture
def client(trial: Trial) -> TestClient:
    return trial.client


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four weeks of an invented service; copy it, do not change it."""
    folder = tmp_path_factory.mktemp("seeded")
    database, clock = composed.open_database(folder)
    composed.seed(database, clock)
    database.close()
    return folder


@pytest.fixture
def house(seeded: Path, tmp_path: Path) -> Iterator[composed.Composed]:
    """The pages of the rooms on a copy of the seeded data, on the last of the four weeks."""
    folder = Path(shutil.copytree(seeded, tmp_path / "house"))
    database, clock = composed.open_database(folder)
    clock.advance(days=25, hours=7)
    yield composed.compose(database, clock)
    database.close()


Visit = Callable[..., TestClient]


@pytest.fixture
def visit(house: composed.Composed) -> Visit:
    """A browser of its own, signed in as `name` when one is given."""

    def visitor(name: str = "", where: str = "/console/sign-in") -> TestClient:
        browser = TestClient(house.app, follow_redirects=False, headers={"accept": "text/html"})
        if name:
            page = browser.get(where)
            fields = {"name": name, "password": composed.PASSWORD, "form_token": token(page.text)}
            assert browser.post(where, data=fields).status_code == 303
        return browser

    return visitor


def token(html: str) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', html)
    assert found is not None
    return found.group(1)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', html)
    return "" if found is None else found.group(1)


def join(browser: TestClient, at: str = "/register", **fields: str) -> Any:
    """Send the form to register as a browser does: with what the page carries."""
    page = browser.get(at).text
    carried = {one: hidden(page, one) for one in ("form_token", "page", "identity", "next")}
    english = {"accept-language": "en"}
    return browser.post("/register", data={**carried, **fields}, headers=english)
