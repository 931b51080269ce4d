# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io
import re
from typing import Any

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient
from tests.unit.complaints.conftest import AUDITOR, CLERK, OFFICER, SECOND

from guiju import ledger
from guiju.complaints import flood, routes
from guiju.kernel import Actor, FixedClock
from guiju.storage import Database
from guiju.web import NOBODY, Site, Viewer, net_of

TEXT = "It said that the glass bridge belongs to me."
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ACTORS = {one.id: one for one in (OFFICER, SECOND, CLERK, AUDITOR)}


class Pages:
    """A browser on the pages of complaints; `as_` says who looks."""

    def __init__(self, database: Database) -> None:
        self.database = database
        site = Site(lambda request: _viewer(request.headers.get("x-viewer", "")))
        app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
        app.include_router(routes.router(database, site))
        self.app = site.install(app)
        self.browser = TestClient(self.app, follow_redirects=False)
        self.browser.headers.update({"accept": "text/html", "accept-language": "en"})
        self.token = self._token()

    def _token(self) -> str:
        page = self.browser.get("/complaints")
        found = re.search(r'name="form_token" value="([^"]+)"', page.text)
        assert found is not None
        return found[1]

    def post(self, path: str, files: Any = None, actor: Actor | None = None, **fields: Any) -> Any:
        headers = {} if actor is None else {"x-viewer": actor.id}
        token = self.token if actor is None else f"token-{actor.id}"
        data = {"form_token": token, **fields}
        return self.browser.post(path, data=data, files=files, headers=headers)

    def get(self, path: str, actor: Actor | None = None, language: str = "en") -> Any:
        more = {} if actor is None else {"x-viewer": actor.id}
        return self.browser.get(path, headers={**more, "accept-language": language})

    def file(self, **more: Any) -> str:
        """The receipt code of a complaint that was sent by the form."""
        said = self.post("/complaints", **({"category": "A4", "text": TEXT} | more))
        assert said.status_code == 201, said.text
        found = re.search(r'id="code">([\d ]+)<', said.text)
        assert found is not None
        return found[1]

    def open(self, number: str, actor: Actor, reason: str = "to handle it") -> Any:
        path = f"/console/complaints/{number}/open"
        return self.post(path, actor=actor, reason=reason)

    def step(self, number: str, verb: str, actor: Actor, **more: str) -> Any:
        page = self.get(f"/console/complaints/{number}", actor)
        version = re.search(r'name="version" value="(\d+)"', page.text)
        assert version is not None, page.text
        said = {"verb": verb, "version": version[1], **more}
        return self.post(f"/console/complaints/{number}/step", actor=actor, **said)


def _viewer(name: str) -> Viewer:
    actor = ACTORS.get(name)
    if actor is None:
        return NOBODY
    return Viewer("staff", actor.id, "林安", actor.roles, f"token-{actor.id}")


@pytest.fixture
def pages(lite: Database) -> Pages:
    return Pages(lite)


def readings(pages: Pages) -> list[dict[str, Any]]:
    """The leaves that say that somebody opened what is sealed."""
    ledger.integrate(pages.database)
    with pages.database.read() as tx:
        return [one for one in ledger.leaves(tx, limit=1000) if one["kind"] == "record-read"]


def number_of(page: str) -> str:
    found = re.search(r"CP-\d{6}-\w{4}-\w{4}", page)
    assert found is not None
    return found[0]


def picture(width: int = 8, height: int = 8) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(packed, "PNG")
    return packed.getvalue()


# -- the whole way ---------------------------------------------------------------------------------


