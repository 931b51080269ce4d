# SPDX-License-Identifier: Apache-2.0
"""Where the time of one request went, in seconds."""

from __future__ import annotations

from guiju.kernel import monotonic


class Timing:
    """A stopwatch for one request; each part is added up as it goes by."""

    __slots__ = ("begun", "first", "reading", "recording", "screening", "upstream")

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

    def total(self) -> float:
        """Since the request has come."""
        return monotonic() - self.begun

    def sent(self) -> None:
        """A piece of a stream leaves; the first one is noted."""
        if self.first is None:
            self.first = monotonic() - self.begun
