# SPDX-License-Identifier: Apache-2.0
"""After a backup was put back: what was erased or expired since goes once more (Article 11).

A backup holds what was deleted after it was made, wrapped keys of people among it. Every deletion
stands in the ledger, whose files outlive the database, so each is carried out once more before
anybody is served: rows that evidence calls gone, keys, then the stores of whoever was erased.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from guiju import accounts
from guiju.kernel import Actor, ActorKind, Conflict, NotFound, Refused, Text, software
from guiju.ledger import Evidence, Returned, append, append_many
from guiju.measures import enforces
from guiju.privacy.certifying import ERASURE_VERIFIED
from guiju.privacy.erasing import ERASURE_STEP
from guiju.storage import Database, PersonStore, Stage, Tx, destroy_key, metadata, scrub

HAND = software("privacy")
RESTORED = "database-restored"
ROWS_RESTORED = "rows-restored"
ERASED_AGAIN = "erasure-repeated"
ROLES = ("privacy-officer", "safety-officer")
_CONTROLS = ("restored-backups",)
CASE_EXPIRED = "case-expired"
_GIVEN, _WITHDRAWN, _REVOKED = "consent-given", "consent-withdrawn", "key-revoked"
_RENEWED = "key-renewed"
_KEY, _ERASED = "subject_key", "subject_erased"
_CASE = "case_"
_A_LEAF = 300
_MOST_KEYS = 100
_MOST_STEPS = 100_000
_AGAIN = "restored"
# What else than the stores' rows a leaf may call gone again; keys go by a way of their own.
_BESIDE = ("complaint_file",)


class Replayed(msgspec.Struct, frozen=True):
    """What became of a database that was older than its ledger.

    `size` leaves it had, `published` it has again. `keys` destroyed and `rows` deleted once more;
    `people`: whose erasure was repeated, by pseudonym, and what of it was gone from which store.
    `cases`: whose words went again. `withdrawn` consents and `revoked` access keys: taken back once
    more, as people had done. `lost`: rows that were changed after the backup and are not
    here any more. `renewed`: people whose key had been made anew since: the one before opens again.
    `unfinished`: requests, by number, whose erasure had begun and was not certified:
    people begin it anew. `found`: stores in which something of those people still stands: none.
    """

    size: int
    published: int
    keys: int
    rows: int
    people: Mapping[str, Mapping[str, int]]
    cases: int
    withdrawn: int
    revoked: int
    lost: int
    renewed: tuple[str, ...]
    unfinished: tuple[str, ...]
    found: tuple[str, ...]


class Replay:
    """Brings one database that was put back to where nothing erased is in it.

    `forget` deletes the words of a case; `expire` whatever is due now. All of it may be begun anew
    after a kill: the database counts as older until the last step.
    """

    def __init__(
        self,
        database: Database,
        stores: Sequence[PersonStore],
        forget: Callable[[Tx, Actor, str], int],
        expire: Callable[[], object],
    ) -> None:
        """Nothing is done yet."""
        self._database = database
        # What waits on disk is put on record when the service starts, under keys that are gone.
        kept = [one for one in stores if one.stage is not Stage.WAITING]
        self._stores = sorted(kept, key=lambda one: one.stage)
        self._tables = frozenset(name for one in stores for name in one.tables) | set(_BESIDE)
        self._forget = forget
        self._expire = expire

    @enforces("restored-backups")
    def run(self, actor: Actor, folder: Path) -> Replayed:
        """Do all of it in the name of `actor`; `folder` is where the ledger was published.

        Raises:
            Refused: `role-needed`.
            Unavailable: `ledger-broken`, when the files do not continue this database's ledger;
                nothing was changed then. Or `scrub-hindered`, and it is to be run again.
        """
        if actor.kind is not ActorKind.STAFF or not actor.has(*ROLES):
            raise Refused("role-needed", _NOT_YOURS, _ASK, article=11)
        back, done = Returned(self._database, folder), _Done()
        for first, leaves in back.leaves():
            with self._database.write() as tx:
                self._again(tx, back.place(tx, first, leaves), done)
        for subjects in _parts(sorted(done.subjects), _MOST_KEYS):
            with self._database.write() as tx:
                done.keys += _destroy(tx, subjects)
        for case in sorted(done.cases):
            with self._database.write() as tx:
                self._forget(tx, HAND, case)
        withdrawn, revoked = self._take_back(done)
        people = {one: self._erase(one) for one in sorted(done.subjects) if _is_person(one)}
        self._expire()
        scrub(self._database, (_KEY, *sorted(self._tables)))
        lost = self._attest(back)
        made = Replayed(
            size=back.behind.size,
            published=back.behind.published,
            keys=done.keys,
            rows=done.rows,
            people=people,
            cases=len(done.cases),
            withdrawn=withdrawn,
            revoked=revoked,
            lost=lost,
            renewed=tuple(sorted(done.renewed - done.subjects)),
            unfinished=tuple(sorted(done.begun - done.certified)),
            found=self._still(people),
        )
        with self._database.write() as tx:
            append(tx, RESTORED, controls=_CONTROLS, actor=actor, facts=_facts(made))
            back.adopt(tx)
        return made

    def _again(self, tx: Tx, leaves: Sequence[Mapping[str, Any]], done: _Done) -> None:
        """Delete what these leaves call gone; that it is gone, they say themselves."""
        tx.overwrite_deleted()
        for leaf in leaves:
            done.note(leaf)
            for name, key, digest in leaf["rows"]:
                if name == (_KEY if digest is None else _ERASED):
                    done.subjects.add(str(key))
                elif digest is None and name in self._tables:
                    done.rows += tx.delete_named(metadata.tables[name], str(key))
        tx.take_noted()

    def _take_back(self, done: _Done) -> tuple[int, int]:
        """Consents whose last answer was no, and access keys that were revoked; how many of each.

        A yes that was given since is lost with its row: nobody has agreed to what is not there.
        """
        withdrawn = revoked = 0
        for leaf in done.answers.values():
            if leaf["kind"] == _WITHDRAWN:
                with self._database.write() as tx:
                    withdrawn += accounts.withdraw_again(tx, HAND, leaf)
        for key in sorted(done.revoked):
            with self._database.write() as tx, suppress(NotFound, Conflict):
                accounts.revoke_key(tx, HAND, key)
                revoked += 1
        return withdrawn, revoked

    def _erase(self, person: str) -> Mapping[str, int]:
        """Work through every store once more; what went."""
        gone: dict[str, int] = {}
        for one in self._stores:
            for _ in range(_MOST_STEPS):
                with self._database.write() as tx:
                    count = one.erase(tx, HAND, person, _AGAIN)
                    if count:
                        facts = {"store": one.name, "gone": count}
                        append(
                            tx,
                            ERASED_AGAIN,
                            controls=_CONTROLS,
                            actor=HAND,
                            subject=person,
                            facts=facts,
                        )
                if not count:
                    break
                gone[one.name] = gone.get(one.name, 0) + count
        return gone

    def _still(self, people: Mapping[str, Any]) -> tuple[str, ...]:
        with self._database.read() as tx:
            left = {one.name for one in self._stores for each in people if one.probe(tx, each)}
        return tuple(sorted(left))

    def _attest(self, back: Returned) -> int:
        """Say of every row that evidence knows otherwise how it stands now; how many there are."""
        lost = 0
        with self._database.read() as looking:
            for rows in back.differing(looking, _A_LEAF):
                lost += len(rows)
                evidence = Evidence(
                    ROWS_RESTORED, _CONTROLS, HAND, None, {"rows": len(rows)}, tuple(rows)
                )
                with self._database.write() as tx:
                    append_many(tx, [evidence])
        return lost


class _Done:
    """What was gone through so far."""

    def __init__(self) -> None:
        self.subjects: set[str] = set()
        self.cases: set[str] = set()
        self.begun: set[str] = set()
        self.certified: set[str] = set()
        self.answers: dict[tuple[str, str], Mapping[str, Any]] = {}
        self.revoked: set[str] = set()
        self.renewed: set[str] = set()
        self.rows = 0
        self.keys = 0

    def note(self, leaf: Mapping[str, Any]) -> None:
        """What a leaf says beside the rows that it names."""
        kind, subject = leaf["kind"], leaf["subject"]
        if kind == CASE_EXPIRED and subject:
            self.cases.add(str(subject))
        elif kind in {ERASURE_STEP, ERASURE_VERIFIED}:
            case = str(leaf["facts"].get("case"))
            (self.begun if kind == ERASURE_STEP else self.certified).add(case)
        elif kind in {_GIVEN, _WITHDRAWN} and subject:
            self.answers[str(subject), str(leaf["facts"]["purpose"])] = leaf
        elif kind == _RENEWED and subject:
            self.renewed.add(str(subject))
        elif kind == _REVOKED:
            self.revoked.add(str(leaf["facts"]["key"]))


def _destroy(tx: Tx, subjects: Sequence[str]) -> int:
    gone = sum(destroy_key(tx, one, anyway=True) for one in subjects)
    facts = {"store": "key", "gone": gone}
    append(tx, ERASED_AGAIN, controls=_CONTROLS, actor=HAND, facts=facts)
    return gone


def _facts(made: Replayed) -> dict[str, Any]:
    return {
        "size": made.size,
        "published": made.published,
        "keys": made.keys,
        "rows": made.rows,
        "people": len(made.people),
        "cases": made.cases,
        "withdrawn": made.withdrawn,
        "revoked": made.revoked,
        "lost": made.lost,
        "found": ", ".join(made.found) or "nothing",
    }


def _is_person(subject: str) -> bool:
    return not subject.startswith(_CASE)


def _parts(all_of: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(all_of), most):
        yield all_of[at : at + most]


_NOT_YOURS = Text(
    zh="只有个人信息保护负责人和内容安全负责人可以处理恢复的备份。",
    en="Only a privacy or safety officer may see to a backup that was put back.",
)
_ASK = Text(zh="请由这些岗位操作。", en="Ask one of them.")
