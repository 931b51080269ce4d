# SPDX-License-Identifier: Apache-2.0
"""What lies beside complaints, incidents and reports, and where their steps are taken."""

from __future__ import annotations

import io
import re

import pytest
from fastapi import FastAPI
from PIL import Image
from starlette.testclient import TestClient
from tests.unit.complaints.conftest import CLERK, CONTACT, OFFICER, SECOND, SECRET, filed
from tests.unit.dispositions.scene import Scene
from tests.unit.dispositions.test_dispositions_content import delivered

from guiju import complaints, incidents, policies
from guiju.app import review
from guiju.app.cases import KINDS
from guiju.app.desks import benches
from guiju.casework import Case, Review
from guiju.casework.routes import router
from guiju.kernel import FixedClock
from guiju.reporting import REPORT
from guiju.storage import Database
from guiju.web import Site, Viewer

HERE = "/console/cases"


@pytest.fixture
def scene(db: Database, clock: FixedClock) -> Scene:
    with db.write() as tx:
        policies.install_default(tx, OFFICER, SECOND)
    return Scene(db, clock)


def picture() -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(packed, "PNG")
    return packed.getvalue()


@pytest.fixture
def case(scene: Scene) -> Case:
    """A complaint about an answer that is on record, with a text and a picture."""
    return filed(scene.db, about=delivered(scene), files=[picture(), "附言".encode()])


@pytest.fixture
def reader(scene: Scene) -> TestClient:
    site = Site(lambda _: Viewer("staff", CLERK.id, "林安", CLERK.roles, "token"))
    beside = benches(scene.db, policies.Screens(None, scene.db.keys))
    app = FastAPI()
    app.include_router(
        router(scene.db, site, Review(KINDS, beside, review.rules, review.names, review.QUEUES))
    )
    headers = {"accept": "text/html", "accept-language": "en"}
    return TestClient(site.install(app), headers=headers, follow_redirects=False)


@pytest.mark.control("reviewer-exposure")
def test_a_complaint_lies_beside_its_case_covered(
    scene: Scene, case: Case, reader: TestClient
) -> None:
    """Words, text and blurred picture for a reason; twice on record, as a reading and as shown."""
    here = f"{HERE}/{case.number}"
    page = reader.get(here).text
    for hidden in (SECRET, CONTACT, "附言"):
        assert hidden not in page
    assert f"Exchange {(case.about or '')[-8:]}" in page
    sent = {"form_token": "token", "reason": "to handle it"}
    opened = reader.post(f"{here}/panels/words", data=sent).text
    for shown in (SECRET, CONTACT, "附言"):
        assert shown in opened
    found = re.search(rf'class="veil"><img src="{here}/panels/words/(cpf_\w+)"', opened)
    assert found is not None
    name = found[1]
    drawn = reader.get(f"{here}/panels/words/{name}")
    assert (drawn.content, drawn.headers["content-type"]) == (picture(), "image/png")
    assert [one["facts"]["request"] for one in scene.leaves("record-read")] == [case.number]
    assert [one["facts"]["panel"] for one in scene.leaves("content-shown")] == ["words"]


def test_without_a_reason_nothing_is_uncovered(
    scene: Scene, case: Case, reader: TestClient
) -> None:
    """Neither shown nor on record as shown; nor a picture that nobody has uncovered."""
    here = f"{HERE}/{case.number}"
    refused = reader.post(f"{here}/panels/words", data={"form_token": "token", "reason": " "})
    assert (refused.status_code, SECRET in refused.text) == (400, False)
    assert reader.get(f"{here}/panels/words/cpf_1").status_code == 404
    assert scene.leaves("record-read") == []


def test_steps_that_need_more_than_a_form_lead_to_their_own_page(
    case: Case, reader: TestClient, scene: Scene
) -> None:
    """Of complaints, incidents and reports; and none of them is left to the form of the table."""
    page = reader.get(f"{HERE}/{case.number}").text
    assert f'href="/console/complaints/{case.number}">accept the complaint' in page
    assert "/steps/" not in page
    beside = benches(scene.db, policies.Screens(None, scene.db.keys))
    for kind in (complaints.COMPLAINT, incidents.INCIDENT, REPORT):
        bench = beside[kind.name]
        by_people = {one.verb for one in kind.machine.transitions if one.roles or one.by_person}
        assert by_people <= set(bench.elsewhere) | set(bench.hides)
