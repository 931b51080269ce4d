# SPDX-License-Identifier: Apache-2.0
"""An erasure reaches every store, stops anywhere without harm, and proves what it did."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.privacy.conftest import OFFICER, PASSWORD, SECOND, SECRET, Scene

from guiju import accounts, casework, ledger, privacy, records
from guiju.casework import Origin, history, notices
from guiju.dispositions import USER_ACTION
from guiju.kernel import (
    Actor,
    ActorKind,
    Refused,
    canonical,
    digest,
)
from guiju.minors import store as minors_store
from guiju.privacy import certifying, planning, service, store
from guiju.privacy.model import DEEDS, StepState
from guiju.storage import Database, Stage, Tx, has_key

pytestmark = pytest.mark.control("erasure-proved")


def leaves_of(db: Database, kind: str) -> list[dict[str, Any]]:
    ledger.integrate(db)
    with db.read() as tx:
        return [one for one in ledger.leaves(tx) if one["kind"] == kind]


def test_an_erasure_leaves_nothing_and_says_so(either: Scene) -> None:
    """Name, keys, content and files are gone; others keep theirs; the ledger still verifies."""
    ann, bob = either.person("ann"), either.person("bob")
    case = either.decided(ann)
    either.work()
    assert either.case(case.number).state == "told"
    with either.db.read() as tx:
        assert accounts.find_person(tx, "ann") is None
        assert not has_key(tx, ann)
        assert accounts.name_of(tx, ann) is None
        for one in either.stores:
            assert not one.probe(tx, ann), one.name
        assert accounts.name_of(tx, bob) == "bob"
        (first, *_) = records.recent(tx, bob)
    with either.db.write() as tx:
        given, _ = records.read(tx, Actor(ActorKind.PERSON, bob), first.request, "mine")
    assert SECRET in given.decode()
    assert accounts.sign_in_person(either.db, "bob", PASSWORD)
    with pytest.raises(Refused, match="sign-in-wrong"):
        accounts.sign_in_person(either.db, "ann", PASSWORD)
    assert either.verified()


def test_the_certificate_names_numbers_and_is_in_the_ledger(scene: Scene) -> None:
    """Its digest is in a leaf; nothing of what was deleted stands in it."""
    ann = scene.person("ann")
    case = scene.decided(ann)
    scene.work()
    with scene.db.read() as tx:
        body = store.certificate_body(tx, case.id)
    assert body is not None
    (leaf,) = leaves_of(scene.db, "erasure-verified")
    assert leaf["facts"]["certificate"] == digest(canonical(body))
    assert (body["decided_by"], body["approved_by"]) == (OFFICER.id, SECOND.id)
    assert body["key_destroyed"] is True
    assert {one["store"] for one in body["stores"]} == {one.name for one in scene.stores}
    said = canonical(body).decode()
    assert SECRET not in said
    assert "ann" not in said.replace("cannot", "").replace("channel", "")
    (kept,) = body["kept"]
    assert (kept["store"], kept["count"], kept["rule"]) == (
        "records",
        3,
        "records.network-logs.months",
    )


def test_the_certificate_verifies_offline(scene: Scene, tmp_path: Path) -> None:
    """By the bundle's own verifier, and by a digest that anybody can make."""
    case = scene.decided(scene.person("ann"))
    scene.work()
    tiles = tmp_path / "tiles"
    ledger.integrate(scene.db)
    ledger.publish(scene.db, tiles)
    out = certifying.write(scene.db, tiles, case, tmp_path / "bundle")
    from guiju.ledger import verify_bundle  # noqa: PLC0415 - the verifier that goes with bundles

    assert verify_bundle.check(out)["ok"]
    said = (out / "certificate.json").read_bytes().rstrip(b"\n")
    leaf = next((out / "leaves").glob("*.json")).read_text()
    assert digest(said) in leaf


