# SPDX-License-Identifier: Apache-2.0
"""Find the records of whoever names a number of theirs, without reading any (Article 11).

For people who write without an account, and for authorities. Only exact terms of kinds that the
policy allows can be found, by keyed digest; who searched for what kind, why, and who was found goes
on record, and searches are few, so that nobody can try numbers one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

import msgspec

from guiju.inventory import SEARCHABLE
from guiju.kernel import Actor, ActorKind, Invalid, Refused, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import store, term_store
from guiju.records.purposes import Purpose, purpose_named, purposes
from guiju.records.service import note_reading
from guiju.screening.personal import TERM_KINDS, term_of
from guiju.storage import Database, Tx

MOST_AN_HOUR, MOST_A_DAY = 10, 60
"""Searches of one member of staff in an hour, and of all in a day."""
MOST_FOUND = 20
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SHOWN, _LONGEST_REASON = 50, 500
_A_STEP = 500
_CONTROLS = ("blind-search",)

Named = Callable[[Tx, str, str], Sequence[str]]
"""People by a term of an account (kind, term), at most a few; for rooms that know accounts."""


class Sought(msgspec.Struct, frozen=True):
    """A search: for a term of a kind, for a purpose, with a reason in words."""

    kind: str
    term: str
    purpose: str
    reason: str


class Match(msgspec.Struct, frozen=True):
    """A record that was found; never its content."""

    request: str
    person: str


class Found(msgspec.Struct, frozen=True):
    """People by pseudonym, and their newest records that match; `more`: there are others."""

    search: str
    people: tuple[str, ...]
    records: tuple[Match, ...]
    more: bool


class Searched(msgspec.Struct, frozen=True):
    """That somebody searched; for what, nobody knows."""

    id: str
    kind: str
    purpose: str
    reason: str
    reader: str
    at: datetime
    found: int


@enforces("blind-search")
def search(tx: Tx, actor: Actor, asked: Sought, allowed: Collection[str], named: Named) -> Found:
    """The records and people that a term leads to; `allowed` are the kinds of the policy.

    Raises:
        Refused: `role-needed`, `reason-needed`, `search-not-allowed`, `searches-too-many`.
        Invalid: `purpose-unknown`, `search-kind-unknown`, `search-term-invalid`.
    """
    purpose = _purpose(actor, asked)
    if asked.kind not in SEARCHABLE:
        raise _unknown_kind(asked.kind)
    if asked.kind not in allowed:
        raise Refused("search-not-allowed", _NOT_ALLOWED, _ASK_POLICY, article=11)
    _check_pace(tx, actor)
    hits, more = _hits(tx, asked, named)
    people = tuple(dict.fromkeys(one.person for one in hits))
    name = new_id("rs")
    term_store.note(
        tx,
        {
            "id": name,
            "kind": asked.kind,
            "purpose": purpose.id,
            "reason": asked.reason.strip()[:_LONGEST_REASON],
            "reader": actor.id,
            "at": tx.now,
            "found": len(people),
        },
    )
    append(
        tx,
        "records-searched",
        controls=_CONTROLS,
        actor=actor,
        facts={
            "search": name,
            "kind": asked.kind,
            "purpose": purpose.id,
            "people": len(people),
        },
    )
    for person in people:
        note_reading(tx, actor, name, asked.reason, subject=person, purpose=purpose.id)
    return Found(name, people, tuple(one for one in hits if one.request), more)


def forget_orphans(database: Database) -> int:
    """Drop terms whose content is gone, as after a backup was put back; how many."""
    gone, last = 0, ""
    while True:
        with database.write() as tx:
            last, some = term_store.drop_orphans(tx, last, _A_STEP)
        gone += some
        if not last:
            return gone


def searches(tx: Tx) -> list[Searched]:
    """The newest searches, for whoever watches over them."""
    rows = term_store.newest(tx, _SHOWN)
    return [
        Searched(row.id, row.kind, row.purpose, row.reason, row.reader, row.at, row.found)
        for row in rows
    ]


def purposes_for(actor: Actor) -> list[Purpose]:
    """The purposes for which an actor may search."""
    return [one for one in purposes().values() if one.roles and one.allows(actor)]


def _purpose(actor: Actor, asked: Sought) -> Purpose:
    purpose = purpose_named(asked.purpose)
    if actor.kind is not ActorKind.STAFF or purpose not in purposes_for(actor):
        raise Refused("role-needed", _NOT_YOURS, _ASK_ROLE, article=11)
    if not asked.reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    return purpose


def _check_pace(tx: Tx, actor: Actor) -> None:
    mine = term_store.searched(tx, tx.now - _HOUR, actor.id)
    if mine >= MOST_AN_HOUR or term_store.searched(tx, tx.now - _DAY) >= MOST_A_DAY:
        raise Refused(
            "searches-too-many",
            _TOO_MANY,
            _LATER,
            status=429,
            retry_after=int(_HOUR.total_seconds()),
            article=11,
        )


def _hits(tx: Tx, asked: Sought, named: Named) -> tuple[list[Match], bool]:
    if asked.kind in TERM_KINDS:
        term = term_of(asked.kind, asked.term)
        if term is None:
            raise Invalid("search-term-invalid", _NO_TERM, _WRITE_OUT, param="term")
        rows = term_store.found(tx, term_store.mark(tx, asked.kind, term), MOST_FOUND + 1)
        return [Match(*row) for row in rows[:MOST_FOUND]], len(rows) > MOST_FOUND
    found: list[Match] = []
    for person in named(tx, asked.kind, asked.term.strip()):
        heads = store.heads(tx, person, MOST_FOUND + 1)
        found += [Match(str(row.request), person) for row in heads] or [Match("", person)]
    return found[:MOST_FOUND], len(found) > MOST_FOUND


def _unknown_kind(kind: str) -> Invalid:
    known = ", ".join(SEARCHABLE)
    return Invalid(
        "search-kind-unknown",
        Text(zh=f"不能按 {kind[:40]} 查找。", en=f"Nothing is found by {kind[:40]}."),
        Text(zh=f"可用：{known}。", en=f"Known are {known}."),
        param="kind",
    )


_NOT_ALLOWED = Text(
    zh="规则未允许按此类标识查找。", en="The policy does not let records be found by this kind."
)
_ASK_POLICY = Text(
    zh="由两人在规则 [records] search 中写明后，此后的记录可查。",
    en="Once two people name it in [records] search, records from then on can be found.",
)
_NOT_YOURS = Text(
    zh="您的岗位不能为此用途查找记录。", en="Your role may not search records for this purpose."
)
_ASK_ROLE = Text(zh="请由个人信息保护或内容安全负责人办理。", en="Ask a privacy or safety officer.")
_NO_REASON = Text(zh="查找记录必须说明理由。", en="A search needs a reason.")
_GIVE_REASON = Text(zh="请填写理由后重试。", en="State the reason and try again.")
_TOO_MANY = Text(zh="查找次数过多。", en="Too many searches.")
_LATER = Text(
    zh=f"每人每小时至多 {MOST_AN_HOUR} 次，全体每日至多 {MOST_A_DAY} 次。",
    en=f"At most {MOST_AN_HOUR} an hour for each, {MOST_A_DAY} a day for all.",
)
_NO_TERM = Text(zh="这不是此类标识的完整写法。", en="This is no whole term of this kind.")
_WRITE_OUT = Text(
    zh="请写出完整的手机号、邮箱或证件号码。",
    en="Write the whole number or address, and nothing else.",
)
