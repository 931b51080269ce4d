# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Text, isoformat
from guiju.measures.model import (
    Article,
    Cadence,
    Check,
    CheckType,
    Condition,
    Control,
    Duty,
    How,
    Law,
    Obligation,
    Op,
    State,
)
from guiju.measures.standing import ControlStanding, Signal, Standing, check_digest

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
WORDS = Text(zh="字", en="word")
LABELLED = Check(
    CheckType.EACH,
    kinds=("exchange-recorded",),
    when=(Condition("characters", Op.AT_LEAST, 1),),
    holds=(Condition("label", Op.PRESENT),),
)
STATED = Check(CheckType.PRESENT, kinds=("statement-published",))
VERIFIED = Check(CheckType.SIGNAL, signal="ledger-verified")
ATTESTED = Check(CheckType.ATTESTED)


def control(
    check: Check | None = LABELLED,
    state: State = State.BUILT,
    *,
    cadence: Cadence = Cadence.CONTINUOUS,
    days: int = 7,
    name: str = "one",
    serves: str = "1.1",
) -> Control:
    return Control(
        id=name,
        serves=(serves,),
        how=How.SOFTWARE,
        state=state,
        room="room",
        evidence=("exchange-recorded",),
        cadence=cadence,
        valid_days=days,
        title=WORDS,
        what=WORDS,
        docs="",
        check=check,
    )


def law_of(*controls: Control) -> Law:
    """A law of two articles: the first binds the provider, the second an authority."""
    duties = {1: Duty.PROVIDER, 2: Duty.AUTHORITY}
    articles = {
        number: Article(
            number, 1, WORDS, (Obligation(f"{number}.1", number, 1, None, duty, WORDS, None),)
        )
        for number, duty in duties.items()
    }
    return Law({}, articles, {one.id: one for one in controls}, {}, {}, {}, {})


def leaf(
    index: int,
    *,
    kind: str = "exchange-recorded",
    ago: timedelta = timedelta(hours=1),
    actor: str = "software",
    controls: tuple[str, ...] = ("one",),
    **facts: object,
) -> dict[str, Any]:
    return {
        "index": index,
        "id": f"ev_{index}",
        "kind": kind,
        "at": isoformat(NOW - ago),
        "controls": list(controls),
        "actor": {"kind": actor, "id": "x", "roles": []},
        "facts": facts or {"characters": 5, "label": "L"},
    }


def stand(
    one: Control,
    *leaves: Mapping[str, Any],
    signals: dict[str, Signal] | None = None,
    now: datetime = NOW,
    window_days: int = 30,
) -> ControlStanding:
    standing = Standing(law_of(one))
    standing.feed(leaves)
    report = standing.report(now, window_days, signals=signals)
    return report["articles"][0]["controls"][0]


def day(number: float) -> timedelta:
    return timedelta(days=number)


def test_every_event_that_holds_is_met_with_its_denominator() -> None:
    """Met says of how many, from which ledger positions and until when."""
    found = stand(control(), leaf(0), leaf(1), leaf(2, characters=0, label=None))
    assert found["outcome"] == "MET"
    assert found["strength"] == "operating"
    assert found["population"] == found["sampled"] == 2
    assert found["ledger"] == {"first": 0, "last": 1}
    assert found["valid_until"] == isoformat(NOW - timedelta(hours=1) + day(7))
    assert found["reason"]["en"] == "All 2 seen held."


def test_one_violation_is_not_met_and_shows_itself() -> None:
    """The counter-example is named by ledger position and id."""
    found = stand(control(), leaf(0), leaf(1, characters=5, label=None), leaf(2))
    assert found["outcome"] == "NOT_MET"
    assert found["counterexamples"] == [{"index": 1, "id": "ev_1"}]
    assert (found["violations"], found["population"]) == (1, 3)


def test_counterexamples_are_few_and_the_count_is_whole() -> None:
    """The first five are shown; every one is counted, over several days."""
    bad = [leaf(i, ago=day(9 - i), characters=1, label=None) for i in range(9)]
    found = stand(control(days=30), *bad)
    assert [one["index"] for one in found["counterexamples"]] == [0, 1, 2, 3, 4]
    assert found["violations"] == 9