def test_one_person_cannot_erase_alone(scene: Scene) -> None:
    """Neither without another's yes, nor with one's own."""
    ann = scene.person("ann")
    case = scene.ask("delete", ann).case
    with scene.db.write() as tx:
        case = service.accept(tx, OFFICER, case)
        plan = planning.plan(tx, scene.stores, ann)
    with pytest.raises(Refused, match="approval-needed"), scene.db.write() as tx:
        service.erase(tx, OFFICER, case, plan, "As you asked.")
    with scene.db.write() as tx:
        case = service.ask_second(tx, OFFICER, case)
    with pytest.raises(Refused, match="second-person-needed"), scene.db.write() as tx:
        service.say_second(tx, OFFICER, case, yes=True)
    with scene.db.write() as tx:
        case = service.say_second(tx, SECOND, case, yes=False)
    with pytest.raises(Refused, match="approval-needed"), scene.db.write() as tx:
        service.erase(tx, OFFICER, case, plan, "As you asked.")


def test_an_open_case_defers_it_and_then_it_goes_on(scene: Scene, clock: Any) -> None:
    """Nothing is touched meanwhile; the person was told why."""
    ann = scene.person("ann")
    with scene.db.write() as tx:
        other = casework.open_case(
            tx, SECOND, USER_ACTION, origin=Origin.STAFF, subject=ann, about=None
        )
    case = scene.decided(ann)
    scene.work()
    assert scene.case(case.number).state == "deferred"
    with scene.db.read() as tx:
        assert accounts.find_person(tx, "ann") is not None
        told = [one.words or "" for one in notices(tx, scene.case(case.number), opened=True)]
        assert any("案件" in one or "case" in one for one in told)
        assert store.steps(tx, case.id)[0].state is StepState.HELD
    with scene.db.write() as tx:
        tx.update(
            casework.store.CASE, {"id": other.id}, {"closed_at": tx.now}
        )  # as its own room would
        ledger.append(
            tx, "case-moved", controls=("case-trail",), actor=SECOND, subject=other.id, facts={}
        )
    clock.advance(minutes=11)
    scene.work()
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        verbs = [one.verb for one in history(tx, scene.case(case.number))]
    assert verbs.index("defer") < verbs.index("go-on") < verbs.index("finish")


def test_held_content_stays_with_its_key_until_it_is_released(scene: Scene, clock: Any) -> None:
    """All else goes at once; the certificate waits."""
    ann = scene.person("ann")
    with scene.db.write() as tx:
        held = records.recent(tx, ann)[0].request
        holder = casework.open_case(tx, SECOND, privacy.REQUEST, origin=Origin.STAFF)
        holder = casework.hold(tx, OFFICER, holder, held, reason="evidence")
    case = scene.decided(ann)
    scene.work()
    assert scene.case(case.number).state == "deferred"
    with scene.db.write() as tx:
        assert has_key(tx, ann)
        left = records.holdings(tx, ann)
        assert (left.content, left.held) == (1, (held,))
        assert store.certificate(tx, case.id) is None
        (one,) = casework.holds(tx, holder)
        casework.release_hold(tx, OFFICER, holder, one.id, reason="over")
    clock.advance(minutes=11)
    scene.work()
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        assert not has_key(tx, ann)
        assert records.holdings(tx, ann).content == 0


class _Broken:
    """A store that fails so many times."""

    def __init__(self, times: int) -> None:
        self.times = times

    def erase(self, _tx: Tx, _actor: Actor, _person: str, _case: str) -> int:
        if self.times:
            self.times -= 1
            raise RuntimeError(f"{SECRET} is not reachable")
        return 0


def with_broken(scene: Scene, broken: _Broken) -> Scene:
    odd = replace(
        scene.stores[0],
        name="odd",
        stage=Stage.CONTENT,
        erase=broken.erase,
        what_of=lambda _tx, _person: {},
        probe=lambda _tx, _person: {},
    )
    return replace(scene, stores=(*scene.stores, odd))


