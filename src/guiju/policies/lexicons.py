# SPDX-License-Identifier: Apache-2.0
"""Lexicons: made ready to be stored, and read by those who decide about them (Articles 4 and 9).

An operator's words are a secret of the service, and may be as hurtful as what they stop: who reads
them is put on record before a word is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from guiju.kernel import Actor, Refused, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import lists, lists_store
from guiju.policies.lists_model import (
    LEXICONS,
    READERS,
    ListName,
    Prepared,
    Reading,
    Reference,
    readers_only,
)
from guiju.screening import Entry, importing
from guiju.storage import Tx

_LONGEST_REASON = 500


def prepare(gathered: importing.Gathered) -> Prepared:
    """Pack what was gathered and name it by its digest."""
    # Only lines that name a day are read for it.
    dated = (line for line in gathered.lines if b'"from"' in line or b'"to"' in line)
    days = {day.isoformat() for one in importing.entries_of(dated) for day in _turns(one)}
    entries = len(gathered.lines)
    return Prepared(gathered.digest, entries, tuple(sorted(days)), gathered.packed())


def _turns(entry: Entry) -> Iterator[date]:
    """The days on which the entry begins and ends to count."""
    if entry.from_ is not None:
        yield entry.from_
    if entry.to is not None and entry.to != date.max:
        yield entry.to + timedelta(days=1)


def read(tx: Tx, actor: Actor, name: str, reason: str) -> Iterator[bytes]:
    """The lines of the lexicon `name` in force; nothing may be shown before `tx` is committed.

    Raises:
        Refused: `role-needed` or `reason-needed`.
        NotFound: `lexicon-unknown`.
        Unavailable: `lexicon-altered`.
    """
    check_reader(actor)
    check_reason(reason)
    one = lists.in_force(tx, ListName(LEXICONS, name))
    found = lists.lines(tx, LEXICONS, one.digest)
    note_reading(tx, actor, "export", one, reason)
    return found


@enforces("lexicon-confidential")
def note_reading(tx: Tx, actor: Actor, purpose: str, words: Reference, reason: str = "") -> None:
    """Put on record who is about to read how many words of which list, and why.

    Raises:
        Refused: `role-needed`.
    """
    check_reader(actor)
    # The reason may name a person, so it stands in a row that the leaf attests, not in the leaf.
    one = Reading(new_id("rd"), words.digest, purpose, actor.id, reason.strip()[:_LONGEST_REASON])
    lists_store.add_reading(tx, one)
    append(
        tx,
        "lexicon-read",
        controls=("lexicon-confidential",),
        actor=actor,
        subject=actor.id,
        facts={
            "lexicon": words.digest,
            "entries": words.entries,
            "purpose": purpose,
            "reading": one.id,
        },
    )


def check_reason(reason: str) -> None:
    """Refuse to read without a reason; raises Refused `reason-needed`."""
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=9)


def check_reader(actor: Actor) -> None:
    """Refuse whoever does not decide about words; raises Refused `role-needed`."""
    if not actor.has(*READERS):
        raise readers_only()


_NO_REASON = Text(zh="读取词条内容必须说明理由。", en="Reading words of a lexicon needs a reason.")
_GIVE_REASON = Text(zh="请用 --reason 写明理由。", en="State the reason with --reason.")
