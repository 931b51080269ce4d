# SPDX-License-Identifier: Apache-2.0
"""The workers of one machine share their counts through small files, one for each process.

What a worker counted before it died still counts, so that no counter ever runs backwards; how
things are just now is asked only of those that live.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec

from guiju.gateway.telemetry.tallies import Gauges, Tallies
from guiju.kernel import Clock, micros

_ENDING = ".json"
# A worker writes once a second; who has not for so long is gone or hangs.
_FRESH_MICROS = 5_000_000


class _Shared(msgspec.Struct):
    at: int
    tallies: Tallies
    gauges: Gauges


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Shared).decode


class Sharing:
    """One worker's view of the counts of all."""

    def __init__(self, folder: Path, clock: Clock, name: str | None = None) -> None:
        """`name` is this worker's own, its process number by default."""
        self._folder = folder
        self._clock = clock
        self._own = f"{name or os.getpid()}{_ENDING}"

    def begin_anew(self) -> None:
        """Forget all counts: for whoever starts the workers, before the first of them."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def share(self, tallies: Tallies, gauges: Gauges) -> None:
        """Let the others see this worker's counts; raises OSError when the disk takes nothing."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._folder / f".{self._own}"
        temporary.write_bytes(_encode(_Shared(micros(self._clock.now()), tallies, gauges)))
        temporary.replace(self._folder / self._own)

    def together(self, tallies: Tallies, gauges: Gauges) -> tuple[Tallies, Gauges]:
        """This worker's counts, which are the newest, and those of all others."""
        counted, now, at = Tallies(), Gauges(), micros(self._clock.now())
        counted.add(tallies)
        now.add(gauges)
        for path in self._folder.glob(f"[!.]*{_ENDING}"):
            if path.name == self._own:
                continue
            try:
                found = _decode(path.read_bytes())
            except (OSError, msgspec.DecodeError):
                # A worker of another version, or a file that has just gone.
                continue
            counted.add(found.tallies)
            if at - found.at < _FRESH_MICROS:
                now.add(found.gauges)
        return counted, now
