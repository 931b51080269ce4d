# SPDX-License-Identifier: Apache-2.0
"""What is done with lexicons: proposed as part of a policy, approved as any policy, rolled back.

A lexicon is stored once under the digest of its entries; a policy names it by that digest, so that
a version of the policy always means the same words (Article 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from guiju.kernel import Actor, Invalid, NotFound, Text
from guiju.policies import lexicons_store, service
from guiju.policies.lexicons_model import (
    READERS,
    LexiconHead,
    Reference,
    Use,
    altered_lexicon,
    no_earlier,
    no_such_lexicon,
    readers_only,
    reference,
    references,
    with_lexicon,
)
from guiju.policies.model import Policy, PolicyState
from guiju.screening import Entry, importing
from guiju.storage import Tx

_IN_FORCE_ONCE = (PolicyState.ACTIVE, PolicyState.SUPERSEDED)
_MOST_LISTED = 1_000


class Prepared(NamedTuple):
    """A lexicon ready to be stored; made before a transaction, which should be short."""

    digest: str
    entries: int
    days: tuple[str, ...]
    packed: bytes


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


def propose_lexicon(tx: Tx, actor: Actor, name: str, prepared: Prepared, note: str = "") -> Policy:
    """Propose the policy in force with these entries under `name`; nothing is in force by it.

    Raises:
        Refused: `person-needed` or `role-needed`.
        NotFound: `policy-none-active`.
        Invalid: `policy-invalid`, for a name that cannot be one.
        Conflict: `policy-unchanged`, when the lexicon in force has the same entries.
    """
    to = Reference(name, prepared.digest, prepared.entries)
    body = with_lexicon(_active(tx).body, name, to)
    head = LexiconHead(to.digest, to.entries, prepared.days, actor.id, tx.now)
    # Before the proposal, whose leaf attests this row too.
    lexicons_store.add(tx, head, prepared.packed)
    return service.propose(tx, actor, body, note)


def propose_removal(tx: Tx, actor: Actor, name: str, note: str = "") -> Policy:
    """Propose the policy in force without the lexicon `name`.

    Raises:
        NotFound: `lexicon-unknown` or `policy-none-active`.
        Refused: `person-needed` or `role-needed`.
    """
    now = _active(tx)
    _named(now, name)
    return service.propose(tx, actor, with_lexicon(now.body, name, None), note)


def propose_roll_back(tx: Tx, actor: Actor, name: str, note: str = "") -> Policy:
    """Propose the policy in force with the lexicon `name` as it was before its last change.

    Raises:
        NotFound: `lexicon-unknown` or `policy-none-active`.
        Conflict: `lexicon-no-earlier`.
        Refused: `person-needed` or `role-needed`.
    """
    now = _active(tx)
    before = _earlier(tx, now, _named(now, name))
    return service.propose(tx, actor, with_lexicon(now.body, name, before), note)


def listed(tx: Tx) -> list[Use]:
    """The lexicons of the policy in force and of the proposals that wait, without their words."""
    waiting = (PolicyState.ACTIVE, PolicyState.PROPOSED)
    heads = [one for one in service.listed(tx, _MOST_LISTED) if one.state in waiting]
    policies = [service.get(tx, one.id) for one in heads]
    return [Use(named, policy) for policy in policies for named in references(policy.body)]


def in_force(tx: Tx, name: str) -> Reference:
    """The lexicon `name` of the policy in force; raises NotFound `lexicon-unknown`."""
    return _named(_active(tx), name)


def read(tx: Tx, actor: Actor, name: str) -> Iterator[bytes]:
    """The lines of the lexicon `name` in force, for whoever decides about them.

    Raises:
        Refused: `role-needed`.
        NotFound: `lexicon-unknown`.
        Unavailable: `lexicon-altered`.
    """
    if not may_read(actor):
        raise readers_only()
    return lines(tx, in_force(tx, name).digest)


def may_read(actor: Actor) -> bool:
    """Whether `actor` may see entries."""
    return actor.has(*READERS)


def lines(tx: Tx, digest: str) -> Iterator[bytes]:
    """The canonical lines of a stored lexicon, which were found to be those of its digest.

    Raises:
        Unavailable: `lexicon-altered`.
    """
    packed = _packed(tx, digest)
    hashed = hashlib.sha256()
    try:
        # Twice through the packed lines costs less than holding them all.
        for line in importing.unpack(packed):
            hashed.update(line)
    except (OSError, EOFError) as error:
        raise altered_lexicon(digest) from error
    if hashed.hexdigest() != digest:
        raise altered_lexicon(digest)
    return importing.unpack(packed)


def _packed(tx: Tx, digest: str) -> bytes:
    try:
        packed = lexicons_store.packed(tx, digest)
    except Invalid as error:
        raise altered_lexicon(digest) from error
    if packed is None:
        raise altered_lexicon(digest)
    return packed


def _active(tx: Tx) -> Policy:
    now = service.active(tx)
    if now is None:
        raise NotFound(
            "policy-none-active",
            Text(zh="尚无生效的规则。", en="No policy is in force yet."),
            Text(
                zh="请先用 guiju policy propose 提出规则并由另一人批准。",
                en="Propose one with guiju policy propose and let another person approve it.",
            ),
        )
    return now


def _named(policy: Policy, name: str) -> Reference:
    found = reference(policy.body, name)
    if found is None:
        raise no_such_lexicon(name)
    return found


def _earlier(tx: Tx, now: Policy, present: Reference) -> Reference:
    """The newest other lexicon that was in force under this name."""
    for head in service.listed(tx, _MOST_LISTED):
        if head.state in _IN_FORCE_ONCE and head.version < now.version:
            found = reference(service.get(tx, head.id).body, present.name)
            if found is not None and found.digest != present.digest:
                return found
    raise no_earlier(present.name)
