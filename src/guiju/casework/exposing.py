# SPDX-License-Identifier: Apache-2.0
"""Uncover evidence, for a reason and within what reviewers are spared; cover it again (Article 14).

That somebody looked stands in the ledger. For how long is counted beside it, coded, and for the
reviewer's own sake.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from guiju.casework import claiming, exposure_store, refusing
from guiju.casework.case import Case, Claim
from guiju.casework.kind import Kinds
from guiju.casework.model import says_something
from guiju.casework.panel import Bench, Panel, Sheet, no_such_panel
from guiju.casework.welfare import Exposure, ReviewRules, Welfare, check, day_of, welfare
from guiju.kernel import Actor, ActorKind, Conflict, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CONTENT_SHOWN = "content-shown"
_UNCOVER = Text(zh="查看材料", en="look at the evidence")
# A pause may have begun before midnight.
_BACK = timedelta(hours=12)
# What a browser draws and never runs.
_DRAWN = ("image/gif", "image/jpeg", "image/png", "image/webp")


class Covered(NamedTuple):
    """A panel of a case on the bench of its kind."""

    case: Case
    bench: Bench
    panel: str


@enforces("reviewer-exposure")
def uncover(tx: Tx, actor: Actor, covered: Covered, reason: str, rules: ReviewRules) -> Sheet:
    """What is under the cover of a panel; whatever else the reviewer had open is covered.

    Raises:
        Refused: `person-needed`, `role-needed`, `review-rest` or `review-limit`.
        Invalid: `reason-needed`.
        NotFound: `panel-unknown`, or what the room of the evidence says.
    """
    case, bench, name = covered
    _check_reader(actor, case)
    if not says_something(reason):
        raise refusing.reason_needed(_UNCOVER)
    panel = find_panel(tx, covered)
    cover(tx, actor)
    check(how_it_stands(tx, actor, rules), panel.harms)
    sheet = bench.uncover(tx, actor, case, name, reason)
    made = Exposure(
        id=new_id("exp"),
        reviewer=actor.id,
        case=case.id,
        panel=name,
        harms=panel.harms,
        items=panel.items,
        since=tx.now,
        until=tx.now + rules.shown,
    )
    exposure_store.add(tx, made)
    append(
        tx,
        CONTENT_SHOWN,
        controls=("reviewer-exposure",),
        actor=actor,
        subject=case.id,
        facts={
            "case": case.number,
            "panel": name,
            "harms": list(panel.harms),
            "items": panel.items,
            "exposure": made.id,
        },
    )
    return sheet


def cover(tx: Tx, actor: Actor) -> None:
    """Whatever the reviewer has open counts until now and no longer."""
    for one in exposure_store.of_reviewer(tx, actor.id, tx.now):
        exposure_store.end(tx, one.id, tx.now)


def how_it_stands(tx: Tx, actor: Actor, rules: ReviewRules) -> Welfare:
    """What the reviewer has looked at today, and whether it is time to rest."""
    since = day_of(tx.now) - _BACK
    return welfare(rules, exposure_store.of_reviewer(tx, actor.id, since), tx.now)


def picture(tx: Tx, actor: Actor, covered: Covered, name: str) -> tuple[bytes, str]:
    """Bytes and media type of a picture of the panel that the reviewer has open now.

    Raises:
        NotFound: `panel-unknown` for any other, and for what a browser would run.
    """
    case, bench, panel = covered
    found = exposure_store.of_reviewer(tx, actor.id, tx.now)
    if not any(one.case == case.id and one.panel == panel for one in found):
        raise no_such_panel(case, panel)
    data, kind = bench.picture(tx, case, panel, name)
    if kind not in _DRAWN:
        raise no_such_panel(case, panel)
    return data, kind


def find_panel(tx: Tx, covered: Covered) -> Panel:
    """The covered panel of this name; raises NotFound `panel-unknown`."""
    for one in covered.bench.panels(tx, covered.case):
        if one.name == covered.panel and one.items:
            return one
    raise no_such_panel(covered.case, covered.panel)


# -- queues -------------------------------------------------------------------------------------


def takes_from(tx: Tx, actor: Actor, rules: ReviewRules, queues: Iterable[str]) -> dict[str, bool]:
    """From which of these queues somebody takes: by choice, else by what the policy says."""
    chosen = exposure_store.choices(tx, actor.id)
    return {one: chosen.get(one, one not in rules.opt_in) for one in queues}


def choose(tx: Tx, actor: Actor, queue: str, *, takes: bool) -> None:
    """Take from a queue from now on, or not; nobody asks why. Raises Refused `person-needed`."""
    if actor.kind is not ActorKind.STAFF:
        raise refusing.person_needed(refusing.TAKE, ())
    exposure_store.choose(tx, actor.id, queue, takes=takes)


def take(tx: Tx, actor: Actor, case: Case, rules: ReviewRules) -> Claim:
    """Take the case in hand, as `claim` does, unless the reviewer does not take from its queue.

    Raises:
        Conflict: `queue-not-chosen`, and those of `claim`.
        Refused: those of `claim`.
    """
    if case.queue is not None and not takes_from(tx, actor, rules, [case.queue])[case.queue]:
        raise _not_chosen(case)
    return claiming.claim(tx, actor, case)


def take_next(tx: Tx, actor: Actor, kinds: Kinds, queue: str, rules: ReviewRules) -> Case | None:
    """The first free case of a queue, taken in hand; raises Conflict `queue-not-chosen`."""
    if not takes_from(tx, actor, rules, [queue])[queue]:
        raise _no_queue(queue, None)
    return claiming.claim_next(tx, actor, kinds, queue)


def _check_reader(actor: Actor, case: Case) -> None:
    if actor.kind is not ActorKind.STAFF:
        raise refusing.person_needed(_UNCOVER, case.kind.roles)
    if not actor.has(*case.kind.roles):
        raise refusing.role_needed(_UNCOVER, case.kind.roles)


def _not_chosen(case: Case) -> Conflict:
    return _no_queue(case.queue or "", case.number)


def _no_queue(queue: str, number: str | None) -> Conflict:
    return Conflict(
        "queue-not-chosen",
        Text(
            zh=f"您没有选择办理队列 {queue} 的案件。",
            en=f"You do not take cases from the queue {queue}.",
        ),
        Text(
            zh="没关系，请另取一件；若愿意办理，可在“我的工作”中选择。",
            en="That is fine: take another one. If you want to, choose it under “My work”.",
        ),
        case=number,
    )
