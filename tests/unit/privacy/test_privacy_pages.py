# SPDX-License-Identifier: Apache-2.0
"""The pages and the API of requests: the public, the person, the officer and the second person."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from fastapi import FastAPI
from msgspec.structs import replace
from starlette.testclient import TestClient
from tests.unit.privacy.conftest import CLERK, OFFICER, PASSWORD, SECOND, SECRET, Scene
from tests.unit.records.test_records_disclosures import TO_AUTHORITY

from guiju import accounts, ledger, policies, records
from guiju.casework import history
from guiju.kernel import Actor, ActorKind, Conflict, software
from guiju.privacy import acting, flood, routes
from guiju.privacy.faces import Beside, Means
from guiju.web import NOBODY, Site, Viewer

pytestmark = pytest.mark.control("privacy-requests")
OTHER = Actor(ActorKind.STAFF, "staff_other", frozenset({"safety-officer"}))
ACTORS = {one.id: one for one in (OFFICER, SECOND, CLERK)}


class Pages:
    """A browser on these pages; `actor` says who looks: staff, or a person by pseudonym."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        site = Site(lambda request: _viewer(request.headers.get("x-viewer", "")))
        self.kept_back: dict[str, str] = {}
        self.others: list[Beside] = []
        means = Means(
            scene.db,
            scene.stores,
            scene.eraser,
            scene.packer,
            scene.folder / "ledger",
            kept_back=lambda _, request: self.kept_back.get(request),
            others=lambda _: self.others,
        )
        app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
        app.include_router(routes.router(means, site))
        self.browser = TestClient(site.install(app), follow_redirects=False)
        self.browser.headers.update({"accept": "text/html", "accept-language": "en"})
        found = re.search(r'name="form_token" value="([^"]+)"', self.get("/privacy").text)
        assert found is not None
        self.token = found[1]

    def get(self, path: str, actor: str = "", **headers: str) -> Any:
        return self.browser.get(path, headers={"x-viewer": actor, **headers})

    def post(self, path: str, actor: str = "", **fields: str) -> Any:
        token = f"token-{actor}" if actor else self.token
        data = {"form_token": token, **fields}
        return self.browser.post(path, data=data, headers={"x-viewer": actor})

    def step(self, number: str, verb: str, actor: Actor, **more: str) -> Any:
        page = self.get(f"/console/privacy/{number}", actor.id)
        version = re.search(r'name="version" value="(\d+)"', page.text)
        assert version is not None, page.text
        said = {"verb": verb, "version": version[1], **more}
        done = self.post(f"/console/privacy/{number}/step", actor.id, **said)
        assert done.status_code == 303, done.text
        return done


def _viewer(name: str) -> Viewer:
    if name in ACTORS:
        one = ACTORS[name]
        return Viewer("staff", one.id, one.id, one.roles, f"token-{one.id}")
    if name:
        return Viewer("person", name, name, frozenset(), f"token-{name}")
    return NOBODY


@pytest.fixture
def pages(scene: Scene) -> Pages:
    with scene.db.write() as tx:
        policies.install_default(tx, OTHER, SECOND)
    return Pages(scene)


def code_in(page: Any) -> str:
    found = re.search(r'id="code">([\d ]+)<', page.text)
    assert found is not None, page.text
    return found[1]


def number_in(page: Any) -> str:
    found = re.search(r"PR-\d{6}-\w{4}-\w{4}", page.text)
    assert found is not None
    return found[0]


def test_the_rules_say_what_is_kept_and_what_becomes_of_it(pages: Pages) -> None:
    """In both languages, by store, with the limits and the way to complain (Articles 15, 18)."""
    for language in ("en", "zh"):
        page = pages.get("/privacy", **{"accept-language": language}).text
        for one in pages.scene.stores:
            assert one.how.to(language).split("'")[0] in page
        assert "183" in page
        assert "<b>15</b>" in page
        assert "<b>30</b>" in page
        assert 'href="/complaints"' in page


