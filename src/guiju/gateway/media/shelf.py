# SPDX-License-Identifier: Apache-2.0
"""What the gateway asks of the records about films and files; short questions, in any thread."""

from __future__ import annotations

from guiju import dispositions, records
from guiju.records import MadeMedium, VideoJob
from guiju.storage import Database


class Shelf:
    """Kept files and jobs."""

    def __init__(self, database: Database) -> None:
        """Nothing is held between two questions."""
        self._database = database

    def fetched(self, produce_id: str) -> tuple[MadeMedium, bytes]:
        """The file of this number.

        Raises:
            NotFound: it was never here, or its time is over.
            Refused: `content-removed`, by a case about it.
            Unavailable: it was altered.
        """
        with self._database.read() as tx:
            found = records.made(tx, produce_id)
            if found is not None:
                dispositions.check_served(tx, produce_id, found.digest)
            return records.fetched(tx, produce_id)

    def kept(self, produce_id: str) -> bool:
        """Whether it is here."""
        with self._database.read() as tx:
            return records.kept(tx, produce_id)

    def job(self, request: str, person: str) -> VideoJob | None:
        """A job of this person."""
        with self._database.read() as tx:
            return records.job(tx, request, person)

    def jobs(self, person: str, after: str | None, limit: int, *, newest: bool) -> list[VideoJob]:
        """The jobs of this person."""
        with self._database.read() as tx:
            return records.jobs(tx, person, after, limit, newest=newest)

    def check_free(self, one: VideoJob) -> None:
        """Refuse to delete what a case holds; raises Conflict `record-held`."""
        with self._database.read() as tx:
            records.check_job_free(tx, one)

    def drop(self, one: VideoJob) -> bool:
        """Forget a job; False if it is gone already."""
        with self._database.write() as tx:
            return records.drop_job(tx, one)
