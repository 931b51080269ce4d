# SPDX-License-Identifier: Apache-2.0
"""Server-sent events as bytes: cut a stream into payloads, however it arrives; write payloads."""

from __future__ import annotations

DONE = b"data: [DONE]\n\n"
# An event larger than this is no chat chunk; holding more would let an upstream fill our memory.
MOST_BYTES = 4 * 1024 * 1024
_BEGIN, _END = b"data: ", b"\n\n"
_BETWEEN = _END + _BEGIN
_INSIDE = slice(len(_BEGIN), -len(_END))


class TooLargeError(ValueError):
    """One event grew beyond what any chunk may be."""


class EventReader:
    """Feeds on bytes, gives back the `data` of each complete event in order."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._rest: list[bytes] = []  # pieces of the line that is not whole yet
        self._data: list[bytes] = []
        self._held = 0

    def feed(self, piece: bytes) -> list[bytes]:
        """The payloads completed by `piece`; raises TooLargeError for an endless event."""
        if not self._held and (whole := _whole_events(piece)):
            return whole
        if b"\n" not in piece and b"\r" not in piece and not self._ends_in_cr():
            # Joined once when the line is whole: an upstream that drips must not cost us more.
            self._keep(piece)
            return []
        rest = b"".join((*self._rest, piece))
        self._held -= sum(map(len, self._rest))
        # A CR at the very end may be half of a CRLF: decide when the next byte is known.
        held = b"\r" if rest.endswith(b"\r") else b""
        text = rest[: len(rest) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, last = text.split(b"\n")
        payloads = [found for line in lines if (found := self._line(line)) is not None]
        self._rest = []
        self._keep(last + held)
        return payloads

    def close(self) -> list[bytes]:
        """The payload of an event whose last blank line never came."""
        payloads = self.feed(b"\n\n") if self._rest or self._data else []
        self._rest = []
        return payloads

    def _ends_in_cr(self) -> bool:
        return bool(self._rest) and self._rest[-1].endswith(b"\r")

    def _keep(self, piece: bytes) -> None:
        if piece:
            self._rest.append(piece)
            self._count(len(piece))

    def _line(self, line: bytes) -> bytes | None:
        if not line:
            self._held -= sum(len(one) + 1 for one in self._data)
            data, self._data = self._data, []
            return b"\n".join(data) if data else None
        name, _, value = line.partition(b":")
        if name == b"data":
            value = value.removeprefix(b" ")
            self._data.append(value)
            # Even an empty line takes room.
            self._count(len(value) + 1)
        return None

    def _count(self, length: int) -> None:
        self._held += length
        if self._held > MOST_BYTES:
            raise TooLargeError(f"an event of more than {MOST_BYTES} bytes")


def _whole_events(piece: bytes) -> list[bytes]:
    """The payloads of a piece that is events of one line each, as most are; none of any other."""
    if not piece.startswith(_BEGIN) or not piece.endswith(_END) or b"\r" in piece:
        return []
    payloads = piece[_INSIDE].split(_BETWEEN)
    if piece.count(b"\n") != 2 * len(payloads) or len(piece) > MOST_BYTES:
        return []
    return payloads


def event(payload: bytes) -> bytes:
    """One event that carries `payload`, which must hold no line break (JSON never does)."""
    return b"data: " + payload + b"\n\n"