def test_somebody_without_an_account_asks_answers_and_is_refused_with_reasons(
    pages: Pages,
) -> None:
    """By receipt code alone; the time stands still while they have to answer."""
    filed = pages.post("/privacy", wish="delete", text="I am Ann, I lost my phone.")
    code, number = code_in(filed), number_in(filed)
    pages.step(number, "ask", OFFICER, words="Send a copy of your card, please.")
    seen = pages.post("/privacy/follow", receipt=code).text
    assert "Send a copy of your card" in seen
    assert "stands still" in seen
    pages.post("/privacy/follow", receipt=code, do="answer", words="I have none.")
    pages.step(number, "refuse", OFFICER, words="We cannot tell who you are.")
    seen = pages.post("/privacy/follow", receipt=code).text
    assert "We cannot tell who you are." in seen
    assert "not done" in seen
    assert 'href="/complaints"' in seen


def test_nothing_is_done_for_who_has_not_been_identified(pages: Pages) -> None:
    """Neither accepted nor erased."""
    number = number_in(pages.post("/privacy", wish="delete", text="Delete Ann."))
    page = pages.get(f"/console/privacy/{number}", OFFICER.id)
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version is not None
    refused = pages.post(
        f"/console/privacy/{number}/step", OFFICER.id, verb="accept", version=version[1]
    )
    assert refused.status_code == 409
    assert "known well enough who asks" in refused.text


def test_a_person_gets_a_copy_once_by_a_link(pages: Pages) -> None:
    """With the password; the link has a page and a button, and is spent by the button."""
    ann = pages.scene.person("ann")
    bare = pages.post("/me/privacy", ann, wish="copy", text="", password="")
    assert bare.status_code == 403
    wrong = pages.post("/me/privacy", ann, wish="copy", text="", password="something wrong here")
    assert (wrong.status_code, "not the password" in wrong.text) == (403, True)
    filed = pages.post("/me/privacy", ann, wish="copy", text="", password=PASSWORD)
    number = number_in(filed)
    pages.scene.packer.work()
    seen = pages.post(f"/me/privacy/{number}", ann, do="link").text
    link = re.search(r"/privacy/copies/(gj-copy-\w+)", seen)
    assert link is not None
    assert pages.get(link[0]).status_code == 200
    zipped = pages.post("/privacy/copies", token=link[1])
    assert zipped.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(zipped.content)).testzip() is None
    assert pages.post("/privacy/copies", token=link[1]).status_code == 404


def test_a_person_sees_only_their_own(pages: Pages) -> None:
    """Records, who read them, requests; another's are as if they were not there."""
    ann, bob = pages.scene.person("ann"), pages.scene.person("bob")
    listed = pages.get("/me/records", ann).text
    with pages.scene.db.read() as tx:
        mine, theirs = (records.recent(tx, one)[0].request for one in (ann, bob))
    assert mine in listed
    assert theirs not in listed
    assert SECRET not in pages.get(f"/me/records/{mine}", ann).text
    opened = pages.post(f"/me/records/{mine}", ann).text
    assert SECRET in opened
    assert "you" in pages.get(f"/me/records/{mine}", ann).text
    assert pages.get(f"/me/records/{theirs}", ann).status_code == 404
    assert pages.post(f"/me/records/{theirs}", ann).status_code == 404
    number = number_in(pages.post("/me/privacy", bob, wish="correct", text="My name."))
    assert pages.get(f"/me/privacy/{number}", ann).status_code == 404
    assert pages.get("/me/privacy", ann).status_code == 200


def test_an_answer_that_is_kept_back_says_by_which_case(pages: Pages) -> None:
    """What one has asked oneself is shown; the way to appeal is, too."""
    ann = pages.scene.person("ann")
    with pages.scene.db.read() as tx:
        request = records.recent(tx, ann)[0].request
    assert "an answer" in pages.post(f"/me/records/{request}", ann).text
    pages.kept_back[request] = "CA-2026-000007"
    covered = pages.get(f"/me/records/{request}", ann).text
    opened = pages.post(f"/me/records/{request}", ann).text
    for page in (covered, opened):
        assert "not handed out any more, by case CA-2026-000007" in page
        assert 'href="/appeals"' in page
        assert "an answer" not in page
    assert SECRET in opened


