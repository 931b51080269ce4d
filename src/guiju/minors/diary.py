# SPDX-License-Identifier: Apache-2.0
"""The days of one person around a moment, locked: what was used, reminded of and put on record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import chain

from guiju.kernel import software
from guiju.ledger import append
from guiju.minors import refusing, use_store
from guiju.minors.hours import HOUR, MINUTE
from guiju.minors.model import Used
from guiju.minors.spans import Span, Spans, cut, day_of, days_of, joined, start_of, stretch, used
from guiju.policies import MinorRules
from guiju.storage import Tx

BREAK, COMPANION = "minors.break", "companion.reminder"
LONG, NIGHT, OFTEN = "reliance.long", "reliance.night", "reliance.often"
_BACK = 4 * HOUR
_GATEWAY = software("gateway")
_LIMITS: Mapping[str, str] = dict.fromkeys(
    (BREAK, refusing.TIME_SPENT, refusing.CURFEW), "minors-time-limits"
)
_REMINDERS: Mapping[str, str] = {COMPANION: "companion-reminders"}


class Diary:
    """Whoever holds it is the only one who writes these days; `keep` writes them."""

    def __init__(self, tx: Tx, rules: MinorRules, person: str, span: Span) -> None:
        """Lock the days that `span` can change, or that say since when use has gone on."""
        self.tx = tx
        self.rules = rules
        self.person = person
        self.gap = rules.gap_minutes * MINUTE
        self._days: dict[date, Used] = {}
        self._reach(span)
        self.seen = max(one.seen for one in self._days.values())
        self.reminded = max(one.reminded for one in self._days.values())
        self.spans: Spans = self._joined(())

    def add(self, span: Span) -> None:
        """Count this span as used."""
        self._reach(span)
        self.spans = self._joined((span,))

    def today(self, at: int) -> Used:
        """The day in which a moment lies."""
        return self._days[day_of(at)]

    def change(self, at: int, **changes: object) -> None:
        """Change what is known of that day."""
        day = day_of(at)
        self._days[day] = self._days[day]._replace(**changes)  # type: ignore[arg-type]

    def minutes(self, at: int) -> int:
        """Minutes used of the day of `at`, until then."""
        return used(self.spans, start_of(day_of(at)), at) // MINUTE

    def gone_on(self, at: int) -> int:
        """Minutes since use began that goes on at `at`."""
        since = stretch(self.spans, at, self.gap)
        return 0 if since is None else (at - since) // MINUTE

    def keep(self, seen: int) -> None:
        """Write the days; `seen` is the moment at which somebody was seen."""
        for day, one in self._days.items():
            now = one._replace(spans=cut(self.spans, day), seen=max(one.seen, seen))
            if now.spans or one.spans or now.requests or now.told:
                use_store.keep(self.tx, self.person, day, now)

    def note(self, code: str, at: int, *, kept: bool = True) -> None:
        """Put on record that a limit was applied, or a reminder given."""
        append(
            self.tx,
            "minors-limit-applied" if code in _LIMITS else "reminder-given",
            controls=(_LIMITS.get(code) or _REMINDERS.get(code, "over-reliance-reminders"),),
            actor=_GATEWAY,
            subject=self.person,
            facts={"limit": code, "minutes": self.minutes(at), "kept": kept},
        )

    def note_once(self, code: str, at: int, *, kept: bool = True) -> None:
        """The same, once a day: somebody may try again and again."""
        told = self.today(at).told
        if code not in told:
            self.change(at, told=(*told, code))
            self.note(code, at, kept=kept)

    def _reach(self, span: Span) -> None:
        wanted = days_of((span[0] - max(_BACK, self.gap), span[1] + self.gap))
        missing = [one for one in wanted if one not in self._days]
        self._days |= use_store.locked(self.tx, self.person, missing)

    def _joined(self, more: tuple[Span, ...]) -> Spans:
        kept = chain.from_iterable(one.spans for one in self._days.values())
        return joined([*kept, *more], self.gap)
