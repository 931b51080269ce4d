# SPDX-License-Identifier: Apache-2.0
"""The kind of case `breach`: what is decided and done once personal information got away.

Two clocks run from when the incident came to light, one for the authority and one for the persons
(PIPL, Article 57). Each ends when a named person has decided otherwise or the telling is done.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Guard,
    Kind,
    LegalClock,
    Limit,
    Machine,
    Retention,
    Transition,
    cancels,
    meets,
    starts,
)
from guiju.incidents import breach_store as store
from guiju.incidents.breach_model import Told, at_once
from guiju.incidents.kind import OFFICERS
from guiju.kernel import Actor, Text
from guiju.ledger import append
from guiju.reporting import reports
from guiju.storage import Tx

DECIDERS = (*OFFICERS, "privacy-officer")
AUTHORITY, PEOPLE = "authority", "people"
ROOM, STAGE = "breach", "breach"
OPEN, CLOSED = "open", "closed"
BREACH_DECIDED = "breach-decided"
CONTROLS = ("breach-notified",)


def _line(verb: str, text: Text, target: str = OPEN, **more: object) -> Transition:
    values = {"roles": DECIDERS, "by_person": True, **more}
    return Transition(OPEN, verb, target, text, CASE_MOVED, **values)  # type: ignore[arg-type]


MACHINE = Machine(
    "breach",
    OPEN,
    [
        _line("scope", Text(zh="登记相关的人", en="say whom it concerns")),
        _line(
            "tell-authority",
            Text(zh="决定通知主管部门", en="decide that the authority is told"),
            decides=True,
            guards=("authority-undecided",),
        ),
        _line(
            "spare-authority",
            Text(zh="决定不通知主管部门", en="decide that the authority is not told"),
            decides=True,
            guards=("authority-undecided",),
            clocks=(cancels(AUTHORITY),),
        ),
        _line(
            "authority-told",
            Text(zh="登记已通知主管部门", en="note that the authority was told"),
            roles=(),
            guards=("report-sent",),
            clocks=(meets(AUTHORITY),),
        ),
        _line(
            "tell-people",
            Text(zh="决定通知个人", en="decide that the persons are told"),
            decides=True,
            guards=("people-undecided",),
        ),
        _line(
            "spare-people",
            Text(zh="决定不通知个人", en="decide that the persons are not told"),
            decides=True,
            guards=("people-undecided",),
            clocks=(cancels(PEOPLE),),
        ),
        _line(
            "people-told",
            Text(zh="登记已通知个人", en="note that the persons were told"),
            guards=("all-told",),
            clocks=(meets(PEOPLE),),
        ),
        _line(
            "close",
            Text(zh="办结", en="close it"),
            CLOSED,
            guards=("authority-settled", "people-settled"),
            clocks=(cancels(AUTHORITY), cancels(PEOPLE)),
        ),
    ],
)
# What each of these steps leaves written down, by whatever face it was taken.
_DECIDES = {
    "tell-authority": {"authority": Told.TOLD.value},
    "spare-authority": {"authority": Told.SPARED.value},
    "tell-people": {"people": Told.TOLD.value},
    "spare-people": {"people": Told.SPARED.value},
}


def _after(tx: Tx, actor: Actor, case: Case, line: Transition) -> None:
    decided = _DECIDES.get(line.verb)
    if decided is not None:
        store.change(tx, case.id, decided)
        facts = {"case": case.number, "officer": actor.id, **decided}
        append(tx, BREACH_DECIDED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    elif line.verb == "close":
        store.change(tx, case.id, {"closed_at": tx.now})
        facts = {"case": case.number, "officer": actor.id, "closed": "yes"}
        append(tx, BREACH_DECIDED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)


def _decided(tx: Tx, case: Case, what: str) -> str | None:
    row = store.find(tx, case.id)
    found = None if row is None else row._mapping[what]  # noqa: SLF001 - SQLAlchemy's documented accessor
    return None if found is None else str(found)


def was_sent(tx: Tx, case: Case) -> bool:
    """Whether a report to the authority about it was sent."""
    return any(one.sent_at is not None for one in reports(tx, case))


def all_told(tx: Tx, case: Case) -> bool:
    """Whether somebody is concerned and nobody waits to be told."""
    concerned, told = store.counts(tx, case.id)
    return concerned > 0 and told == concerned


def _is_authority_settled(tx: Tx, case: Case) -> bool:
    decided = _decided(tx, case, AUTHORITY)
    return decided == Told.SPARED or (decided == Told.TOLD and was_sent(tx, case))


def _are_people_settled(tx: Tx, case: Case) -> bool:
    decided = _decided(tx, case, PEOPLE)
    return decided == Told.SPARED or (decided == Told.TOLD and all_told(tx, case))


def _shortest() -> Limit:
    """For whoever takes a bare step of the table, as any case can be stepped."""
    return at_once(Limit.by_law("incidents.report-critical-infrastructure.hours"))


BREACH = Kind(
    name="breach",
    prefix="PB",
    text=Text(zh="个人信息泄露处置", en="breach of personal information"),
    machine=MACHINE,
    states={
        OPEN: Text(zh="在办", en="being dealt with"),
        CLOSED: Text(zh="已办结", en="closed"),
    },
    queue="breaches",
    roles=DECIDERS,
    controls=CONTROLS,
    clocks=(
        LegalClock(AUTHORITY, Text(zh="通知主管部门", en="telling the authority"), _shortest()),
        LegalClock(PEOPLE, Text(zh="通知个人", en="telling the persons"), _shortest()),
    ),
    opens=(starts(AUTHORITY), starts(PEOPLE)),
    guards=(
        Guard(
            "authority-undecided",
            Text(zh="尚未决定是否通知主管部门", en="nobody has decided yet about the authority"),
            lambda tx, case: _decided(tx, case, AUTHORITY) is None,
        ),
        Guard(
            "people-undecided",
            Text(zh="尚未决定是否通知个人", en="nobody has decided yet about the persons"),
            lambda tx, case: _decided(tx, case, PEOPLE) is None,
        ),
        Guard(
            "report-sent",
            Text(zh="通知已由人报送", en="the notice was sent by a person"),
            was_sent,
        ),
        Guard(
            "all-told",
            Text(zh="相关的人均已通知", en="all persons concerned were told"),
            all_told,
        ),
        Guard(
            "authority-settled",
            Text(
                zh="已通知主管部门，或已决定不通知",
                en="the authority was told, or it was decided that it is not",
            ),
            _is_authority_settled,
        ),
        Guard(
            "people-settled",
            Text(
                zh="已通知个人，或已决定不通知",
                en="the persons were told, or it was decided that they are not",
            ),
            _are_people_settled,
        ),
    ),
    after=_after,
    retention=Retention.INCIDENTS,
)
