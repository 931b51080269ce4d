# SPDX-License-Identifier: Apache-2.0
"""What became of paced streams: when each piece came, against when the model sent it.

A gateway may hold back a tail of each stream. Which of the model's pieces a piece of the client's
came with is known from how much text there is by then, so the time that the tail is held, which is
the guard's purpose, is not counted, and everything else is.
"""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import msgspec
from bench.openloop.load import Shot
from bench.openloop.model import PHRASE, PIECE

_MS = 1000.0


@dataclass(frozen=True)
class Streams:
    """Milliseconds, all of them beyond what the model itself took."""

    first: list[float]
    gaps: list[float]
    stalls: list[float]
    failed: int


def sent_by(model: int) -> dict[int, list[float]]:
    """The model service's log since it was asked last."""
    with urllib.request.urlopen(f"http://127.0.0.1:{model}/sent", timeout=30) as answer:
        return {int(name): times for name, times in json.loads(answer.read()).items()}


def pieces_of(shot: Shot) -> Iterator[tuple[float, str]]:
    """The times and texts of a stream's pieces; what is no text of an answer is passed over."""
    left = b""
    for at, data in shot.pieces:
        *events, left = (left + data).replace(b"\r\n", b"\n").split(b"\n\n")
        for event in events:
            if text := _text(event):
                yield at, text


def _text(event: bytes) -> str:
    for line in event.split(b"\n"):
        if line.startswith(b"data:") and b"[DONE]" not in line:
            value = msgspec.json.decode(line[5:])
            choices = value.get("choices") or [{}]
            return str((choices[0].get("delta") or {}).get("content") or "")
    return ""


def compared(shots: Iterable[Shot], sent: dict[int, list[float]]) -> Streams:
    """What was added to each stream of `shots`, by the model's log."""
    first: list[float] = []
    gaps: list[float] = []
    stalls: list[float] = []
    failed = 0
    for shot in shots:
        log = sent.get(shot.number, [])
        late = list(_late(shot, log[1:-1]))
        if shot.status != 200 or not late:
            failed += 1
            continue
        asked = log[0] - shot.intended
        first.append((asked + late[0][0] - log[1]) * _MS)
        steps = [max(0.0, now[1] - before[1]) * _MS for before, now in pairwise(late)]
        gaps += steps
        stalls.append(max(steps, default=0.0))
    return Streams(first, gaps, stalls, failed)


def _late(shot: Shot, log: list[float]) -> Iterator[tuple[float, float]]:
    """For each piece that holds words of the model: when it came, and how late (seconds)."""
    known = 0
    for at, text in pieces_of(shot):
        if known > (len(log) - 1) * PIECE:
            return  # the rest of the last piece is the held tail, then come the gateway's own words
        known += len(text)
        yield at, at - log[min(-(-known // PIECE), len(log)) - 1]


def leaked(shots: Iterable[Shot]) -> tuple[int, int]:
    """How many streams were answered to their end, and in how many the phrase could be read.

    A stream that was stopped for the phrase is one that was answered; one that failed is not.
    """
    texts = ["".join(text for _, text in pieces_of(one)) for one in shots if one.status]
    return len(texts), sum(PHRASE in one for one in texts)
