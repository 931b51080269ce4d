# SPDX-License-Identifier: Apache-2.0
"""Assessments, disclosures, audits and the calendar on the console: written, then decided."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from tests.unit.privacy.conftest import CLERK, OFFICER, SECOND
from tests.unit.privacy.test_privacy_keeping import AUDITOR
from tests.unit.privacy.test_privacy_pages import ACTORS, Pages, pages

from guiju.inventory import as_shipped
from guiju.kernel import Actor, ActorKind, Text
from guiju.privacy.faces import Beside
from guiju.privacy.reminding import remind

__all__ = ["pages"]
HERE = "/console/privacy"
BOTH = Actor(ActorKind.STAFF, "staff_both", frozenset({"privacy-officer"}))
ASSESSMENT = {
    "title": "What people type",
    "trigger-sensitive": "1",
    "class-content": "1",
    "lawfulness": "by contract, and nothing beyond it",
    "effects": "strangers could read what people say",
    "safeguards": "sealed by a key of each person, read by purpose",
    "replaces": "",
}
DISCLOSURE = {
    "recipient": "the police of the district",
    "kind": "authority",
    "basis": "legal-duty",
    "ground": "an order of 1 May",
    "purpose": "an investigation",
    "class-usage": "1",
    "people": "1,000",
    "person": "",
    "assessment": "",
    "reason": "they asked in writing",
}


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    for one in (AUDITOR, BOTH):
        monkeypatch.setitem(ACTORS, one.id, one)


def gone_to(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.control("privacy-impact-assessed")
def test_an_assessment_is_written_reviewed_by_another_and_written_anew(pages: Pages) -> None:
    """What was typed stays when something is missing; its author never reviews it."""
    poor = pages.post(f"{HERE}/assessments/new", SECOND.id, **ASSESSMENT | {"effects": "few"})
    assert poor.status_code == 400
    assert ">few</textarea>" in poor.text
    assert 'name="class-content" value="1" checked' in poor.text
    one = gone_to(pages.post(f"{HERE}/assessments/new", SECOND.id, **ASSESSMENT))
    said = {"reason": "it holds", "say": "yes"}
    assert "Send it back" not in pages.get(one, SECOND.id).text
    assert pages.post(f"{one}/review", SECOND.id, **said).status_code == 403
    assert "Send it back" in pages.get(one, OFFICER.id).text
    assert gone_to(pages.post(f"{one}/review", OFFICER.id, **said)) == one
    page = pages.get(one, AUDITOR.id).text
    assert "in force" in page
    assert "Kept until at least" in page
    again = pages.get(f"{HERE}/assessments/new?after={one.rpartition('/')[2]}", SECOND.id).text
    assert "strangers could read what people say</textarea>" in again
    assert "What people type" in pages.get(f"{HERE}/assessments", AUDITOR.id).text
    assert pages.get(f"{HERE}/assessments/pia_none", OFFICER.id).status_code == 404
    for path in ("assessments", "assessments/new", "disclosures", "disclosures/new", "audits"):
        assert pages.get(f"{HERE}/{path}", CLERK.id).status_code == 403
    assert pages.post(f"{HERE}/assessments/new", AUDITOR.id, **ASSESSMENT).status_code == 403


@pytest.mark.control("disclosure-approved")
def test_a_disclosure_is_asked_decided_by_another_given_and_ended(pages: Pages) -> None:
    """Also a privacy officer decides nothing that they asked for; a file is named by its digest."""
    wrong = pages.post(f"{HERE}/disclosures/new", OFFICER.id, **DISCLOSURE | {"people": "many"})
    assert wrong.status_code == 400
    assert "an order of 1 May</textarea>" in wrong.text
    abroad = DISCLOSURE | {"abroad": "1"}
    assert (
        "has to be assessed first"
        in pages.post(f"{HERE}/disclosures/new", OFFICER.id, **abroad).text
    )
    one = gone_to(pages.post(f"{HERE}/disclosures/new", OFFICER.id, **DISCLOSURE))
    said = {"reason": "it is lawful", "say": "yes"}
    assert f"{one}/decide" not in pages.get(one, OFFICER.id).text
    assert pages.post(f"{one}/decide", OFFICER.id, **said).status_code == 403
    assert f"{one}/decide" in pages.get(one, BOTH.id).text
    gone_to(pages.post(f"{one}/decide", BOTH.id, **said))
    assert pages.post(f"{one}/given", OFFICER.id, digest="soon").status_code == 400
    sent = pages.browser.post(
        f"{one}/given",
        data={"form_token": f"token-{OFFICER.id}", "digest": ""},
        files={"file": ("list.csv", b"a,b")},
        headers={"x-viewer": OFFICER.id},
    )
    gone_to(sent)
    page = pages.get(one, AUDITOR.id).text
    assert hashlib.sha256(b"a,b").hexdigest() in page
    assert "1,000 persons" in page
    gone_to(pages.post(f"{one}/end", BOTH.id, reason="the order is done"))
    assert "ended" in pages.get(f"{HERE}/disclosures", AUDITOR.id).text


@pytest.mark.control("privacy-impact-assessed")
def test_an_audit_is_put_on_record_by_its_digest(pages: Pages) -> None:
    """By a privacy officer; a digest that is none is refused with what was typed."""
    typed = {
        "auditor": "A. Udit",
        "by": "outside",
        "scope": "all",
        "findings": "two small things",
        "ended": "2026-11-20",
        "report": "none",
    }
    wrong = pages.post(f"{HERE}/audits", OFFICER.id, **typed)
    assert wrong.status_code == 400
    assert "two small things</textarea>" in wrong.text
    assert pages.post(f"{HERE}/audits", SECOND.id, **typed).status_code == 403
    gone_to(pages.post(f"{HERE}/audits", OFFICER.id, **typed | {"report": "B" * 64}))
    assert "A. Udit" in pages.get(f"{HERE}/audits", AUDITOR.id).text


def test_the_calendar_stands_on_the_page_of_requests(pages: Pages) -> None:
    """With the case that it has opened, for whoever may see it, in both languages."""
    before = pages.get(HERE, OFFICER.id).text
    bare = f"{HERE}/assessments/new?bare=true"
    assert before.count(bare) == 1
    assert 'name="class-content" value="1" checked' in pages.get(bare, OFFICER.id).text
    assert "PD-" not in before
    remind(pages.scene.db, as_shipped())
    for language, word in (("en", "a compliance audit"), ("zh", "合规审计")):
        page = pages.get(HERE, OFFICER.id, **{"accept-language": language}).text
        assert word in page
        assert "/console/cases/PD-" in page
    one = gone_to(pages.post(f"{HERE}/assessments/new", SECOND.id, **ASSESSMENT))
    assert f'href="{one}"' in pages.get(HERE, AUDITOR.id).text
    assert "calendar" not in pages.get(HERE, CLERK.id).text


def test_cases_of_other_rooms_stand_beside(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    """A breach leads there from the page of whoever protects information."""
    text = Text(zh="在办", en="being dealt with")
    shown = Beside("PB-1", "/console/breaches/PB-1", text, text, None)
    monkeypatch.setattr(pages, "others", [shown])
    assert 'href="/console/breaches/PB-1"' in pages.get(HERE, OFFICER.id).text
    assert "PB-1" not in pages.get(HERE, CLERK.id).text
