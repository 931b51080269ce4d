# SPDX-License-Identifier: Apache-2.0
"""What there is of one person: counted, handed over, removed, and looked for again (Article 11).

The doors through which a person's request reaches this room. Whoever carries the request out owns
its deadlines, its second person and what the person is told; here every step is one transaction
with its evidence, and can be taken again after a stop without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table

from guiju.kernel import Actor, ActorKind, NotFound, Refused, Text, first_id, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import (
    expiry_store,
    media,
    reading_store,
    sameness_store,
    store,
    term_store,
    training_store,
)
from guiju.records import person_store as rows
from guiju.records.expiry_model import surely_kept
from guiju.records.purposes import purpose_named
from guiju.storage import Tx, has_key

MOST_HELD_NAMED = 100
_MOST_ROWS = 100
"""Rows in one step: a leaf names some 400, and a lock is short."""
_PAGE = 200
_CONTROLS = ("records-of-a-person",)
_Opener = Callable[[bytes, str], bytes]
_LONGEST_REASON = 500


class Holdings(msgspec.Struct, frozen=True):
    """How much there is of one person, by what it is.

    `usage`: heads (who, when, which verdict), `usage_due`: those among them that no rule asks to
    keep any longer; `content`: inputs and outputs; `media`: delivered files, `files`: those whose
    bytes are kept, `file_bytes` their size; `jobs`: films being made; `held`: requests that cases
    or held days keep in place, the first `MOST_HELD_NAMED` by number; `training`: lines of theirs
    in pools for training; `key`: whether the key is there that opens all of it.
    """

    usage: int
    usage_due: int
    content: int
    media: int
    files: int
    file_bytes: int
    jobs: int
    held: tuple[str, ...]
    held_files: int
    training: int
    key: bool

    def traces(self) -> dict[str, int]:
        """What must not be there after an erasure, by name; empty when nothing is found.

        Usage that a rule still keeps is no trace: it holds no content, and its person has no name.
        """
        found = {
            "key": int(self.key),
            "content": self.content,
            "files": self.files,
            "jobs": self.jobs,
            "usage-due": self.usage_due,
        }
        return {name: number for name, number in found.items() if number}


class Piece(msgspec.Struct, frozen=True):
    """One exchange as its person gets it; `input` and `output` are None once they have expired.

    `head` is what is kept beside the content. `media` names what was delivered, with `kept` True
    where `piece_file` has the bytes.
    """

    request: str
    at: datetime
    head: dict[str, Any]
    input: bytes | None
    output: bytes | None
    media: tuple[dict[str, Any], ...]


class HandingOver(msgspec.Struct, frozen=True):
    """A handing-over that is on record: whose things may now be opened, and by whom."""

    reading: str
    person: str
    reader: str


class Removed(msgspec.Struct, frozen=True):
    """One step: so many rows of one sort are gone."""

    sort: str
    rows: int


def holdings(tx: Tx, person: str) -> Holdings:
    """How much of this person there is in this room now."""
    days = expiry_store.holds(tx, standing=True)
    return Holdings(
        usage=rows.count(tx, rows.heads(person)),
        usage_due=rows.count(tx, rows.heads(person).where(rows.HEADS.c.request < _due(tx))),
        content=rows.count(tx, rows.bodies(person)),
        media=rows.count(tx, rows.media(person)),
        files=rows.count(tx, rows.kept_media(person)),
        file_bytes=rows.count_bytes(tx, person),
        jobs=rows.count(tx, rows.jobs(person)),
        held=tuple(rows.held_requests(tx, person, days, MOST_HELD_NAMED)),
        held_files=rows.held_files(tx, person),
        training=len(training_store.of_person(tx, person)),
        key=has_key(tx, person),
    )


@enforces("records-of-a-person")
def hand_over(tx: Tx, actor: Actor, person: str, reason: str) -> HandingOver:
    """Put on record that all of a person is opened for them; then `pieces`, in later transactions.

    `actor`: the person, a privacy officer, or the software that packs what one of them asked for.

    Raises:
        Refused: `role-needed` or `reason-needed`.
    """
    allowed = actor.id == person or actor.has("privacy-officer") or actor.kind is ActorKind.SOFTWARE
    if not allowed:
        raise Refused("role-needed", _NOT_YOURS, _ASK_PRIVACY, article=11)
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    purpose = purpose_named("request-of-person")
    made = HandingOver(new_id("rd"), person, actor.id)
    store.add_reading(tx, made.reading, _ALL, actor.id, reason.strip()[:_LONGEST_REASON])
    reading_store.add(tx, made.reading, person, purpose.id)
    append(
        tx,
        "record-read",
        controls=("records-sealed", "records-of-a-person"),
        actor=actor,
        subject=person,
        facts={"request": _ALL, "reading": made.reading, "purpose": purpose.id},
    )
    return made


def pieces(tx: Tx, given: HandingOver, after: str = "", most: int = _PAGE) -> list[Piece]:
    """The next exchanges after a request's number, the oldest first; an empty list is the end.

    Raises:
        Refused: `reading-not-announced`.
        NotFound: `key-destroyed`, when the person was erased meanwhile.
    """
    _check_on_record(tx, given)
    found = rows.page(tx, given.person, after, most)
    files: dict[str, list[dict[str, Any]]] = {}
    for one in rows.delivered(tx, [row.request for row in found]):
        files.setdefault(one.request, []).append(_made(one))
    # One look for the key to a page: an erasure meanwhile counts from the next one on.
    sealed = any(row.content is not None for row in found)
    opens = tx.opener(given.person) if sealed else None
    names = [str(one) for one in found[0]._mapping] if found else []  # noqa: SLF001 - SQLAlchemy's documented accessor
    return [_piece(names, row, opens, files.get(row.request, ())) for row in found]


def piece_file(tx: Tx, given: HandingOver, produce_id: str) -> bytes:
    """The bytes of one delivered file of this person.

    Raises:
        Refused: `reading-not-announced`.
        NotFound: `medium-not-found`, also for anybody else's; or `key-destroyed`.
    """
    _check_on_record(tx, given)
    wanted = rows.kept_media(given.person).where(rows.MEDIA.c.produce_id == produce_id)
    if not rows.count(tx, wanted):
        raise NotFound("medium-not-found", _NO_FILE, _LOOK_AGAIN)
    return media.fetched(tx, produce_id)[1]


@enforces("records-of-a-person")
def remove_some(tx: Tx, actor: Actor, person: str, case: str) -> Removed | None:
    """Remove the next rows of a person; None when no more may go.

    Content, files and jobs go at once; usage once the rules no longer ask for it (six months). What
    cases or held days keep stays, and `holdings` names it: ask again once it is released. `case` is
    the request that is being carried out, by its number.
    """
    days = expiry_store.holds(tx, standing=True)
    for sort, step in _STEPS.items():
        gone = step(tx, person, days)
        if gone:
            facts = {"case": case, "sort": sort, "rows": gone}
            append(
                tx,
                "records-removed",
                controls=_CONTROLS,
                actor=actor,
                subject=person,
                facts=facts,
            )
            return Removed(sort, gone)
    sameness_store.drop_left(tx, person)
    return None


def _contents(tx: Tx, person: str, days: Sequence[Any]) -> int:
    wanted = rows.bodies(person).where(rows.free(tx, rows.BODIES, days))
    due = rows.numbers(tx, wanted, _MOST_ROWS)
    sameness_store.drop(tx, due)
    for one in due:
        term_store.drop_of(tx, one)
    return _dropped(tx, rows.BODIES, due)


def _terms(tx: Tx, person: str, days: Sequence[Any]) -> int:  # noqa: ARG001 - as steps are called
    """Those whose content went by another way, as from a backup that was put back."""
    gone, last = 0, ""
    while True:
        last, some = term_store.drop_orphans(tx, last, _MOST_ROWS, person)
        gone += some
        if not last:
            return gone


def _files(tx: Tx, person: str, days: Sequence[Any]) -> int:
    wanted = rows.kept_media(person).where(rows.free(tx, rows.MEDIA, days))
    return _dropped(tx, rows.BYTES, rows.numbers(tx, wanted, _MOST_ROWS))


def _jobs(tx: Tx, person: str, days: Sequence[Any]) -> int:
    wanted = rows.jobs(person).where(rows.free(tx, rows.JOBS, days))
    return _dropped(tx, rows.JOBS, rows.numbers(tx, wanted, _MOST_ROWS))


def _media(tx: Tx, person: str, days: Sequence[Any]) -> int:
    wanted = rows.media(person).where(rows.free(tx, rows.MEDIA, days))
    wanted = wanted.where(rows.MEDIA.c.request < _due(tx))
    due = rows.numbers(tx, wanted, _MOST_ROWS)
    _dropped(tx, rows.MARKS, due)
    return _dropped(tx, rows.MEDIA, due)


def _usage(tx: Tx, person: str, days: Sequence[Any]) -> int:
    wanted = rows.heads(person).where(rows.free(tx, rows.HEADS, days))
    wanted = wanted.where(rows.HEADS.c.request < _due(tx))
    return _dropped(tx, rows.HEADS, rows.numbers(tx, wanted, _MOST_ROWS))


_STEPS = {
    "content": _contents,
    "terms": _terms,
    "files": _files,
    "jobs": _jobs,
    "media": _media,
    "usage": _usage,
}


def _dropped(tx: Tx, subject: Table, keys: Sequence[str]) -> int:
    for key in keys:
        rows.drop(tx, subject, key)
    return len(keys)


def _due(tx: Tx) -> str:
    """Below which number no rule asks for usage any longer."""
    return first_id("req", tx.now - surely_kept())


def _piece(
    names: Sequence[str], row: Any, opens: _Opener | None, made: Sequence[dict[str, Any]]
) -> Piece:
    # By the names of the page: a row that is asked for its own makes them anew each time.
    head = {name: value for name, value in zip(names, row, strict=True) if name not in _NOT_SAID}
    given = answered = None
    if row.content is not None and opens is not None:
        given, answered = store.unpacked(opens(row.content, store.context(row.request)))
    return Piece(row.request, row.at, head, given, answered, tuple(made))


def _made(one: Any) -> dict[str, Any]:
    return {
        "produce_id": one.produce_id,
        "kind": one.kind,
        "digest": one.digest,
        "size": one.size,
        "kept": bool(one.kept),
    }


def _check_on_record(tx: Tx, given: HandingOver) -> None:
    about = reading_store.person_of(tx, given.reading)
    if about != given.person or not store.reading_exists(tx, given.reading, given.reader):
        raise Refused("reading-not-announced", _NOT_ANNOUNCED, _ANNOUNCE, article=11)


_ALL = "all-of-a-person"
_NOT_SAID = frozenset({"request", "at", "person", "content"})
_NOT_YOURS = Text(
    zh="只有本人和个人信息保护负责人可以取得某人的全部记录。",
    en="Only the person and a privacy officer may have all records of somebody.",
)
_ASK_PRIVACY = Text(zh="请由该岗位办理。", en="Ask the privacy officer.")
_NO_REASON = Text(zh="读取内容必须说明理由。", en="Reading content needs a reason.")
_GIVE_REASON = Text(zh="请填写理由后重试。", en="State the reason and try again.")
_NO_FILE = Text(zh="没有此人的这一文件。", en="This person has no such file.")
_LOOK_AGAIN = Text(zh="请核对编号。", en="Check the number.")
_NOT_ANNOUNCED = Text(zh="此次读取未登记。", en="This reading is not on record.")
_ANNOUNCE = Text(zh="请先登记再读取。", en="Announce it before opening anything.")