def test_a_violation_leaves_with_its_window() -> None:
    """A late case stays visible for its window and does not taint later ones."""
    leaves = [leaf(0, ago=day(40), characters=1, label=None), leaf(1)]
    assert stand(control(), *leaves)["outcome"] == "MET"
    assert stand(control(), *leaves, window_days=60)["outcome"] == "NOT_MET"


def test_an_event_driven_control_looks_back_as_far_as_evidence_is_valid() -> None:
    """A policy activated two months ago still counts in a window of thirty days."""
    leaves = [leaf(0, ago=day(60))]
    found = stand(control(cadence=Cadence.ON_EVENT, days=365), *leaves)
    assert (found["outcome"], found["window_days"]) == ("MET", 365)
    assert stand(control(days=365), *leaves)["outcome"] == "NOT_EXERCISED"


def test_silence_is_not_success() -> None:
    """Built and never used is not exercised; nothing collected at all is no evidence."""
    assert stand(control())["outcome"] == "NOT_EXERCISED"
    assert stand(control())["strength"] == "implemented"
    assert stand(control(), leaf(0, characters=0))["outcome"] == "NOT_EXERCISED"
    assert stand(control(STATED))["outcome"] == "NO_EVIDENCE"
    assert stand(control(VERIFIED))["outcome"] == "NO_EVIDENCE"
    assert stand(control(ATTESTED, State.EXTERNAL))["outcome"] == "NO_EVIDENCE"


def test_old_evidence_is_stale() -> None:
    """After `valid_days` the last evidence no longer carries."""
    assert stand(control(), leaf(0, ago=day(6.9)))["outcome"] == "MET"
    assert stand(control(), leaf(0, ago=day(7.1)))["outcome"] == "STALE"
    published = leaf(0, kind="statement-published", ago=day(7.1))
    assert stand(control(STATED), published)["outcome"] == "STALE"
    assert stand(control(STATED, days=8), published)["outcome"] == "MET"


def test_a_planned_control_is_never_better_than_no_evidence() -> None:
    """What is not built cannot be met, whatever the ledger holds."""
    found = stand(control(LABELLED, State.PLANNED), leaf(0))
    assert (found["outcome"], found["strength"]) == ("NO_EVIDENCE", None)


def test_a_check_that_fails_is_never_green() -> None:
    """A fact of the wrong kind is an error of the check; a violation beside it is still worse."""
    wrong = leaf(0, characters="five", label="L")
    found = stand(control(), wrong, leaf(1))
    assert found["outcome"] == "CHECK_ERROR"
    assert "leaf 0" in found["reason"]["en"]
    worse = stand(control(), wrong, leaf(1, characters=1, label=None))
    assert worse["outcome"] == "NOT_MET"


def test_attestation_is_only_attestation() -> None:
    """A person's statement never becomes more than that, and software cannot make one."""
    external = control(ATTESTED, State.EXTERNAL)
    by_staff = leaf(0, kind="attestation-signed", actor="staff", statement="s")
    by_software = leaf(0, kind="attestation-signed", actor="software", statement="s")
    assert stand(external, by_staff)["outcome"] == "ATTESTED_ONLY"
    assert stand(external, by_staff)["strength"] == "designed"
    assert stand(external, by_software)["outcome"] == "NO_EVIDENCE"
    assert stand(external, by_staff, now=NOW + day(10))["outcome"] == "STALE"


def test_a_general_leaf_speaks_only_of_the_controls_it_names() -> None:
    """An attestation for another control changes nothing here."""
    other = leaf(0, kind="attestation-signed", actor="staff", controls=("two",), statement="s")
    assert stand(control(ATTESTED, State.EXTERNAL), other)["outcome"] == "NO_EVIDENCE"


def test_an_exception_covers_what_comes_after_it_until_it_ends() -> None:
    """Approved exceptions are not retroactive, and their end flips the outcome by itself."""
    granted = leaf(1, kind="exception-granted", ago=day(4), reason="r", until="2026-11-22")
    before = leaf(0, ago=day(5), characters=1, label=None)
    within = leaf(2, ago=day(3), characters=1, label=None)
    after = leaf(3, ago=day(1), characters=1, label=None)
    first = leaf(0, kind="exception-granted", ago=day(4), reason="r", until="2026-11-22")
    covered = stand(control(), first, {**within, "index": 1})
    assert (covered["outcome"], covered["exceptions"]) == ("MET_WITH_EXCEPTIONS", 1)
    found = stand(control(), before, granted, within, after)
    assert found["outcome"] == "NOT_MET"
    assert [one["index"] for one in found["counterexamples"]] == [0, 3]


