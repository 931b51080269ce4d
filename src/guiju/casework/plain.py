# SPDX-License-Identifier: Apache-2.0
"""Cases as data, for commands with `--json` and for programs."""

from __future__ import annotations

from typing import Any

from guiju.casework.case import Case, Claim, Event, RunningClock
from guiju.casework.paper import Note
from guiju.kernel import isoformat


def case_report(one: Case) -> dict[str, Any]:
    """A case for programs, without words."""
    return {
        "number": one.number,
        "kind": one.kind.name,
        "state": one.state,
        "version": one.version,
        "severity": one.severity.name.lower(),
        "origin": one.origin.value,
        "queue": one.queue,
        "subject": one.subject,
        "service": one.service,
        "about": one.about,
        "policy": one.policy,
        "opened_at": isoformat(one.opened_at),
        "closed_at": one.closed_at and isoformat(one.closed_at),
        "due": one.due and isoformat(one.due),
    }


def claim_report(one: Claim) -> dict[str, Any]:
    """Who has a case in hand."""
    return {"holder": one.holder, "until": isoformat(one.until)}


def clock_report(one: RunningClock) -> dict[str, Any]:
    """A clock of a case."""
    return {
        "name": one.name,
        "limit": one.limit,
        "unit": one.unit.value,
        "rule": one.rule,
        "basis": one.basis.value,
        "due": one.due and isoformat(one.due),
        "provisional": one.provisional,
        "late_at": one.late_at and isoformat(one.late_at),
        "ended_at": one.ended_at and isoformat(one.ended_at),
        "outcome": one.outcome and one.outcome.value,
    }


def event_report(one: Event) -> dict[str, Any]:
    """What happened to a case once."""
    return {
        "seq": one.seq,
        "verb": one.verb,
        "source": one.source,
        "target": one.target,
        "actor": one.actor,
        "at": isoformat(one.at),
        "reason": one.reason,
    }


def note_report(one: Note) -> dict[str, Any]:
    """A note on a case."""
    return {
        "seq": one.seq,
        "outward": one.outward,
        "author": one.author,
        "at": isoformat(one.at),
        "words": one.words,
    }
