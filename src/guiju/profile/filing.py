# SPDX-License-Identifier: Apache-2.0
"""Which version was filed under which number, and what has drifted from it since (Article 17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from guiju.kernel import BEIJING, Actor, Form, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.profile import drift, refusing, service, store
from guiju.profile.drift import Drift
from guiju.profile.model import CODE, MACHINE, VersionState
from guiju.profile.parts import FilingKind
from guiju.profile.running import Running
from guiju.storage import Tx

_NAME = 200
_CONTROLS = ("filing-drift",)
# What an authority files or registers a service by; the rest of the numbers name no content.
KINDS = (FilingKind.GENAI_FILING, FilingKind.GENAI_REGISTRATION, FilingKind.ALGORITHM_FILING)


class Mark(NamedTuple):
    """That a version was filed: as what, under which number, on which day."""

    version: int
    kind: FilingKind
    number: str
    filed_on: date


@dataclass(frozen=True, slots=True)
class Filed:
    """A version as it was filed; `filed_on` is a day as YYYY-MM-DD."""

    version: int
    kind: FilingKind
    number: str
    digest: str
    filed_on: str
    running: Running
    marked_by: str
    marked_at: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """What was compared: the version in force, the newest mark of each kind, the differences."""

    version: int
    filed: Sequence[Filed]
    drifts: Sequence[Drift]


def mark_filed(tx: Tx, actor: Actor, mark: Mark, running: Running) -> Filed:
    """Keep that a version was filed, with what runs at this moment.

    Raises:
        Refused: `person-needed` or `role-needed`.
        NotFound: `statement-unknown`.
        Invalid: `statement-invalid` for a day that has not come, or a number that is none.
        Conflict: `filing-known`.
    """
    MACHINE.step(VersionState.PROPOSED, "approve", actor)
    form = Form({"number": mark.number.strip()}, CODE)
    version, number = mark.version, form.text("number", longest=_NAME)
    if mark.filed_on > tx.now.astimezone(BEIJING).date():
        raise form.fault("filed_on", "日期还没有到", "is a day that has not come yet")
    found = service.published(tx, version)
    values = {
        "version": version,
        "number": number,
        "kind": mark.kind.value,
        "digest": found.digest,
        "filed_on": mark.filed_on.isoformat(),
        "running": running.to_mapping(),
        "marked_by": actor.id,
        "marked_at": tx.now,
    }
    if not store.add_filed(tx, values):
        raise refusing.marked_already(number)
    append(
        tx,
        "statement-filed",
        controls=("service-statement",),
        actor=actor,
        subject=f"statement-{version}",
        facts={
            "version": version,
            "digest": found.digest,
            "kind": mark.kind.value,
            "number": number,
            "filed_on": mark.filed_on.isoformat(),
        },
    )
    return next(one for one in filed(tx) if (one.version, one.number) == (version, number))


def filed(tx: Tx) -> list[Filed]:
    """Every mark, the latest first."""
    return [
        Filed(
            version=row.version,
            kind=FilingKind(row.kind),
            number=row.number,
            digest=row.digest,
            filed_on=row.filed_on,
            running=Running.from_mapping(row.running),
            marked_by=row.marked_by,
            marked_at=row.marked_at,
        )
        for row in store.filed(tx)
    ]


def compare(tx: Tx, running: Running) -> Compared:
    """Hold what runs against the statement in force, and both against what was filed.

    Raises:
        NotFound: `statement-none`.
    """
    now = service.in_force(tx)
    latest: dict[FilingKind, Filed] = {}
    for one in filed(tx):
        latest.setdefault(one.kind, one)
    found = drift.against_running(now.statement, running)
    for one in latest.values():
        was = service.published(tx, one.version).statement
        found += drift.since_filed(was, now.statement, one.running, running)
        found += drift.not_shown(one.number, now.statement)
    return Compared(now.version, tuple(latest.values()), tuple(dict.fromkeys(found)))


@enforces("filing-drift")
def put_on_record(tx: Tx, compared: Compared, actor: Actor | None = None) -> None:
    """Append that a comparison was made and what it came to; the places, never the words."""
    places: dict[str, Any] = {}
    for one in compared.drifts:
        places[one.place] = places.get(one.place, 0) + 1
    append(
        tx,
        "filing-compared",
        controls=_CONTROLS,
        actor=actor or software("profile"),
        subject=f"statement-{compared.version}",
        facts={
            "version": compared.version,
            "filed": [one.number for one in compared.filed],
            "differences": len(compared.drifts),
            "places": dict(sorted(places.items())),
            "same": not compared.drifts,
        },
    )
