# SPDX-License-Identifier: Apache-2.0
"""The verbs of requests: prove who asks, take it up, refuse, answer (Article 11).

How one is taken in is in `filing`; copies and erasures are carried out in `packing` and `erasing`.
"""

from __future__ import annotations

import json

from guiju import accounts, records
from guiju.casework import (
    PAGE,
    Case,
    Ground,
    GroundKind,
    Limit,
    Message,
    Ruling,
    Unit,
    advance,
    approvals,
    approve,
    ask_approval,
    get_case,
    notify,
)
from guiju.kernel import Actor, ActorKind, NotFound, Text, software
from guiju.measures import enforces
from guiju.privacy import kind as kinds
from guiju.privacy import planning, refusing, store
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import HANDLER, Does, Given, Head, Outcome, Proof
from guiju.privacy.planning import Plan
from guiju.storage import Tx

REQUESTER = Actor(ActorKind.PERSON, "requester")
"""Whoever holds the receipt code: nothing else is known of them."""

DESK = software("privacy")
# Policies of the house, not law: how long somebody has to answer, and how long a code opens.
_ANSWERING = Limit.internal(10, Unit.WORKING_DAYS, "privacy")
SETTLING = {kinds.SETTLING: Limit.internal(180, Unit.DAYS, "privacy")}
_READY = Text(
    zh="副本已备好，七天内可在此页取得一次性下载链接。",
    en="Your copy is ready; get a link that works once on this page, within seven days.",
)
_ERASED = Text(
    zh="删除已完成，逐个存储复查未再发现你的信息，密钥已销毁。删除证明可在此页下载。",
    en="The erasure is finished: every store was asked again and nothing of yours was found, and"
    " your key is destroyed. The certificate can be downloaded on this page.",
)
# -- reading ---------------------------------------------------------------------------------------


def get_request(tx: Tx, name: str, version: int | None = None) -> tuple[Case, Head]:
    """A request by number or id, at this version when one is given.

    Raises:
        NotFound: `case-unknown`.
        Conflict: `case-changed`.
    """
    case = get_case(tx, REQUEST, name, version)
    return case, store.head(tx, case.id)


def by_receipt(tx: Tx, receipt: str) -> Case | None:
    """The request that has this receipt; None once it is settled, or there is none."""
    name = store.case_by_receipt(tx, receipt)
    case = None if name is None else get_case(tx, REQUEST, name)
    return None if case is None or case.state == kinds.SETTLED else case


def sealed(tx: Tx, case: Case, words: Given) -> bytes:
    """The words of who asked, under the seal of the case."""
    return tx.seal(case.sealed_for, json.dumps(words._asdict()).encode(), _place(case.id))


def given(tx: Tx, case: Case) -> Given:
    """The same, opened; raises NotFound `key-destroyed`."""
    sealed = store.words(tx, case.id)
    return Given(**json.loads(tx.unseal(case.sealed_for, sealed, _place(case.id))))


def open_words(tx: Tx, actor: Actor, case: Case, reason: str) -> Given:
    """The same for a privacy officer who says why; it goes on record.

    Raises:
        Refused: `role-needed` or `reason-needed`.
        NotFound: `key-destroyed`.
    """
    check_officer(actor)
    records.note_reading(tx, actor, case.number, reason, subject=case.id)
    return given(tx, case)


def check_officer(actor: Actor) -> None:
    """Pass a privacy officer; raises Refused `role-needed`."""
    if actor.kind is not ActorKind.STAFF or not actor.has(HANDLER):
        raise refusing.not_an_officer()


# -- handling --------------------------------------------------------------------------------------


def ask(tx: Tx, actor: Actor, case: Case, words: str) -> Case:
    """Ask for more, or for a proof; the limits stand still meanwhile. Raises as `advance`."""
    limits = {kinds.ANSWERING: _ANSWERING}
    case = advance(tx, actor, case, "ask", reason=words, limits=limits)
    return _tell(tx, case, "privacy-asked", words)


def confirm(tx: Tx, actor: Actor, case: Case, person: str, words: str) -> Case:
    """Say whose information it is about, and how that was proved (in words, sealed).

    `person`: a login name or a pseudonym.

    Raises:
        NotFound: `person-unknown`; else as `casework.advance`.
    """
    found = _person(tx, person)
    store.change(tx, case.id, {"person": found, "proof": int(Proof.PAPERS)})
    return advance(tx, actor, case, "confirm", reason=words, facts={"proof": "papers"})


def _person(tx: Tx, said: str) -> str:
    by_name = accounts.find_person(tx, said)
    if by_name is not None:
        return by_name.id
    try:
        return accounts.get_person(tx, said).id
    except NotFound:
        raise refusing.person_unknown() from None


def accept(tx: Tx, actor: Actor, case: Case) -> Case:
    """Take it up. Raises as `casework.advance`: `guard-fails` without proof."""
    return advance(tx, actor, case, "accept")


def extend(tx: Tx, actor: Actor, case: Case, words: str) -> Case:
    """Take longer, up to the cap, and tell the person why. Raises as `casework.advance`."""
    case = advance(tx, actor, case, "extend", reason=words)
    return _tell(tx, case, "privacy-extended", words)


