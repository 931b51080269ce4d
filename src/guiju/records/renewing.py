# SPDX-License-Identifier: Apache-2.0
"""One person's key is made anew and everything under it sealed again (Article 11).

For a key that may have leaked. The new one seals from the first moment; what the earlier one has
sealed is found by trying, so there is nothing to remember and a kill loses nothing. The earlier one
is destroyed once nobody can seal by it any more and a whole look finds nothing under it.
"""

from __future__ import annotations

from datetime import timedelta

from guiju.kernel import (
    Actor,
    ActorKind,
    Conflict,
    NotFound,
    Refused,
    Text,
    monotonic,
    new_id,
    software,
)
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import renewal_store as store
from guiju.records.keys import check_keeper
from guiju.records.renewal_model import Renewal, RenewalState
from guiju.storage import (
    Database,
    Tx,
    begin_renewal,
    end_renewal,
    has_earlier_key,
    has_key,
    is_erased,
    reseal_some,
    scrub,
    sealed_columns,
)

_CONTROLS = ("person-key-renewal",)
_A_STEP = 50
_LONGEST_REASON = 500
_MARGIN = timedelta(minutes=1)
"""Beyond the time a key is remembered: transactions that were open then are over."""
_SCRUBBED = ("subject_key", "subject_key_earlier")


@enforces("person-key-renewal")
def ask_renewal(tx: Tx, actor: Actor, person: str, reason: str) -> Renewal:
    """Ask for another key for a person (a pseudonym); another keeper agrees or refuses.

    Raises:
        Refused: `role-needed`, or `reason-needed`.
        NotFound: `key-none`.
        Conflict: `renewal-under-way`.
    """
    check_keeper(actor)
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    if not has_key(tx, person):
        raise NotFound("key-none", _NO_KEY, _NOTHING_TO_DO, article=11)
    if store.open_for(tx, person) is not None:
        raise Conflict("renewal-under-way", _UNDER_WAY, _WAIT, article=11)
    one = Renewal(
        id=new_id("rn"),
        subject=person,
        state=RenewalState.ASKED,
        reason=reason.strip()[:_LONGEST_REASON],
        asked_by=actor.id,
        asked_at=tx.now,
    )
    store.add(tx, one)
    facts = {"renewal": one.id}
    append(tx, "key-renewal-asked", controls=_CONTROLS, actor=actor, subject=person, facts=facts)
    return one


@enforces("person-key-renewal")
def decide_renewal(tx: Tx, actor: Actor, name: str, *, yes: bool, remembered: float) -> Renewal:
    """Agree, whereupon the new key seals at once, or refuse; whoever asked does neither.

    `remembered`: for how many seconds processes remember a key.

    Raises:
        Refused: `role-needed`, or `second-person-needed`.
        NotFound: `renewal-unknown`, or `key-none` after an erasure.
        Conflict: `renewal-decided`.
    """
    check_keeper(actor)
    one = store.find(tx, name)
    if one is None:
        raise NotFound("renewal-unknown", _UNKNOWN, _SEE_LIST)
    if actor.id == one.asked_by or actor.kind is not ActorKind.STAFF:
        raise Refused("second-person-needed", _ALONE, _ASK_SECOND, article=11)
    changes = {"second": actor.id, "begun_at": tx.now}
    if yes:
        settles = tx.now + timedelta(seconds=remembered) + _MARGIN
        changes |= {"state": RenewalState.UNDER_WAY.value, "settles_at": settles}
    else:
        changes |= {"state": RenewalState.REFUSED.value, "ended_at": tx.now}
    if not store.change(tx, name, RenewalState.ASKED, changes):
        raise Conflict("renewal-decided", _DECIDED, _SEE_LIST, article=11)
    if yes:
        begin_renewal(tx, one.subject)
    append(
        tx,
        "key-renewal-begun" if yes else "key-renewal-refused",
        controls=_CONTROLS,
        actor=actor,
        subject=one.subject,
        facts={"renewal": name, "first": one.asked_by, "second": actor.id},
    )
    return store.find(tx, name) or one


def renewals(tx: Tx) -> list[Renewal]:
    """The newest renewals."""
    return store.newest(tx)


