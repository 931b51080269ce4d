# SPDX-License-Identifier: Apache-2.0
"""What the house sees of itself that makes an incident: shown to the room that opens cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from guiju import policies, records
from guiju.app.house import House
from guiju.app.verification import read_verification
from guiju.gateway.telemetry import UpstreamNow
from guiju.incidents import AN_HOUR, Category, Cause
from guiju.incidents.jobs import detect, detect_leak
from guiju.storage import Database

# An upstream that comes back within this is its circuit's business and nobody's case.
AWAY_FOR = timedelta(minutes=1)
_COUNTED_EVERY = timedelta(seconds=10)


class Noticing:
    """Looks once a second; remembers since when an upstream has been away."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._away: dict[str, datetime] = {}
        self._counted: datetime | None = None

    def __call__(self, house: House) -> None:
        """Open an incident for what is new."""
        now = house.clock.now()
        causes = [*_gaps(house), *_tampering(house), *self.outages(house.fleet.stands(), now)]
        detect(house.database, causes)
        if self._counted is None or now - self._counted >= _COUNTED_EVERY:
            self._counted = now
            suspect_leak(house.database, now)

    __name__ = "notice_incidents"

    def outages(self, stands: Mapping[str, UpstreamNow], now: datetime) -> Iterator[Cause]:
        """The upstreams that have not answered for a minute, seen from this worker."""
        away = {name for name, one in stands.items() if {"open", "half-open"} & one.states.keys()}
        self._away = {name: self._away.get(name, now) for name in away}
        for name, since in self._away.items():
            if now - since >= AWAY_FOR:
                words = f"上游 {name} 无应答。The upstream {name} does not answer."
                yield Cause(Category.OUTAGE, words, f"upstream:{name}", shown=since)


def suspect_leak(database: Database, now: datetime) -> None:
    """Hold the last hour's hits in answers against the policy; older ones are forgotten."""
    since = now - AN_HOUR
    with database.read() as tx:
        policy = policies.active(tx)
        rate = policies.personal_hits_of(None if policy is None else policy.body)
        hits, old = records.personal_hits(tx, since, rate), records.hits_are_old(tx, since)
    detect_leak(database, hits, rate)
    if old:
        with database.write() as tx:
            records.clear_hits(tx, since)


def _gaps(house: House) -> Iterator[Cause]:
    with house.database.read() as tx:
        found = records.gaps(tx) if records.open_gaps(tx) else []
    for gap in found:
        if gap.closed_at is None:
            words = (
                f"路由 {gap.route} 交付了没有结论的字符，首个请求 {gap.request}。"
                f"Characters left {gap.route} without a verdict, first in request {gap.request}."
            )
            yield Cause(Category.COVERAGE, words, gap.id, lasting=True, shown=gap.opened_at)


def _tampering(house: House) -> Iterator[Cause]:
    verified = read_verification(house.settings.folder)
    if verified is not None and not verified.holds:
        words = f"账本校验不通过：{verified.detail} The ledger does not verify."
        yield Cause(Category.BREACH, words, "ledger")
