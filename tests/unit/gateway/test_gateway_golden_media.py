# SPDX-License-Identifier: Apache-2.0
"""Recorded conversations about pictures, sound and films, as those about words are.

The files have the same four parts as in `golden/`. A form is written with plain line breaks,
`<png>` stands for a picture in it and `<png64>` in what the model service says. Labels are put in
by a hand that writes which order it had; what real labels look like is tested elsewhere.
"""

from __future__ import annotations

import json
import os
import re
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from tests.unit.gateway.scene import Play, on
from tests.unit.gateway.test_gateway_golden import MARK, parts
from tests.unit.gateway.test_gateway_images import seeing
from tests.unit.gateway.test_gateway_pictures import png

from guiju.gateway.media.model import Labelled
from guiju.gateway.signals import (
    AskEyes,
    AskModel,
    Command,
    Event,
    EyesSaid,
    LabelMedia,
    MediaLabelled,
    ModelAnswered,
    Record,
    Recorded,
    Reply,
    TakeIn,
    TakenIn,
)
from guiju.screening import Outcome
from guiju.screening.images import ImageVerdict

FILES = sorted((Path(__file__).parent / "golden-media").glob("*.txt"))
PNG = png()
RULES = seeing(unscreened="review")


def labelled(order: Any) -> Labelled:
    """What was ordered, as text."""
    told = {
        "format": order.format,
        "words": order.words is not None,
        "heard": order.heard,
        "number": order.label.produce_id,
    }
    kind = {"picture": "image/png", "film": "video/mp4"}.get(order.format, f"audio/{order.format}")
    return Labelled(json.dumps(told).encode(), order.label, kind, "words", "inside")


def world(command: Command, says: str) -> Event | None:
    """What follows from a command, where somebody is asked."""
    if isinstance(command, AskModel):
        said = json.loads(says.replace("<png64>", b64encode(PNG).decode()))
        if command.raw:
            said["file"] = said["file"].encode()
        return ModelAnswered(said)
    if isinstance(command, AskEyes):
        return EyesSaid(tuple(ImageVerdict(Outcome.PASS, (), "d" * 64) for _ in command.pictures))
    if isinstance(command, TakeIn):
        return TakenIn(tuple(PNG for _ in command.urls))
    if isinstance(command, LabelMedia):
        return MediaLabelled(tuple(labelled(one) for one in command.orders))
    return Recorded() if isinstance(command, Record) else None


def conversation(given: dict[str, str]) -> str:
    """The file as it should be, by its request and what the model service says."""
    _, path, *kind = given["request-head"].split(" ", 2)
    raw = given["request"].encode()
    if kind:
        raw = raw.replace(b"\n", b"\r\n").replace(b"<png>", PNG) + b"\r\n"
    subject = on(path, {}, RULES)
    ask = subject.work.ask
    base = "https://guiju.example"
    subject.work.ask = structs.replace(ask, raw=raw, kind="".join(kind), base=base)
    play = Play(subject).begin()
    done = 0
    while done < len(play.commands):
        event = world(play.commands[done], given["says"])
        done += 1
        if event is not None:
            play.tell(event)
    (reply,) = play.of(Reply)
    head = " ".join((str(reply.status), reply.kind))
    # The key of addresses is drawn anew for each run.
    body = re.sub("signature=[0-9a-f]{64}", "signature=<hex>", reply.body.decode())
    return (
        f"{MARK}request {' '.join((path, *kind))}\n{given['request']}\n"
        f"{MARK}asked {asked(play)}\n"
        f"{MARK}says\n{given['says']}\n{MARK}answered {head}\n{body}\n"
    )


def asked(play: Play) -> str:
    """What the model service is asked."""
    found = play.of(AskModel)
    if not found:
        return "nothing"
    (one,) = found
    how = "form" if one.form else "json"
    files = [f"{file.field} {file.kind} {len(file.data)} bytes" for file in one.files]
    return "\n".join((f"{one.path} {how}", one.body.decode(), *files))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recorded_conversation_is_still_the_same(file: Path) -> None:
    """Every byte that the model service and the client get."""
    found = conversation(parts(file.read_text(encoding="utf-8")))
    if os.environ.get("GUIJU_GOLDEN") == "write":
        file.write_text(found, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == found


def test_every_route_that_makes_files_has_recorded_conversations() -> None:
    """Made, and stopped or refused."""
    names = {one.stem for one in FILES}
    for route in ("generations", "edits", "speech", "videos"):
        assert {f"{route}-made", f"{route}-stopped"} <= names
