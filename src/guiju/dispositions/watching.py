# SPDX-License-Identifier: Apache-2.0
"""What the gateway stopped, counted in the transaction that records it (Article 14).

Requests that were not stopped cost nothing here: nothing is written or asked for them. When
somebody has been stopped, their last requests are looked up, and the rule of the policy is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from guiju import records
from guiju.dispositions import abuse, finding_store, service
from guiju.dispositions.findings import note_stopped, stopped
from guiju.dispositions.policy import Watched
from guiju.measures import enforces
from guiju.storage import Tx

Item = records.Exchange | records.Refusal


class Watch:
    """Records exchanges for the gateway, and sees to those who abuse the service."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._watched = Watched()

    def record(self, tx: Tx, items: Sequence[Item]) -> list[str]:
        """Record as `records.record` does; the persons whose standing changed with it."""
        records.record(tx, items)
        exchanges = (one for one in items if isinstance(one, records.Exchange))
        found = list(chain.from_iterable(map(stopped, exchanges)))
        if not found:
            return []
        note_stopped(tx, found)
        # In one order for all, so that nobody waits for somebody who waits for them.
        persons = sorted({one.person for one in found if one.person is not None})
        return [one for one in persons if self._held(tx, one)]

    @enforces("provisional-holds")
    def _held(self, tx: Tx, person: str) -> bool:
        """Whether the person has just reached the rule, and was held."""
        now = self._watched.now(tx)
        if not now.rules.abuse:
            return False
        finding_store.wait_for_turn(tx, person)
        most = max(now.rules.in_a_row, now.rules.in_a_day)
        found = [
            one
            for one in finding_store.newest_of(tx, person, 2 * most)
            if abuse.counts(now.rules, one)
        ]
        if len(found) < min(now.rules.in_a_row, now.rules.in_a_day):
            return False
        latest = [one.request for one in records.recent(tx, person, now.rules.in_a_row)]
        trigger = abuse.reached(now.rules, found, latest)
        return trigger is not None and (
            service.hold_for_abuse(tx, person, trigger, now) is not None
        )
