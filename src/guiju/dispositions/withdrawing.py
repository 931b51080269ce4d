# SPDX-License-Identifier: Apache-2.0
"""Content is withdrawn from all other answers, files and caches that hold the same (Article 14).

The decision counts at once: whoever hands something out asks by digest. Records of others are then
marked in batches by whatever process is there, each person is told once why, and what was reached
is put on record. Who is killed meanwhile leaves a whole batch done or none of it, and another one
goes on. What is restored is handed out again at once, wherever it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import NamedTuple

from guiju import records
from guiju.casework import Case, Decision, Kind, decisions, get_case
from guiju.dispositions import content_store, reasons, refusing, withdrawal_store
from guiju.dispositions.content_model import Content
from guiju.dispositions.withdrawal_store import Reached, Stage
from guiju.kernel import Actor, monotonic, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import SamePart
from guiju.storage import Database, Tx

CONTENT_WITHDRAWN = "content-withdrawn"
MOST_COUNTED = 10_000
"""More than so many are shown as more than that."""
_CONTROLS = ("content-removed",)
_SOFTWARE = software("dispositions")
_WITHDRAW = "withdraw"
_BATCH = 40
"""Records marked in one transaction, each person's statement with them: some 30 ms."""
_LOOK_AT = 1_000
# What was under way when it was decided is on record by then; see `RulesHolder.refresh`.
_SETTLES_AFTER = timedelta(seconds=10)
_SECONDS = 0.3


class Elsewhere(NamedTuple):
    """How many other answers and files are the same, counted up to `MOST_COUNTED`."""

    answers: int
    files: int


class Spread(NamedTuple):
    """How far a withdrawal has come, and what it has reached."""

    stage: Stage
    reached: Reached


# -- what is asked ---------------------------------------------------------------------------------


def elsewhere(tx: Tx, content: Content) -> Elsewhere:
    """How many others the same content was delivered to: numbers, and nobody named."""
    known = records.parts_of(tx, content.request)
    if content.produce_id is None:
        texts = [digest for place, digest in known.items() if place.isdecimal()]
        found = records.same_answers(tx, texts, content.request, MOST_COUNTED) if texts else 0
        return Elsewhere(found, 0)
    made = [known[content.produce_id]] if content.produce_id in known else []
    return Elsewhere(0, records.same_files(tx, made, content.produce_id, MOST_COUNTED))


def spread(tx: Tx, case: str) -> Spread | None:
    """How far the withdrawal of this case has come; None: nothing was withdrawn in it."""
    row = withdrawal_store.find(tx, case)
    return row and Spread(Stage(row.state), withdrawal_store.reached(tx, case))


def kept_back(tx: Tx, request: str) -> str | None:
    """The number of the case that keeps the words of this answer back; None: none does."""
    found = content_store.closing_text(tx, request)
    if found is not None:
        return found.number
    known = [one for place, one in records.parts_of(tx, request).items() if place.isdecimal()]
    return withdrawal_store.number_of(tx, known) if known else None


def check_not_withdrawn(tx: Tx, produce_id: str, digest: str) -> None:
    """Refuse to hand out a file that is withdrawn, whatever its number.

    Raises:
        Refused: `content-removed`.
    """
    made = records.made(tx, produce_id)
    known = {} if made is None else records.parts_of(tx, made.request)
    number = withdrawal_store.number_of(tx, [digest, known.get(produce_id, digest)])
    if number is not None:
        raise refusing.removed(number)


# -- the decision ----------------------------------------------------------------------------------


@enforces("content-removed")
def begin(tx: Tx, content: Content) -> None:
    """Withdraw all that is the same as this; whoever calls appends the evidence.

    Raises:
        Conflict: `content-too-short`, for words that many say who mean something else.
        NotFound: `content-not-kept` or `key-destroyed`, where nobody can say what it was.
    """
    digests = _file(tx, content) if content.produce_id else _texts(tx, content)
    withdrawal_store.begin(tx, content.case, digests)


def end(tx: Tx, case: str) -> None:
    """Withdraw nothing in this case any more; whoever calls appends the evidence."""
    withdrawal_store.end(tx, case)


def _file(tx: Tx, content: Content) -> dict[str, Sequence[str]]:
    known = records.parts_of(tx, content.request).get(content.produce_id or "")
    found = [one for one in (content.digest, known) if one is not None]
    return dict.fromkeys(found, ())


def _texts(tx: Tx, content: Content) -> dict[str, Sequence[str]]:
    why = f"withdrawn by case {content.number}"
    same = records.sameness(tx)
    texts = records.texts_of(tx, _SOFTWARE, content.request, why)
    found = {same.of_text(one): same.starts(one) for one in texts}
    digests: dict[str, Sequence[str]] = {
        digest: starts for digest, starts in found.items() if digest is not None
    }
    if not digests:
        raise refusing.content_too_short(content.number)
    return digests


