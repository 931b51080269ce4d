# SPDX-License-Identifier: Apache-2.0
"""What whoever asked sees of a request: where it stands, what was said, how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from guiju.casework import Case, RunningClock, clocks, history, notices
from guiju.kernel import NotFound, Text, isoformat
from guiju.privacy import kind as kinds
from guiju.privacy import store
from guiju.privacy.model import DEEDS, Head, Package, Step, StepState
from guiju.storage import PersonStore, Tx

_PLAIN = {
    kinds.RECEIVED: Text(zh="已收到，正在核对", en="We have it and look at it"),
    kinds.WAITING: Text(zh="请你补充", en="We wait for your answer"),
    kinds.WORKING: Text(zh="办理中", en="Being handled"),
    kinds.EXTENDED: Text(zh="办理中，已延期", en="Being handled; we take longer"),
    kinds.PREPARING: Text(zh="正在准备副本", en="Your copy is being made"),
    kinds.ERASING: Text(zh="正在删除", en="Your data is being erased"),
    kinds.DEFERRED: Text(
        zh="删除暂缓，障碍解除后自动继续", en="The erasure waits, and goes on by itself"
    ),
    kinds.TOLD: Text(zh="已答复", en="Answered"),
    kinds.TAKEN_BACK: Text(zh="已撤回", en="Taken back"),
    kinds.SETTLED: Text(zh="已归档", en="Settled"),
}
_THEIRS = frozenset({"answer"})


@dataclass(frozen=True, slots=True)
class Said:
    """Something that was said; `ours`: by the provider."""

    at: datetime
    ours: bool
    words: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A request as whoever asked sees it."""

    case: Case
    head: Head
    state: Text
    said: tuple[Said, ...]
    answer: RunningClock | None
    cap: RunningClock | None
    steps: tuple[Step, ...]
    package: Package | None
    certified: bool
    may: frozenset[str]

    @property
    def progress(self) -> tuple[int, int] | None:
        """How much is done, of how much; None when nothing is under way."""
        if self.case.state == kinds.PREPARING and self.package is not None:
            return self.package.done, max(self.package.total, self.package.done, 1)
        if self.steps and self.case.state in {kinds.ERASING, kinds.DEFERRED}:
            done = sum(one.state is StepState.DONE for one in self.steps)
            return done, len(self.steps)
        return None


def follow(tx: Tx, case: Case) -> Followed:
    """What the requester may see; words are gone once the request is settled or taken back."""
    stand = {one.name: one for one in clocks(tx, case)}
    package = store.package(tx, case.id)
    return Followed(
        case=case,
        head=store.head(tx, case.id),
        state=_PLAIN[case.state],
        said=_said(tx, case),
        answer=stand.get(kinds.ANSWER),
        cap=stand.get(kinds.CAP),
        steps=tuple(store.steps(tx, case.id)),
        package=package,
        certified=store.certificate(tx, case.id) is not None,
        may=_may(case, package),
    )


def _said(tx: Tx, case: Case) -> tuple[Said, ...]:
    try:
        told = [
            Said(one.written_at, ours=True, words=one.words or "")
            for one in notices(tx, case, opened=True)
        ]
        answers = [
            Said(one.at, ours=False, words=one.reason)
            for one in history(tx, case, opened=True)
            if one.verb in _THEIRS and one.reason
        ]
    except NotFound:
        return ()
    return tuple(sorted([*told, *answers], key=lambda one: one.at))


def _may(case: Case, package: Package | None) -> frozenset[str]:
    verbs = {one.verb for one in case.kind.machine.possible(case.state)}
    found = verbs & {"answer", "take-back"}
    if package is not None and package.is_ready:
        found.add("fetch")
    return frozenset(found)


def last_day(due: datetime) -> datetime:
    """A moment on the last day before a limit is over: days end at midnight."""
    return due - timedelta(seconds=1)


def names(stores: Sequence[PersonStore]) -> Mapping[str, Text]:
    """What people call the steps of an erasure."""
    return {**{one.name: one.text for one in stores}, **DEEDS}


def plain(seen: Followed) -> dict[str, Any]:
    """For programs."""
    progress, package = seen.progress, seen.package
    return {
        "number": seen.case.number,
        "wish": seen.head.wish.value,
        "state": seen.case.state,
        "said_of_state": {"zh": seen.state.zh, "en": seen.state.en},
        "outcome": None if seen.head.outcome is None else seen.head.outcome.value,
        "received_at": isoformat(seen.head.received_at),
        "answer": _clock(seen.answer),
        "at_the_latest": _clock(seen.cap),
        "progress": None if progress is None else {"done": progress[0], "of": progress[1]},
        "steps": [
            {
                "store": one.store,
                "state": one.state.value,
                "gone": one.gone,
                "tries": one.tries,
                "trouble": one.trouble,
            }
            for one in seen.steps
        ],
        "copy": None
        if package is None
        else {
            "ready": package.is_ready,
            "size": package.size,
            "until": None if package.expires_at is None else isoformat(package.expires_at),
            "fetched": package.fetched,
        },
        "certified": seen.certified,
        "said": [
            {"at": isoformat(one.at), "by": "provider" if one.ours else "you", "words": one.words}
            for one in seen.said
        ],
        "may": sorted(seen.may),
    }


def _clock(one: RunningClock | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "due": isoformat(one.due) if one.due else None,
        "provisional": one.provisional,
        "rule": one.rule,
        "done": isoformat(one.ended_at) if one.outcome == "met" and one.ended_at else None,
        "late": one.late_at is not None,
    }
