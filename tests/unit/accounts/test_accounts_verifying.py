# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from guiju import policies
from guiju.accounts import (
    PersonState,
    Visit,
    app_accepts,
    look_up,
    require_level,
    verifiers_of,
    verifying,
)
from guiju.accounts.model import Caller, KeyKind
from guiju.accounts.verifying_model import Proof
from guiju.accounts.verifying_ports import Bridge
from guiju.accounts.verifying_store import VERIFICATION
from guiju.kernel import GuijuError, Invalid, Refused, Unavailable
from guiju.storage import Database

HERE = Visit(binding="browser one")
NUMBER = "13800000000"
pytestmark = pytest.mark.control("identity-verification")


class Operator:
    """A bridge that answers as the contract says, or as a test wants it to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], Mapping[str, str]]] = []
        self.start: object = {"ticket": "t-1", "prompt": {"zh": "请输入验证码", "en": "Code?"}}
        self.finish: object = {"assertion": "as-77"}

    def __call__(self, url: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        self.asked.append((url, json.loads(body or b""), headers))
        answer = self.start if url.endswith("/start") else self.finish
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


@pytest.fixture
def known(person, key):
    """A person, and a key of theirs."""
    return person, key


@pytest.fixture
def operator() -> Operator:
    return Operator()


@pytest.fixture
def bridged(operator: Operator) -> Mapping[Proof, Bridge]:
    return {Proof.SMS: Bridge("bridge:sms", "https://bridge.example/sms", "s3cret", operator)}


def begin(db: Database, verifiers, person, proof: str = "sms", visit: Visit = HERE):
    return verifying.start(db, verifiers, person.id, proof, given=NUMBER, visit=visit)


def end(db: Database, verifiers, person, token: str, **more):
    given = {"answer": "123456", "visit": HERE, **more}
    return verifying.finish(db, verifiers, person.actor, token=token, **given)


def level(db: Database, token: str) -> int:
    with db.read() as tx:
        return look_up(tx, token).level


def test_what_is_kept_is_the_assertion_and_never_the_number(db, known, bridged, operator, leaves):
    """The number goes to the bridge, with our secret; neither database nor ledger holds it."""
    person, key = known
    assert level(db, key.token) == 0
    _, token = begin(db, bridged, person)
    made = end(db, bridged, person, token)
    assert level(db, key.token) == 1
    assert (made.assertion, made.provider, made.level) == ("as-77", "bridge:sms", 1)
    assert not made.development
    url, body, headers = operator.asked[0]
    assert url == "https://bridge.example/sms/start"
    assert body == {"proof": "sms", "given": NUMBER}
    assert headers["authorization"] == "Bearer s3cret"
    (leaf,) = leaves("identity-verified")
    assert leaf["facts"] == {
        "verification": made.id,
        "proof": "sms",
        "level": 1,
        "provider": "bridge:sms",
        "development": False,
    }
    with db.read() as tx:
        assert NUMBER not in str(tx.rows(VERIFICATION.select()))
    assert NUMBER not in str(leaves())
    assert NUMBER not in token


def test_it_runs_out_and_can_be_done_again(db, person, key, bridged, clock):
    """After as many days as the policy says."""
    end(db, bridged, person, begin(db, bridged, person)[1])
    clock.advance(days=365, seconds=-1)
    assert level(db, key.token) == 1
    clock.advance(seconds=1)
    assert level(db, key.token) == 0
    end(db, bridged, person, begin(db, bridged, person)[1])
    assert level(db, key.token) == 1


def test_it_is_withdrawn_by_the_person_or_by_staff_with_a_reason(db, house, known, bridged, leaves):
    """At once; by nobody else, and once."""
    person, key = known
    one, two = (end(db, bridged, person, begin(db, bridged, person)[1]) for _ in range(2))
    with db.write() as tx:
        verifying.withdraw(tx, person.actor, one.id)
        with pytest.raises(GuijuError, match="verification-not-found"):
            verifying.withdraw(tx, person.actor, one.id)
        with pytest.raises(Refused, match="role-needed"):
            verifying.withdraw(tx, house.auditor.actor, two.id, "wrong-person")
        with pytest.raises(Invalid, match="reason-code-invalid"):
            verifying.withdraw(tx, house.officer.actor, two.id, "He lied.")
        verifying.withdraw(tx, house.officer.actor, two.id, "wrong-person")
    assert level(db, key.token) == 0
    assert [one["facts"]["reason"] for one in leaves("identity-withdrawn")] == [
        "by-person",
        "wrong-person",
    ]


def test_an_answer_counts_once_for_who_began_in_this_browser(db, house, person, bridged):
    """Another person, another browser, a second time, five minutes later: nothing."""
    _, token = begin(db, bridged, person)
    with pytest.raises(Refused, match="sign-in-step-expired"):
        end(db, bridged, person, token, visit=Visit(binding="browser two"))
    with pytest.raises(Refused, match="verification-wrong"):
        end(db, bridged, house.boss, token)
    with pytest.raises(Refused, match="sign-in-step-expired"):
        end(db, bridged, person, token)
    _, late = begin(db, bridged, person)
    db.clock.advance(minutes=5)
    with pytest.raises(Refused, match="sign-in-step-expired"):
        end(db, bridged, person, late)


def test_a_wrong_answer_verifies_nothing(db, person, key, bridged, operator):
    """And uses the step up."""
    operator.finish = {"assertion": None}
    _, token = begin(db, bridged, person)
    with pytest.raises(Refused, match="verification-wrong"):
        end(db, bridged, person, token)
    assert level(db, key.token) == 0


def test_beginning_is_limited(db, person, bridged):
    """Five an hour: each may be a message that somebody else gets."""
    for _ in range(5):
        begin(db, bridged, person)
    with pytest.raises(Refused, match="verifications-too-many"):
        begin(db, bridged, person)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b"[" * 5_000,
        {},
        {"ticket": 7},
        {"ticket": "a b", "prompt": {"zh": "", "en": ""}},
        {"ticket": "t", "prompt": {"zh": "x" * 900, "en": ""}},
    ],
    ids=range(7),
)
def test_a_bridge_that_says_what_nobody_can_read_is_away(db, person, bridged, operator, answer):
    """One clear error; nothing was changed."""
    operator.start = answer
    with pytest.raises(Unavailable, match="verifier-unavailable"):
        begin(db, bridged, person)


def test_a_number_that_cannot_be_one_is_told_so(db, person, bridged, operator):
    """By the bridge, which knows."""
    operator.start = {"refused": True}
    with pytest.raises(Invalid, match="verification-number-invalid"):
        begin(db, bridged, person)


def test_without_the_setting_there_is_no_local_provider(db, person):
    """Nobody is verified by what verifies nobody, unless somebody has said that it may."""
    none = verifiers_of("", "", db.keys, development=False)
    assert none == {}
    with pytest.raises(GuijuError, match="verifier-unknown"):
        begin(db, none, person)


@pytest.mark.parametrize("proof", list(Proof))
def test_the_local_provider_says_that_it_is_one(db, person, key, proof, leaves):
    """On the page, in the row, on record: and its evidence does not meet the control."""
    local = verifiers_of("", "", db.keys, development=True)
    started, token = begin(db, local, person, proof.value)
    assert "development provider" in started.prompt.en
    assert "开发用" in started.prompt.zh
    right = started.prompt.en.rpartition("Type ")[2].rstrip(".")
    made = end(db, local, person, token, answer=right)
    assert made.development
    assert made.provider == "development"
    assert level(db, key.token) == proof.level
    (leaf,) = leaves("identity-verified")
    assert leaf["facts"]["development"] is True
    _, wrong = begin(db, local, person, proof.value)
    with pytest.raises(Refused, match="verification-wrong"):
        end(db, local, person, wrong, answer="nothing")


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("fax=https://x.example", "s"),
        ("sms=ftp://x", "s"),
        ("sms=http://x.example", "s"),
        ("sms=https://x.example", ""),
        ("sms", "s"),
    ],
)
def test_settings_that_cannot_be_are_told_why(db, said, secret):
    """At the start, and not when somebody verifies."""
    with pytest.raises(Invalid):
        verifiers_of(said, secret, db.keys, development=False)


def test_an_app_reports_for_its_end_user_and_never_the_number(db, app, publish, house):
    """Who has accepted the agreement is somebody; a row of eleven digits is no assertion."""
    version = publish("one")
    with db.write() as tx:
        app_accepts(tx, app.app.id, "u1", version)
        made = verifying.report(
            tx, app.app.id, "u1", "network-id", provider="gov", assertion="as-1234"
        )
        for given in ({"assertion": NUMBER}, {"proof": "fax"}, {"provider": "a b"}):
            fields = {"proof": "sms", "provider": "gov", "assertion": "as-1234"} | given
            with pytest.raises(Invalid, match="verification-invalid"):
                verifying.report(tx, app.app.id, "u1", fields.pop("proof"), **fields)
        with pytest.raises(GuijuError, match="person-unknown"):
            verifying.report(tx, app.app.id, "u2", "sms", provider="gov", assertion="as-1")
        caller = look_up(tx, app.token, "u1")
    assert (made.level, made.provider, caller.level) == (2, "app:gov", 2)


@pytest.mark.parametrize(
    ("has", "needs", "passes"), [(0, 0, 1), (0, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 1)]
)
def test_a_level_includes_those_below_it(has, needs, passes):
    """Whoever is known better may do what takes less."""
    caller = Caller(KeyKind.USER, "k", None, "p", PersonState.ACTIVE, 1, 1, level=has)
    if passes:
        require_level(caller, needs)
        return
    with pytest.raises(Refused) as caught:
        require_level(caller, needs)
    error = caught.value
    assert (error.status, error.code, error.article) == (403, "identity-not-verified", 9)
    assert "/me/security" in error.remedy.en


def test_the_policy_says_which_level_each_function_takes():
    """In general, and more for some; left out, none, and the digest is as before."""
    body = policies.default_body()
    assert policies.identity_rules(body).level_for("video") == 0
    assert "identity" not in body
    given = {"level": "phone", "functions": {"video": "identity"}}
    whole = policies.checked(body | {"identity": given})
    rules = policies.identity_rules(whole)
    assert [rules.level_for(one) for one in ("text", "video", "images")] == [1, 2, 1]
    assert policies.checked(whole) == whole
    for wrong in ({"level": "face"}, {"functions": {"singing": "phone"}}, {"valid_days": 0}):
        with pytest.raises(Invalid, match="policy-invalid"):
            policies.checked(body | {"identity": wrong})
