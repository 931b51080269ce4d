# SPDX-License-Identifier: Apache-2.0
"""The table of mail addresses that are to be confirmed, with what the link is known by; sealed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, String, func, select

from guiju.casework.wiping import wiped
from guiju.storage import Instant, Tx, owned_by, sealed, table


class ProofState(StrEnum):
    """Where it stands that an address is to be confirmed."""

    WAITING = "waiting"
    SENT = "sent"
    HELD = "held"
    """No mail was sent: that address had enough of them today."""
    REFUSED = "refused"
    """A mail server has refused a mail to it for good, this one or a later one."""
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REPLACED = "replaced"


PROOF = table(
    "casework_contact_proof",
    Column("id", String(40), primary_key=True),
    # A person by pseudonym, or a case whose words have a key of their own.
    Column("subject", String(80), nullable=False, index=True),
    # Keyed digests: of the address, to count mails to it, and of the link.
    Column("mark", String(64), nullable=False, index=True),
    Column("digest", String(64), nullable=False, index=True),
    # Sealed, and empty once nobody needs them.
    Column(
        "address",
        LargeBinary,
        nullable=False,
        info=sealed("casework_contact_proof/{id}/address", owned_by("subject")),
    ),
    Column(
        "secret",
        LargeBinary,
        nullable=False,
        info=sealed("casework_contact_proof/{id}/secret", owned_by("subject")),
    ),
    Column("language", String(8), nullable=False),
    Column("state", String(12), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("settled_at", Instant),
    guard="coded",
)
_c = PROOF.c
OPEN = frozenset({ProofState.WAITING, ProofState.SENT})
_COUNTS = frozenset({ProofState.CONFIRMED, ProofState.REFUSED})
_EMPTY = {"address": b"", "secret": b""}


def add(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep that an address is to be confirmed."""
    tx.insert(PROOF, values)


def get(tx: Tx, name: str) -> Row[Any] | None:
    """The one with this id."""
    return tx.row(select(PROOF).where(_c.id == name))


def by_digest(tx: Tx, digest: str) -> Row[Any] | None:
    """The one whose link has this digest."""
    return tx.row(select(PROOF).where(_c.digest == digest))


def newest(tx: Tx, subject: str) -> Row[Any] | None:
    """The last one that a subject asked for."""
    wanted = select(PROOF).where(_c.subject == subject)
    return tx.row(wanted.order_by(_c.asked_at.desc(), _c.id.desc()).limit(1))


def confirmed(tx: Tx, subject: str) -> Row[Any] | None:
    """The one by which the address of a subject counts."""
    state = ProofState.CONFIRMED.value
    return tx.row(select(PROOF).where(_c.subject == subject, _c.state == state).limit(1))


def asked(tx: Tx, subject: str, since: datetime) -> int:
    """How often a subject has asked since then."""
    return _count(tx, (_c.subject == subject) & (_c.asked_at >= since))


def mailed(tx: Tx, mark: str, since: datetime) -> int:
    """How many of these mails were meant for an address since then, whoever asked."""
    sent = _c.state != ProofState.HELD.value
    return _count(tx, (_c.mark == mark) & (_c.asked_at >= since) & sent)


def refused(tx: Tx, since: datetime, most: int) -> Sequence[Row[Any]]:
    """Those that a mail server has refused since then, the newest first."""
    wanted = select(PROOF).where(_c.state == ProofState.REFUSED.value, _c.settled_at >= since)
    return tx.rows(wanted.order_by(_c.settled_at.desc()).limit(most))


def settle(tx: Tx, name: str, state: ProofState, *, keep: bool = False) -> None:
    """Bring it into another state; what is sealed goes, unless it is kept."""
    changes = {"state": state.value, "settled_at": tx.now, **({} if keep else _EMPTY)}
    tx.update(PROOF, {"id": name}, changes)


def replace(tx: Tx, subject: str, states: Collection[ProofState], before: datetime) -> int:
    """Let none of these count any more, and forget what nobody counts since `before`.

    How many there were. Whoever forgets an address and leaves it again has still asked twice.
    """
    found = tx.rows(select(PROOF).where(_c.subject == subject))
    for row in found:
        if row.asked_at < before and (row.state in states or row.state not in _COUNTS):
            tx.delete(PROOF, {"id": row.id})
        elif row.state in states:
            settle(tx, row.id, ProofState.REPLACED)
    return sum(row.state in states for row in found)


def drop(tx: Tx, subject: str) -> int:
    """Forget all of a subject; how many there were."""
    return sum(wiped(tx, PROOF, _c.subject == subject))


def forgotten(tx: Tx, subject: str) -> Iterator[int]:
    """The same for what expires with a case."""
    yield from wiped(tx, PROOF, _c.subject == subject)


def count(tx: Tx, subject: str) -> int:
    """How many addresses of a subject wait to be confirmed, or were refused."""
    return _count(tx, (_c.subject == subject) & (_c.address != b""))


def _count(tx: Tx, which: Any) -> int:
    row = tx.row(select(func.count()).select_from(PROOF).where(which))
    return 0 if row is None else int(row[0])
