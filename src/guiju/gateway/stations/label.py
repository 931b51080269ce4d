# SPDX-License-Identifier: Apache-2.0
"""Label: the mark people see and the mark machines read, on every generated answer (Article 12)."""

from __future__ import annotations

from guiju.gateway.signals import Command, Send
from guiju.gateway.work import Work
from guiju.labelling import Place
from guiju.records import WAIVED


def label(work: Work) -> tuple[Command, ...]:
    """Put the visible label where policy says; the implicit one rides in the last piece."""
    if not work.usage.characters:
        return ()
    work.place = str(work.label_place()) if work.waived is None else WAIVED
    if work.relay is not None:
        return _stream_labels(work)
    for choice in (work.answer or {}).get("choices", ()):
        message = choice["message"]
        text = message["content"]
        if text and choice["finish_reason"] != "content_filter":
            message["content"] = work.labelled(text)
    return ()


def _stream_labels(work: Work) -> tuple[Command, ...]:
    relay = work.relay
    if relay is None or relay.silent or work.place != Place.END:
        return ()
    return tuple(
        Send(relay.label(work.label_after(text), index))
        for index, choice in relay.choices.items()
        if (text := choice.text("content")) and not choice.labelled
    )
