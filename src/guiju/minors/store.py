# SPDX-License-Identifier: Apache-2.0
"""The tables of ages, modes, guardians and what these allow; days of use are in `use_store`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Row,
    String,
    bindparam,
    func,
    or_,
    select,
)

from guiju.kernel import NotFound
from guiju.minors.ages import Claim, Source, Stage, advanced
from guiju.minors.hours import Leave
from guiju.minors.model import Link, LinkState, Mode, Setting, Stand
from guiju.storage import Instant, Question, Tx, owned_by, sealed, table

AGE = table(
    "minors_age",
    Column("id", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("source", String(12), nullable=False),
    Column("stage", String(8), nullable=False),
    Column("confidence", Integer, nullable=False),
    # The day on which the next stage begins, under the key of the person: it is near a birthday.
    Column("sealed_next", LargeBinary, info=sealed("minors-next-stage:{id}", owned_by("person"))),
    Column("said_by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("withdrawn_at", Instant),
)
STAND = table(
    "minors_stand",
    Column("person", String(40), primary_key=True),
    Column("mode", String(12), nullable=False),
    Column("why", String(40), nullable=False),
    Column("since", Instant, nullable=False),
    Column("consented", Boolean, nullable=False),
    Column("reminders", Boolean, nullable=False),
)
LINK = table(
    "minors_link",
    Column("id", String(40), primary_key=True),
    Column("ward", String(40), nullable=False, index=True),
    Column("guardian", String(40), index=True),
    Column("state", String(8), nullable=False),
    Column("code_digest", String(64), nullable=False, unique=True),
    Column("verified", String(80)),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("active_at", Instant),
    Column("ended_at", Instant),
)
SETTING = table(
    "minors_setting",
    Column("ward", String(40), primary_key=True),
    Column("day_minutes", Integer),
    Column("break_minutes", Integer),
    Column("closes", String(5)),
    Column("opens", String(5)),
    Column("said_by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)
LEAVE = table(
    "minors_leave",
    Column("ward", String(40), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("minutes", Integer),
    Column("until", String(5)),
    Column("said_by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
)
MILESTONE = table(
    "minors_milestone",
    Column("name", String(40), primary_key=True),
    Column("case", String(40), nullable=False),
    Column("count", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
CLAIM_APPEAL = table(
    "minors_appeal",
    Column("case", String(40), primary_key=True),
    Column("person", String(40), nullable=False, index=True),
    Column("open", String(40), unique=True),
    Column("outcome", String(12)),
)

_SEALED_AS = "minors-next-stage"
_LINK = [one for one in LINK.columns if one.name != "code_digest"]


# -- ages ------------------------------------------------------------------------------------------


def add_claim(tx: Tx, person: str, claim: Claim, said_by: str, changes: date | None) -> None:
    """Keep somebody's word about an age."""
    sealed = None
    if changes is not None:
        sealed = tx.seal(person, changes.isoformat().encode(), f"{_SEALED_AS}:{claim.id}")
    tx.insert(
        AGE,
        {
            "id": claim.id,
            "person": person,
            "source": claim.source.value,
            "stage": claim.stage.value,
            "confidence": claim.confidence,
            "sealed_next": sealed,
            "said_by": said_by,
            "at": claim.at,
        },
    )


def claims_of(tx: Tx, person: str, today: date) -> tuple[list[Claim], date | None]:
    """The words that stand about a person as they count today, and the next day they change."""
    wanted = select(AGE).where(AGE.c.person == person, AGE.c.withdrawn_at.is_(None))
    found, days = [], []
    for row in tx.rows(wanted.order_by(AGE.c.at)):
        stage, changes = advanced(Stage(row.stage), _opened(tx, person, row), today)
        if changes is not None:
            days.append(changes)
        found.append(Claim(row.id, Source(row.source), stage, row.confidence, row.at))
    return found, min(days, default=None)


def withdraw_claims(tx: Tx, person: str, source: Source) -> int:
    """Let no word of this source count any more; how many did."""
    where = (AGE.c.person == person) & (AGE.c.source == source.value)
    return len(tx.update_all(AGE, where & AGE.c.withdrawn_at.is_(None), {"withdrawn_at": tx.now}))


def withdraw_claims_by(tx: Tx, person: str, proof: str) -> int:
    """Let no word count any more that rests on this verification; how many did."""
    where = (AGE.c.person == person) & (AGE.c.said_by == proof)
    return len(tx.update_all(AGE, where & AGE.c.withdrawn_at.is_(None), {"withdrawn_at": tx.now}))


