# SPDX-License-Identifier: Apache-2.0
"""Speech by the official client: words judged both ways, sound labelled before it leaves."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, rules
from tests.unit.gateway.test_gateway_images import Studio
from tests.unit.gateway.test_gateway_server import NOW

from guiju.gateway.rules import Rules
from guiju.gateway.signals import AskModel, ModelAnswered
from guiju.gateway.upstreams import DemoModel
from guiju.kernel import digest
from guiju.labelling import check, first_write, mark, producer_code, read
from guiju.labelling.audio import SPEECH, encoded, hears_rhythm
from guiju.screening import Screen

if TYPE_CHECKING:  # it takes seconds to import: only where it is used
    import openai

TONES = bytes((7 * at) % 251 for at in range(48_000))
NEEDS_FFMPEG = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


class Speaks(DemoModel):
    """Answers with this file and keeps what it was asked."""

    def __init__(self, data: bytes, kind: str = "audio/wav") -> None:
        super().__init__(NOW)
        self.file = {"file": data, "type": kind}
        self.asked: list[AskModel] = []

    async def answer(self, ask: AskModel) -> ModelAnswered:
        self.asked.append(ask)
        return ModelAnswered(dict(self.file))


def spoken(studio: Studio, text: str = "你好", **asked: Any) -> Any:
    """The answer, or the error, as the official client tells it."""
    came: list[Any] = []

    async def scene(client: openai.AsyncOpenAI) -> None:
        import openai  # noqa: PLC0415 - as above

        wanted = {"model": "m", "voice": "alloy", "input": text, "response_format": "wav"}
        try:
            came.append(await client.audio.speech.create(**(wanted | asked)))
        except openai.APIStatusError as error:
            came.append(error)

    studio.by_openai(scene)
    return came[0]


def studio(data: bytes, kind: str = "audio/wav", used: Rules | None = None) -> Studio:
    return Studio(Speaks(data, kind), used or rules())


@pytest.mark.control("media-label", "text-label")
def test_speech_leaves_with_both_labels() -> None:
    """The rhythm is heard, the fields stand inside, the digest of these bytes is on record."""
    model = Speaks(encoded(TONES, "wav"))
    house = Studio(model, rules())
    answer = spoken(house, instructions="慢一点", speed=1.5)
    data = answer.content
    found = check(data)
    assert (found.verdict, found.axes["explicit"]) == ("present_valid", "start")
    fields = json.loads(answer.response.headers["x-guiju-aigc"])
    assert read(data).labels[0].label.fields == fields
    assert answer.response.headers["content-type"] == "audio/wav"
    (asked,) = model.asked
    assert (asked.path, asked.raw) == ("/audio/speech", True)
    assert json.loads(asked.body) == {
        "model": "m",
        "speed": 1.5,
        "voice": "alloy",
        "response_format": "wav",
        "input": "你好",
        "instructions": "慢一点",
    }
    record = house.record
    (kept,) = record.media
    assert (kept.digest, kept.explicit, kept.implicit) == (digest(data), "rhythm", "inside")
    assert (record.usage.characters, record.usage.covered) == (2, 2)
    assert (record.outgoing.verdict, record.label.implicit) == ("pass", True)


def test_raw_samples_get_the_rhythm_and_their_fields_beside_them() -> None:
    """They have no place for an implicit label."""
    house = studio(TONES, "audio/pcm")
    answer = spoken(house, response_format="pcm")
    assert answer.content.endswith(TONES)
    assert hears_rhythm(SPEECH.decoded(answer.content), SPEECH.rate)
    assert json.loads(answer.response.headers["x-guiju-aigc"])["Label"] == "1"
    assert house.record.media[0].implicit == "beside"


@NEEDS_FFMPEG
@pytest.mark.parametrize(
    "format_",
    [
        "mp3",
        "opus",
        pytest.param("aac", marks=pytest.mark.slow),
        pytest.param("flac", marks=pytest.mark.slow),
    ],
)
def test_packed_sound_is_labelled_too(format_: str) -> None:
    """In every format of the interface; the demo model makes it."""
    house = Studio(DemoModel(NOW), rules())
    answer = spoken(house, "海浪", response_format=format_)
    assert check(answer.content).verdict == "present_valid"
    assert house.record.media[0].explicit == "rhythm"


@pytest.mark.control("input-screening")
def test_a_blocked_text_is_not_spoken() -> None:
    """Neither as an input, nor as what would be heard, nor in how it is to be said."""
    for asked in ({"text": f"说{BLOCKED}"}, {"instructions": f"像{BLOCKED}那样"}):
        model = Speaks(TONES)
        house = Studio(model, rules())
        error = spoken(house, **asked)
        assert (error.status_code, error.code, model.asked) == (400, "content-blocked", [])
        assert house.record.finish == "content_filter"


@pytest.mark.control("output-screening", "generation-stopped")
def test_what_is_stopped_in_answers_only_is_not_spoken_either() -> None:
    """The same words would be an answer that people hear."""
    used = rules()
    entry = {"term": "绿色暗语", "harm": "A1g", "action": "block", "scope": ["output"]}
    masked = {"term": MASKED, "harm": "A4f", "action": "mask", "scope": ["output"]}
    screen = Screen.load({"entry": [entry, masked]}, used.policy)
    used = replace(used, screen=screen)
    model = Speaks(encoded(TONES, "wav"))
    house = Studio(model, used)
    assert spoken(house, "说绿色暗语吧").code == "content-blocked"
    assert (house.record.incoming.verdict, house.record.outgoing.verdict) == ("pass", "block")
    assert model.asked == []
    spoken(Studio(model, used), f"说{MASKED}吧")
    assert MASKED not in model.asked[0].body.decode()


@pytest.mark.control("closed-door")
@pytest.mark.parametrize(
    ("data", "kind", "format_", "code"),
    [
        (b"<html>no</html>", "text/html", "pcm", "upstream-unavailable"),
        (b'{"error":1}', "application/json", "pcm", "upstream-unavailable"),
        (b"", "audio/wav", "wav", "upstream-unavailable"),
        (TONES[:-1], "audio/pcm", "pcm", "upstream-unavailable"),
        (b"<html>no</html>", "audio/wav", "wav", "media-not-labelled"),
        (TONES, "audio/wav", "wav", "media-not-labelled"),
        (encoded(TONES, "wav"), "audio/mpeg", "mp3", "media-not-labelled"),
        (encoded(TONES, "wav")[:30], "audio/wav", "wav", "media-not-labelled"),
    ],
)
def test_what_is_no_sound_of_this_format_does_not_leave(
    data: bytes, kind: str, format_: str, code: str
) -> None:
    """One clear error, on record; nothing leaves without its label."""
    house = studio(data, kind)
    error = spoken(house, response_format=format_)
    assert (error.status_code, error.code) == (502, code)
    assert house.refusal.code == code


def test_a_request_that_is_none_is_told_so() -> None:
    """By the name of the field."""
    house = studio(encoded(TONES, "wav"))
    assert spoken(house, "").param == "input"
    assert spoken(house, "海" * 20_000).param == "input"
    assert spoken(house, response_format="midi").param == "response_format"
    assert spoken(house, speed=9).param == "speed"
    assert spoken(house, stream_format="sse").code == "field-not-offered"
    assert spoken(house, stream_format=["audio"]).code == "field-not-offered"
    assert spoken(house, voice="a b").param == "voice"
    assert spoken(house, voice={"id": "voice_1"}).response.status_code == 200


def test_sound_that_a_service_has_labelled_keeps_its_producer() -> None:
    """Ours stands in the pair of the propagator."""
    theirs = first_write(producer_code("91110102MAD55U9H0F"), "theirs-1")
    house = studio(mark(encoded(TONES, "wav"), theirs).data)
    answer = spoken(house)
    label = read(answer.content).labels[0].label
    assert (label.produce_id, label.propagate_id) == ("theirs-1", house.record.label.produce_id)
    assert house.record.media[0].producer == theirs.content_producer
