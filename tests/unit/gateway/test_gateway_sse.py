# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway import sse

PAYLOADS = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1).filter(
        lambda text: not text.startswith(" ")
    ),
    max_size=6,
)


@given(PAYLOADS, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_events_are_the_same_however_the_bytes_are_cut(
    payloads: list[str], end: str, data: st.DataObject
) -> None:
    """Any line ending, any cut: the same payloads in the same order."""
    wire = "".join(f": hello{end}data: {one}{end}id: 7{end}{end}" for one in payloads).encode()
    reader, found, at = sse.EventReader(), [], 0
    while at < len(wire):
        size = data.draw(st.integers(1, len(wire) - at))
        found += reader.feed(wire[at : at + size])
        at += size
    found += reader.close()
    assert [one.decode() for one in found] == payloads


def test_an_event_over_several_lines_is_one_payload() -> None:
    """As the standard says, the lines are joined by a line break."""
    assert sse.EventReader().feed(b"data: a\ndata: b\n\n") == [b"a\nb"]


def test_an_endless_event_is_refused() -> None:
    """An upstream cannot fill our memory."""
    reader = sse.EventReader()
    with pytest.raises(sse.TooLargeError):
        for _ in range(10):
            reader.feed(b"data: " + bytes(1024 * 1024))


def test_what_is_written_can_be_read() -> None:
    """Our own events go through our own reader."""
    assert sse.EventReader().feed(sse.event(b'{"a":1}') + sse.DONE) == [b'{"a":1}', b"[DONE]"]
