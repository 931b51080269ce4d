# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    FixedClock,
    GuijuError,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
    canonical,
    digest,
    software,
)
from guiju.ledger import integrate
from guiju.ledger import leaves as leaves_of
from guiju.measures import Standing, enforcers, law
from guiju.policies import (
    MACHINE,
    Policy,
    PolicyState,
    active,
    active_head,
    approve,
    default_body,
    get,
    install_default,
    listed,
    propose,
    reject,
)
from guiju.policies.store import POLICY
from guiju.storage import Database

Leaves = list[dict[str, Any]]


def body(days: int) -> dict[str, Any]:
    return {**default_body(), "records": {"retention_days": days}}


def put(db: Database, actor: Actor, days: int, note: str = "") -> Policy:
    with db.write() as tx:
        return propose(tx, actor, body(days), note)


def put_in_force(db: Database, staff: Any, days: int) -> Policy:
    proposed = put(db, staff.editor, days)
    with db.write() as tx:
        return approve(tx, staff.officer, proposed.id)


def refusal(db: Database, verb: Callable[..., object], *values: object) -> GuijuError:
    with pytest.raises(GuijuError) as caught, db.write() as tx:
        verb(tx, *values)
    return caught.value


@pytest.mark.control("policy-four-eyes")
def test_a_policy_takes_effect_only_when_another_person_approved_it(
    db: Database, staff: Any, leaves: Leaves
) -> None:
    """Proposed, nothing is in force; approved by another, the very same body is."""
    proposed = put(db, staff.editor, 200, "longer")
    with db.read() as tx:
        assert active(tx) is None
        assert get(tx, proposed.id) == proposed
    with db.write() as tx:
        activated = approve(tx, staff.officer, proposed.id)
    with db.read() as tx:
        now = active(tx)
        assert now == activated
        assert active_head(tx) is not None
    assert now is not None
    assert (now.state, now.proposer, now.approver) == ("active", "staff_editor", "staff_officer")
    assert now.body == body(200)
    assert now.digest == digest(canonical(body(200)))
    facts = leaves[-1]["facts"]
    assert [one["kind"] for one in leaves] == [
        "policy-proposed",
        "policy-approved",
        "policy-activated",
    ]
    assert (facts["proposer"], facts["approver"]) == ("staff_editor", "staff_officer")
    assert facts == {
        "policy": now.id,
        "version": 1,
        "digest": now.digest,
        "proposer": "staff_editor",
        "approver": "staff_officer",
        "supersedes": None,
    }


@pytest.mark.control("policy-four-eyes")
def test_whoever_proposed_may_not_approve_or_reject(db: Database, staff: Any) -> None:
    """Not even with the approver's role; and nothing has changed by trying."""
    proposed = put(db, staff.second, 200)
    for verb, more in ((approve, ()), (reject, ("for a reason",))):
        error = refusal(db, verb, staff.second, proposed.id, *more)
        assert isinstance(error, Refused)
        assert error.code == "second-person-needed"
        assert "another person with role safety-officer" in error.remedy.en
    with db.read() as tx:
        assert get(tx, proposed.id) == proposed
        assert active(tx) is None


@pytest.mark.control("policy-four-eyes")
def test_another_role_makes_nobody_another_person(db: Database, staff: Any) -> None:
    """The id counts: the proposer who came back with more roles is still the proposer."""
    proposed = put(db, staff.editor, 200)
    promoted = Actor(ActorKind.STAFF, staff.editor.id, frozenset({"safety-officer"}))
    assert refusal(db, approve, promoted, proposed.id).code == "second-person-needed"


def test_roles_decide_who_proposes_and_who_approves(db: Database, staff: Any) -> None:
    """A clerk may do neither, an editor may only propose."""
    assert refusal(db, propose, staff.clerk, body(200)).code == "role-needed"
    proposed = put(db, staff.officer, 200)
    assert refusal(db, approve, staff.editor, proposed.id).code == "role-needed"
    assert refusal(db, approve, staff.clerk, proposed.id).code == "role-needed"


def test_software_neither_proposes_nor_decides(db: Database, staff: Any) -> None:
    """Loosening a rule is a person's decision, whatever roles a program claims."""
    robot = Actor(ActorKind.SOFTWARE, "worker", frozenset({"safety-officer"}))
    assert refusal(db, propose, software("worker"), body(200)).code == "person-needed"
    proposed = put(db, staff.editor, 200)
    assert refusal(db, approve, robot, proposed.id).code == "person-needed"
    assert refusal(db, reject, robot, proposed.id, "no").code == "person-needed"


