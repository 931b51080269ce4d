# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from html import unescape
from typing import get_type_hints

from tests.browser.composed import Composed

from guiju import ledger
from guiju.kernel import software
from guiju.measures import ArticleStanding, ControlStanding, Outcome, Report, law
from guiju.supervision import StandingBoard
from guiju.supervision.model import LOOKS, line, tallies, worst_first

from .conftest import Visit

EN = {"accept-language": "en"}


def _words(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_the_first_page_shows_every_article_with_its_outcome(visit: Visit):
    """All 24, each in a chapter, counted by outcome and never in per cent."""
    page = visit("auditor").get("/console", headers=EN).text
    for number, article in law().articles.items():
        assert f'href="/console/articles/{number}"' in page
        assert article.title.en in _words(page)
    said = _words(page)
    assert "As of 2026-11-24 16:00" in said
    assert "Window 30 days" in said
    counts = re.findall(r"<b>(\d+)</b><span class=\"word\">", page)
    assert (len(counts), sum(map(int, counts))) == (len(Outcome), 24)
    assert "%" not in said
    assert "compliant" not in said.lower()
    assert "合规" not in visit("auditor").get("/console").text


def test_no_two_outcomes_share_a_shape():
    """Whoever sees no colour tells them apart."""
    assert set(LOOKS) == {one.name for one in Outcome}
    assert len({one.shape for one in LOOKS.values()}) == len(Outcome)


def test_an_article_that_is_not_met_leads_to_its_counter_example(visit: Visit):
    """From the board to the leaf in three steps, and the leaf shows its proof."""
    browser = visit("auditor")
    article = browser.get("/console/articles/12", headers=EN).text
    assert "1 of 60 seen did not hold." in _words(article)
    link = re.search(r'href="(/console/evidence/\d+)"', article)
    assert link is not None
    leaf = _words(browser.get(link.group(1), headers=EN).text)
    assert "label.implicit no" in leaf
    assert "Rows it attests" in leaf
    assert re.search(r"Tree size \d+ ", leaf)


def test_the_board_can_be_narrowed_to_one_outcome(visit: Visit):
    """An outcome that is none shows all."""
    browser = visit("auditor")
    page = browser.get("/console?outcome=NOT_MET").text
    assert page.count("<h3>") == 1
    assert browser.get("/console?outcome=nonsense").text.count("<h3>") == 24


def test_every_control_has_a_page(visit: Visit):
    """Built, planned or external, with evidence or without."""
    browser = visit("auditor")
    for name, control in law().controls.items():
        page = browser.get(f"/console/controls/{name}", headers=EN)
        assert page.status_code == 200, name
        assert control.what.en in _words(page.text)


def test_every_article_has_a_page_in_both_languages(visit: Visit):
    """With each of its obligations."""
    browser = visit("auditor")
    for number, article in law().articles.items():
        for language in ("zh", "en"):
            page = browser.get(f"/console/articles/{number}?lang={language}")
            assert page.status_code == 200, number
            said = _words(page.text)
            assert [
                one.id for one in article.obligations if one.text.to(language) not in said
            ] == []


def test_evidence_is_listed_newest_first_and_by_kind_and_control(visit: Visit, house: Composed):
    """A filter counts what matches."""
    browser = visit("auditor")
    page = browser.get("/console/evidence", headers=EN).text
    places = [int(one) for one in re.findall(r">#(\d+)</a>", page)]
    assert places == list(range(places[0], places[0] - 50, -1))
    oldest = browser.get(f"/console/evidence?page={places[0] // 50 + 1}", headers=EN).text
    assert "#0<" in oldest
    kind = _words(browser.get("/console/evidence?kind=request-refused", headers=EN).text)
    assert f"{house.board.count('kind', 'request-refused')} match" in kind
    both = "/console/evidence?kind=exchange-recorded&control=staff-roles"
    assert "0 match" in _words(browser.get(both, headers=EN).text)


def test_evidence_that_does_not_exist_is_not_found(visit: Visit):
    """However it is asked for."""
    browser = visit("auditor")
    for place in ("999999", "ev_0", "9" * 40, "-1", "%00"):
        assert browser.get(f"/console/evidence/{place}").status_code == 404, place


def test_pending_evidence_is_shown_as_pending(visit: Visit, house: Composed):
    """It is on record, and its proof comes later."""
    with house.database.write() as tx:
        actor, controls = software("app"), ("closed-door",)
        name = ledger.append(tx, "service-started", controls=controls, actor=actor)
    browser = visit("auditor")
    assert "no place in the ledger yet" in browser.get(f"/console/evidence/{name}", headers=EN).text
    ledger.integrate(house.database)
    proved = browser.get(f"/console/evidence/{name}", headers=EN).text
    assert "Leaf hash" in proved


def test_the_console_is_for_staff_alone(visit: Visit):
    """A visitor is led to sign in, a person is refused."""
    visitor, person = visit(), visit("xiaoming", "/sign-in")
    for path in (
        "/console",
        "/console/articles/9",
        "/console/controls/text-label",
        "/console/evidence",
        "/console/evidence/1",
        "/console/policies",
        "/console/policies/new",
        "/console/policies/urgent",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/console/sign-in?next=/console")
        assert person.get(path).status_code == 403, path


def test_the_standing_as_json_has_the_fields_of_the_contract(visit: Visit):
    """The document of `guiju law standing --json`."""
    assert visit().get("/api/law/standing").status_code == 401
    found = visit("auditor").get("/api/law/standing").json()
    assert set(found) == set(get_type_hints(Report))
    assert found["checkpoint"]["size"] == found["leaves"] > 0
    nine = found["articles"][8]
    assert set(get_type_hints(ArticleStanding)) - set(nine) <= {"reason"}
    assert set(nine["controls"][0]) == set(get_type_hints(ControlStanding))


def test_the_board_reads_each_leaf_once_and_knows_new_ones(house: Composed):
    """A report stays good for a moment, then it holds what has come since."""
    board = StandingBoard(house.database, fresh_seconds=3600)
    before = board.report()
    leaves = board.size()
    assert before["leaves"] == leaves
    with house.database.write() as tx:
        actor, controls = software("app"), ("closed-door",)
        ledger.append(tx, "service-started", controls=controls, actor=actor)
    ledger.integrate(house.database)
    assert board.report() is before
    assert board.report(7)["leaves"] == leaves + 1
    assert board.find("service-started", None) == [leaves]
    assert board.find("service-started", "text-label") == []
    assert (board.count("kind", "service-started"), board.count("control", "text-label")) == (1, 60)


def test_a_tampered_ledger_turns_every_article_to_an_error(house: Composed):
    """What cannot be trusted proves nothing."""
    house.clock.advance(hours=1)
    from guiju.measures import Signal  # noqa: PLC0415 - only this claim needs a signal

    broken = {"ledger-verified": Signal(holds=False, at=house.clock.now())}
    report = StandingBoard(house.database, lambda: broken).report()
    assert {one["outcome"] for one in report["articles"]} == {"CHECK_ERROR"}


def test_a_line_names_the_worst_first_and_says_what_is_not_built(house: Composed):
    """A plan is not a gap in the evidence."""
    article = house.board.report()["articles"][11]
    said = line(article)
    assert said.en.startswith("0 of 4 controls met. Not met: Text label. No evidence: ")
    assert "(not built yet)" in said.en
    assert said.zh.startswith("4 项控制中 0 项满足。未满足：文本标识。无证据：")
    order = [Outcome[one["outcome"]] for one in worst_first(article["controls"])]
    assert order == sorted(order)
    assert sum(n for _, n in tallies(one["outcome"] for one in article["controls"])) == 4
