# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from tests.unit.complaints.conftest import CLERK, OFFICER, SECOND, filed, stepped
from tests.unit.dispositions.scene import Scene
from tests.unit.dispositions.test_dispositions_content import delivered, medium
from tools import make_cases_doc

from guiju import complaints, policies
from guiju.app.cases import KINDS, handlers
from guiju.casework import Case, deliver
from guiju.complaints import acting, upholding
from guiju.dispositions import Finding, FindingState, Source, findings_in
from guiju.kernel import Event, FixedClock, Invalid, StandingChanged
from guiju.storage import Database


def test_the_page_made_from_the_kinds_is_up_to_date() -> None:
    """docs/case-kinds.md says what the tables say: run tools/make_cases_doc.py."""
    assert make_cases_doc.PAGE.read_text(encoding="utf-8") == make_cases_doc.page()
    assert len(list(KINDS)) > 0


def test_who_listens_hears_that_a_standing_has_changed(db: Database) -> None:
    """From the outbox, once the step that changed it has committed."""
    heard: list[Event] = []
    handlers(heard.append)["standing-changed"](db, "person_a")
    assert heard == [StandingChanged("person_a")]


# -- a complaint that is upheld --------------------------------------------------------------------


@pytest.fixture(params=["db", "pg_db"])
def scene(request: pytest.FixtureRequest, clock: FixedClock) -> Scene:
    database: Database = request.getfixturevalue(request.param)
    with database.write() as tx:
        policies.install_default(tx, OFFICER, SECOND)
    return Scene(database, clock)


def decided(scene: Scene, about: str, **said: str) -> Case:
    """A complaint about this that was decided so."""
    case = filed(scene.db, about=about)
    case = stepped(scene.db, case, (CLERK, "accept"), (CLERK, "handle"))
    given = acting.Said(**({"words": "We have looked.", "outcome": "upheld"} | said))
    with scene.db.write() as tx:
        return acting.take(tx, CLERK, case, "decide", given)


def brought(scene: Scene, request: str, case: Case) -> list[Finding]:
    with scene.db.read() as tx:
        return findings_in(tx, request, Source.COMPLAINT, case.number)


@pytest.mark.control("findings-triaged")
@pytest.mark.parametrize("of_a_file", [False, True])
def test_an_upheld_complaint_opens_one_finding(scene: Scene, of_a_file: bool) -> None:
    """Of the harm that was named, in the record; once, however often the outbox asks."""
    request = delivered(scene, medium("0f-picture-1"))
    case = decided(scene, "0f-picture-1" if of_a_file else request, harm="A4g")
    heard: list[Event] = []
    ways = handlers(heard.append)
    assert brought(scene, request, case) == []
    assert deliver(scene.db, ways) == 1
    ways[complaints.UPHELD](scene.db, case.id)
    (found,) = brought(scene, request, case)
    assert (found.harm, found.person, found.state) == ("A4g", scene.id, FindingState.RAISED)
    assert (found.rule, found.raised_by) == (case.number, "complaints")
    assert len(heard) == 2
    (leaf,) = scene.leaves("finding-opened")
    assert leaf["facts"]["rule"] == case.number


@pytest.mark.parametrize("said", [{}, {"outcome": "unfounded"}])
def test_without_a_harm_there_is_no_finding(scene: Scene, said: dict[str, str]) -> None:
    """A class of harm is too little for a finding."""
    request = delivered(scene)
    case = decided(scene, request, **said)
    deliver(scene.db, handlers(lambda _: None))
    assert brought(scene, request, case) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"harm": "A9z"}, "choice-unknown"),
        ({"harm": "A4g", "outcome": "unfounded"}, "harm-not-upheld"),
        ({"harm": "A4g", "record": "req_nothing_here"}, "record-unknown"),
        ({"record": "req_nothing_here"}, "harm-missing"),
    ],
)
def test_a_harm_that_is_nowhere_is_refused(scene: Scene, said: dict[str, str], code: str) -> None:
    """With what to do about it, and nothing is decided."""
    with pytest.raises(Invalid) as refused:
        decided(scene, delivered(scene), **said)
    assert refused.value.code == code


def test_a_record_that_was_named_by_hand_counts(scene: Scene) -> None:
    """Also where the complaint names an address, or a number of another kind."""
    request = delivered(scene)
    case = decided(scene, "https://example.org/1", harm="A1g", record=request)
    with scene.db.write() as tx:
        event = upholding.upheld(tx, case.id)
    assert event is not None
    assert event.harmed == ("A1g", request)
    deliver(scene.db, handlers(lambda _: None))
    assert [one.harm for one in brought(scene, request, case)] == ["A1g"]