def test_not_applicable_takes_two_people_in_two_roles_and_ends() -> None:
    """One signature, or one role twice, is an error and no way out."""

    def waiver(*signers: tuple[str, str], until: str = "2026-12-31") -> dict[str, Any]:
        named = [{"id": who, "role": role} for who, role in signers]
        return leaf(
            0, kind="not-applicable-signed", signers=named, reason="no media", review_on=until
        )

    good = waiver(("a", "safety-officer"), ("b", "accountable"))
    assert stand(control(), good)["outcome"] == "NOT_APPLICABLE"
    assert stand(control(), good, now=NOW + day(90))["outcome"] != "NOT_APPLICABLE"
    assert stand(control(), waiver(("a", "x"), ("b", "x")))["outcome"] == "CHECK_ERROR"
    assert stand(control(), waiver(("a", "x"), ("a", "y")))["outcome"] == "CHECK_ERROR"


def test_a_probe_exercises_a_silent_control_and_a_failed_one_breaks_it() -> None:
    """A passing probe proves the result; a failing one is a counter-example."""
    passed = stand(control(), leaf(0, kind="probe-run", probe="p", holds=True))
    assert (passed["outcome"], passed["strength"]) == ("MET", "effective")
    failed = stand(control(), leaf(0, kind="probe-run", probe="p", holds=False))
    assert failed["outcome"] == "NOT_MET"
    assert failed["counterexamples"] == [{"index": 0, "id": "ev_0"}]


def test_a_live_signal_decides_a_signal_check() -> None:
    """It holds, it does not hold, or it is too old to say."""
    signal = {"ledger-verified": Signal(holds=True, at=NOW, population=12)}
    found = stand(control(VERIFIED), signals=signal)
    assert (found["outcome"], found["strength"], found["population"]) == ("MET", "effective", 12)
    old = {"ledger-verified": Signal(holds=True, at=NOW - day(8))}
    assert stand(control(VERIFIED), signals=old)["outcome"] == "STALE"
    other = control(Check(CheckType.SIGNAL, signal="egress-closed"))
    broken = {"egress-closed": Signal(holds=False, at=NOW, detail="10.0.0.1 answered")}
    assert stand(other, signals=broken)["outcome"] == "NOT_MET"


def test_a_probe_signal_lifts_or_breaks_a_control() -> None:
    """`probe:<control>` counts like a probe in the ledger, while it is fresh."""
    good = {"probe:one": Signal(holds=True, at=NOW)}
    assert stand(control(), leaf(0), signals=good)["strength"] == "effective"
    old = {"probe:one": Signal(holds=True, at=NOW - day(8))}
    assert stand(control(), leaf(0), signals=old)["strength"] == "operating"
    bad = {"probe:one": Signal(holds=False, at=NOW)}
    assert stand(control(), leaf(0), signals=bad)["outcome"] == "NOT_MET"


@pytest.mark.parametrize(
    "signals",
    [
        {"ledger-broken": Signal(holds=True, at=NOW)},
        {"ledger-verified": Signal(holds=False, at=NOW)},
    ],
)
def test_a_broken_ledger_turns_everything_to_check_error(signals: dict[str, Signal]) -> None:
    """When the tree is inconsistent no evidence counts, not even a waiver or a missing duty."""
    standing = Standing(law_of(control(), control(None, State.PLANNED, name="two", serves="2.1")))
    standing.feed([leaf(0)])
    report = standing.report(NOW, signals=signals)
    outcomes = {one["outcome"] for one in report["articles"]}
    outcomes |= {one["outcome"] for part in report["articles"] for one in part["controls"]}
    assert outcomes == {"CHECK_ERROR"}


