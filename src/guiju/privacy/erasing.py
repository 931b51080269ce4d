# SPDX-License-Identifier: Apache-2.0
"""Carry an erasure out, store by store, so that a stop at any moment loses nothing (Article 11).

Each step is one transaction with its evidence, and where it stands is in the database: whoever
comes next goes on. A store that fails is tried again, later and later, without end; the request
stays open and says so. Nothing is called done before every store was asked again and found empty.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from guiju.casework import Case, advance, get_case
from guiju.kernel import GuijuError, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.privacy import certifying, planning, refusing, service, store
from guiju.privacy import kind as kinds
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import DEEDS, KEY, LOOK, PAPER, SCRUB, Step, StepState
from guiju.storage import Database, PersonStore, Tx, destroy_key, is_erased, scrub

_log = logging.getLogger("guiju.privacy")
HAND = software("privacy")
ERASURE_STEP = "erasure-step"
KEY_DESTROYED = "key-destroyed"
_CONTROLS = ("erasure-proved",)
_FIRST, _LONGEST = timedelta(seconds=5), timedelta(hours=1)
_HELD_AGAIN = timedelta(minutes=10)
_MOST_STEPS = 200
# What the database may still hold of a key or a name after it is deleted.
_SCRUBBED = ("subject_key", "subject_key_earlier", "person", "api_key", "credential")


class Eraser:
    """Works on `database` with the stores that `app` has gathered."""

    def __init__(
        self,
        database: Database,
        stores: Sequence[PersonStore],
        publish: Callable[[], object] = lambda: None,
    ) -> None:
        """Nothing is done yet. `publish` brings the ledger to where no backup of ours reaches."""
        self._database = database
        self._publish = publish
        self._stores: Mapping[str, PersonStore] = {one.name: one for one in stores}

    def work(self, most: int = _MOST_STEPS) -> int:
        """Take up to `most` steps of whatever is due; how many were taken."""
        with self._database.read() as tx:
            due = store.cases_to_work(tx)
        taken = 0
        for case in due:
            while taken < most and self.step(case):
                taken += 1
        return taken

    def step(self, case: str) -> bool:
        """Take the next step of one case; False when there is none now."""
        with self._database.read() as tx:
            step = self._next(tx, case)
        if step is None:
            return False
        try:
            return self._take(case, step)
        except GuijuError as error:
            self._failed(step, error.code)
        except Exception as error:  # noqa: BLE001 - whatever it is: visible, and tried again
            # Its class only: what it says may name a person.
            self._failed(step, type(error).__name__)
        return False

    def _next(self, tx: Tx, case: str) -> Step | None:
        """The first step that is not done, if its time has come."""
        undone = [one for one in store.steps(tx, case) if one.state is not StepState.DONE]
        return undone[0] if undone and undone[0].next_at <= tx.now else None

    def _take(self, name: str, step: Step) -> bool:
        if step.store == SCRUB:
            # Outside a transaction: it waits for those of others. No erasure counts as done before
            # it is published: after a backup is put back, that alone tells of it.
            self._publish()
            scrub(self._database, _SCRUBBED)
        with self._database.write() as tx:
            if store.hold_step(tx, step) != step:
                return True
            case = get_case(tx, REQUEST, name)
            person = store.head(tx, name).person or ""
            if step.seq == 0 or step.store == KEY:
                if self._hindered(tx, case, person, step):
                    return False
                if self._begins_anew(tx, case, step):
                    return True
            if step.store not in DEEDS:
                return self._reach(tx, case, person, step)
            self._deed(tx, case, person, step)
            return True

    def _deed(self, tx: Tx, case: Case, person: str, step: Step) -> None:
        """What an erasure does after the stores; scrubbing was done before this transaction."""
        if step.store == KEY:
            _destroy(tx, case, person)
        elif step.store == LOOK:
            self._look(tx, person)
        elif step.store == PAPER:
            certifying.certify(tx, HAND, case, self._ordered(), person)
        _done(tx, step, 0)
        if step.store == PAPER:
            service.finish(tx, HAND, get_case(tx, REQUEST, case.id))

    def _hindered(self, tx: Tx, case: Case, person: str, step: Step) -> bool:
        """Whether a hold or an open case keeps this step; the case waits for it, visibly."""
        made = planning.plan(tx, self._ordered(), person)
        if not made.hinders_all and not (step.store == KEY and made.hinders_key):
            return False
        if case.state == kinds.ERASING:
            advance(tx, HAND, case, "defer", facts={"step": step.store})
        changes = {"state": StepState.HELD.value, "next_at": tx.now + _HELD_AGAIN}
        store.change_step(tx, step, {**changes, "tries": step.tries + 1})
        return True

    def _begins_anew(self, tx: Tx, case: Case, step: Step) -> bool:
        """Whether what kept it is gone: then the stores are worked through once more."""
        if case.state != kinds.DEFERRED:
            return False
        advance(tx, HAND, case, "go-on")
        store.change_step(tx, step, {"state": StepState.WAITING.value})
        self._once_more(tx, step)
        return True

    @enforces("erasure-proved")
    def _reach(self, tx: Tx, case: Case, person: str, step: Step) -> bool:
        """One step of a store, with its evidence in the same transaction."""
        gone = self._stores[step.store].erase(tx, HAND, person, case.number)
        append(
            tx,
            ERASURE_STEP,
            controls=_CONTROLS,
            actor=HAND,
            subject=case.id,
            facts={"case": case.number, "store": step.store, "gone": gone, "done": not gone},
        )
        if gone:
            store.change_step(tx, step, {"gone": step.gone + gone, "trouble": None})
        else:
            _done(tx, step, step.gone)
        return True

    def _look(self, tx: Tx, person: str) -> None:
        """Ask every store again.

        Raises:
            Unavailable: `still-found`; everything is worked through again then.
        """
        for one in self._ordered():
            if one.probe(tx, person):
                raise refusing.still_found(one.name)

    def _failed(self, step: Step, trouble: str) -> None:
        """Note it where everybody sees it, and try again later."""
        _log.warning("erasure step %s, attempt %d: %s", step.store, step.tries + 1, trouble)
        wait = min(_FIRST * 2 ** min(step.tries, 20), _LONGEST)
        with self._database.write() as tx:
            changes = {"state": StepState.FAILED.value, "tries": step.tries + 1}
            again = {**changes, "trouble": trouble[:80], "next_at": tx.now + wait}
            store.change_step(tx, step, again)
            if step.store == LOOK:
                self._once_more(tx, step)

    def _once_more(self, tx: Tx, step: Step) -> None:
        """Something is there that was not, or may go now: every store is worked through again."""
        for one in store.steps(tx, step.case):
            if one.store not in DEEDS:
                store.change_step(tx, one, {"state": StepState.WAITING.value, "done_at": None})

    def release_rests(self) -> int:
        """Let go what a rule asked to keep and asks no longer; how many things went."""
        with self._database.read() as tx:
            over = store.rests_over(tx)
        return sum(self._release(one) for one in over)

    def _release(self, name: str) -> int:
        gone = 0
        with self._database.write() as tx:
            case, person = get_case(tx, REQUEST, name), store.head(tx, name).person or ""
            for one in self._ordered():
                gone += one.erase(tx, HAND, person, case.number)
            if not gone:
                store.complete(tx, name)
            facts = {"case": case.number, "store": "rest", "gone": gone, "done": not gone}
            append(tx, ERASURE_STEP, controls=_CONTROLS, actor=HAND, subject=name, facts=facts)
        return gone

    def _ordered(self) -> list[PersonStore]:
        return sorted(self._stores.values(), key=lambda one: one.stage)


def _done(tx: Tx, step: Step, gone: int) -> None:
    changes = {"state": StepState.DONE.value, "gone": gone, "trouble": None, "done_at": tx.now}
    store.change_step(tx, step, changes)


@enforces("erasure-proved")
def _destroy(tx: Tx, case: Case, person: str) -> None:
    """Destroy the key in the name of the two people who decided it; nothing if it is gone.

    Whoever has none gets none any more: an answer that is under way is sealed for nobody.
    """
    if not is_erased(tx, person):
        destroy_key(tx, person, anyway=True)
        append(
            tx,
            KEY_DESTROYED,
            controls=_CONTROLS,
            actor=HAND,
            subject=person,
            facts={"case": case.number, **certifying.deciders(tx, case)._asdict()},
        )
