# SPDX-License-Identifier: Apache-2.0
"""Where the time of one request went, in seconds."""

from __future__ import annotations

from guiju.kernel import monotonic


class Timing:
    """A stopwatch for one request; each part is added up as it goes by."""

    __slots__ = ("begun", "first", "parts", "reading", "recording", "screening", "upstream")

    def __init__(self) -> None:
        """The request has come."""
        self.begun = monotonic()
        self.screening = 0.0
        """Judging and labelling, guard models included."""
        self.upstream = 0.0
        """Waiting for the model."""
        self.recording = 0.0
        """Waiting for the record to be durable."""
        self.reading = 0.0
        """Waiting for the client to take what is sent."""
        self.first: float | None = None
        """From the beginning to the first piece of a stream that was sent."""
        self.parts: list[tuple[str, float, float]] = []
        """Stretches by name, from and to in seconds since the beginning."""

    def total(self) -> float:
        """Since the request has come."""
        return monotonic() - self.begun

    def part(self, name: str, begun: float) -> float:
        """Note a stretch that began at the moment `begun` and ends now; its length."""
        now = monotonic()
        self.parts.append((name, begun - self.begun, now - self.begun))
        return now - begun

    def sent(self) -> float:
        """A piece of a stream leaves now, and the first one is noted; which moment that is."""
        now = monotonic()
        if self.first is None:
            self.first = now - self.begun
        return now

    def taken(self, sent: float) -> float:
        """The client has taken a piece that left at the moment `sent`; which moment it is now."""
        now = monotonic()
        self.reading += now - sent
        return now