def test_activation_supersedes_the_one_before(db: Database, staff: Any, leaves: Leaves) -> None:
    """At every moment one policy is in force; the leaf says which one it replaced."""
    first, second = put_in_force(db, staff, 200), put_in_force(db, staff, 300)
    with db.read() as tx:
        states = [(one.version, one.state) for one in listed(tx)]
        assert active(tx) == second
    assert states == [(2, PolicyState.ACTIVE), (1, PolicyState.SUPERSEDED)]
    assert leaves[-1]["facts"]["supersedes"] == first.id
    assert second.version == 2


def test_a_rejection_has_a_reason_and_is_final(
    db: Database, staff: Any, leaves: Leaves, clock: FixedClock
) -> None:
    """Nothing comes in force, the reason is kept, and evidence holds no words of it."""
    proposed = put(db, staff.editor, 200)
    assert refusal(db, reject, staff.officer, proposed.id, " . ").code == "reason-needed"
    clock.advance(hours=1)
    with db.write() as tx:
        rejected = reject(tx, staff.officer, proposed.id, "  the term hits too much ")
    with db.read() as tx:
        assert get(tx, proposed.id) == rejected
        assert active(tx) is None
    assert (rejected.state, rejected.reason) == ("rejected", "the term hits too much")
    assert (rejected.decider, rejected.approver) == ("staff_officer", None)
    assert rejected.at - proposed.at == timedelta(hours=1)
    assert leaves[-1]["kind"] == "policy-rejected"
    assert "hits" not in repr(leaves)
    for verb, more in ((approve, ()), (reject, ("again",))):
        error = refusal(db, verb, staff.second, proposed.id, *more)
        assert (type(error), error.code) == (Conflict, "wrong-state")


def test_approving_twice_is_a_conflict(db: Database, staff: Any) -> None:
    """The second approval of the same version changes nothing."""
    activated = put_in_force(db, staff, 200)
    error = refusal(db, approve, staff.second, activated.id)
    assert (type(error), error.code) == (Conflict, "wrong-state")
    with db.read() as tx:
        assert active(tx) == activated


def test_proposing_what_is_in_force_is_a_conflict(db: Database, staff: Any) -> None:
    """However it is written; after it was superseded it may come back: that is a roll-back."""
    first = put_in_force(db, staff, 200)
    error = refusal(db, propose, staff.editor, {**body(200), "records": {"retention_days": 200}})
    assert (type(error), error.code) == (Conflict, "policy-unchanged")
    put_in_force(db, staff, 300)
    back = put_in_force(db, staff, 200)
    assert (back.version, back.digest) == (3, first.digest)


def test_an_invalid_body_or_note_leaves_no_trace(db: Database, staff: Any, leaves: Leaves) -> None:
    """What cannot be read, screened or kept is refused before anything is written."""
    hopeless = default_body()
    hopeless["screening"]["entry"][0]["term"] = "a"
    for values in (
        ({},),
        ({**body(200), "extra": 1},),
        (hopeless,),
        (body(200), "x" * 1001),
        (body(200), "nul\x00"),
    ):
        error = refusal(db, propose, staff.editor, *values)
        assert (type(error), error.code) == (Invalid, "policy-invalid")
    with db.read() as tx:
        assert listed(tx) == []
    assert leaves == []


@pytest.mark.parametrize("name", ["", "policy_0", "' OR 1=1 --", "x" * 10_000, "甲\n乙"])
def test_an_unknown_id_is_not_found(db: Database, staff: Any, name: str) -> None:
    """Whatever the id looks like, the answer is short and says where to look."""
    for verb, more in ((approve, ()), (reject, ("no",))):
        error = refusal(db, verb, staff.officer, name, *more)
        assert (type(error), error.code) == (NotFound, "policy-unknown")
        assert len(error.what.en) < 200
        assert "\n" not in error.what.en