# -- the records of others -------------------------------------------------------------------------


def go_on(database: Database, kind: Kind, seconds: float = _SECONDS) -> int:
    """Mark what is still to be marked, for so long; how many records. Safe in several processes."""
    with database.read() as tx:
        waiting = withdrawal_store.spreading(tx, 10)
    until, total = monotonic() + seconds, 0
    for row in waiting:
        while monotonic() < until:
            done = some(database, kind, row.case)
            if done is None:
                break
            total += done
    return total


@enforces("content-removed")
def some(database: Database, kind: Kind, case: str) -> int | None:
    """Mark the next records of others in this case; how many, None when there is no more to do now.

    Looked for before anybody has to wait for it. Once none is left, and what was being answered
    when it was decided is on record, what was reached is put on record and the withdrawal stands.
    """
    with database.read() as tx:
        row, content = withdrawal_store.find(tx, case), content_store.get(tx, case)
        if row is None or row.state != Stage.SPREADING:
            return None
        settled = withdrawal_store.begun_before(row, tx.now - _SETTLES_AFTER)
        found = _next(tx, content, settled=settled)
    if not found and not settled:
        return None
    with database.write() as tx:
        row = withdrawal_store.waited_for(tx, case)
        if row is None or row.state != Stage.SPREADING:
            return None
        if found:
            return _marked(tx, get_case(tx, kind, case), content, _new(tx, content, found))
        _complete(tx, content)
    return None


def _next(tx: Tx, content: Content, *, settled: bool) -> list[SamePart]:
    """The next pieces that are not marked; those that came late stand before others, so all again.

    Whatever is found first is new in nearly every batch: numbers of requests grow with time.
    """
    digests = withdrawal_store.digests(tx, content.case)
    after = withdrawal_store.last_noted(tx, content.case)
    found = _new(tx, content, records.same_parts(tx, digests, after, _BATCH))
    if found or not settled:
        return found or _same_bytes(tx, content)
    after = ""
    while page := records.same_parts(tx, digests, after, _LOOK_AT):
        if found := _new(tx, content, page):
            return found[:_BATCH]
        after = page[-1].request
    return _same_bytes(tx, content)


def _same_bytes(tx: Tx, content: Content) -> list[SamePart]:
    """Files that are known by the digest of what was delivered alone."""
    after = ""
    while content.produce_id is not None:
        page = records.same_bytes(tx, content.produce_id, after, _LOOK_AT)
        if not page:
            break
        if found := _new(tx, content, page):
            return found[:_BATCH]
        after = page[-1].place
    return []


def _new(tx: Tx, content: Content, parts: Iterable[SamePart]) -> list[SamePart]:
    """Those of others that are not marked yet; what the case itself is about is none of them."""
    about = content.produce_id
    others = [
        one for one in parts if (one.place != about if about else one.request != content.request)
    ]
    known = withdrawal_store.noted(tx, content.case, [one.request for one in others])
    return [one for one in others if (one.request, one.place) not in known]


def _marked(tx: Tx, case: Case, content: Content, found: Sequence[SamePart]) -> int:
    """Mark these, which nobody else does meanwhile, and tell whoever was not told yet."""
    is_file, decision = content.produce_id is not None, _decision(tx, case)
    told = withdrawal_store.persons(tx, case.id, {one.person for one in found}) | {content.person}
    withdrawal_store.note(tx, case.id, found, is_file=is_file)
    for person, parts in groupby(sorted(found, key=_person), key=_person):
        if person not in told:
            reasons.state_same(tx, _SOFTWARE, case, content, decision, to=person, parts=list(parts))
    return len(found)


def _complete(tx: Tx, content: Content) -> None:
    reached = withdrawal_store.reached(tx, content.case)
    if withdrawal_store.complete(tx, content.case, reached):
        put_on_record(tx, _SOFTWARE, content, reached._asdict())


def put_on_record(tx: Tx, actor: Actor, content: Content, more: Mapping[str, object]) -> None:
    """Put on record what was reached: numbers, and nobody by pseudonym."""
    facts = {"case": content.number, "harm": content.harm, **more}
    append(
        tx, CONTENT_WITHDRAWN, controls=_CONTROLS, actor=actor, subject=content.case, facts=facts
    )


def _decision(tx: Tx, case: Case) -> Decision:
    return [one for one in decisions(tx, case) if one.verb == _WITHDRAW][-1]


def _person(part: SamePart) -> str:
    return part.person