@pytest.mark.parametrize(
    "second",
    [leaf(2), {"index": 1}, {"index": 1, "id": "ev_1", "kind": 7, "at": isoformat(NOW)}, {}],
)
def test_a_gap_or_an_unreadable_leaf_turns_everything_to_check_error(
    second: dict[str, Any],
) -> None:
    """What was not read might have been a violation."""
    assert stand(control(), leaf(0), second)["outcome"] == "CHECK_ERROR"


def test_leaves_already_read_are_passed_over() -> None:
    """Feeding the same page twice counts once, so a reader may restart anywhere behind."""
    standing = Standing(law_of(control()))
    standing.feed([leaf(0), leaf(1)])
    standing.feed([leaf(0), leaf(1), leaf(2)])
    found = standing.report(NOW)
    assert standing.size == found["leaves"] == 3
    assert found["articles"][0]["controls"][0]["population"] == 3


def test_the_worst_control_is_the_article() -> None:
    """One planned control keeps an article from being met."""
    law = law_of(control(), control(None, State.PLANNED, name="two"))
    standing = Standing(law)
    standing.feed([leaf(0)])
    first, second = standing.report(NOW)["articles"]
    assert first["outcome"] == "NO_EVIDENCE"
    assert first["obligations"] == [{"id": "1.1", "duty": "provider", "outcome": "NO_EVIDENCE"}]
    assert (second["outcome"], second["controls"]) == ("NOT_APPLICABLE", [])
    assert second["reason"]["en"] == "This article sets no duty of the provider."


def test_a_supporting_control_does_not_create_a_duty() -> None:
    """An article that binds an authority asks nothing of us and still shows the control."""
    standing = Standing(law_of(control(None, State.PLANNED, serves="2.1")))
    second = standing.report(NOW)["articles"][1]
    assert second["outcome"] == "NOT_APPLICABLE"
    assert second["controls"][0]["outcome"] == "NO_EVIDENCE"


def test_a_named_check_needs_the_leaf_to_name_the_control() -> None:
    """An exchange whose evidence forgets the control is a violation."""
    check = Check(CheckType.EACH, ("exchange-recorded",), holds=LABELLED.holds, named=True)
    assert stand(control(check), leaf(0))["outcome"] == "MET"
    assert stand(control(check), leaf(0, controls=("two",)))["outcome"] == "NOT_MET"


def test_a_changed_check_has_another_digest() -> None:
    """A figure can be traced to the question that was asked."""
    other = Check(CheckType.EACH, LABELLED.kinds, (), LABELLED.holds)
    assert check_digest(LABELLED) != check_digest(other)
    assert stand(control())["check"] == check_digest(LABELLED)
    assert len(check_digest(LABELLED)) == 64


kinds = st.sampled_from(["exchange-recorded", "probe-run", "exception-granted", "other"])
events = st.lists(
    st.tuples(kinds, st.integers(0, 45), st.booleans(), st.integers(0, 2)), max_size=40
)


@given(events, st.integers(1, 10))
def test_the_fold_does_not_depend_on_how_leaves_arrive(
    drawn: list[tuple[str, int, bool, int]], size: int
) -> None:
    """One leaf at a time, in pages or all at once: the same report."""
    leaves = [
        leaf(
            index,
            kind=kind,
            ago=day(45 - min(days, 45)),
            characters=characters,
            label="L" if holds else None,
            holds=holds,
            until="2026-11-20",
        )
        for index, (kind, days, holds, characters) in enumerate(drawn)
    ]
    whole, pages = Standing(law_of(control())), Standing(law_of(control()))
    whole.feed(leaves)
    for start in range(0, len(leaves), size):
        pages.feed(leaves[start : start + size])
    assert whole.report(NOW) == pages.report(NOW)


@given(events)
def test_more_leaves_never_hide_a_violation(drawn: list[tuple[str, int, bool, int]]) -> None:
    """Once broken inside the window, a control stays broken whatever follows the same day."""
    standing = Standing(law_of(control()))
    standing.feed([leaf(0, characters=1, label=None)])
    standing.feed(
        leaf(index, kind=kind, characters=number, label="L", holds=True, until="2026-11-30")
        for index, (kind, _, _, number) in enumerate(drawn, start=1)
    )
    assert standing.report(NOW)["articles"][0]["controls"][0]["outcome"] == "NOT_MET"
