# SPDX-License-Identifier: Apache-2.0
"""What is done with lists: proposed as part of a policy, approved as any policy, rolled back.

A list is stored once under the digest of its lines; a policy names it by that digest, so that a
version of the policy always means the same words or pictures (Article 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from guiju.kernel import Actor, Invalid
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import lists_store, service
from guiju.policies.lists_model import (
    ListHead,
    ListName,
    Prepared,
    Reference,
    Shelf,
    Use,
    altered_list,
    no_earlier,
    no_such_list,
    reference,
    references,
    with_list,
)
from guiju.policies.model import Policy, PolicyState
from guiju.screening import importing
from guiju.storage import Tx

_CONTROLS = ("list-versions",)
_IN_FORCE_ONCE = (PolicyState.ACTIVE, PolicyState.SUPERSEDED)
_MOST_LISTED = 1_000


@enforces("list-versions")
def propose(
    tx: Tx,
    actor: Actor,
    which: ListName,
    prepared: Prepared,
    note: str = "",
    *,
    act: str = "import",
) -> Policy:
    """Propose the policy in force with this list under that name; nothing is in force by it.

    `act` is "import", or "fold" where urgent terms became a part of the list.

    Raises:
        Refused: `person-needed` or `role-needed`.
        NotFound: `policy-none-active`.
        Invalid: `policy-invalid`, for a name that cannot be one.
        Conflict: `policy-unchanged`, when the list in force says the same.
    """
    now = service.in_force(tx)
    head = ListHead(prepared.digest, prepared.entries, prepared.days, actor.id, tx.now)
    # Before the proposal, whose leaf attests this row too.
    lists_store.add(tx, which.shelf, head, prepared.packed)
    to = Reference(which.name, prepared.digest, prepared.entries)
    return _proposed(tx, actor, now, _Change(act, which, to), note)


@enforces("list-versions")
def propose_removal(tx: Tx, actor: Actor, which: ListName, note: str = "") -> Policy:
    """Propose the policy in force without that list.

    Raises:
        NotFound: `lexicon-unknown`, `picture-list-unknown` or `policy-none-active`.
        Refused: `person-needed` or `role-needed`.
    """
    now = service.in_force(tx)
    _named(now, which)
    return _proposed(tx, actor, now, _Change("remove", which, None), note)


@enforces("list-versions")
def propose_roll_back(tx: Tx, actor: Actor, which: ListName, note: str = "") -> Policy:
    """Propose the policy in force with that list as it was before its last change.

    Raises:
        NotFound: `lexicon-unknown`, `picture-list-unknown` or `policy-none-active`.
        Conflict: `lexicon-no-earlier` or `picture-list-no-earlier`.
        Refused: `person-needed` or `role-needed`.
    """
    now = service.in_force(tx)
    before = _earlier(tx, now, which, _named(now, which))
    return _proposed(tx, actor, now, _Change("roll-back", which, before), note)


def listed(tx: Tx, shelf: Shelf) -> list[Use]:
    """The lists of the policy in force and of the proposals that wait, without their lines."""
    waiting = (PolicyState.ACTIVE, PolicyState.PROPOSED)
    heads = [one for one in service.listed(tx, _MOST_LISTED) if one.state in waiting]
    policies = [service.get(tx, one.id) for one in heads]
    return [Use(named, policy) for policy in policies for named in references(policy.body, shelf)]


def in_force(tx: Tx, which: ListName) -> Reference:
    """That list of the policy in force; raises NotFound."""
    return _named(service.in_force(tx), which)


def lines(tx: Tx, shelf: Shelf, digest: str) -> Iterator[bytes]:
    """The canonical lines of a stored list, which were found to be those of its digest.

    Raises:
        Unavailable: `lexicon-altered` or `picture-list-altered`.
    """
    packed = _packed(tx, shelf, digest)
    hashed = hashlib.sha256()
    try:
        # Twice through the packed lines costs less than holding them all.
        for line in importing.unpack(packed):
            hashed.update(line)
    except (OSError, EOFError) as error:
        raise altered_list(shelf, digest) from error
    if hashed.hexdigest() != digest:
        raise altered_list(shelf, digest)
    return importing.unpack(packed)


class _Change(NamedTuple):
    act: str
    which: ListName
    to: Reference | None


def _proposed(tx: Tx, actor: Actor, now: Policy, change: _Change, note: str) -> Policy:
    act, which, to = change
    before = reference(now.body, which)
    made = service.propose(tx, actor, with_list(now.body, which, to), note)
    append(
        tx,
        "list-change-proposed",
        controls=_CONTROLS,
        actor=actor,
        subject=made.id,
        facts={
            "policy": made.id,
            "list": which.shelf.code,
            "act": act,
            "before": None if before is None else before.digest,
            "after": None if to is None else to.digest,
            "entries": 0 if to is None else to.entries,
        },
    )
    return made


def _packed(tx: Tx, shelf: Shelf, digest: str) -> bytes:
    try:
        packed = lists_store.packed(tx, shelf, digest)
    except Invalid as error:
        raise altered_list(shelf, digest) from error
    if packed is None:
        raise altered_list(shelf, digest)
    return packed


def _named(policy: Policy, which: ListName) -> Reference:
    found = reference(policy.body, which)
    if found is None:
        raise no_such_list(which)
    return found


def _earlier(tx: Tx, now: Policy, which: ListName, present: Reference) -> Reference:
    """The newest other list that was in force under this name."""
    for head in service.listed(tx, _MOST_LISTED):
        if head.state in _IN_FORCE_ONCE and head.version < now.version:
            found = reference(service.get(tx, head.id).body, which)
            if found is not None and found.digest != present.digest:
                return found
    raise no_earlier(which)