def test_the_first_policy_needs_two_people_as_well(
    db: Database, staff: Any, leaves: Leaves
) -> None:
    """The installation takes the same path, and only on an empty house."""
    assert refusal(db, install_default, staff.second, staff.second).code == "second-person-needed"
    with db.read() as tx:
        assert listed(tx) == []
    leaves.clear()
    with db.write() as tx:
        installed = install_default(tx, staff.editor, staff.officer)
    assert (installed.version, installed.state) == (1, "active")
    assert installed.body == default_body()
    assert [one["kind"] for one in leaves][-1] == "policy-activated"
    assert refusal(db, install_default, staff.editor, staff.officer).code == "policy-exists"


def test_a_body_that_was_changed_behind_our_back_is_not_used(db: Database, staff: Any) -> None:
    """The gateway gets an error and no loosened rules."""
    activated = put_in_force(db, staff, 200)
    loosened = body(200)
    loosened["screening"]["entry"] = []
    with db.engine.begin() as connection:
        connection.execute(update(POLICY).values(body=loosened))
    with db.read() as tx:
        with pytest.raises(Unavailable, match="policy-altered"):
            active(tx)
        with pytest.raises(Unavailable, match="policy-altered"):
            get(tx, activated.id)


def test_a_list_is_short_and_newest_first(db: Database, staff: Any) -> None:
    """Bodies stay out of it: they may hold a hundred thousand terms."""
    for days in (200, 201, 202):
        put(db, staff.editor, days)
    with db.read() as tx:
        assert [one.version for one in listed(tx, limit=2)] == [3, 2]
        assert not any(isinstance(one, Policy) for one in listed(tx))


def test_evidence_names_its_controls_and_holds_only_ids_digests_and_numbers(
    db: Database, staff: Any, leaves: Leaves
) -> None:
    """No note, no term and no reason gets into the ledger."""
    put_in_force(db, staff, 200)
    for one in leaves:
        assert one["controls"] == ("policy-four-eyes",)
        assert one["subject"] == one["facts"]["policy"]
        assert set(one["facts"]) <= {
            "policy",
            "version",
            "digest",
            "proposer",
            "approver",
            "supersedes",
        }


@pytest.mark.control("policy-four-eyes")
def test_the_check_of_the_control_finds_it_met(db: Database, staff: Any, clock: FixedClock) -> None:
    """Standing is computed from the very leaves that an approval leaves behind."""
    put_in_force(db, staff, 200)
    integrate(db)
    standing = Standing(law())
    with db.read() as tx:
        standing.feed(leaves_of(tx))
    fourth = standing.report(clock.now(), 30, {"size": 3}, {})["articles"][3]
    found = next(one for one in fourth["controls"] if one["id"] == "policy-four-eyes")
    assert (found["outcome"], found["counterexamples"]) == ("MET", [])


def test_the_control_is_enforced_where_approval_happens() -> None:
    """The law tests can find it."""
    assert "guiju.policies.service.approve" in enforcers()["policy-four-eyes"]


def test_the_table_ends_where_nothing_more_may_happen() -> None:
    """Rejected and superseded are ends; an active one ends only by its successor."""
    assert MACHINE.ends == {"rejected", "superseded"}
    assert [one.verb for one in MACHINE.possible("active")] == ["supersede"]


@pytest.mark.postgres
def test_an_impossible_id_is_not_found_on_postgresql_either(pg_db: Database, staff: Any) -> None:
    """A zero byte or half a character in an id is no fault of the database."""
    for name in ("policy\x00", "\ud800", "", "x" * 10_000):
        error = refusal(pg_db, approve, staff.officer, name)
        assert (type(error), error.code) == (NotFound, "policy-unknown")


@pytest.mark.postgres
@pytest.mark.parametrize("before", [False, True])
def test_two_approvals_at_the_same_moment_leave_one_policy_in_force(
    pg_db: Database, staff: Any, *, before: bool
) -> None:
    """One of them is told that somebody else was faster."""
    if before:
        put_in_force(pg_db, staff, 400)
    both = [put(pg_db, staff.editor, days) for days in (200, 300)]

    def approved(proposed: Policy) -> str:
        try:
            with pg_db.write() as tx:
                return approve(tx, staff.officer, proposed.id).state
        except Conflict as error:
            return error.code

    with ThreadPoolExecutor(2) as pool:
        came_out = list(pool.map(approved, both))
    assert "active" in came_out
    with pg_db.read() as tx:
        states = [one.state for one in listed(tx)]
    assert states.count(PolicyState.ACTIVE) == 1
