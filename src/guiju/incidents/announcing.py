# SPDX-License-Identifier: Apache-2.0
"""What a person says in public about an incident, on `/status`, and takes back (Article 13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from guiju.casework import Case
from guiju.incidents import store
from guiju.incidents.kind import OFFICERS
from guiju.incidents.model import Entry, no_such_entry
from guiju.incidents.refusing import officer_needed, words_needed
from guiju.kernel import Actor, ActorKind, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

ENTRY_PUBLISHED = "status-entry-published"
ENTRY_WITHDRAWN = "status-entry-withdrawn"
CONTROLS = ("status-published",)
_LONGEST = 2_000
_MOST = 100


@enforces("status-published")
def publish_entry(tx: Tx, actor: Actor, case: Case, words: Text) -> Entry:
    """Say something in public about an incident, in both languages.

    Raises:
        Refused: `officer-needed`.
        Invalid: `status-words-needed`.
    """
    _check_officer(actor)
    for field, said in (("zh", words.zh), ("en", words.en)):
        if not any(one.isalnum() for one in said) or len(said) > _LONGEST:
            raise words_needed(field, _LONGEST)
    made = {
        "id": new_id("ent"),
        "case_id": case.id,
        "zh": words.zh.strip(),
        "en": words.en.strip(),
        "at": tx.now,
        "by": actor.id,
    }
    store.add_entry(tx, made)
    _append(tx, ENTRY_PUBLISHED, actor, case.number, made["id"])
    return _found(tx, str(made["id"]))


@enforces("status-published")
def withdraw_entry(tx: Tx, actor: Actor, case: Case, entry: str) -> Entry:
    """Take it back; it stays on record.

    Raises:
        Refused: `officer-needed`.
        NotFound: `status-entry-unknown`.
    """
    _check_officer(actor)
    found = _found(tx, entry)
    if found.case != case.id or not store.withdraw_entry(tx, entry, actor.id):
        raise no_such_entry(entry)
    _append(tx, ENTRY_WITHDRAWN, actor, case.number, entry)
    return _found(tx, entry)


def entries(tx: Tx, case: Case | None = None) -> list[Entry]:
    """What was said, newest first: all about one incident, or what stands of all."""
    return [_entry(one) for one in store.entries(tx, None if case is None else case.id, _MOST)]


def _found(tx: Tx, entry: str) -> Entry:
    row = store.find_entry(tx, entry)
    if row is None:
        raise no_such_entry(entry)
    return _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.id, row.case_id, Text(row.zh, row.en), row.at, row.by, row.withdrawn_at)


def _check_officer(actor: Actor) -> None:
    if actor.kind is not ActorKind.STAFF or not actor.has(*OFFICERS):
        raise officer_needed()


def _append(tx: Tx, evidence: str, actor: Actor, number: str, entry: object) -> None:
    facts = {"case": number, "entry": entry, "by": actor.id}
    append(tx, evidence, controls=CONTROLS, actor=actor, subject=str(entry), facts=facts)
