# SPDX-License-Identifier: Apache-2.0
"""Content without a visible label: only on agreed terms, on record, and never without the other."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.gateway.scene import caller, rules
from tests.unit.gateway.test_gateway_images import Draws, Studio, picture, seeing
from tests.unit.gateway.test_gateway_server import NOW
from tests.unit.gateway.test_gateway_speech import TONES, Speaks, spoken

from guiju.gateway.rules import Rules
from guiju.gateway.upstreams import DemoModel
from guiju.labelling import check, read
from guiju.labelling.audio import encoded
from guiju.records import WAIVED

if TYPE_CHECKING:  # it takes seconds to import: only where it is used
    import openai

Image = pytest.importorskip("PIL.Image")
TERMS = "e" * 64
WITHOUT = {"x-guiju-explicit-label": "none"}


def house(model: DemoModel, used: Rules | None = None, *, agreed: bool = True) -> Studio:
    found = Studio(model, replace(used or seeing(), waiver=TERMS))
    accepted = frozenset({TERMS}) if agreed else frozenset()
    found.people.fetch = lambda *_: caller(waivers=accepted)  # type: ignore[method-assign]
    return found


def told(studio: Studio, step: Any) -> Any:
    came: list[Any] = []

    async def scene(client: openai.AsyncOpenAI) -> None:
        import openai  # noqa: PLC0415 - as above

        try:
            came.append(await step(client))
        except openai.APIStatusError as error:
            came.append(error)

    studio.by_openai(scene)
    return came[0]


def draws(client: Any) -> Any:
    return client.images.generate(model="m", prompt="海", extra_headers=WITHOUT)


def chats(client: Any, **headers: str) -> Any:
    return client.chat.completions.with_raw_response.create(
        model="guiju-demo",
        messages=[{"role": "user", "content": "你好"}],
        extra_headers=headers or WITHOUT,
    )


@pytest.mark.control("label-waiver-log")
def test_a_picture_without_words_still_carries_its_label_inside() -> None:
    """The pixels are those of the model; recipient, terms and number are on record."""
    studio = house(Draws(picture()))
    answer = told(studio, draws)
    data = b64decode(answer.data[0].b64_json)
    assert Image.open(BytesIO(data)).tobytes() == Image.open(BytesIO(picture())).tobytes()
    assert check(data).verdict == "present_valid"
    record = studio.record
    assert (record.waived, record.label.place, record.label.implicit) == (TERMS, WAIVED, True)
    assert record.media[0].explicit == WAIVED


@pytest.mark.control("label-waiver-log")
def test_words_and_sound_come_without_too() -> None:
    """The seven fields stay beside the one and inside the other; the head says what was done."""
    studio = house(DemoModel(NOW))
    raw = told(studio, chats)
    assert raw.headers["x-guiju-explicit-label"] == "waived"
    said: Any = raw.parse()
    assert "人工智能" not in said.choices[0].message.content
    assert said.aigc["Label"] == "1"
    assert (studio.record.waived, studio.record.label.place) == (TERMS, WAIVED)
    sound = house(Speaks(encoded(TONES, "wav")), rules())
    answer = spoken(sound, extra_headers=WITHOUT)
    assert answer.content.count(TONES) == 1
    assert check(answer.content).axes["explicit"] == "not-checked"
    assert len(read(answer.content).labels) == 1
    assert sound.record.media[0].explicit == WAIVED


@pytest.mark.control("label-waiver-log")
def test_without_agreed_terms_the_label_stays() -> None:
    """Refused before a model is asked, whether there are no terms or they were not accepted."""
    model = Draws(picture())
    error = told(house(model, agreed=False), draws)
    assert (error.status_code, error.code) == (403, "label-waiver-not-accepted")
    error = told(Studio(model, seeing()), draws)
    assert (error.status_code, error.code) == (400, "label-waiver-not-offered")
    assert model.asked == []
    odd = told(
        house(DemoModel(NOW)), lambda client: chats(client, **{"x-guiju-explicit-label": "no"})
    )
    assert (odd.status_code, odd.code) == (400, "invalid-request")


def test_nothing_delivered_is_nothing_waived() -> None:
    """A stopped answer leaves no trace of a waiver."""
    studio = house(Draws(picture()))
    told(
        studio,
        lambda client: client.images.generate(
            model="m", prompt="青铜月亮会", extra_headers=WITHOUT
        ),
    )
    assert studio.record.waived is None
