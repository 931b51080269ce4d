# SPDX-License-Identifier: Apache-2.0
"""From what a fold saw to one of the nine outcomes, with the reason in words.

The order of the questions is the rule: tampering, waiver, not built, a violation, an error in the
check, age, nothing happened; only what passes all of them is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from guiju.kernel import Text, isoformat
from guiju.measures.folding import Fold, Tally
from guiju.measures.model import Cadence, CheckType, Control, State
from guiju.measures.outcome import Outcome, Strength


@dataclass(frozen=True, slots=True)
class Signal:
    """A live measurement from outside the ledger: whether it held, when, of how many."""

    holds: bool
    at: datetime
    population: int = 1
    detail: str = ""


Signals = Mapping[str, Signal]

_EVENT_DRIVEN = {Cadence.ON_EVENT, Cadence.ONCE, Cadence.YEARLY}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The standing of one control."""

    outcome: Outcome
    strength: Strength | None
    reason: Text
    as_of: str
    window_days: int
    seen: Tally = field(default_factory=Tally)
    last_at: str | None = None
    valid_until: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """As of when and over which days a standing is asked for."""

    now: datetime
    window_days: int

    def days_for(self, control: Control) -> int:
        """How many days a control looks back: an event-driven one as far as evidence is valid."""
        if control.cadence in _EVENT_DRIVEN:
            return max(self.window_days, control.valid_days)
        return self.window_days

    def since(self, control: Control) -> str:
        """The first UTC day of the control's window, which ends today."""
        days = self.days_for(control) - 1
        return (self.now - timedelta(days=days)).strftime("%Y-%m-%d")

    def older(self, at: str, days: int) -> bool:
        """Whether the moment `at` lies more than `days` days back."""
        return isoformat(self.now - timedelta(days=days)) > at

    def stamp(self) -> str:
        """The moment itself, as evidence writes it."""
        return isoformat(self.now)