@enforces("privacy-requests")
def decide(
    tx: Tx, actor: Actor, case: Case, outcome: Outcome, words: str, *, ground: str = ""
) -> Case:
    """Answer a request that is done by hand, or refuse one, with reasons for the person.

    Raises:
        Conflict: `wish-not-carried-out`.
        Invalid: `ruling-needed`; else as `casework.advance`.
    """
    head = store.head(tx, case.id)
    if outcome is not Outcome.REFUSED and Does.BY_HAND not in head.wish.terms.does:
        raise refusing.not_by_words()
    ruling = ruling_of(head, outcome, words, ground)
    store.change(tx, case.id, {"outcome": outcome.value})
    case = advance(
        tx, actor, case, "decide", ruling=ruling, facts={"outcome": outcome.value}, limits=SETTLING
    )
    return _tell(tx, case, "privacy-answered", words)


@enforces("privacy-requests")
def refuse(tx: Tx, actor: Actor, case: Case, words: str, ground: str = "") -> Case:
    """Not take it up, with reasons for the person. Raises as `decide`."""
    outcome = Outcome.REFUSED
    ruling = ruling_of(store.head(tx, case.id), outcome, words, ground)
    store.change(tx, case.id, {"outcome": outcome.value})
    case = advance(
        tx, actor, case, "refuse", ruling=ruling, facts={"outcome": outcome.value}, limits=SETTLING
    )
    return _tell(tx, case, "privacy-answered", words)


def ruling_of(head: Head, outcome: Outcome, words: str, ground: str = "") -> Ruling:
    """What was found, in words for the person, on which ground; that of the wish otherwise."""
    kind = GroundKind.AGREEMENT if ground.startswith("service-agreement") else GroundKind.LAW
    return Ruling(
        outcome=outcome.value,
        grounds=(Ground(kind, ground or head.wish.terms.ground),),
        facts=words,
        found_by_software=False,
    )


def prepare(tx: Tx, actor: Actor, case: Case) -> Case:
    """Have the copy made. Raises as `casework.advance`."""
    person = store.head(tx, case.id).person
    case = advance(tx, actor, case, "prepare")
    if person is not None:
        store.add_package(tx, case.id, person)
    return case


@enforces("erasure-proved")
def ask_second(tx: Tx, actor: Actor, case: Case) -> Case:
    """Ask another person to approve the erasure. Raises as `casework.ask_approval`."""
    ask_approval(tx, actor, case, "erase")
    return get_case(tx, REQUEST, case.id)


def say_second(tx: Tx, actor: Actor, case: Case, *, yes: bool) -> Case:
    """Say yes or no to the erasure that somebody else asked for.

    Raises:
        NotFound: `approval-unknown`; else as `casework.approve`.
    """
    waiting = [one for one in approvals(tx, case) if one.decided_at is None]
    approve(tx, actor, case, waiting[-1].id if waiting else "", yes=yes)
    return get_case(tx, REQUEST, case.id)


@enforces("erasure-proved")
def erase(tx: Tx, actor: Actor, case: Case, plan: Plan, words: str) -> Case:
    """Begin the erasure that was planned; another person has approved it.

    What is hindered is told to the person with its reason, as part of the answer.

    Raises:
        Refused: `approval-needed`; else as `casework.advance`.
    """
    told = "\n".join([words, *planning.said(plan, store.head(tx, case.id).language)]).strip()
    outcome = Outcome.PARTLY if plan.hinders_key or plan.rests else Outcome.FULFILLED
    ruling = ruling_of(store.head(tx, case.id), outcome, told)
    store.change(tx, case.id, {"outcome": outcome.value})
    facts = {"stores": len(plan.stores), "conflicts": len(plan.conflicts)}
    case = advance(tx, actor, case, "erase", ruling=ruling, facts=facts)
    store.add_steps(tx, case.id, planning.steps(plan))
    return _tell(tx, case, "privacy-erasing", told)


def deliver(tx: Tx, actor: Actor, case: Case) -> Case:
    """The copy is ready; the person is told. Raises as `casework.advance`."""
    outcome = Outcome.FULFILLED.value
    store.change(tx, case.id, {"outcome": outcome})
    case = advance(tx, actor, case, "deliver", facts={"outcome": outcome}, limits=SETTLING)
    return tell(tx, case, "privacy-copy-ready", _READY)


def finish(tx: Tx, actor: Actor, case: Case) -> Case:
    """The erasure is finished and certified; the person is told. Raises as `casework.advance`."""
    outcome = store.head(tx, case.id).outcome
    facts = {"outcome": "" if outcome is None else outcome.value}
    case = advance(tx, actor, case, "finish", facts=facts, limits=SETTLING)
    return tell(tx, case, "privacy-erased", _ERASED)


# -- the person ------------------------------------------------------------------------------------


def answer(tx: Tx, actor: Actor, case: Case, words: str) -> Case:
    """Answer what was asked. Raises as `casework.advance`."""
    return advance(tx, actor, case, "answer", reason=words)


def take_back(tx: Tx, actor: Actor, case: Case) -> Case:
    """Take the request back, as long as nothing was done. Raises as `casework.advance`."""
    return advance(tx, actor, case, "take-back", facts={"outcome": "taken-back"})


def _tell(tx: Tx, case: Case, template: str, words: str) -> Case:
    """Let the person read it on the page of the request."""
    if not words.strip():
        return case
    language = store.head(tx, case.id).language
    return notify(tx, DESK, case, Message(f"{template}@1", language, PAGE, words))


def tell(tx: Tx, case: Case, template: str, text: Text) -> Case:
    """The same in the language of whoever asked."""
    return _tell(tx, case, template, text.to(store.head(tx, case.id).language))


def _place(case: str) -> str:
    """What a seal is bound to."""
    return f"privacy_request/{case}"
