# SPDX-License-Identifier: Apache-2.0
"""Pools for training: only what its person agreed to, then and now, with its lineage (Article 7).

A pool is made in steps, each of which opens some records; every line names record and consent, and
the digest of all lines is in the ledger. When somebody withdraws, the pools that hold something of
theirs are found.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from guiju.casework import is_held
from guiju.kernel import Actor, GuijuError, Invalid, Refused, Text, canonical, first_id, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import expiry_store, store
from guiju.records import training_store as rows
from guiju.records.bulk import BulkReading, announce
from guiju.records.model import Detail
from guiju.records.training_model import (
    CONTROLS,
    MAKERS,
    Consents,
    LeftOut,
    Line,
    Pool,
    Standing,
    refused,
)
from guiju.storage import Database, Tx, has_key

_PAGE = 200
_AND = "+"
"""Between the two consents that a line said to a companion rests on."""
_PASSED = frozenset({"pass"})

Recall = Callable[[bytes, bytes], Sequence[tuple[str, str]]]
"""The texts of an exchange by direction, out of what was recorded."""
Personal = Callable[[str], bool]
"""Whether a text holds personal information."""
KeptBack = Callable[[Tx, str], str | None]
"""By which case, by its number, an answer is kept back; None: by none."""


class PoolMaker:
    """Makes one pool of the records of a time, for whoever may: `open`, `lines`, then `close`."""

    def __init__(
        self,
        database: Database,
        consents: Consents,
        recall: Recall,
        personal: Personal,
        kept_back: KeptBack = lambda _, __: None,
    ) -> None:
        """`consents` says who agreed, `recall` reads a record, `personal` looks into a text.

        `kept_back` says by which case an answer is not handed out any more.
        """
        self._kept_back = kept_back
        self._database = database
        self._consents = consents
        self._recall = recall
        self._personal = personal
        self._left: Counter[str] = Counter()
        self._seen = 0
        self._count = 0
        self._sum = hashlib.sha256()

    def open(self, actor: Actor, reason: str, since: datetime, until: datetime) -> BulkReading:
        """Put on record that records of this time are opened; nothing is yet.

        Raises:
            Refused: `role-needed` or `reason-needed`.
            Invalid: `pool-invalid`, for a time that ends before it begins.
        """
        if not actor.has(*MAKERS):
            raise Refused("role-needed", _NOT_YOURS, _ASK, article=7)
        if until <= since:
            raise Invalid("pool-invalid", _NO_TIME, _GIVE_TIME, article=7, param="until")
        self._pool, self._actor, self._reason = new_id("pool"), actor, reason.strip()
        self._since, self._until = since, until
        with self._database.write() as tx:
            return announce(tx, actor, "training", reason, since=since, most=0)

    def lines(self, reading: BulkReading) -> Iterator[Line]:
        """Every record that may be used, the oldest first; each is kept with its lineage.

        Raises:
            Refused: `reading-not-announced`.
        """
        after, last = first_id("req", self._since), first_id("req", self._until)
        while True:
            with self._database.read() as tx:
                self._check(tx, reading)
                found = rows.candidates(tx, after, last, _PAGE)
                made = [one for row in found if (one := self._line(tx, row)) is not None]
            yield from self._kept(made)
            if len(found) < _PAGE:
                return
            after = found[-1].request

    @enforces("training-pool")
    def close(self, tx: Tx, policy: str) -> Pool:
        """Put on record what the pool was made of; `policy` is the digest of the rules in force."""
        made = Pool(
            id=self._pool,
            lines=self._count,
            looked_at=self._seen,
            left_out=dict(sorted(self._left.items())),
            digest=self._sum.hexdigest(),
            made_by=self._actor.id,
            made_at=tx.now,
        )
        rows.add_pool(
            tx,
            msgspec.structs.asdict(made)
            | {
                "reason": self._reason,
                "since": self._since,
                "until": self._until,
                "policy": policy,
            },
        )
        append(
            tx,
            "training-pool-made",
            controls=CONTROLS,
            actor=self._actor,
            subject=made.id,
            facts={
                "pool": made.id,
                "lines": made.lines,
                "looked_at": made.looked_at,
                "left_out": made.left_out,
                "digest": made.digest,
            },
        )
        return made

    def _check(self, tx: Tx, reading: BulkReading) -> None:
        if not store.reading_exists(tx, reading.id, reading.reader):
            raise Refused("reading-not-announced", _NOT_ANNOUNCED, _ANNOUNCE, article=11)

    def _line(self, tx: Tx, row: Any) -> Line | None:
        self._seen += 1
        standing = self._consents.training(tx, row.person)
        companion = msgspec.convert(row.detail, Detail).companion
        why = refused(standing, row.at, tx.now, companion=companion) or self._unfit(tx, row)
        texts = {} if why else self._texts(tx, row)
        why = why or self._in_words(texts)
        if why is not None:
            self._left[why.value] += 1
            return None
        return self._made(row, standing, texts or {})

    def _unfit(self, tx: Tx, row: Any) -> LeftOut | None:
        """What the head says against it, without opening anything."""
        detail = msgspec.convert(row.detail, Detail)
        verdicts = {detail.input.verdict, detail.output.verdict} - {None}
        if row.finish == "content_filter" or not verdicts <= _PASSED:
            return LeftOut.CONDEMNED
        if self._kept_back(tx, row.request) is not None:
            return LeftOut.KEPT_BACK
        days = expiry_store.holds(tx, standing=True)
        if is_held(tx, row.request) or any(one.keeps(row.at.date()) for one in days):
            return LeftOut.HELD
        return None

    def _texts(self, tx: Tx, row: Any) -> dict[str, str] | None:
        """By direction; None once the person was erased."""
        try:
            content = tx.unseal(row.person, row.content, store.context(row.request))
        except GuijuError:
            return None
        return dict(self._recall(*store.unpacked(content)))

    def _in_words(self, texts: dict[str, str] | None) -> LeftOut | None:
        if texts is None:
            return LeftOut.ERASED
        if not texts.get("input") or not texts.get("output"):
            return LeftOut.EMPTY
        return LeftOut.PERSONAL if any(map(self._personal, texts.values())) else None

    def _made(self, row: Any, standing: Standing, texts: dict[str, str]) -> Line:
        consent = standing.consent
        if consent is None:
            raise RuntimeError("a line without a consent")
        said = canonical({"input": texts["input"], "output": texts["output"]})
        named = f"{consent.record}@{consent.version}"
        companion = msgspec.convert(row.detail, Detail).companion
        if companion and standing.sensitive is not None:
            named = f"{named}{_AND}{standing.sensitive.record}"
        found = hashlib.sha256(said).hexdigest()
        return Line(
            row.request, row.person, named, found, texts["input"], texts["output"], companion
        )

    @enforces("training-pool")
    def _kept(self, made: list[Line]) -> list[Line]:
        """Those whose person still agrees at the moment at which they are taken, on record."""
        with self._database.write() as tx:
            taken = []
            for one in made:
                standing = self._consents.training(tx, one.person)
                why = refused(standing, tx.now, tx.now, companion=one.companion)
                if why is None and has_key(tx, one.person):
                    taken.append(one)
                else:
                    self._left[(why or LeftOut.ERASED).value] += 1
            if taken:
                pool = {"pool": self._pool}
                lines = [{**pool, "person": one.person, **manifest_line(one)} for one in taken]
                rows.add_lines(tx, lines)
                append(
                    tx,
                    "training-lines-taken",
                    controls=CONTROLS,
                    actor=self._actor,
                    subject=self._pool,
                    facts={"pool": self._pool, "lines": len(taken)},
                )
        for one in taken:
            self._count += 1
            self._sum.update(canonical(manifest_line(one)) + b"\n")
        return taken


def manifest_line(line: Line) -> dict[str, str]:
    """What the manifest says of a line: nobody's words, nobody's id."""
    return {"request": line.request, "consent": line.consent, "digest": line.digest}


class Overlap(msgspec.Struct, frozen=True):
    """A pool that holds lines of people who would not be in it now."""

    pool: str
    people: int
    lines: int


def overlaps(tx: Tx, consents: Consents) -> list[Overlap]:
    """Which pools hold records of people who have withdrawn since, or never agreed."""
    found = []
    for pool in rows.newest(tx, _MOST_POOLS):
        gone = [
            row.person
            for row in rows.people_in(tx, pool.id)
            if not _agrees(consents.training(tx, row.person), tx.now, row.consent)
        ]
        if gone:
            lines = sum(
                one.pool == pool.id for person in set(gone) for one in rows.of_person(tx, person)
            )
            found.append(Overlap(pool.id, len(set(gone)), lines))
    return found


def pools_without_consent(tx: Tx, consents: Consents, person: str) -> list[str]:
    """The pools that hold records of this person which would not be in them now.

    Quick: whoever withdraws is looked for by name, and nobody else.
    """
    standing = consents.training(tx, person)
    lines = rows.of_person(tx, person)
    return sorted({one.pool for one in lines if not _agrees(standing, tx.now, one.consent)})


def _agrees(standing: Standing, now: datetime, named: str) -> bool:
    return refused(standing, now, now, companion=_AND in named) is None


def pools(tx: Tx) -> list[Pool]:
    """The newest pools."""
    names = {one.name for one in msgspec.structs.fields(Pool)}
    return [
        Pool(**{name: one for name, one in row._mapping.items() if name in names})  # noqa: SLF001 - SQLAlchemy's documented accessor
        for row in rows.newest(tx, _MOST_POOLS)
    ]


_MOST_POOLS = 100
_NOT_YOURS = Text(
    zh="只有个人信息保护负责人和内容安全负责人可以选取训练数据。",
    en="Only a privacy officer or a safety officer may take records for training.",
)
_ASK = Text(zh="请由这些岗位操作。", en="Ask one of them.")
_NO_TIME = Text(zh="结束早于开始。", en="The time ends before it begins.")
_GIVE_TIME = Text(zh="请给出开始和结束的日期。", en="Give the first day and the last.")
_NOT_ANNOUNCED = Text(zh="此次读取未登记。", en="This reading is not on record.")
_ANNOUNCE = Text(zh="请先登记再读取。", en="Announce it before opening anything.")
