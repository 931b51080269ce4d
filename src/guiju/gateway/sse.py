# SPDX-License-Identifier: Apache-2.0
"""Server-sent events as bytes: cut a stream into payloads, however it arrives; write payloads."""

from __future__ import annotations

DONE = b"data: [DONE]\n\n"
# An event larger than this is no chat chunk; holding more would let an upstream fill our memory.
MOST_BYTES = 4 * 1024 * 1024


class TooLargeError(ValueError):
    """One event grew beyond what any chunk may be."""


class EventReader:
    """Feeds on bytes, gives back the `data` of each complete event in order."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._rest = b""
        self._data: list[bytes] = []
        self._held = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """The payloads completed by `piece`; raises TooLargeError for an endless event."""
        rest = self._rest + piece
        # A CR at the very end may be half of a CRLF: decide when the next byte is known.
        held = b"\r" if rest.endswith(b"\r") else b""
        text = rest[: len(rest) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, last = text.split(b"\n")
        self._rest = last + held
        payloads = [found for line in lines if (found := self._line(line)) is not None]
        if self._held + len(self._rest) > MOST_BYTES:
            raise TooLargeError(f"an event of more than {MOST_BYTES} bytes")
        return payloads

    def close(self) -> list[bytes]:
        """The payload of an event whose last blank line never came."""
        payloads = self.feed(b"\n\n") if self._rest or self._data else []
        self._rest = b""
        return payloads

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            data, self._data, self._held = self._data, [], 0
            return b"\n".join(data) if data else None
        name, _, value = line.partition(b":")
        if name == b"data":
            self._data.append(value.removeprefix(b" "))
            self._held += len(value)
        return None


def event(payload: bytes) -> bytes:
    """One event that carries `payload`, which must hold no line break (JSON never does)."""
    return b"data: " + payload + b"\n\n"