def test_a_store_that_fails_keeps_the_request_open_and_is_tried_again(
    scene: Scene, clock: Any
) -> None:
    """Later and later; its trouble is shown by its class, which names nobody."""
    scene = with_broken(scene, _Broken(3))
    ann = scene.person("ann")
    case = scene.decided(ann)
    waits = []
    for _ in range(3):
        scene.work()
        assert scene.case(case.number).state == "erasing"
        with scene.db.read() as tx:
            (odd,) = [one for one in store.steps(tx, case.id) if one.store == "odd"]
            assert store.certificate(tx, case.id) is None
            assert has_key(tx, ann)
            waits.append(odd.next_at - tx.now)
        assert (odd.state, odd.trouble) == (StepState.FAILED, "RuntimeError")
        clock.advance(seconds=waits[-1].total_seconds() + 1)
    assert waits == [timedelta(seconds=one) for one in (5, 10, 20)]
    scene.work()
    assert scene.case(case.number).state == "told"


@pytest.mark.parametrize("stop", [0, 1, 3, 5, 8, 10, 11, 12, 13])
def test_it_goes_on_wherever_it_was_stopped(scene: Scene, stop: int) -> None:
    """A process that dies after any step, or in the middle of one, loses and repeats nothing."""
    ann, bob = scene.person("ann", 2), scene.person("bob", 1)
    case = scene.decided(ann)
    for _ in range(stop):
        scene.eraser.step(case.id)
    with pytest.MonkeyPatch.context() as patch:

        def dies(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr(store, "change_step", dies)
        with contextlib.suppress(KeyboardInterrupt):
            scene.eraser.step(case.id)
    scene.work()
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        assert all(not one.probe(tx, ann) for one in scene.stores)
        assert records.holdings(tx, bob).content == 1
    assert len(leaves_of(scene.db, "key-destroyed")) == 1
    assert scene.verified()


def test_what_comes_meanwhile_is_found_and_erased_too(scene: Scene, clock: Any) -> None:
    """An answer under way is recorded after the content went: the look finds it."""
    ann = scene.person("ann")
    case = scene.decided(ann)
    while True:
        with scene.db.read() as tx:
            todo = [one for one in store.steps(tx, case.id) if one.state is not StepState.DONE]
        if todo[0].store == "look":
            break
        scene.eraser.step(case.id)
    with scene.db.write() as tx:
        records.record(tx, [scene.said(ann, 99, "key_1", media=False)])
    scene.work()
    assert scene.case(case.number).state == "erasing"
    clock.advance(seconds=6)
    scene.work()
    assert scene.case(case.number).state == "told"
    with scene.db.read() as tx:
        assert not has_key(tx, ann)
        assert records.holdings(tx, ann).content == 0


def test_records_that_wait_on_disk_are_caught_up_first(scene: Scene, clock: Any) -> None:
    """While a spill file stands there, nothing is called done."""
    case = scene.decided(scene.person("ann"))
    waiting = scene.folder / "spill" / "spill_1.records"
    waiting.write_bytes(b"sealed")
    scene.work()
    with scene.db.read() as tx:
        (step,) = [one for one in store.steps(tx, case.id) if one.store == "waiting"]
    assert (step.state, step.trouble) == (StepState.FAILED, "records-waiting")
    waiting.unlink()
    clock.advance(seconds=6)
    scene.work()
    assert scene.case(case.number).state == "told"


def test_usage_that_a_rule_keeps_goes_when_that_is_over(scene: Scene, clock: Any) -> None:
    """Six months later by themselves; the certificate said so."""
    ann = scene.person("ann")
    case = scene.decided(ann)
    scene.work()
    with scene.db.read() as tx:
        assert records.holdings(tx, ann).usage == 3
    clock.advance(days=200)
    while scene.eraser.release_rests():
        pass
    with scene.db.read() as tx:
        assert records.holdings(tx, ann).usage == 0
        row = store.certificate(tx, case.id)
        assert row is not None
        assert row.complete is True
    assert scene.eraser.release_rests() == 0
    assert scene.verified()


def test_no_leaf_leads_from_a_name_to_the_pseudonym(scene: Scene) -> None:
    """Neither name, nor its index, nor the digest of a token stands in any leaf or row."""
    ann = scene.person("ann-of-the-lamps")
    index = scene.db.keys.blind("person-name", "ann-of-the-lamps")
    scene.decided(ann)
    scene.work()
    scene.verified()
    with scene.db.read() as tx:
        said = b"".join(canonical(one) for one in ledger.leaves(tx))
        row = accounts.get_person(tx, ann)
    assert index.encode() not in said
    assert b"ann-of-the-lamps" not in said
    assert row.reason == "erased"


def test_the_probe_asks_for_the_erased_and_finds_nothing(scene: Scene) -> None:
    """Until somebody puts a key back."""
    ann = scene.person("ann")
    with scene.db.read() as tx:
        assert privacy.probe(tx, scene.stores) is None
    scene.decided(ann)
    scene.work()
    with scene.db.read() as tx:
        found = privacy.probe(tx, scene.stores)
    assert found is not None
    assert (found.asked, found.found) == (1, ())
    with scene.db.write() as tx:
        tx.execute(_key_again(ann, tx))
        found = privacy.probe(tx, scene.stores)
    assert found is not None
    assert "key" in found.found


def _key_again(person: str, tx: Tx) -> Any:
    from sqlalchemy import insert  # noqa: PLC0415 - one row by hand

    from guiju.storage.vault import SUBJECT_KEY  # noqa: PLC0415 - as above

    return insert(SUBJECT_KEY).values(subject=person, wrapped=b"x", made_at=tx.now)


def test_everything_that_is_counted_has_a_name(scene: Scene) -> None:
    """People read words, not tables."""
    ann = scene.person("ann")
    scene.ask("copy", ann)
    scene.packer.work()
    with scene.db.read() as tx:
        for one in scene.stores:
            assert set(one.what_of(tx, ann)) <= set(one.sorts), one.name


def test_ages_and_guardians_go_with_the_person(either: Scene) -> None:
    """What was said of an age, the settings and the links, of either side."""
    ann, bob = either.person("ann"), either.person("bob")
    at = either.clock.now()
    age = {"source": "declared", "stage": "adult", "confidence": 90, "said_by": ann, "at": at}
    link = {"state": "active", "code_digest": "c" * 64, "made_at": at, "expires_at": at}
    with either.db.write() as tx:
        tx.insert(minors_store.AGE, {"id": "age_1", "person": ann, **age})
        tx.insert(minors_store.LINK, {"id": "link_1", "ward": bob, "guardian": ann, **link})
        ledger.append(
            tx, "case-moved", controls=("case-trail",), actor=SECOND, subject=ann, facts={}
        )
    case = either.decided(ann)
    either.work()
    assert either.case(case.number).state == "told"
    with either.db.read() as tx:
        for subject in (minors_store.AGE, minors_store.LINK):
            assert not tx.rows(subject.select())
    assert either.verified()


def test_the_deeds_come_after_every_store(scene: Scene) -> None:
    """Ways in first, the name last, then the key and what proves it."""
    ann = scene.person("ann")
    with scene.db.read() as tx:
        steps = planning.steps(planning.plan(tx, scene.stores, ann))
    assert steps[0] == "access"
    assert tuple(steps[-len(DEEDS) :]) == tuple(DEEDS)
    assert steps[-len(DEEDS) - 1] == "account"


def test_scrubbing_waits_for_a_reader(scene: Scene, clock: Any) -> None:
    """What was deleted is not called gone while the write-ahead log still holds it."""
    case = scene.decided(scene.person("ann"))
    with scene.db.read() as reader:
        reader.execute(store.REQUEST.select())
        scene.work()
        with scene.db.read() as tx:
            (step,) = [one for one in store.steps(tx, case.id) if one.store == "scrub"]
    assert step.trouble in {"scrub-hindered", "unavailable", None}
    assert scene.case(case.number).state == "erasing"
    clock.advance(hours=2)
    scene.work()
    assert scene.case(case.number).state == "told"