class Renewer:
    """Carries on what was agreed to, in steps of a transaction each."""

    def __init__(self, database: Database) -> None:
        """Nothing is done yet."""
        self._database = database

    def work(self, seconds: float) -> int:
        """Work for about so long; how many rows were sealed again."""
        until, done = monotonic() + seconds, 0
        with self._database.read() as tx:
            found = store.under_way(tx)
        for one in found:
            done += self.carry_on(one.id, until)
        return done

    def carry_on(self, name: str, until: float = float("inf")) -> int:
        """Look at all that is sealed for the person of one renewal; how much was sealed again.

        Ends it when everybody has forgotten the earlier key and nothing is under it any more.
        Stops at `until` (monotonic seconds); the next look begins anew, and passes over quickly
        what is done.
        """
        with self._database.read() as tx:
            one, began = store.find(tx, name), tx.now
        if one is None or one.state is not RenewalState.UNDER_WAY or one.settles_at is None:
            return 0
        again = broken = 0
        for each in sealed_columns():
            last: tuple[object, ...] | None = None
            while True:
                if monotonic() > until:
                    return again
                with self._database.write() as tx:
                    page = reseal_some(tx, one.subject, each, last, _A_STEP)
                    if page.again:
                        self._note(tx, one, str(each.column.table.name), page.again)
                again, broken, last = again + page.again, broken + page.broken, page.last
                if page.looked < _A_STEP:
                    break
        if not again and began >= one.settles_at:
            self._end(one, broken)
        return again

    @enforces("person-key-renewal")
    def _note(self, tx: Tx, one: Renewal, where: str, rows: int) -> None:
        now = store.find(tx, one.id) or one
        store.change(tx, one.id, RenewalState.UNDER_WAY, {"again": now.again + rows})
        append(
            tx,
            "seals-renewed",
            controls=_CONTROLS,
            actor=_HAND,
            subject=one.subject,
            facts={"renewal": one.id, "table": where, "rows": rows},
        )

    @enforces("person-key-renewal")
    def _end(self, one: Renewal, broken: int) -> None:
        """Destroy the earlier key, bring it out of the files, and only then call it done."""
        with self._database.write() as tx:
            if end_renewal(tx, one.subject):
                facts = {"renewal": one.id, "part": "earlier-key"}
                append(
                    tx,
                    "seals-renewed",
                    controls=_CONTROLS,
                    actor=_HAND,
                    subject=one.subject,
                    facts=facts,
                )
        scrub(self._database, _SCRUBBED)
        with self._database.write() as tx:
            now = store.find(tx, one.id) or one
            gone = is_erased(tx, one.subject)
            state = RenewalState.ERASED if gone else RenewalState.DONE
            changes = {"state": state.value, "broken": broken, "ended_at": tx.now}
            if not store.change(tx, one.id, RenewalState.UNDER_WAY, changes):
                return
            append(
                tx,
                "key-renewed",
                controls=_CONTROLS,
                actor=_HAND,
                subject=one.subject,
                facts={
                    "renewal": one.id,
                    "first": one.asked_by,
                    "second": one.second,
                    "rows": now.again,
                    "broken": broken,
                    "earlier": "kept" if has_earlier_key(tx, one.subject) else "destroyed",
                },
            )


_HAND = software("records")
_NO_REASON = Text(zh="更换密钥须写明理由。", en="Renewing a key needs a reason.")
_GIVE_REASON = Text(zh="请填写理由后重试。", en="State the reason and try again.")
_NO_KEY = Text(zh="此人没有密钥。", en="This person has no key.")
_NOTHING_TO_DO = Text(zh="无须更换。", en="There is nothing to renew.")
_UNDER_WAY = Text(
    zh="此人的密钥正在更换或待同意。", en="This person's key is being renewed already."
)
_WAIT = Text(zh="请等它办完。", en="Wait until that is done.")
_UNKNOWN = Text(zh="没有这项更换。", en="There is no such renewal.")
_SEE_LIST = Text(zh="请查看 guiju keys renewals。", en="See guiju keys renewals.")
_DECIDED = Text(zh="这项更换已有决定。", en="This renewal was decided already.")
_ALONE = Text(zh="更换个人密钥须由两人决定。", en="Renewing a person's key takes two people.")
_ASK_SECOND = Text(
    zh="请由另一名个人信息保护或内容安全负责人决定。",
    en="Let another privacy or safety officer decide.",
)
