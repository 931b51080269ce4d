# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.casework.desk import HERE, TEXT, Desk, token
from tests.unit.casework.sample import CLERK, KEEPER, KINDS, OFFICER, OTHER, PERSON, SECOND
from tests.unit.casework.test_casework_pages import words

from guiju import ledger
from guiju.casework import look_store
from guiju.casework.drawing_lots import Share, drawn
from guiju.casework.looking_again import Said, draw, get_look, look_again, quality, waiting_looks
from guiju.casework.panel import Passage, Span, pieces
from guiju.casework.welfare import ReviewRules
from guiju.kernel import FixedClock, GuijuError, Text
from guiju.storage import Database


@pytest.fixture(params=["db", "pg_db"])
def desk(request: pytest.FixtureRequest) -> Desk:
    database: Database = request.getfixturevalue(request.param)
    return Desk(database)


def closed(desk: Desk, count: int) -> list[str]:
    """So many cases that came to a decision, each by the same people."""
    made = []
    for _ in range(count):
        case = desk.opened()
        steps = ((CLERK, "accept"), (CLERK, "propose"), (OFFICER, "decide"))
        made.append(desk.taken(case, *steps).id)
    return made


def drawn_now(desk: Desk, clock: FixedClock) -> list[str]:
    """The looks of a draw on the next day, once the ledger has signed."""
    clock.advance(days=1)
    with desk.database.write() as tx:
        ledger.append(
            tx, "key-destroyed", controls=("records-sealed",), actor=KEEPER, subject="x", facts={}
        )
    ledger.integrate(desk.database)
    with desk.database.write() as tx:
        draw(tx, KEEPER, desk.rules)
        return [one.id for one in waiting_looks(tx, OTHER, KINDS)]


@pytest.mark.control("second-look")
def test_a_draw_can_be_drawn_again_by_anybody(desk: Desk, clock: FixedClock) -> None:
    """A quarter of ten, rounded up; by a root that was signed after all of them were closed."""
    closed(desk, 10)
    assert len(drawn_now(desk, clock)) == 3
    with desk.database.read() as tx:
        (made,) = look_store.draws(tx, 5)
        population = look_store.closed_decisions(tx, made.since, made.until)
        looks = {look_store.find(tx, one.id).decision for one in waiting_looks(tx, OTHER, KINDS)}  # type: ignore[union-attr]  # they wait
        signed = ledger.checkpoint(tx)
    assert (made.population, made.drawn, made.permille) == (10, 3, 250)
    assert signed is not None
    assert made.seed == signed.root.hex()
    assert set(drawn({row.id for row in population}, made.seed, 250)) == looks


def test_nothing_is_drawn_twice_or_from_today(desk: Desk, clock: FixedClock) -> None:
    """The next draw begins where the last one ended."""
    closed(desk, 2)
    with desk.database.write() as tx:
        assert draw(tx, KEEPER, desk.rules) is None
    assert len(drawn_now(desk, clock)) == 1
    with desk.database.write() as tx:
        assert draw(tx, KEEPER, desk.rules) is None
    closed(desk, 1)
    assert len(drawn_now(desk, clock)) == 2


def test_who_may_draw_and_that_a_policy_says_how_many(desk: Desk) -> None:
    """Software and officers; without a share in the policy nobody."""
    with desk.database.write() as tx:
        for actor, rules, code in (
            (CLERK, desk.rules, "role-needed"),
            (OFFICER, ReviewRules(), "sampling-not-set"),
        ):
            with pytest.raises(GuijuError, match=code):
                draw(tx, actor, rules)


@pytest.mark.control("second-look")
def test_who_had_a_part_does_not_look_again(desk: Desk, clock: FixedClock) -> None:
    """Nor a person, nor software."""
    closed(desk, 1)
    (look,) = drawn_now(desk, clock)
    with desk.database.read() as tx:
        assert waiting_looks(tx, CLERK, KINDS) == []
        for actor, code in ((CLERK, "outsider-needed"), (PERSON, "person-needed")):
            with pytest.raises(GuijuError, match=code):
                get_look(tx, actor, KINDS, look)
        with pytest.raises(GuijuError, match="look-unknown"):
            get_look(tx, OTHER, KINDS, "look_none")


