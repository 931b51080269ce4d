# SPDX-License-Identifier: Apache-2.0
"""Versions of the agreement on their way and in force, who was shown and who accepted which.

A text lies with its proposal until it is published, and in `agreement` from then on. What binds
whom from when stands with the proposal; a version from before there were any is material.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Column,
    Integer,
    Row,
    Select,
    String,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from guiju.accounts.agreement_model import AgreementProposal, AgreementState, Change, Served
from guiju.accounts.model import Acceptance, Agreement, Way
from guiju.kernel import Text as Both
from guiju.storage import Instant, Question, Tx, table

AGREEMENT = table(
    "agreement",
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("published_by", String(80), nullable=False),
    Column("published_at", Instant, nullable=False),
)

PROPOSAL = table(
    "agreement_proposal",
    Column("id", String(40), primary_key=True),
    Column("version", Integer, unique=True),
    Column("state", String(12), nullable=False),
    Column("change", String(10), nullable=False),
    Column("zh", Text),
    Column("en", Text),
    Column("digest", String(64), nullable=False),
    Column("note", Text, nullable=False),
    Column("proposer", String(80), nullable=False),
    Column("proposed_at", Instant, nullable=False),
    Column("decider", String(80)),
    Column("decided_at", Instant),
    Column("reason", Text),
    # From when on nobody may go on who has not accepted it; None: nobody has to.
    Column("binds_from", Instant),
)

SERVED = table(
    "agreement_served",
    Column("person", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("language", String(2), primary_key=True),
    Column("way", String(4), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("annex", String(64)),
    Column("at", Instant, nullable=False),
)

ACCEPTANCE = table(
    "acceptance",
    Column("person", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("way", String(4), nullable=False),
    Column("at", Instant, nullable=False),
)

_JOINED = AGREEMENT.outerjoin(PROPOSAL, PROPOSAL.c.version == AGREEMENT.c.version)


class InForce(NamedTuple):
    """The newest version, and the oldest with which somebody may go on; None without any."""

    newest: int | None
    least: int | None


# -- versions --------------------------------------------------------------------------------------


def add(tx: Tx, one: Agreement) -> None:
    """Keep a published version."""
    tx.insert(
        AGREEMENT,
        {
            "version": one.version,
            "zh": one.text.zh,
            "en": one.text.en,
            "digest": one.digest,
            "note": one.note,
            "published_by": one.published_by,
            "published_at": one.published_at,
        },
    )


def newest(tx: Tx, limit: int) -> list[Agreement]:
    """The newest versions, newest first."""
    wanted = _agreements().order_by(AGREEMENT.c.version.desc()).limit(limit)
    return [_agreement(row) for row in tx.rows(wanted)]


def find(tx: Tx, version: int) -> Agreement | None:
    """This version."""
    row = tx.row(_agreements().where(AGREEMENT.c.version == version))
    return None if row is None else _agreement(row)


def _asked() -> Select[Any]:
    """What binds at the moment `now`, and what is newest."""
    now = bindparam("now", type_=Instant)
    material = and_(PROPOSAL.c.change == Change.MATERIAL.value, PROPOSAL.c.binds_from <= now)
    binding = (
        select(func.max(AGREEMENT.c.version))
        .select_from(_JOINED)
        .where(or_(PROPOSAL.c.version.is_(None), material))
        .scalar_subquery()
    )
    # A clock that was set back must not leave the service without an agreement: the first binds.
    first = func.min(AGREEMENT.c.version)
    return select(
        func.max(AGREEMENT.c.version).label("newest"), func.coalesce(binding, first).label("least")
    )


_ASKED = Question(_asked())


def in_force(tx: Tx) -> InForce:
    """What is asked of a caller now; one query that was built once, for the hot path."""
    row = tx.ask_first(_ASKED, now=tx.now)
    return InForce(None, None) if row is None else InForce(row.newest, row.least)


# -- proposals -------------------------------------------------------------------------------------


def propose(tx: Tx, one: AgreementProposal) -> None:
    """Keep a proposal with its texts."""
    tx.insert(
        PROPOSAL,
        {
            "id": one.id,
            "state": one.state.value,
            "change": one.change.value,
            "zh": one.text.zh,
            "en": one.text.en,
            "digest": one.digest,
            "note": one.note,
            "proposer": one.proposer,
            "proposed_at": one.proposed_at,
        },
    )


def move(tx: Tx, one: AgreementProposal, changes: Mapping[str, Any]) -> bool:
    """Change a proposal unless it has left its state; False then."""
    return tx.update(PROPOSAL, {"id": one.id}, changes, expect={"state": one.state.value})


def find_proposal(tx: Tx, proposal: str) -> AgreementProposal | None:
    """The proposal with this id; what cannot be an id is not even asked for."""
    if not (proposal.isascii() and proposal.isprintable()):
        return None
    row = tx.row(_proposals().where(PROPOSAL.c.id == proposal))
    return None if row is None else _proposal(row)


def proposals(tx: Tx, limit: int) -> list[AgreementProposal]:
    """The newest proposals, newest first."""
    order = (PROPOSAL.c.proposed_at.desc(), PROPOSAL.c.id.desc())
    return [_proposal(row) for row in tx.rows(_proposals().order_by(*order).limit(limit))]


# -- serving and accepting -------------------------------------------------------------------------


def serve(tx: Tx, one: Served) -> bool:
    """Keep that a text was shown; False when it was known."""
    return tx.insert_if_absent(SERVED, one._asdict())


def served(tx: Tx, person: str, version: int) -> list[Served]:
    """In which languages and ways a version was shown to somebody, the latest first."""
    mine = select(SERVED).where(SERVED.c.person == person, SERVED.c.version == version)
    rows = tx.rows(mine.order_by(SERVED.c.at.desc()))
    return [
        Served(row.person, row.version, row.language, row.way, row.digest, row.annex, row.at)
        for row in rows
    ]


def accept(tx: Tx, one: Acceptance) -> bool:
    """Keep an acceptance; False when this person had accepted this version before."""
    row = {name.name: getattr(one, name.name) for name in ACCEPTANCE.columns}
    return tx.insert_if_absent(ACCEPTANCE, {**row, "way": one.way.value})


_ACCEPTED = Question(
    select(func.max(ACCEPTANCE.c.version).label("version")).where(
        ACCEPTANCE.c.person == bindparam("person")
    )
)


def accepted_version(tx: Tx, person: str) -> int | None:
    """The newest version that this person accepted; built once, as `in_force`."""
    row = tx.ask_first(_ACCEPTED, person=person)
    return None if row is None else row.version


def acceptances_of(tx: Tx, person: str) -> list[Acceptance]:
    """What this person accepted, newest first."""
    mine = select(ACCEPTANCE).where(ACCEPTANCE.c.person == person)
    rows = tx.rows(mine.order_by(ACCEPTANCE.c.version.desc()))
    return [Acceptance(row.person, row.version, row.digest, Way(row.way), row.at) for row in rows]


def acceptances_counted(tx: Tx) -> dict[int, int]:
    """How many accepted each version, counted by the newest that each person accepted."""
    best = (
        select(ACCEPTANCE.c.person, func.max(ACCEPTANCE.c.version).label("version"))
        .group_by(ACCEPTANCE.c.person)
        .subquery()
    )
    counted = select(best.c.version, func.count().label("people")).group_by(best.c.version)
    return {int(row.version): int(row.people) for row in tx.rows(counted)}


def _agreements() -> Any:
    return select(AGREEMENT, PROPOSAL.c.change, PROPOSAL.c.binds_from).select_from(_JOINED)


def _proposals() -> Any:
    texts = (AGREEMENT.c.zh.label("published_zh"), AGREEMENT.c.en.label("published_en"))
    joined = PROPOSAL.outerjoin(AGREEMENT, PROPOSAL.c.version == AGREEMENT.c.version)
    return select(PROPOSAL, *texts).select_from(joined)


def _agreement(row: Row[Any]) -> Agreement:
    known = row.change is not None
    binds: datetime | None = row.binds_from if known else row.published_at
    return Agreement(
        version=row.version,
        text=Both(zh=row.zh, en=row.en),
        digest=row.digest,
        note=row.note,
        published_by=row.published_by,
        published_at=row.published_at,
        change=Change(row.change) if known else Change.MATERIAL,
        binds_from=binds,
    )


def _proposal(row: Row[Any]) -> AgreementProposal:
    texts: Sequence[str] = (row.zh, row.en) if row.zh else (row.published_zh, row.published_en)
    return AgreementProposal(
        id=row.id,
        version=row.version,
        state=AgreementState(row.state),
        change=Change(row.change),
        text=Both(zh=texts[0], en=texts[1]),
        digest=row.digest,
        note=row.note,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        decider=row.decider,
        decided_at=row.decided_at,
        reason=row.reason,
    )