@pytest.mark.control("complaint-entry")
@pytest.mark.control("authority-pointer")
def test_somebody_without_an_account_complains_and_is_answered(pages: Pages) -> None:
    """Form, receipt, acceptance, question, answer, decision, feedback, another look, closed."""
    code = pages.file(contact="zorbl@example.org")
    follow = pages.post("/complaints/follow", receipt=code)
    number = number_of(follow.text)
    for verb in ("accept", "handle"):
        assert pages.step(number, verb, CLERK).status_code == 303
    assert pages.step(number, "ask", CLERK, words="Which answer was it?").status_code == 303
    seen = pages.post("/complaints/follow", receipt=code)
    assert "Which answer was it?" in seen.text
    said = pages.post("/complaints/follow/answer", receipt=code, words="The second one.")
    assert "We have your answer." in said.text
    decided = {"outcome": "upheld", "words": "It was so; the content is gone."}
    assert pages.step(number, "decide", OFFICER, **decided).status_code == 303
    assert "the content is gone" not in pages.post("/complaints/follow", receipt=code).text
    assert pages.step(number, "tell", OFFICER, way="page").status_code == 303
    told = pages.post("/complaints/follow", receipt=code)
    assert "the content is gone" in told.text
    assert "upheld" in told.text
    again = pages.post("/complaints/follow/reopen", receipt=code, why="It is still there.")
    assert "Somebody else will look" in again.text
    refused = pages.step(number, "decide", OFFICER, **decided)
    assert "second person" in refused.text
    assert pages.step(number, "decide", SECOND, **decided).status_code == 303
    assert pages.step(number, "tell", SECOND, way="page").status_code == 303
    last = pages.post("/complaints/follow", receipt=code)
    assert "Ask for another look" not in last.text
    closed = pages.post("/complaints/follow/close", receipt=code, content="yes")
    assert "your rating is recorded" in closed.text


@pytest.mark.control("authority-pointer")
def test_the_way_to_the_authorities_stands_on_every_page(pages: Pages) -> None:
    """Also beside an error, and in both languages."""
    code = pages.file()
    shown = [
        pages.get("/complaints"),
        pages.get("/complaints/follow"),
        pages.get("/complaints/statistics"),
        pages.post("/complaints", category="A4", text=""),
        pages.post("/complaints", category="A4", text=TEXT),
        pages.post("/complaints/follow", receipt=code),
        pages.post("/complaints/follow", receipt="1"),
    ]
    for page in shown:
        assert "12377" in page.text
        assert "authorities" in page.text
        assert "<script" not in page.text.split("</head>")[1]
    chinese = pages.get("/complaints", language="zh").text
    assert "主管部门" in chinese
    assert "3</b> 个工作日" in chinese


def test_limits_are_shown_as_published(pages: Pages) -> None:
    """The process, both limits and the version."""
    page = pages.get("/complaints").text
    assert "<b>3</b> working days" in page
    assert "<b>15</b> working days" in page
    assert "version 1" in page


# -- staff -----------------------------------------------------------------------------------------


def test_a_call_is_entered_and_the_code_told(pages: Pages) -> None:
    """By whoever handles complaints; the complainant follows it like any other."""
    said = {"channel": "phone", "category": "service", "text": TEXT}
    refused = pages.post("/console/complaints/new", actor=AUDITOR, **said)
    assert refused.status_code == 403
    entered = pages.post("/console/complaints/new", actor=CLERK, **said)
    code = re.search(r'class="token nowrap">([\d ]+)<', entered.text)
    assert code is not None
    followed = pages.post("/complaints/follow", receipt=code[1])
    assert number_of(followed.text) == number_of(entered.text)


def test_an_authority_names_itself_and_a_limit(pages: Pages) -> None:
    """Without them there would be nothing to keep to."""
    said: dict[str, Any] = {"channel": "authority", "category": "A1", "text": TEXT, "unit": "hours"}
    assert pages.post("/console/complaints/new", actor=CLERK, **said).status_code == 400
    said |= {"authority": "Office of Nowhere", "reference": "N-7", "amount": "24"}
    entered = pages.post("/console/complaints/new", actor=CLERK, **said)
    assert entered.status_code == 201
    assert "Office of Nowhere" in pages.open(number_of(entered.text), CLERK).text
    assert "limit set by the authority" in entered.text


def test_words_are_for_those_who_handle_complaints(pages: Pages) -> None:
    """An auditor sees the steps and none of the words; nobody sees anything unless signed in."""
    number = number_of(pages.post("/complaints/follow", receipt=pages.file()).text)
    assert TEXT not in pages.get(f"/console/complaints/{number}", CLERK).text
    assert TEXT not in pages.open(number, CLERK, reason=" ").text
    assert readings(pages) == []
    assert TEXT in pages.open(number, CLERK).text
    assert [one["actor"]["id"] for one in readings(pages)] == [CLERK.id]
    assert pages.open(number, AUDITOR).status_code == 403
    audited = pages.get(f"/console/complaints/{number}", AUDITOR)
    assert audited.status_code == 200
    assert TEXT not in audited.text
    assert pages.get(f"/console/complaints/{number}").status_code == 303


