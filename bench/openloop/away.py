# SPDX-License-Identifier: Apache-2.0
"""What guiju's memory does while its database is stopped under load: PostgreSQL, one worker."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

from bench.gateway import BIN, free_port, running
from bench.openloop.measures import failures, resident, whole
from bench.openloop.subjects import GUIJU, Subject
from tests.conftest import PostgresServer, _postgres_programs

from guiju.kernel import monotonic

RATE = 100.0


def database_away(folder: Path, model: int, seconds: float) -> dict[str, float] | None:
    """Resident MiB before, at most during and after, and how many requests were refused.

    None when PostgreSQL is not installed.
    """
    programs = _postgres_programs()
    if programs is None:
        return None
    server = PostgresServer(programs)
    server.start()
    try:
        with _guiju(folder / "away", model, server.new_database()) as subject:
            return _stopped(subject, server, seconds)
    finally:
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


def _stopped(subject: Subject, server: PostgresServer, seconds: float) -> dict[str, float]:
    whole(subject, RATE, 3.0)
    before, highest = resident(subject), [resident(subject)]
    server.stop()
    try:
        with _watched(subject, highest):
            shots = whole(subject, RATE, seconds)
    finally:
        server.start()
    began = monotonic()
    spill = (subject.folder or Path()) / "spill"
    while list(spill.glob("*")) and monotonic() < began + 60:
        sleep(0.05)
    took = monotonic() - began
    later = whole(subject, RATE, 2.0)
    return {
        "seconds": seconds,
        "requests": len(shots),
        "refused": failures(shots),
        "refused_later": failures(later),
        "before_mib": before,
        "highest_mib": max(highest),
        "after_mib": resident(subject),
        "caught_up_seconds": took,
    }


@contextmanager
def _watched(subject: Subject, into: list[float]) -> Iterator[None]:
    """Note the subject's memory twice a second."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            into.append(resident(subject))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextmanager
def _guiju(data: Path, model: int, address: str) -> Iterator[Subject]:
    port = free_port()
    command = [str(BIN / "guiju"), "up", "--data", str(data), "--port", str(port)]
    command += ["--upstream", f"http://127.0.0.1:{model}/v1", "--database", address]
    with running(command, f"http://127.0.0.1:{port}/readyz") as pid:
        key = json.loads((data / "first-run.json").read_text())["user"]["api_key"]
        headers = {"authorization": f"Bearer {key}"}
        yield Subject(GUIJU, port, pid, headers, folder=data)