def test_an_erasure_from_the_request_to_the_certificate(pages: Pages) -> None:
    """Two people on the console; the person follows by code after the account is gone."""
    scene = pages.scene
    ann = scene.person("ann")
    filed = pages.post("/me/privacy", ann, wish="delete", text="", password=PASSWORD)
    code, number = code_in(filed), number_in(filed)
    assert "six months" in pages.get(f"/console/privacy/{number}", OFFICER.id).text
    pages.step(number, "accept", OFFICER)
    pages.step(number, "ask-second", OFFICER)
    assert (
        "Agree; it cannot be undone" not in pages.get(f"/console/privacy/{number}", OFFICER.id).text
    )
    assert "Agree; it cannot be undone" in pages.get(f"/console/privacy/{number}", SECOND.id).text
    pages.step(number, "say-yes", SECOND)
    pages.step(number, "erase", OFFICER, words="As you asked.")
    assert "<progress" in pages.post("/privacy/follow", receipt=code).text
    scene.work()
    ledger.integrate(scene.db)
    ledger.publish(scene.db, scene.folder / "ledger")
    seen = pages.post("/privacy/follow", receipt=code).text
    assert "Certificate of the erasure" in seen
    zipped = pages.post("/privacy/follow", receipt=code, do="certificate")
    names = zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()
    assert {"certificate.json", "verify_bundle.py"} <= set(names)
    with scene.db.read() as tx:
        assert accounts.find_person(tx, "ann") is None
    assert pages.get(f"/console/privacy/{number}/certificate", OFFICER.id).status_code == 200


def test_only_a_privacy_officer_opens_words_and_takes_steps(pages: Pages) -> None:
    """And that they look goes on record."""
    number = number_in(pages.post("/privacy", wish="explain", text=f"Why {SECRET}?"))
    here = f"/console/privacy/{number}"
    assert pages.get(here).status_code in {303, 403}
    assert SECRET not in pages.get(here, OFFICER.id).text
    assert pages.post(f"{here}/open", CLERK.id, reason="curious").status_code == 403
    assert pages.post(f"{here}/open", OFFICER.id, reason=" ").status_code == 403
    assert SECRET in pages.post(f"{here}/open", OFFICER.id, reason="to answer it").text
    refused = pages.post(f"{here}/step", CLERK.id, verb="accept", version="1")
    assert refused.status_code == 403
    pages.step(number, "accept", OFFICER)
    pages.step(number, "decide", OFFICER, outcome="fulfilled", words="Because of the law.")


def test_a_flood_without_an_account_is_bounded(pages: Pages) -> None:
    """Who is signed in still gets through."""
    asked = [
        pages.post("/privacy", wish="explain", text="Why?").status_code
        for _ in range(flood.REQUESTS_OF_ONE + 2)
    ]
    assert asked.count(201) == flood.REQUESTS_OF_ONE
    assert asked[-1] == 429
    ann = pages.scene.person("ann")
    assert pages.post("/me/privacy", ann, wish="explain", text="Why?").status_code == 201


def test_wrong_codes_are_counted(pages: Pages) -> None:
    """After some of them nobody at this address looks any further for an hour."""
    tried = [
        pages.post("/privacy/follow", receipt=f"{number:016}").status_code
        for number in range(flood.WRONG_CODES_OF_ONE + 1)
    ]
    assert set(tried[:-1]) == {404}
    assert tried[-1] == 429
    assert pages.post("/privacy/follow", receipt="12").status_code in {400, 429}


