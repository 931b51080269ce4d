# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from guiju import measures, policies, profile
from guiju.accounts import (
    Change,
    Draft,
    Way,
    accept_agreement,
    agreement_diff,
    agreement_in_force,
    agreement_particulars,
    agreements,
    approve_agreement,
    first_agreement,
    get_agreement,
    install_agreement,
    may_use,
    owed,
    propose_agreement,
    register_person,
    reject_agreement,
    serve_agreement,
)
from guiju.accounts.agreement_reviews import get_proposal, proposals, states
from guiju.accounts.agreement_store import PROPOSAL
from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    Text,
    Unavailable,
    software,
)
from guiju.profile import demo_statement

from .conftest import words_of


def draft(words: str = "one", change: Change = Change.MATERIAL) -> Draft:
    return Draft(words_of(words), change, words)


def without(pattern: str) -> Text:
    """The sample without the lines in which a pattern is met."""
    whole = first_agreement()
    keep = [
        "\n".join(line for line in text.splitlines() if not re.search(pattern, line))
        for text in (whole.zh, whole.en)
    ]
    return Text(zh=keep[0], en=keep[1])


# -- two people ------------------------------------------------------------------------------------


@pytest.mark.control("agreement-before-use", "agreement-reviewed")
def test_what_another_person_approves_is_the_next_version(db, publish, leaves):
    """Versions count up, all are kept, and both names and the kind of change are on record."""
    assert [publish("one"), publish("two", Change.NOTICE)] == [1, 2]
    with db.read() as tx:
        now = agreement_in_force(tx)
        assert now is not None
        assert (now.version, now.change, now.binds_from) == (2, Change.NOTICE, None)
        assert now.text.en.endswith("Agreement: two")
        assert get_agreement(tx, 1).text.zh.endswith("协议：one")
        assert [one.version for one in agreements(tx)] == [2, 1]
        assert [one.text for one in proposals(tx)] == [words_of("two"), words_of("one")]
    reviewed = [one["facts"] for one in leaves("agreement-reviewed")]
    assert [one["change"] for one in reviewed] == ["material", "notice"]
    assert all(one["proposer"] != one["approver"] for one in reviewed)
    assert leaves("agreement-published")[1]["facts"]["digest"] == now.digest


@pytest.mark.control("agreement-reviewed")
def test_nobody_approves_what_they_proposed(db, house):
    """Whatever roles they get; nothing is in force by a proposal."""
    both = Actor(ActorKind.STAFF, house.legal.id, frozenset({"safety-officer"}))
    with db.write() as tx:
        made = propose_agreement(tx, house.legal.actor, draft())
    for actor in (house.legal.actor, both):
        with db.write() as tx, pytest.raises(Refused, match="second-person-needed"):
            approve_agreement(tx, actor, made.id)
        with db.write() as tx, pytest.raises(Refused, match="second-person-needed"):
            reject_agreement(tx, actor, made.id, "no")
    with db.read() as tx:
        assert agreement_in_force(tx) is None


def test_proposing_is_a_named_persons_decision(db, house):
    """Neither software nor another role proposes."""
    for actor, code in (
        (software("app"), "person-needed"),
        (house.officer.actor, "role-needed"),
        (Actor(ActorKind.PERSON, "pe_x"), "role-needed"),
    ):
        with pytest.raises(Refused) as caught, db.write() as tx:
            propose_agreement(tx, actor, draft())
        assert caught.value.code == code


def test_a_rejected_version_keeps_its_reason_and_can_not_be_approved(db, house):
    """And who turned it down."""
    with db.write() as tx:
        made = propose_agreement(tx, house.legal.actor, draft())
    with db.write() as tx, pytest.raises(Invalid, match="reason-needed"):
        reject_agreement(tx, house.boss.actor, made.id, " ")
    with db.write() as tx:
        reject_agreement(tx, house.boss.actor, made.id, "clause 3 is unclear")
    with db.read() as tx:
        kept = get_proposal(tx, made.id)
    assert (kept.state, kept.reason, kept.decider) == (
        "rejected",
        "clause 3 is unclear",
        house.boss.id,
    )
    with db.write() as tx, pytest.raises(Conflict, match="wrong-state"):
        approve_agreement(tx, house.officer.actor, made.id)


def test_the_same_text_is_not_published_again(db, house, publish):
    """Conflict, so that nobody has to accept the same words twice; also of two proposals."""
    with db.write() as tx:
        one, two = (propose_agreement(tx, house.legal.actor, draft()) for _ in range(2))
    with db.write() as tx:
        approve_agreement(tx, house.officer.actor, one.id)
    with db.write() as tx, pytest.raises(Conflict, match="agreement-unchanged"):
        approve_agreement(tx, house.officer.actor, two.id)
    with pytest.raises(Conflict, match="agreement-unchanged"):
        publish("one")