def test_agreement_is_counted_with_its_interval(desk: Desk, clock: FixedClock) -> None:
    """Once each; the second who looks at the same is told so."""
    closed(desk, 8)
    first, second = drawn_now(desk, clock)
    with desk.database.write() as tx:
        same = Said("decide", "it is clear", "unfounded")
        assert look_again(tx, OTHER, KINDS, first, same)
        assert not look_again(tx, OTHER, KINDS, second, Said("end", "it went too far"))
        with pytest.raises(GuijuError, match="look-taken"):
            look_again(tx, SECOND, KINDS, first, same)
        with pytest.raises(GuijuError, match="choice-unknown"):
            look_again(tx, SECOND, KINDS, second, Said("accept", "no"))
        with pytest.raises(GuijuError, match="reason-needed"):
            look_again(tx, SECOND, KINDS, second, Said("end", " "))
        (found,) = quality(tx)
    assert (found.kind, found.drawn, found.agree) == ("objection", 2, Share(1, 2))


def test_a_look_is_blind(desk: Desk, clock: FixedClock) -> None:
    """Evidence and choices, but neither number, decider, reason nor outcome; then the answer."""
    (name,) = closed(desk, 1)
    (look,) = drawn_now(desk, clock)
    browser, address = desk.of(OTHER), f"{HERE}/quality/{look}"
    page = browser.get(address).text
    for hidden in (name, OFFICER.id, "What was said to have happened", "OB-"):
        assert hidden not in page
    opened = browser.post(f"{address}/panels/exchange", data=token(reason="second look")).text
    assert TEXT in re.sub(r"<[^>]+>", "", opened)
    assert "OB-" not in opened
    clock.advance(seconds=5)
    assert browser.get(f"{address}/panels/exchange/first").status_code == 200
    failed = browser.post(address, data=token(verb="decide/unfounded", reason=""))
    assert failed.status_code == 400
    assert browser.post(address, data=token(verb="decide/unfounded", reason="x")).status_code == 303
    assert "it is what was decided" in words(browser.get(address).text)
    said = words(desk.of(SECOND).get(f"{HERE}/quality").text)
    assert re.search(r"objection 1 1 1 100\.0 % \(20\.7 – 100\.0 %, n = 1\)", said)


def test_officers_see_where_looks_differ(desk: Desk, clock: FixedClock) -> None:
    """They do, and reviewers do not."""
    closed(desk, 1)
    (look,) = drawn_now(desk, clock)
    browser = desk.of(OTHER)
    browser.post(f"{HERE}/quality/{look}", data=token(verb="end", reason="it went too far"))
    assert "second look: end · name-of-staff_other" in words(
        desk.of(SECOND).get(f"{HERE}/quality").text
    )
    assert "second look: end" not in words(browser.get(f"{HERE}/quality").text)


@given(st.integers(0, 2_000), st.integers(1, 2_000))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(hits: int, more: int) -> None:
    """Wilson's: it satisfies |p - p0| = z sqrt(p0 (1 - p0) / n) at both ends."""
    share = Share(hits, hits + more)
    low, high = share.interval or (1.0, 0.0)
    p, n = hits / share.total, share.total
    assert 0 <= low <= p <= high <= 1
    for edge in (low, high):
        if 0 < edge < 1:
            assert math.isclose(
                abs(p - edge), 1.959963984540054 * math.sqrt(edge * (1 - edge) / n), abs_tol=1e-9
            )


def test_without_a_look_there_is_no_interval() -> None:
    """No number that was not measured."""
    assert Share(0, 0).interval is None


@given(st.sets(st.text("abc", min_size=1), max_size=40), st.integers(1, 1000), st.text("xyz"))
def test_a_draw_depends_on_the_set_and_the_seed_alone(
    names: set[str], permille: int, seed: str
) -> None:
    """Not on the order in which the database gives the decisions."""
    found = drawn(sorted(names), seed, permille)
    assert found == drawn(sorted(names, reverse=True), seed, permille)
    assert len(found) == math.ceil(len(names) * permille / 1000)
    assert set(found) <= names


SPANS = st.lists(st.tuples(st.integers(-3, 30), st.integers(-3, 30)), max_size=6)


@given(st.text(max_size=25), SPANS)
def test_pieces_put_together_are_the_passage(text: str, edges: list[tuple[int, int]]) -> None:
    """Each character stands once, marked by the spans that hold it and that fit the text."""
    spans = tuple(Span(low, high, "A1a", str(at)) for at, (low, high) in enumerate(edges))
    found = pieces(Passage(Text(zh="x", en="x"), text, spans))
    assert "".join(one.text for one in found) == text
    place = 0
    for one in found:
        held = {
            span
            for span in spans
            if 0 <= span.start < span.end <= len(text) and span.start <= place < span.end
        }
        assert set(one.spans) == held
        place += len(one.text)
