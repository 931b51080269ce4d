# SPDX-License-Identifier: Apache-2.0
"""A check as a fold over leaves: what one control has seen, tallied by day, so nothing is re-read.

Four general kinds speak to any control: a signed attestation, a dated exception, a signed
statement that the control does not apply, and a probe through the public door.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from guiju.measures.checks import Leaf, all_of
from guiju.measures.model import CheckType, Control

ATTESTATION = "attestation-signed"
EXCEPTION = "exception-granted"
NOT_APPLICABLE = "not-applicable-signed"
PROBE = "probe-run"
GENERAL = (ATTESTATION, EXCEPTION, NOT_APPLICABLE, PROBE)

SHOWN = 5
"""How many counter-examples a day and a report show; the count itself is always whole."""


@dataclass(slots=True)
class Tally:
    """What one control saw on one UTC day, or over the days of a window."""

    population: int = 0
    violations: int = 0
    exceptions: int = 0
    errors: int = 0
    probes: int = 0
    first: int | None = None
    last: int | None = None
    counterexamples: list[tuple[int, str]] = field(default_factory=list)

    def saw(self, index: int) -> None:
        """Widen the range of ledger positions to `index`."""
        if self.first is None or index < self.first:
            self.first = index
        if self.last is None or index > self.last:
            self.last = index

    def violated(self, leaf: Leaf) -> None:
        """Count a violation and keep it as a counter-example while there is room."""
        self.violations += 1
        if len(self.counterexamples) < SHOWN:
            self.counterexamples.append((leaf["index"], leaf["id"]))

    def add(self, other: Tally) -> None:
        """Take in what another, later tally saw."""
        self.population += other.population
        self.violations += other.violations
        self.exceptions += other.exceptions
        self.errors += other.errors
        self.probes += other.probes
        room = SHOWN - len(self.counterexamples)
        self.counterexamples += other.counterexamples[:room]
        if other.first is not None and other.last is not None:
            self.saw(other.first)
            self.saw(other.last)


@dataclass(frozen=True, slots=True)
class Span:
    """A statement with the moments (RFC 3339) from and until which it counts."""

    since: str
    until: str


class Fold:
    """Everything that standing needs to remember of one control."""

    def __init__(self, control: Control) -> None:
        """Nothing was seen yet."""
        check = control.check
        self.control = control
        self.kinds = check.kinds if check is not None else ()
        self.days: dict[str, Tally] = {}
        self.last_at: str | None = None
        self.attested_at: str | None = None
        self.waiver: Span | None = None
        self.error: str | None = None
        self._exceptions: list[Span] = []
        self._applies = all_of(check.when if check is not None else ())
        self._holds = all_of(check.holds if check is not None else ())
        self._named = check is not None and check.named

    def feed(self, leaf: Leaf) -> None:
        """Take one leaf into account; a leaf the check cannot read is an error, never a pass."""
        day = leaf["at"][:10]
        tally = self.days.get(day)
        if tally is None:
            tally = self.days[day] = Tally()
        try:
            if leaf["kind"] in GENERAL:
                self._feed_general(leaf, tally)
            elif self._applies(leaf):
                self._feed_evidence(leaf, tally)
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            tally.errors += 1
            tally.saw(leaf["index"])
            self.error = f"leaf {leaf['index']}: {type(error).__name__}: {error}"

    def window(self, since: str) -> Tally:
        """What was seen from the day `since` (YYYY-MM-DD) on, as one tally."""
        total = Tally()
        for day in sorted(self.days):
            if day >= since:
                total.add(self.days[day])
        return total

    def _feed_evidence(self, leaf: Leaf, tally: Tally) -> None:
        holds = self._holds(leaf) and (not self._named or self.control.id in leaf["controls"])
        at = leaf["at"]
        tally.population += 1
        tally.saw(leaf["index"])
        if self.last_at is None or at > self.last_at:
            self.last_at = at
        if holds:
            return
        if any(one.since <= at <= one.until for one in self._exceptions):
            tally.exceptions += 1
        else:
            tally.violated(leaf)

    def _feed_general(self, leaf: Leaf, tally: Tally) -> None:
        at, facts = leaf["at"], leaf["facts"]
        tally.saw(leaf["index"])
        if leaf["kind"] == PROBE:
            tally.probes += 1
            self.last_at = max(self.last_at or "", at)
            if facts["holds"] is not True:
                tally.violated(leaf)
        elif leaf["kind"] == EXCEPTION:
            self._exceptions.append(Span(at, _end(facts["until"])))
        elif leaf["kind"] == NOT_APPLICABLE:
            self.waiver = _waiver(leaf)
        elif leaf["actor"]["kind"] == "staff":
            self.attested_at = max(self.attested_at or "", at)

    @property
    def attests(self) -> bool:
        """Whether the control rests on people's statements alone."""
        check = self.control.check
        return check is not None and check.type is CheckType.ATTESTED


def _waiver(leaf: Leaf) -> Span:
    """Until when the control does not apply; ValueError unless two people in two roles signed."""
    facts = leaf["facts"]
    people = {one["id"] for one in facts["signers"]}
    roles = {one["role"] for one in facts["signers"]}
    if min(len(people), len(roles)) < 2 or not facts["reason"]:  # noqa: PLR2004 - two roles sign
        raise ValueError("a control is not applicable only when two people in two roles say why")
    return Span(leaf["at"], _end(facts["review_on"]))


def _end(text: object) -> str:
    """The last moment of a date, or the moment itself, comparable with a leaf's time."""
    day = "YYYY-MM-DD"
    if not isinstance(text, str) or len(text) < len(day):
        raise ValueError(f"{text!r} is not a date")
    return f"{text}T23:59:59.999999Z" if len(text) == len(day) else text