def test_a_program_asks_with_a_key_and_sees_progress(pages: Pages) -> None:
    """The same as the pages; an app's key is nobody's here."""
    scene = pages.scene
    ann = scene.person("ann")
    with scene.db.write() as tx:
        key = accounts.issue_key(tx, accounts.get_person(tx, ann).actor, ann, "api").token
    bearer = {"authorization": f"Bearer {key}", "accept": "application/json"}
    asked = {"wish": "copy", "password": PASSWORD, "language": "en"}
    filed = pages.browser.post("/api/privacy/requests", json=asked, headers=bearer).json()
    assert (filed["state"], filed["progress"]["done"]) == ("preparing", 0)
    scene.packer.work()
    one = pages.browser.get(f"/api/privacy/requests/{filed['number']}", headers=bearer).json()
    assert (one["state"], one["copy"]["ready"]) == ("told", True)
    mine = pages.browser.get("/api/privacy/requests", headers=bearer).json()
    assert {one["store"] for one in mine["kept"]} == {one.name for one in scene.stores}
    said = {"receipt": filed["receipt"]}
    link = pages.browser.post("/api/privacy/receipts/link", json=said).json()
    assert pages.browser.post("/api/privacy/copies", json=link).status_code == 200
    assert pages.browser.get("/api/privacy/requests").status_code == 401


def test_a_request_can_be_taken_back_before_anything_is_done(pages: Pages) -> None:
    """Its words go with it."""
    filed = pages.post("/privacy", wish="explain", text=SECRET)
    code = code_in(filed)
    assert "taken back" in pages.post("/privacy/follow", receipt=code, do="take-back").text
    case = pages.scene.case(number_in(filed))
    assert case.state == "taken-back"
    with pages.scene.db.read() as tx:
        from guiju.storage import has_key  # noqa: PLC0415 - one look

        assert not has_key(tx, case.id)


@pytest.mark.control("records-sealed", "disclosure-approved")
def test_a_person_sees_who_looked_and_who_got_it_and_nobodys_name(pages: Pages) -> None:
    """By role and purpose; a disclosure that is not made yet, or of somebody else, is not told."""
    ann, bob = pages.scene.person("ann"), pages.scene.person("bob")
    with pages.scene.db.write() as tx:
        setup = software("installer")
        member = accounts.appoint_staff(
            tx, setup, "lin", PASSWORD, ("auditor",), display="Lin the auditor"
        )
        auditor = accounts.staff_actor(tx, "lin")
        request = records.own_page(tx, ann, None, 1)[0].request
        records.read(tx, auditor, request, "for an invented reason", purpose="audit")
        key = accounts.issue_key(tx, accounts.get_person(tx, ann).actor, ann, "api").token
        asked = replace(TO_AUTHORITY, person=ann)
        name = records.ask_disclosure(tx, SECOND, asked, "they asked").id
    bearer = {"authorization": f"Bearer {key}"}
    seen = pages.browser.get("/api/privacy/readings", headers=bearer).json()
    assert [one["by"]["en"] for one in seen["readings"]] == ["auditor"]
    assert seen["disclosures"] == []
    with pages.scene.db.write() as tx:
        records.decide_disclosure(tx, OFFICER, name, "looked at", approve=True)
        records.note_given(tx, SECOND, name, "a" * 64)
    seen = pages.browser.get("/api/privacy/readings", headers=bearer).json()
    assert [one["recipient"] for one in seen["disclosures"]] == ["an invented authority"]
    for path in ("/me/privacy", f"/me/records/{request}"):
        page = pages.get(path, ann).text
        assert "auditor · audit" in page
        for hidden in (member.id, "Lin the auditor", "for an invented reason"):
            assert hidden not in page
    assert "an invented authority" in pages.get("/me/privacy", ann).text
    other = pages.get("/me/privacy", bob).text
    assert "an invented authority" not in other
    assert "Nobody got anything of yours." in other
    assert pages.browser.get("/api/privacy/readings").status_code == 401


