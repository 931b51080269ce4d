# SPDX-License-Identifier: Apache-2.0
"""Checks many files side by side, in one process for each core, so that the disk sets the pace."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import msgspec

from guiju.kernel import GuijuError
from guiju.labelling.checking import check
from guiju.labelling.report import Report
from guiju.labelling.security import Pinned

FEW = 500
"""So many files are done before further processes have started."""

_AT_ONCE = 32


class Manner(msgspec.Struct, frozen=True):
    """What is known beforehand, as `check` takes it."""

    pinned: Pinned | None = None
    watermark: bool = False
    anchors: str | None = None


class Failed(msgspec.Struct, frozen=True):
    """Why a file could not be looked at: the words of the error, and the exit status for it."""

    why: str
    code: str
    exit_status: int


def checked(sources: Sequence[Path], manner: Manner) -> Iterator[Report | Failed]:
    """The verdict on each file, in their order; what goes wrong with one does not stop the others.

    May raise BrokenProcessPool, when a process is killed from outside.
    """
    one = partial(_checked, manner)
    processes = len(os.sched_getaffinity(0))
    if len(sources) <= FEW or processes == 1:
        yield from map(one, sources)
        return
    # Started afresh: a copy of a process with threads may hold their locks for ever.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield from pool.map(one, sources, chunksize=_AT_ONCE)


def _checked(manner: Manner, source: Path) -> Report | Failed:
    try:
        return check(
            source,
            pinned=manner.pinned,
            watermark=manner.watermark,
            anchors=manner.anchors,
        )
    except GuijuError as error:
        return Failed(error.message("en"), error.code, error.exit_status)
