# SPDX-License-Identifier: Apache-2.0
"""Recorded conversations: for these bytes in, these bytes out, on both sides of the gateway.

A file in `golden/` has four parts, each under a line that begins with `=== `: the request, what the
model service is asked, what it says (one JSON a line; a whole answer or chunks), and what the
client gets. The second and the last are compared byte for byte; with GUIJU_GOLDEN=write in the
environment they are written anew, to be read before they are kept.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from msgspec import structs
from tests.unit.gateway.scene import Play, on

from guiju.gateway.signals import (
    AskModel,
    End,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Reply,
    Send,
    StopModel,
)

FILES = sorted((Path(__file__).parent / "golden").glob("*.txt"))
MARK = "=== "


def parts(text: str) -> dict[str, str]:
    """What stands below each mark, by the first word of the mark."""
    found: dict[str, str] = {}
    for part in text.split("\n" + MARK):
        head, _, body = part.removeprefix(MARK).partition("\n")
        found[head.split()[0]] = body
        found[f"{head.split()[0]}-head"] = head
    return found


def said(play: Play, lines: list[str]) -> None:
    """The model says what is written down, until it is stopped."""
    spoken = [json.loads(one) for one in lines]
    if play.subject.work.stream:
        for chunk in spoken:
            if StopModel() in play.tell(ModelChunk(chunk)):
                break
        play.tell(ModelDone())
    else:
        play.tell(ModelAnswered(spoken[0]))


def conversation(given: dict[str, str]) -> str:
    """The file as it should be, by its request and what the model says."""
    _, path = given["request-head"].split()
    subject = on(path, {})
    subject.work.ask = structs.replace(subject.work.ask, raw=given["request"].encode())
    play = Play(subject).begin()
    asked = "nothing"
    if play.asked:
        (found,) = play.of(AskModel)
        asked = f"{found.path}\n{found.body.decode()}"
        said(play, given["says"].splitlines())
    play.recorded()
    replies = play.of(Reply)
    if replies:
        got = f"{replies[0].status}\n{replies[0].body.decode()}"
    else:
        got = "200\n" + b"".join(
            one.data for one in play.commands if isinstance(one, Send | End)
        ).decode().removesuffix("\n")
    return (
        f"{MARK}request {path}\n{given['request']}\n{MARK}asked {asked}\n"
        f"{MARK}says\n{given['says']}\n{MARK}answered {got}\n"
    )


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_conversation_is_still_the_same(file: Path) -> None:
    """Every byte that the model service and the client get."""
    text = file.read_text(encoding="utf-8")
    found = conversation(parts(text))
    if os.environ.get("GUIJU_GOLDEN") == "write":
        file.write_text(found, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == found


def test_every_wire_has_recorded_conversations() -> None:
    """Whole, streamed and stopped."""
    assert len(FILES) >= 18