def test_a_proposal_changed_behind_our_back_is_not_approved(db, house):
    """What two people read is what is published."""
    with db.write() as tx:
        made = propose_agreement(tx, house.legal.actor, draft())
    with db.engine.begin() as connection:
        connection.execute(update(PROPOSAL).values(en="You owe us everything."))
    with db.write() as tx, pytest.raises(Unavailable, match="agreement-altered"):
        approve_agreement(tx, house.officer.actor, made.id)


def test_what_is_not_there_is_not_found(db, house):
    """An id that never was, and one that cannot be."""
    for name in ("agr_none", "\x00", "é"):
        with db.write() as tx, pytest.raises(NotFound, match="agreement-proposal-unknown"):
            approve_agreement(tx, house.officer.actor, name)


def test_the_first_agreement_is_installed_once(db, house, publish):
    """By the same path of two people; never over what people decided."""
    with db.write() as tx:
        made = install_agreement(tx, house.legal.actor, house.second.actor, first_agreement())
    assert (made.version, made.change) == (1, Change.MATERIAL)
    with db.write() as tx, pytest.raises(Conflict, match="agreement-exists"):
        install_agreement(tx, house.legal.actor, house.second.actor, words_of("x"))


# -- what a text states ----------------------------------------------------------------------------


@pytest.mark.control("agreement-reviewed")
@pytest.mark.parametrize(
    ("pattern", "lacks"),
    [
        ("隐式标识|implicit label", "implicit"),
        ("文字内容在开头|Method and style", "style"),
        ("仔细阅读|read and understand", "read"),
    ],
)
def test_a_text_that_forgot_what_binds_is_refused(db, house, pattern, lacks):
    """Labelling Measures, Article 8: methods, styles, and asking to read them; each is named."""
    with db.write() as tx, pytest.raises(Invalid) as caught:
        propose_agreement(tx, house.legal.actor, Draft(without(pattern), Change.MATERIAL))
    assert caught.value.code == "agreement-lacks-particulars"
    assert lacks in caught.value.what.en
    assert "guiju agreement check" in caught.value.remedy.en


@pytest.mark.control("agreement-reviewed")
def test_one_language_that_lacks_it_is_enough(db, house):
    """And it is said which."""
    whole = first_agreement()
    short = Text(zh=whole.zh, en=without("implicit label").en)
    with db.write() as tx, pytest.raises(Invalid) as caught:
        propose_agreement(tx, house.legal.actor, Draft(short, Change.MATERIAL))
    assert "implicit label (en)" in caught.value.what.en


@pytest.mark.control("agreement-reviewed")
def test_the_style_is_asked_for_each_kind_of_content_that_is_offered(db, house):
    """A service with films says how films are labelled; one of texts need not."""
    silent = Text(
        zh=first_agreement().zh.replace("图片、音频、视频", "图片、音频"),
        en=first_agreement().en.replace("images, audio and video", "images and audio"),
    )
    with db.write() as tx:
        propose_agreement(tx, house.legal.actor, Draft(silent, Change.MATERIAL))
        profile.install(
            tx,
            Actor(ActorKind.STAFF, "st_a", frozenset({"filing-manager"})),
            house.officer.actor,
            demo_statement(),
        )
    with db.write() as tx, pytest.raises(Invalid) as caught:
        propose_agreement(tx, house.legal.actor, Draft(silent, Change.MATERIAL))
    assert "video" in caught.value.what.en
    assert "images" not in caught.value.what.en


def test_what_is_only_remembered_of_the_law_is_shown_and_refuses_nothing(db, house):
    """The rule's mark decides: a text without a word on property is for the reviewers."""
    without_ip = without("知识产权|侵权|商标|property|infring|trademark")
    with db.write() as tx:
        propose_agreement(tx, house.legal.actor, Draft(without_ip, Change.MATERIAL))
        missing = [one.particular.id for one in states(tx, without_ip) if not one.holds]
    assert missing == ["ip-risk"]


def test_a_heading_states_nothing():
    """Only numbered clauses count where there are some."""
    text = Text(zh="一、显式标识\n1. 甲", en="I. Visible label\n1. A")
    assert not any(one.holds for one in agreement_particulars.stated(text, {"text"}))


def test_every_particular_has_its_rule():
    """With the instrument and how well it is confirmed."""
    rules = {one.rule for one in agreement_particulars.PARTICULARS}
    known = {
        one.id for one in measures.law().rules.values() if one.id.startswith("agreement.states.")
    }
    assert rules == known


@pytest.mark.parametrize(
    "texts",
    [
        Text(zh="", en="x"),
        Text(zh="x", en="  "),
        Text(zh="x", en="bell\x07"),
        Text(zh="x" * 200_001, en="x"),
        Text(zh="\ud800", en="x"),
    ],
)
def test_an_agreement_says_something_in_both_languages(db, house, texts):
    """Empty, endless or unreadable texts are Invalid."""
    with pytest.raises(Invalid) as caught, db.write() as tx:
        propose_agreement(tx, house.legal.actor, Draft(texts, Change.MATERIAL))
    assert caught.value.code == "agreement-invalid"


# -- kinds of change -------------------------------------------------------------------------------


