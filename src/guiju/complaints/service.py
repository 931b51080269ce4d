# SPDX-License-Identifier: Apache-2.0
"""The verbs of complaints: take one in, follow it, answer, decide, tell (Articles 15 and 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from guiju.casework import (
    Basis,
    Case,
    Ground,
    GroundKind,
    Limit,
    Origin,
    Ruling,
    RunningClock,
    Severity,
    Unit,
    advance,
    ask_contact,
    clocks,
    get_case,
    is_address,
    open_case,
)
from guiju.complaints import kind as kinds
from guiju.complaints import promising, refusing, sealing, store
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.model import (
    HANDLERS,
    Attached,
    Channel,
    Filing,
    Harmed,
    Head,
    Outcome,
    Process,
    folded,
    named,
)
from guiju.kernel import Actor, ActorKind, Text, software
from guiju.measures import enforces
from guiju.storage import Tx

COMPLAINANT = Actor(ActorKind.PERSON, "complainant")
"""Whoever holds the receipt code: nothing else is known of them."""

_DESK = software("complaints")
# Where nothing is promised, time still passes for whoever has to answer.
_OTHERWISE = {kinds.ANSWERING: 10, kinds.SETTLING: 10}
_ACCESS_DAYS = 180
_GROUND = "order15:15.1"
_NO_LIMITS: Mapping[str, Limit | None] = {}


# -- taking in -------------------------------------------------------------------------------------


@enforces("complaint-entry")
def file_complaint(tx: Tx, actor: Actor, filing: Filing, receipt: str) -> Case:
    """Take a complaint in, with its receipt issued; `receipt` is the slow digest of the code.

    Evidence and rows hold no word of it in the clear.
    """
    process = promising.publish(tx)
    cluster = store.alike(tx, *_likeness(tx, filing))
    case = open_case(
        tx,
        actor,
        COMPLAINT,
        origin=_origin(filing.channel),
        severity=_severity(filing),
        about=named(filing.about),
        policy=process.policy if process else None,
        limits=_opening_limits(process, filing),
        facts={
            "channel": filing.channel.value,
            "category": filing.category.value,
            "attached": len(filing.attached),
            "process": process.name if process else None,
        },
    )
    _keep(tx, case, filing, receipt, cluster or case.id)
    _begin_pace(tx, case, filing, process)
    same = {} if cluster is None else {"same_as": cluster}
    return advance(tx, _DESK, case, "receipt", facts={"receipt": "issued", **same})


def _opening_limits(process: Process | None, filing: Filing) -> dict[str, Limit | None]:
    sent = filing.forwarded
    return {
        kinds.ACCEPTANCE: promising.limit(process, process.acceptance_days) if process else None,
        kinds.FEEDBACK: promising.limit(process, process.feedback_days) if process else None,
        kinds.FORWARDED: sent and Limit(sent.amount, sent.unit, "authority-order", Basis.STATUTORY),
    }


def _timer(process: Process | None, clock: str) -> Limit:
    if process is None:
        return Limit.internal(_OTHERWISE[clock], Unit.WORKING_DAYS, "complaints")
    days = process.answer_days if clock == kinds.ANSWERING else process.reopen_days
    return promising.limit(process, days)


def _origin(channel: Channel) -> Origin:
    return Origin.AUTHORITY if channel is Channel.AUTHORITY else Origin.USER


def _severity(filing: Filing) -> Severity:
    urgent = filing.channel is Channel.AUTHORITY or filing.category.value == "minors"
    return Severity.HIGH if urgent else Severity.NORMAL


def _likeness(tx: Tx, filing: Filing) -> tuple[str | None, str | None]:
    """Keyed digests by which complaints that say the same are found, and nothing is read."""
    about, text = filing.about.strip(), folded(filing.text)
    return (
        tx.keys.blind("complaint-about", about) if about else None,
        tx.keys.blind("complaint-text", text) if text else None,
    )


def _keep(tx: Tx, case: Case, filing: Filing, receipt: str, cluster: str) -> None:
    same_about, same_text = _likeness(tx, filing)
    store.add(
        tx,
        {
            "case_id": case.id,
            "number": case.number,
            "category": filing.category.value,
            "channel": filing.channel.value,
            "language": filing.language,
            "receipt": receipt,
            "same_about": same_about,
            "same_text": same_text,
            "cluster": cluster,
            "words": sealing.words(tx, case, filing),
            "received_at": tx.now,
        },
    )
    store.add_files(
        tx, [sealing.file(tx, case, at, one) for at, one in enumerate(filing.attached, 1)]
    )
    if is_address(filing.contact):
        ask_contact(tx, COMPLAINANT, case.id, filing.contact, filing.language)


def _begin_pace(tx: Tx, case: Case, filing: Filing, process: Process | None) -> None:
    store.add_pace(
        tx,
        {
            "case_id": case.id,
            "received_at": tx.now,
            "category": filing.category.value,
            "channel": filing.channel.value,
            "acceptance_limit": process.acceptance_days if process else None,
            "feedback_limit": process.feedback_days if process else None,
            "access_days": process.access_days if process else _ACCESS_DAYS,
        },
    )


def check_handler(actor: Actor) -> None:
    """Pass staff who handle complaints; raises Refused `role-needed`."""
    if actor.kind is not ActorKind.STAFF or not actor.has(*HANDLERS):
        raise refusing.not_a_handler()


# -- reading ---------------------------------------------------------------------------------------


def get_complaint(tx: Tx, name: str, version: int | None = None) -> tuple[Case, Head]:
    """A complaint by number or id, at this version when one is given.

    Raises:
        NotFound: `case-unknown`.
        Conflict: `case-changed`.
    """
    case = get_case(tx, COMPLAINT, name, version)
    row = store.find(tx, case.id)
    if row is None:
        raise RuntimeError(f"the case {case.id} has no complaint")
    return case, store.head_of(row)


def by_receipt(tx: Tx, receipt: str) -> Case | None:
    """The case of this slow digest; None: there is none, or its time to be followed is over."""
    name = store.case_by_receipt(tx, receipt)
    if name is None:
        return None
    pace = store.find_pace(tx, name)
    if pace is not None and pace.access_until is not None and pace.access_until <= tx.now:
        return None
    return get_case(tx, COMPLAINT, name)


class Named(NamedTuple):
    """A clock with what people call it."""

    text: Text
    clock: RunningClock


def clocks_of(tx: Tx, case: Case) -> list[Named]:
    """The clocks of a complaint with their names, in the order in which they were started."""
    return [Named(COMPLAINT.clock(one.name).text, one) for one in clocks(tx, case)]


# -- handling --------------------------------------------------------------------------------------


def ask(tx: Tx, actor: Actor, case: Case, question: str) -> Case:
    """Ask the complainant; the limit of feedback stands still until they answer or are too late.

    Raises as `casework.advance`.
    """
    limits = {kinds.ANSWERING: _timer(promising.at_opening(tx, case), kinds.ANSWERING)}
    advance(tx, actor, case, "ask", reason=question, limits=limits)
    return get_case(tx, COMPLAINT, case.id)


def found(outcome: Outcome, facts: str, ground: str = "") -> Ruling:
    """What was found, in words for the complainant, and on which ground; Article 15 otherwise."""
    kind = GroundKind.AGREEMENT if ground.startswith("service-agreement") else GroundKind.LAW
    return Ruling(
        outcome=outcome.value,
        grounds=(Ground(kind, ground or _GROUND),),
        facts=facts,
        found_by_software=False,
    )


def decide(tx: Tx, actor: Actor, case: Case, ruling: Ruling, harmed: Harmed | None = None) -> Case:
    """Decide a complaint; `harmed`: what is in which record, if that was found.

    Raises:
        Invalid: `ruling-needed` without facts; else as `casework.advance`.
    """
    facts = {} if harmed is None else harmed._asdict()
    return advance(tx, actor, case, "decide", ruling=ruling, facts=facts)


def decline(tx: Tx, actor: Actor, case: Case, ruling: Ruling) -> Case:
    """Not accept a complaint, and say why. Raises as `decide`."""
    return advance(tx, actor, case, "decline", ruling=ruling)


def tell(tx: Tx, actor: Actor, case: Case, way: str) -> Case:
    """Feedback is given: from now on the complainant reads it on the page; `way` says how besides.

    Raises as `casework.advance`.
    """
    limits = {kinds.SETTLING: _timer(promising.at_opening(tx, case), kinds.SETTLING)}
    pace = store.find_pace(tx, case.id)
    outcome = pace.outcome if pace is not None else None
    advance(tx, actor, case, "tell", limits=limits, facts={"outcome": outcome, "way": way})
    return get_case(tx, COMPLAINT, case.id)


# -- the complainant -------------------------------------------------------------------------------


def answer(tx: Tx, actor: Actor, case: Case, words: str, attached: Sequence[Attached] = ()) -> Case:
    """Answer what was asked, with more attachments. Raises as `casework.advance`."""
    there = len(store.files(tx, case.id))
    rows = [sealing.file(tx, case, at, one) for at, one in enumerate(attached, there + 1)]
    store.add_files(tx, rows)
    return advance(tx, actor, case, "answer", reason=words, facts={"attached": len(rows)})


def reopen(tx: Tx, actor: Actor, case: Case, why: str) -> Case:
    """Ask once that somebody else look again. Raises as `casework.advance`: `guard-fails` twice.

    The limit is that of the day on which the complaint came in.
    """
    process = promising.at_opening(tx, case)
    limit = promising.limit(process, process.feedback_days) if process else None
    return advance(tx, actor, case, "reopen", reason=why, limits={kinds.FEEDBACK: limit})


def close(tx: Tx, actor: Actor, case: Case, *, content: bool, words: str = "") -> Case:
    """Say whether one is content with the outcome. Raises as `casework.advance`."""
    return advance(tx, actor, case, "close", reason=words or None, facts={"content": content})