def test_two_who_look_at_once_do_not_both_decide(pages: Pages) -> None:
    """The second one has not seen what the first one did."""
    number = number_of(pages.post("/complaints/follow", receipt=pages.file()).text)
    page = pages.get(f"/console/complaints/{number}", CLERK)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version is not None
    path = f"/console/complaints/{number}/step"
    said: dict[str, Any] = {"verb": "accept", "version": version[1]}
    assert pages.post(path, actor=CLERK, **said).status_code == 303
    assert pages.post(path, actor=OFFICER, **said).status_code == 409


# -- under attack ----------------------------------------------------------------------------------


def test_scripts_are_text_everywhere(pages: Pages) -> None:
    """In the form that comes back, for the complainant and for staff."""
    fields: dict[str, Any] = {"category": "A4", "text": SCRIPT, "about": SCRIPT, "contact": SCRIPT}
    back = pages.post("/complaints", **(fields | {"category": "nothing"}))
    code = pages.file(**fields)
    followed = pages.post("/complaints/follow", receipt=code)
    staffs = pages.open(number_of(followed.text), CLERK)
    for page in (back, followed, staffs):
        assert "<img src=x" not in page.text
        assert "alert(1)</script>" not in page.text
    assert "&lt;script&gt;" in staffs.text


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": "a\0b c"}, "field-unreadable"),
        ({"text": "x" * 4001}, "field-too-long"),
        ({"text": "x" * 2_000_000}, "field-too-long"),
        ({"about": "y" * 501}, "field-too-long"),
        ({"contact": "z" * 201}, "field-too-long"),
        ({"text": " \n\t "}, "complaint-empty"),
        ({"text": "\u200b\u2028!"}, "complaint-empty"),
        ({"category": "A9"}, "choice-unknown"),
        ({"category": ""}, "choice-unknown"),
    ],
)
def test_what_cannot_be_kept_is_one_clear_error(
    pages: Pages, fields: dict[str, str], code: str
) -> None:
    """As a page for people and in our shape for programs; nothing was kept."""
    said: dict[str, Any] = {"category": "A4", "text": TEXT, **fields}
    page = pages.post("/complaints", **said)
    assert page.status_code == 400
    body = pages.browser.post(
        "/api/complaints", json=said, headers={"accept": "application/json"}
    ).json()
    assert body["error"]["code"] in {code, "request-invalid"}
    assert body["error"]["remedy"]


def test_half_characters_are_refused(pages: Pages) -> None:
    """Whatever way they come."""
    raw = b'{"category": "A4", "text": "a \\ud800 b c"}'
    headers = {"accept": "application/json", "content-type": "application/json"}
    said = pages.browser.post("/api/complaints", content=raw, headers=headers)
    assert said.status_code == 400
    assert said.json()["error"]["code"] in {"field-unreadable", "request-invalid"}


def test_a_file_is_what_its_bytes_are(pages: Pages) -> None:
    """Its name is not looked at, and it is served as a download under a name of ours."""
    code = pages.file(files={"file1": ("../../etc/passwd\n.html", picture(), "text/html")})
    number = number_of(pages.post("/complaints/follow", receipt=code).text)
    page = pages.open(number, CLERK).text
    assert "passwd" not in page
    link = re.search(r'action="(/console/complaints/[^"]+/files/[^"]+)"', page)
    assert link is not None
    served = pages.post(link[1], actor=CLERK, reason="to handle it")
    assert [one["facts"]["request"] for one in readings(pages)] == [
        number,
        link[1].rpartition("/")[2],
    ]
    assert served.content == picture()
    assert served.headers["content-type"] == "image/png"
    assert re.fullmatch(
        r'attachment; filename="CP-[\w-]+\.png"', served.headers["content-disposition"]
    )
    assert "sandbox" in served.headers["content-security-policy"]
    assert pages.post(link[1], actor=CLERK, reason="").status_code == 403
    assert pages.post(link[1], actor=AUDITOR, reason="so").status_code == 403
    assert pages.post(link[1] + "x", actor=CLERK, reason="so").status_code == 404
    assert len(readings(pages)) == 2


