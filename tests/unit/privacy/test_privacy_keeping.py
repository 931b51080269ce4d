# SPDX-License-Identifier: Apache-2.0
"""`/console/records`: who may see it, who is offered it, and that it says what the services say."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.privacy.conftest import CLERK, OFFICER, SECOND, SECRET
from tests.unit.privacy.test_privacy_pages import ACTORS, Pages, pages
from tests.unit.records.test_records_disclosures import TO_AUTHORITY, WRITTEN

from guiju import inventory, records
from guiju.kernel import Actor, ActorKind
from guiju.privacy.keeping import KEEPING, limit_said

__all__ = ["pages"]
AUDITOR = Actor(ActorKind.STAFF, "staff_auditor", frozenset({"auditor"}))
HEAD = Actor(ActorKind.STAFF, "staff_head", frozenset({"accountable-person"}))


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (AUDITOR, HEAD):
        monkeypatch.setitem(ACTORS, one.id, one)


def shown(pages: Pages, actor: Actor = OFFICER, **headers: str) -> str:
    page: Any = pages.get(KEEPING, actor.id, **headers)
    assert page.status_code == 200, page.text
    return str(page.text)


@pytest.mark.control("staff-roles")
def test_it_is_for_the_privacy_officer_the_auditor_and_who_answers_for_it(pages: Pages) -> None:
    """Nobody else gets it, and nobody else is offered it."""
    link = f'href="{KEEPING}"'
    for one in (OFFICER, AUDITOR, HEAD):
        assert link in shown(pages, one)
    for other in (CLERK, SECOND):
        assert pages.get(KEEPING, other.id).status_code == 403
        assert link not in pages.get("/console/privacy", other.id).text
    ann = pages.scene.person("ann")
    assert pages.get(KEEPING, ann).status_code == 403
    assert pages.get(KEEPING).status_code == 303


@pytest.mark.control("collection-minimised")
def test_every_class_stands_there_with_purpose_ground_and_limit(pages: Pages) -> None:
    """In both languages, with what is sensitive and what is due for it."""
    for language in ("zh", "en"):
        page = shown(pages, OFFICER, **{"accept-language": language})
        for one in inventory.as_shipped().values():
            if one.is_personal:
                assert one.purpose.to(language).split("'")[0] in page
                assert one.ground.to(language).split("'")[0] in page
    assert "183 days" in page
    assert "3 years at least (rule privacy.transfer-records.years)" in page
    assert "also under 14" in page
    assert "no assessment is in force" in page
    assert "a compliance audit is due" in page


def test_every_limit_of_the_register_can_be_said() -> None:
    """With a policy and without."""
    for one in inventory.as_shipped().values():
        if one.is_personal:
            assert limit_said(one.limit, None).en
    said = limit_said("policy:content_days", {"records": {"content_days": 30}})
    assert said.en == "30 days by policy"
    silent = limit_said("policy:usage_days", {"records": {"retention_days": 183}})
    assert silent.en == "the policy sets no limit"
    assert "none is in force" in limit_said("policy:content_days", None).en


@pytest.mark.control("disclosure-approved")
def test_disclosures_keys_and_readings_stand_there_without_content(pages: Pages) -> None:
    """The register with its states, one key for each person, and readings as numbers."""
    scene, classes = pages.scene, inventory.as_shipped()
    ann = scene.person("ann")
    with scene.db.write() as tx:
        made = records.ask_disclosure(tx, SECOND, TO_AUTHORITY, "they asked in writing")
        request = records.own_page(tx, ann, None, 1)[0].request
        for _ in range(2):
            records.read(tx, OFFICER, request, "a secret reason", purpose="audit")
    assert "asked for" in shown(pages)
    with scene.db.write() as tx:
        records.decide_disclosure(tx, OFFICER, made.id, "looked at", approve=True)
        one = records.write_assessment(tx, SECOND, WRITTEN, classes)
        people = records.key_status(tx).people
    page = shown(pages)
    assert "approved, not given yet" in page
    assert "an invented authority" in page
    assert one.written.title in page
    assert "another&#39;s review" in page
    assert f"<dd>{people}</dd>" in page
    assert "no rotation is due" in page
    assert '<th scope="row">audit</th><td data-label="Times">2</td>' in page
    assert SECRET not in page
    assert "a secret reason" not in page
    assert ann not in page
    scene.clock.advance(days=31)
    assert '<th scope="row">audit</th><td data-label="Times">0</td>' in shown(pages)