def newest_proof(tx: Tx, person: str) -> tuple[Stage | None, str]:
    """What a document said last of somebody's age, and the verification that this rests on."""
    where = (AGE.c.person == person) & (AGE.c.source == Source.VERIFICATION.value)
    wanted = select(AGE.c.stage, AGE.c.said_by).where(where & AGE.c.withdrawn_at.is_(None))
    row = tx.row(wanted.order_by(AGE.c.at.desc(), AGE.c.id.desc()).limit(1))
    return (None, "") if row is None else (Stage(row.stage), str(row.said_by))


def _opened(tx: Tx, person: str, row: Row[Any]) -> date | None:
    if row.sealed_next is None:
        return None
    try:
        plain = tx.unseal(person, row.sealed_next, f"{_SEALED_AS}:{row.id}")
    except NotFound:
        # Somebody who was erased has no birthdays any more; what was said stays as it is.
        return None
    return date.fromisoformat(plain.decode())


# -- the mode --------------------------------------------------------------------------------------


_STAND_OF = Question(select(STAND).where(STAND.c.person == bindparam("person")))


def find_stand(tx: Tx, person: str) -> Stand | None:
    """How the mode of this person stands; None: nobody has ever said anything."""
    row = tx.ask_first(_STAND_OF, person=person)
    return None if row is None else _stand(row)


def put_stand(tx: Tx, stand: Stand) -> None:
    """Keep how it stands now."""
    values = {
        "mode": stand.mode.value,
        "why": stand.why,
        "since": stand.since,
        "consented": stand.consented,
        "reminders": stand.reminders,
    }
    if not tx.insert_if_absent(STAND, {"person": stand.person, **values}):
        tx.update(STAND, {"person": stand.person}, values)


def stands(tx: Tx, most: int) -> list[Stand]:
    """Those whose mode is on, the latest first."""
    wanted = select(STAND).where(STAND.c.mode != Mode.OFF.value).order_by(STAND.c.since.desc())
    return [_stand(row) for row in tx.rows(wanted.limit(most))]


def counts(tx: Tx) -> dict[str, int]:
    """How many persons stand in which mode."""
    wanted = select(STAND.c.mode, func.count().label("number")).group_by(STAND.c.mode)
    return {row.mode: row.number for row in tx.rows(wanted)}


def _stand(row: Row[Any]) -> Stand:
    return Stand(row.person, Mode(row.mode), row.why, row.since, row.consented, row.reminders)


# -- guardians -------------------------------------------------------------------------------------


def add_link(tx: Tx, link: Link, code: str) -> None:
    """Keep an invitation by the digest of its code."""
    row = {one.name: getattr(link, one.name) for one in _LINK}
    tx.insert(LINK, {**row, "state": link.state.value, "code_digest": code})


def move_link(tx: Tx, link: Link, changes: Mapping[str, Any]) -> bool:
    """Change a link, unless somebody did so meanwhile."""
    return tx.update(LINK, {"id": link.id}, changes, expect={"state": link.state.value})


def find_link(tx: Tx, link: str) -> Link | None:
    """The link with this id."""
    return _link(tx.row(select(*_LINK).where(LINK.c.id == link)))


def link_by_code(tx: Tx, code: str) -> Link | None:
    """The link that was invited with the code of this digest."""
    return _link(tx.row(select(*_LINK).where(LINK.c.code_digest == code)))


def links_of(tx: Tx, person: str, *, ended: bool = False) -> list[Link]:
    """All links of a person, as ward or as guardian."""
    wanted = select(*_LINK).where(or_(LINK.c.ward == person, LINK.c.guardian == person))
    if not ended:
        wanted = wanted.where(LINK.c.state != LinkState.ENDED.value)
    rows = tx.rows(wanted.order_by(LINK.c.made_at))
    return [one for row in rows if (one := _link(row)) is not None]


def unverified(tx: Tx, most: int) -> list[Link]:
    """Active links that nobody has verified, the oldest first."""
    active = (LINK.c.state == LinkState.ACTIVE.value) & LINK.c.verified.is_(None)
    rows = tx.rows(select(*_LINK).where(active).order_by(LINK.c.active_at).limit(most))
    return [one for row in rows if (one := _link(row)) is not None]


def _link(row: Row[Any] | None) -> Link | None:
    if row is None:
        return None
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    return Link(**{**values, "state": LinkState(row.state)})


