# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import re

import pytest
from sqlalchemy import select, update

from guiju import measures
from guiju.accounts import (
    Change,
    Draft,
    Way,
    accept_agreement,
    acceptances_of,
    agreement_in_force,
    app_accepts,
    first_agreement,
    read_agreement,
    register_person,
)
from guiju.accounts.agreement_store import ACCEPTANCE, AGREEMENT
from guiju.accounts.store import PERSON
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


def test_a_text_changed_behind_our_back_is_not_shown(db, publish):
    """Nobody is asked to accept what was never published."""
    publish("one")
    with db.write() as tx:
        tx.execute(update(AGREEMENT).values(en="You owe us everything."))
    with db.read() as tx, pytest.raises(Unavailable) as caught:
        agreement_in_force(tx)
    assert caught.value.code == "agreement-altered"


@pytest.mark.control("agreement-before-use")
def test_accepting_is_on_record_with_version_and_digest(db, person, publish, leaves):
    """Who, which version, which text, in which way; accepting twice is one acceptance."""
    version = publish("one")
    with db.write() as tx:
        first = accept_agreement(tx, person.actor, person.id, version, Way.API)
    with db.write() as tx:
        again = accept_agreement(tx, person.actor, person.id, version, Way.PAGE)
        assert acceptances_of(tx, person.id) == [first]
    assert again == first
    (leaf,) = leaves("agreement-accepted")
    assert leaf["subject"] == person.id
    assert leaf["facts"] == {
        "version": 1,
        "digest": first.digest,
        "annex": None,
        "way": "api",
        "served_at": None,
        "language": "zh",
    }


def test_a_superseded_version_cannot_be_accepted(db, person, publish):
    """Conflict, and the remedy names the one in force."""
    publish("one")
    publish("two")
    with pytest.raises(Conflict) as caught, db.write() as tx:
        accept_agreement(tx, person.actor, person.id, 1)
    assert caught.value.code == "agreement-superseded"
    assert "2" in caught.value.remedy.en


@pytest.mark.parametrize("version", [0, -1, 2, 2**31, 2**70])
def test_a_version_that_never_was_cannot_be_accepted(db, person, publish, version):
    """NotFound for every such number, however large."""
    publish("one")
    with pytest.raises(NotFound) as caught, db.write() as tx:
        accept_agreement(tx, person.actor, person.id, version)
    assert caught.value.code == "agreement-unknown"


def test_nothing_is_accepted_before_anything_is_published(db, person):
    """NotFound while there is no agreement."""
    with pytest.raises(NotFound), db.write() as tx:
        accept_agreement(tx, person.actor, person.id, 1)


def test_nobody_accepts_for_somebody_else(db, house, person, publish):
    """Not another person, not staff, not software, not an app whose user it is not."""
    version = publish("one")
    with db.write() as tx:
        other = register_person(tx, None, "other", "lantern orchard 42")
    app = Actor(ActorKind.APP, "ap_x")
    for actor in (other.actor, house.boss.actor, software("app"), app):
        with pytest.raises(Refused) as caught, db.write() as tx:
            accept_agreement(tx, actor, person.id, version)
        assert caught.value.code == "not-yours"


@pytest.mark.control("agreement-before-use")
def test_an_app_reports_that_its_end_user_accepted(db, app, publish, leaves):
    """The end user is registered on first sight, and the acceptance says it came by the app."""
    version = publish("one")
    with db.write() as tx:
        first = app_accepts(tx, app.app.id, "u-1", version)
        again = app_accepts(tx, app.app.id, "u-1", version)
    assert first == again
    assert first.way is Way.APP
    (leaf,) = leaves("agreement-accepted")
    assert leaf["actor"] == {"kind": "app", "id": app.app.id, "roles": []}
    assert len(leaves("person-registered")) == 1


@pytest.mark.parametrize(
    ("end_user", "version", "code"),
    [
        ("", 2, "user-missing"),
        ("x" * 300, 2, "user-invalid"),
        ("u-1", 1, "agreement-superseded"),
        ("u-1", 9, "agreement-unknown"),
    ],
)
def test_an_acceptance_that_fails_registers_nobody(db, app, publish, *, end_user, version, code):
    """No person and no acceptance is left behind."""
    publish("one")
    publish("two")
    with pytest.raises((Invalid, Conflict, NotFound)) as caught, db.write() as tx:
        app_accepts(tx, app.app.id, end_user, version)
    assert caught.value.code == code
    with db.read() as tx:
        assert tx.rows(select(PERSON.c.id)) == []
        assert tx.rows(select(ACCEPTANCE)) == []


def test_an_unknown_app_reports_nothing(db, publish):
    """NotFound `app-unknown`."""
    version = publish("one")
    with pytest.raises(NotFound) as caught, db.write() as tx:
        app_accepts(tx, "ap_none", "u-1", version)
    assert caught.value.code == "app-unknown"


# -- the sample and files --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh",
            [
                "示范文本",
                "法务",
                "显式|开头、结尾",
                "隐式标识",
                "知识产权",
                "使用记录",
                "投诉和举报",
                "申诉",
            ],
        ),
        (
            "en",
            [
                "sample",
                "lawyer",
                "at its start",
                "implicit label",
                "[Ii]ntellectual property",
                "usage records",
                "Complaints and reports",
                "Appeals",
            ],
        ),
    ],
)
def test_the_sample_states_what_an_agreement_must(language, said):
    """Both sides' duties, label method and style, IP risk, records, complaints; marked a sample."""
    text = first_agreement().to(language)
    assert [one for one in said if not re.search(one, text)] == []
    assert 25 <= len([line for line in text.splitlines() if line.strip()]) <= 42


def test_an_agreement_is_read_from_a_file(tmp_path):
    """TOML or JSON with zh, en and a note."""
    path = tmp_path / "agreement.toml"
    path.write_text('zh = "甲"\nen = "A"\nnote = "first"\nchange = "notice"', encoding="utf-8")
    assert read_agreement(path) == Draft(Text(zh="甲", en="A"), Change.NOTICE, "first")
    other = tmp_path / "agreement.json"
    other.write_text(json.dumps({"zh": "甲", "en": "A"}), encoding="utf-8")
    assert read_agreement(other) == Draft(Text(zh="甲", en="A"), Change.MATERIAL)


@pytest.mark.parametrize(
    "content", [b"", b'zh = "x"', b'zh = 1\nen = "x"', b'zh="x"\nen="y"\nfr="z"', b"\xff\xfe", b"["]
)
def test_a_bad_agreement_file_is_one_clear_line(tmp_path, content):
    """The file is named, and nothing crashes."""
    path = tmp_path / "bad.toml"
    path.write_bytes(content)
    with pytest.raises(Invalid) as caught:
        read_agreement(path)
    assert caught.value.code == "agreement-invalid"
    assert "bad.toml" in caught.value.what.en
    assert "\n" not in str(caught.value)


@pytest.mark.control("agreement-before-use")
def test_the_gate_is_the_one_that_enforces():
    """The function that refuses carries the control."""
    named = measures.enforcers()["agreement-before-use"]
    assert "guiju.accounts.gates.require_agreement" in named