@pytest.mark.parametrize(
    ("name", "data", "code", "status"),
    [
        ("a.png", b"<html><script>1</script></html>\0", "attachment-kind", 400),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "attachment-kind", 400),
        ("a.exe", b"MZ\x90\x00\x03", "attachment-kind", 400),
        ("a.zip", b"PK\x03\x04\x14\x00\x00\x00", "attachment-kind", 400),
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image-broken", 400),
        ("a.txt", b"x" * (5 * 2**20 + 1), "attachment-too-large", 413),
    ],
)
def test_files_of_other_kinds_are_refused(
    pages: Pages, name: str, data: bytes, code: str, status: int
) -> None:
    """By their bytes; the page says which file and what to do, and keeps what was typed."""
    said = pages.post("/complaints", files={"file2": (name, data)}, category="A4", text=TEXT)
    assert said.status_code == status, code
    assert TEXT in said.text
    assert "alert" in said.text


def test_a_picture_that_unpacks_to_too_much_is_refused(pages: Pages) -> None:
    """A bomb is found by its header, before anything is decoded."""
    bomb = bytearray(picture())
    bomb[16:24] = (60_000).to_bytes(4, "big") + (60_000).to_bytes(4, "big")
    said = pages.post(
        "/complaints", files={"file1": ("a.png", bytes(bomb))}, category="A4", text=TEXT
    )
    assert said.status_code == 400


def test_a_flood_from_one_address_is_stopped_and_others_are_heard(
    lite: Database, clock: FixedClock
) -> None:
    """After thirty within an hour; who comes for the first time is heard even in a crowd."""
    pages = Pages(lite)

    def send(address: str) -> Any:
        return pages.browser.post(
            "/api/complaints",
            json={"category": "other", "text": f"Nothing works, says {address}."},
            headers={"accept-language": "en", "x-forwarded-for": address},
        )

    pages.browser = TestClient(pages.app, client=("10.0.0.1", 4711))
    answers = [send("203.0.113.7") for _ in range(flood.FILINGS_OF_ONE + 20)]
    assert [one.status_code for one in answers].count(201) == flood.FILINGS_OF_ONE
    refused = answers[-1]
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "complaints-too-many")
    assert refused.headers["retry-after"] == "3600"
    assert "authorities" in refused.json()["error"]["remedy"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flood, "FILINGS_OF_ALL", 10)
        assert send("203.0.113.8").status_code == 201
        assert send("203.0.113.8").status_code == 429
    clock.advance(hours=2)
    assert send("203.0.113.7").status_code == 201


def test_only_a_proxy_of_ours_says_whom_it_serves(lite: Database) -> None:
    """Whoever comes from outside is who they are, whatever they claim."""
    pages = Pages(lite)
    pages.browser = TestClient(pages.app, client=("198.51.100.9", 4711))
    said: list[int] = []
    for number in range(flood.FILINGS_OF_ONE + 1):
        answer = pages.browser.post(
            "/api/complaints",
            json={"category": "other", "text": "Nothing works here."},
            headers={"x-forwarded-for": f"203.0.113.{number}"},
        )
        said.append(answer.status_code)
    assert said[-1] == 429


def test_codes_cannot_be_tried_out(pages: Pages) -> None:
    """After twenty wrong ones no more are looked at, not even a right one, for an hour."""
    code = pages.file()
    for number in range(flood.WRONG_CODES_OF_ONE):
        wrong = pages.post("/complaints/follow", receipt=f"{number:016}")
        assert wrong.status_code == 404
    assert pages.post("/complaints/follow", receipt=code).status_code == 429


@pytest.mark.parametrize("net", ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::9"])
def test_a_household_has_one_address(net: str) -> None:
    """Of IPv6 it has a whole net; an IPv4 address is itself in either spelling."""
    assert net_of(net) == net_of("2001:db8:1:2::1")
    assert net_of("::ffff:192.0.2.1") == net_of("192.0.2.1")
    assert net_of("not an address") == "unknown"