@pytest.mark.control("agreement-before-use")
@pytest.mark.parametrize("change", [Change.EDITORIAL, Change.NOTICE])
def test_words_and_notices_ask_nothing_of_who_accepted(db, agreed, key, *, publish, ask, change):
    """They go on with what they accepted; newcomers accept the newest."""
    publish("one more time", change)
    caller = ask(key.token)
    assert (caller.agreement, caller.agreement_required, caller.agreement_newest) == (1, 1, 2)
    assert may_use(caller)
    with db.read() as tx:
        assert owed(tx, agreed.id) is None
    with db.write() as tx:
        other = register_person(tx, None, "other", "lantern orchard 42")
        found = owed(tx, other.id)
        assert found is not None
        assert found.version == 2


@pytest.mark.control("agreement-before-use")
def test_a_material_change_locks_until_it_is_accepted(db, agreed, key, publish, ask):
    """At once, where the policy gives no grace; later editorial versions change nothing."""
    publish("two")
    publish("three", Change.NOTICE)
    caller = ask(key.token)
    assert (caller.agreement, caller.agreement_required, caller.agreement_newest) == (1, 2, 3)
    assert not may_use(caller)
    with db.write() as tx:
        accept_agreement(tx, agreed.actor, agreed.id, 3)
    assert may_use(ask(key.token))


@pytest.mark.control("agreement-before-use")
def test_the_grace_of_the_policy_lets_people_go_on_for_so_long(
    db, house, agreed, key, *, publish, ask, clock
):
    """To the moment; who never accepted anything gets none."""
    with db.write() as tx:
        body = policies.default_body() | {"agreement": {"grace_days": 7}}
        made = policies.propose(tx, house.officer.actor, body, "")
        policies.approve(tx, house.second.actor, made.id)
    publish("two")
    with db.read() as tx:
        found = owed(tx, agreed.id)
        assert found is not None
        assert found.binds_from == clock.now() + timedelta(days=7)
    clock.advance(days=7, seconds=-1)
    assert may_use(ask(key.token))
    clock.advance(seconds=1)
    assert not may_use(ask(key.token))
    with db.write() as tx:
        accept_agreement(tx, agreed.actor, agreed.id, 2)
    assert may_use(ask(key.token))


def test_a_change_of_figures_is_not_editorial(db, house, publish):
    """Nor are clauses that come, go or are numbered anew."""
    publish("one")
    now = words_of("one")
    for old, new in (("11. ", "12. "), ("27. ", ""), ("\n25. ", "\n25. within 3 days ")):
        text = Text(zh=now.zh.replace(old, new), en=now.en.replace(old, new))
        with db.write() as tx, pytest.raises(Invalid, match="agreement-not-editorial"):
            propose_agreement(tx, house.legal.actor, Draft(text, Change.EDITORIAL))
    with db.write() as tx:
        text = replace(now, en=now.en.replace("Please read", "Do read"))
        propose_agreement(tx, house.legal.actor, Draft(text, Change.EDITORIAL))


def test_the_first_version_is_never_editorial(db, house):
    """Somebody has to accept something."""
    with db.write() as tx, pytest.raises(Invalid) as caught:
        propose_agreement(tx, house.legal.actor, draft(change=Change.NOTICE))
    assert caught.value.param == "change"


@given(
    st.lists(st.text("ab1.\n ", max_size=12), max_size=6),
    st.lists(st.text("ab1.\n ", max_size=12), max_size=6),
)
def test_what_changed_leads_from_one_text_to_the_other(before, after):
    """Taking away what goes and adding what comes gives the clauses of the later text."""
    old, new = "\n".join(before), "\n".join(after)
    words = [one.words.strip() for one in agreement_particulars.clauses(old)]
    for sign, line in agreement_diff.changes(old, new):
        if sign == "-":
            words.remove(line)
        else:
            words.append(line)
    expected = [one.words.strip() for one in agreement_particulars.clauses(new)]
    assert sorted(words) == sorted(expected)


# -- serving ---------------------------------------------------------------------------------------


@pytest.mark.control("agreement-before-use")
def test_what_was_shown_is_on_record_before_it_is_accepted(db, person, publish, leaves, clock):
    """Version, language, digest, time and way; once, however often it is looked at."""
    publish("one")
    with db.write() as tx:
        serve_agreement(tx, person.actor, person.id, "en", Way.PAGE)
    clock.advance(seconds=30)
    with db.write() as tx:
        serve_agreement(tx, person.actor, person.id, "en", Way.PAGE)
        accept_agreement(tx, person.actor, person.id, 1, language="en")
    (shown,) = leaves("agreement-served")
    assert (shown["facts"]["language"], shown["facts"]["version"]) == ("en", 1)
    (accepted,) = leaves("agreement-accepted")
    assert accepted["facts"]["served_at"] == "2026-11-24T08:00:00.000000Z"
    assert accepted["facts"]["language"] == "en"
    with db.write() as tx, pytest.raises(Refused, match="not-yours"):
        serve_agreement(tx, Actor(ActorKind.PERSON, "pe_x"), person.id, "en", Way.PAGE)