# -- what guardians allow --------------------------------------------------------------------------


def setting_of(tx: Tx, ward: str) -> Setting:
    """What a guardian has set instead of the usual."""
    row = tx.row(select(SETTING).where(SETTING.c.ward == ward))
    if row is None:
        return Setting()
    return Setting(row.day_minutes, row.break_minutes, _time(row.closes), _time(row.opens))


def put_setting(tx: Tx, ward: str, setting: Setting, said_by: str) -> None:
    """Keep what a guardian has set."""
    values = {
        "day_minutes": setting.day_minutes,
        "break_minutes": setting.break_minutes,
        "closes": _said(setting.closes),
        "opens": _said(setting.opens),
        "said_by": said_by,
        "at": tx.now,
    }
    if not tx.insert_if_absent(SETTING, {"ward": ward, **values}):
        tx.update(SETTING, {"ward": ward}, values)


def leaves_of(tx: Tx, ward: str, since: date) -> dict[date, Leave]:
    """What was allowed for single evenings from a day on."""
    wanted = select(LEAVE).where(LEAVE.c.ward == ward, LEAVE.c.day >= since.isoformat())
    found = [
        Leave(date.fromisoformat(row.day), row.minutes, _time(row.until))
        for row in tx.rows(wanted.order_by(LEAVE.c.day))
    ]
    return {one.day: one for one in found}


def put_leave(tx: Tx, ward: str, leave: Leave, said_by: str) -> None:
    """Keep what a guardian allows for an evening; the last word about it counts."""
    values = {"minutes": leave.minutes, "until": _said(leave.until), "said_by": said_by}
    key = {"ward": ward, "day": leave.day.isoformat()}
    if not tx.insert_if_absent(LEAVE, {**key, **values, "at": tx.now}):
        tx.update(LEAVE, key, {**values, "at": tx.now})


def drop_leave(tx: Tx, ward: str, day: date) -> bool:
    """Take it back."""
    return tx.delete(LEAVE, {"ward": ward, "day": day.isoformat()})


def _time(written: str | None) -> time | None:
    return None if written is None else time.fromisoformat(written)


def _said(when: time | None) -> str | None:
    return None if when is None else when.isoformat("minutes")


# -- appeals and milestones ------------------------------------------------------------------------


def add_appeal(tx: Tx, case: str, person: str) -> bool:
    """Keep that this case is about a person's age; False where another one is open."""
    waiting = tx.row(select(CLAIM_APPEAL.c.case).where(CLAIM_APPEAL.c.open == person))
    if waiting is not None:
        return False
    tx.insert(CLAIM_APPEAL, {"case": case, "person": person, "open": person})
    return True


def close_appeal(tx: Tx, case: str, outcome: str) -> None:
    """Say how it ended."""
    tx.update(CLAIM_APPEAL, {"case": case}, {"open": None, "outcome": outcome})


def open_appeal(tx: Tx, person: str) -> str | None:
    """The case in which a person waits to hear about their age."""
    row = tx.row(select(CLAIM_APPEAL.c.case).where(CLAIM_APPEAL.c.open == person))
    return None if row is None else str(row.case)


def appeals_of(tx: Tx, person: str, most: int = 20) -> list[str]:
    """The cases of a person, the newest first."""
    wanted = select(CLAIM_APPEAL.c.case).where(CLAIM_APPEAL.c.person == person)
    rows = tx.rows(wanted.order_by(CLAIM_APPEAL.c.case.desc()).limit(most))
    return [str(row.case) for row in rows]


def milestone(tx: Tx, name: str) -> str | None:
    """The case that was opened when this number was reached."""
    row = tx.row(select(MILESTONE.c.case).where(MILESTONE.c.name == name))
    return None if row is None else str(row.case)


def add_milestone(tx: Tx, name: str, case: str, count: int) -> bool:
    """Note that a number was reached, once."""
    return tx.insert_if_absent(
        MILESTONE, {"name": name, "case": case, "count": count, "at": tx.now}
    )


def open_appeals(tx: Tx, most: int) -> list[str]:
    """The cases in which somebody waits to hear about their age, the oldest first."""
    wanted = select(CLAIM_APPEAL.c.case).where(CLAIM_APPEAL.c.open.is_not(None))
    rows = tx.rows(wanted.order_by(CLAIM_APPEAL.c.case).limit(most))
    return [str(row.case) for row in rows]
