# SPDX-License-Identifier: Apache-2.0
"""`guiju privacy replay`: after a backup was put back, delete again what was deleted since."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

import click

from guiju.desk import by_staff, file_type, put, with_json
from guiju.privacy import refusing
from guiju.privacy.replaying import Replayed


@runtime_checkable
class _Replays(Protocol):
    """What `app` puts into the click context for this command."""

    def replay(self, by: str, folder: Path | None) -> Replayed | None:
        """Open a database that is older than its ledger, and bring it up; None: it is not."""
        ...


@click.command()
@click.option("--tiles", type=file_type, help="Another copy of the published ledger.")
@by_staff
@with_json
@click.pass_context
def replay(context: click.Context, tiles: Path | None, by: str, *, as_json: bool) -> None:
    """Delete again what had been erased or had expired before a backup was put back.

    For a privacy or safety officer; the service does not start before. Started again after a kill,
    it goes on. Exit 1: something of people who were erased is still found.
    """
    if not isinstance(context.obj, _Replays):
        raise refusing.data_not_open()
    done = context.obj.replay(by, tiles)
    if done is None:
        put(None, ["the database is not older than its ledger"], as_json=as_json)
        return
    lines = [
        f"ledger      {done.size:,} leaves were here, {done.published:,} are again",
        f"erased      {len(done.people):,} people again, {done.keys:,} keys destroyed",
        *(f"  {name}  {_counts(gone)}" for name, gone in done.people.items()),
        f"deleted     {done.rows:,} rows, words of {done.cases:,} cases",
        f"taken back  {done.withdrawn:,} consents, {done.revoked:,} access keys",
        f"lost        {done.lost:,} rows were changed after the backup; their leaves stay",
        *(
            f"renewed     {name}: guiju keys renew, as its earlier key opens again"
            for name in done.renewed
        ),
        *(f"unfinished  {number}: begin its erasure anew" for number in done.unfinished),
        f"found       {', '.join(done.found) or 'nothing'}",
    ]
    put(done, lines, as_json=as_json)
    context.exit(int(bool(done.found)))


def _counts(gone: object) -> str:
    counts = gone.items() if isinstance(gone, dict) else ()
    return ", ".join(f"{store} {number}" for store, number in counts) or "-"