@pytest.mark.control("privacy-requests", "separate-consents")
def test_a_consent_that_is_named_is_withdrawn_at_once(pages: Pages) -> None:
    """By the person alone, without a reason; the request closes with the answer as evidence."""
    scene = pages.scene
    ann, actor = scene.person("ann"), Actor(ActorKind.PERSON, scene.person("bob"))
    with scene.db.write() as tx:
        own = accounts.get_person(tx, ann).actor
        for one in (own, actor):
            yes = accounts.Answer(one.id, accounts.Purpose.TRAINING, given=True)
            accounts.answer(tx, one, yes)
        key = accounts.issue_key(tx, actor, actor.id, "api").token
    assert '<option value="training"' in pages.get("/me/privacy", ann).text
    filed = pages.post("/me/privacy", ann, wish="withdraw", text="", consent="training")
    assert filed.status_code == 201, filed.text
    case = scene.case(number_in(filed))
    with scene.db.read() as tx:
        answer = accounts.consents_of(tx, ann)[accounts.Purpose.TRAINING]
        closing = next(one for one in history(tx, case) if one.verb == "withdraw")
    assert answer is not None
    assert (answer.given, answer.by, case.state) == (False, ann, "told")
    assert closing.facts["consent"] == f"consent/{answer.number}"
    seen = pages.get(f"/me/privacy/{case.number}", ann).text
    assert "Your consent is withdrawn: Training." in seen
    assert '<option value="training"' not in pages.get("/me/privacy", ann).text
    asked = {"wish": "withdraw", "consent": "training"}
    bearer = {"authorization": f"Bearer {key}"}
    done = pages.browser.post("/api/privacy/requests", json=asked, headers=bearer).json()
    assert (done["state"], done["outcome"]) == ("told", "fulfilled")
    wrong = pages.browser.post(
        "/api/privacy/requests", json=asked | {"consent": "guardian"}, headers=bearer
    )
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "consent")
    assert scene.verified()


@pytest.mark.control("privacy-requests")
def test_a_withdrawal_in_words_or_without_an_account_waits_for_a_person(pages: Pages) -> None:
    """And nobody closes it by the step that an answer of the person takes."""
    ann = pages.scene.person("ann")
    in_words = number_in(pages.post("/me/privacy", ann, wish="withdraw", text="The newsletter."))
    nobody = number_in(
        pages.post("/privacy", wish="withdraw", text="I am Ann.", consent="training")
    )
    for number in (in_words, nobody):
        assert pages.scene.case(number).state == "received"
        with pages.scene.db.write() as tx, pytest.raises(Conflict) as found:
            acting.take(tx, OFFICER, pages.scene.case(number), "withdraw", acting.Said(), stores=())
        assert found.value.code == "guard-fails"
    assert pages.post("/me/privacy", ann, wish="withdraw", text="", consent="").status_code == 400


def test_the_officer_reads_that_a_consent_is_the_persons_to_withdraw(pages: Pages) -> None:
    """And how the consents stand, once it is known whose they are."""
    ann = pages.scene.person("ann")
    actor, purpose = Actor(ActorKind.PERSON, ann), accounts.Purpose.TRAINING
    in_words = number_in(pages.post("/me/privacy", ann, wish="withdraw", text="No training."))
    nobody = number_in(pages.post("/privacy", wish="withdraw", text="I am Ann."))
    for given, said in ((True, "given"), (False, "withdrawn, or not given")):
        with pages.scene.db.write() as tx:
            accounts.answer(tx, actor, accounts.Answer(ann, purpose, given=given))
        seen = pages.get(f"/console/privacy/{in_words}", OFFICER.id).text
        assert f"Training: <b>{said}</b>" in seen
        assert 'href="/me#consents"' in seen
    seen = pages.get(f"/console/privacy/{nobody}", OFFICER.id).text
    assert "must be confirmed before their consents are shown" in seen
    assert "Training" not in seen
    other = number_in(pages.post("/privacy", wish="explain", text="Which rule?"))
    assert "/me#consents" not in pages.get(f"/console/privacy/{other}", OFFICER.id).text


def test_the_officer_reads_steps_in_words(pages: Pages) -> None:
    """What happened is said in the reader's language, not by the table's names of steps."""
    number = number_in(pages.post("/privacy", wish="explain", text="Which rule?"))
    pages.step(number, "ask", OFFICER, words="Which of them?")
    seen = pages.get(f"/console/privacy/{number}", OFFICER.id).text
    assert "<b>ask for more, or for proof of who they are</b>" in seen