def judge(fold: Fold, moment: Moment, signals: Signals, fault: Text | None) -> Judgement:
    """The standing of one control at one moment; `fault` is why no evidence can be trusted."""
    control = fold.control
    seen, signal = fold.window(moment.since(control)), _signal(control, signals)
    if signal is not None and _is_signal(control):
        seen.population += signal.population
    last = _latest(fold.attested_at if fold.attests else fold.last_at, signal)
    outcome, reason = _outcome(Case(fold, seen, signal, last, moment), fault)
    return Judgement(
        outcome=outcome,
        strength=_strength(control, seen, signal, moment),
        reason=reason,
        as_of=moment.stamp(),
        window_days=moment.days_for(control),
        seen=seen,
        last_at=last,
        valid_until=_valid_until(last, control.valid_days),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """All that an outcome is decided from."""

    fold: Fold
    seen: Tally
    signal: Signal | None
    last: str | None
    moment: Moment


def _is_signal(control: Control) -> bool:
    return control.check is not None and control.check.type is CheckType.SIGNAL


def _signal(control: Control, signals: Signals) -> Signal | None:
    if control.check is not None and control.check.signal is not None:
        return signals.get(control.check.signal)
    return signals.get(f"probe:{control.id}")


def _latest(last: str | None, signal: Signal | None) -> str | None:
    if signal is None:
        return last
    return max(last or "", isoformat(signal.at))


def _outcome(case: Case, fault: Text | None) -> tuple[Outcome, Text]:
    fold = case.fold
    if fault is not None:
        return Outcome.CHECK_ERROR, fault
    if fold.waiver is not None and fold.waiver.until >= case.moment.stamp():
        return Outcome.NOT_APPLICABLE, _WAIVED.format(until=fold.waiver.until[:10])
    if fold.control.state is State.PLANNED:
        return Outcome.NO_EVIDENCE, _PLANNED
    return _violated(case) or _aged(case) or _exercised(case)


def _violated(case: Case) -> tuple[Outcome, Text] | None:
    """The outcome when something did not hold, or when the check could not tell."""
    seen, signal = case.seen, case.signal
    if seen.violations:
        return Outcome.NOT_MET, _VIOLATED.format(n=seen.violations, m=seen.population + seen.probes)
    if signal is not None and not signal.holds:
        return Outcome.NOT_MET, _DISPROVED.format(detail=signal.detail)
    if seen.errors:
        return Outcome.CHECK_ERROR, _FAILED.format(error=case.fold.error)
    return None


def _aged(case: Case) -> tuple[Outcome, Text] | None:
    """The outcome when there is no evidence, or none that is fresh."""
    days = case.fold.control.valid_days
    if case.last is None:
        return (Outcome.NOT_EXERCISED, _QUIET) if _counts(case) else (Outcome.NO_EVIDENCE, _NOTHING)
    if case.moment.older(case.last, days):
        return Outcome.STALE, _OLD.format(day=case.last[:10], days=days)
    return None


def _exercised(case: Case) -> tuple[Outcome, Text]:
    seen = case.seen
    if case.fold.attests:
        return Outcome.ATTESTED_ONLY, _ATTESTED
    if _counts(case) and not seen.population and not seen.probes and case.signal is None:
        return Outcome.NOT_EXERCISED, _QUIET
    if seen.exceptions:
        return Outcome.MET_WITH_EXCEPTIONS, _EXCEPTED.format(n=seen.exceptions, m=seen.population)
    return Outcome.MET, _MET.format(m=seen.population) if seen.population else _SHOWN


def _counts(case: Case) -> bool:
    """Whether the control is judged by each of its events, so that silence is no proof."""
    check = case.fold.control.check
    return check is not None and check.type is CheckType.EACH


def _strength(
    control: Control, seen: Tally, signal: Signal | None, moment: Moment
) -> Strength | None:
    """How much is behind it; a control that is only planned has nothing behind it."""
    if control.state is State.PLANNED:
        return None
    if control.state is State.EXTERNAL:
        return Strength.DESIGNED
    proven = signal is not None and signal.holds
    fresh = signal is not None and not moment.older(isoformat(signal.at), control.valid_days)
    if (proven and fresh) or (seen.probes and not seen.violations):
        return Strength.EFFECTIVE
    return Strength.OPERATING if seen.population else Strength.IMPLEMENTED


def _valid_until(last: str | None, days: int) -> str | None:
    if not last:
        return None
    return isoformat(datetime.fromisoformat(last) + timedelta(days=days))


_PLANNED = Text(zh="计划中，尚未实现。", en="Planned, not built yet.")
_WAIVED = Text(
    zh="两个岗位签署不适用，{until} 前复核。",
    en="Two roles signed that it does not apply; to be reviewed by {until}.",
)
_VIOLATED = Text(zh="所见 {m} 次中有 {n} 次不满足。", en="{n} of {m} seen did not hold.")
_DISPROVED = Text(zh="实测未通过。{detail}", en="A live measurement did not hold. {detail}")
_FAILED = Text(zh="检查本身出错：{error}", en="The check itself failed: {error}")
_NOTHING = Text(zh="没有任何证据。", en="Nothing was collected.")
_QUIET = Text(
    zh="机制已建成，窗口内没有真实事件或演练。",
    en="It is built, but nothing happened and nobody drilled it in the window.",
)
_OLD = Text(
    zh="最近的证据是 {day}，有效期 {days} 天已过。",
    en="The last evidence is from {day}; it was good for {days} days.",
)
_ATTESTED = Text(zh="只有负责人的声明。", en="It rests on a person's statement alone.")
_EXCEPTED = Text(
    zh="所见 {m} 次；{n} 次属已批准的限期例外。",
    en="{m} seen; {n} fall under approved, dated exceptions.",
)
_MET = Text(zh="所见 {m} 次全部满足。", en="All {m} seen held.")
_SHOWN = Text(zh="证据有效。", en="The evidence is fresh.")
