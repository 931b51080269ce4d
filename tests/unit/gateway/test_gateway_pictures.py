# SPDX-License-Identifier: Apache-2.0
"""Pictures in a request: judged by the policy's eyes, and passed on byte for byte or refused."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, REFUSAL, Play, on, rules

from guiju.gateway.eyes import Eyes, Viewers, eyes_of
from guiju.gateway.rules import Rules
from guiju.gateway.signals import AskEyes, AskModel, EyesSaid, Failed
from guiju.kernel import Unavailable
from guiju.screening.images import Box, ImageScreen, ImageVerdict, Pixels, TextBox
from guiju.screening.images import Eyes as Parts

Image = pytest.importorskip("PIL.Image")
ELSEWHERE = "https://pictures.example/cat.png"


def png(colour: int = 100) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 30), (colour, 50, 50)).save(file, "PNG")
    return file.getvalue()


def url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


class Reads:
    """A reader that finds the same line in every picture."""

    def __init__(self, line: str) -> None:
        self.line = line

    def read(self, _: Pixels) -> list[TextBox]:
        return [TextBox(self.line, Box(0, 0, 9, 9))] if self.line else []


def eyes(line: str = "", **images: Any) -> Rules:
    """Rules whose eyes must read text, and read `line`."""
    used = rules()
    table: Mapping[str, Any] = {"images": {"require": ["ocr"], **images}}
    parts = Parts(ocr=Reads(line))
    screen = ImageScreen.load(table, used.policy, used.screen.judge, parts)
    return replace(used, eyes=Eyes(screen, Viewers()))


class Seeing(Play):
    """A play whose eyes answer at once, in the same thread."""

    def begin(self) -> Seeing:
        super().begin()
        for one in self.of(AskEyes):
            self.look(one)
        return self

    def look(self, asked: AskEyes) -> None:
        found = self.subject.work.eyes()
        assert found is not None
        seen = [found._screen.judge(one, "input") for one in asked.pictures]
        self.tell(EyesSaid(tuple(seen)))


def chat(*urls: str, used: Rules | None = None, **more: Any) -> Seeing:
    parts = [{"type": "image_url", "image_url": {"url": one, **more}} for one in urls]
    content = [{"type": "text", "text": "这是什么"}, *parts]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    return Seeing(on("/v1/chat/completions", body, used)).begin()


def refused(play: Play) -> tuple[int, str, str]:
    assert not play.asked
    play.recorded()
    status, body = play.reply
    error = body["error"]
    return status, error["code"], error["param"]


def passed(play: Play) -> dict[str, Any]:
    (found,) = play.of(AskModel)
    body: dict[str, Any] = json.loads(found.body)
    return body


def test_a_picture_is_judged_and_passed_on() -> None:
    """Byte for byte, under the kind that its bytes say and not the one that the client says."""
    play = chat(url(png(), "jpeg"), used=eyes("一只猫"), detail="low")
    content = passed(play)["messages"][0]["content"]
    assert content[1] == {"type": "image_url", "image_url": {"url": url(png()), "detail": "low"}}
    assert play.subject.work.incoming.screened == "full"


@pytest.mark.control("input-screening")
def test_a_picture_of_a_blocked_word_stops_the_request() -> None:
    """The model is not asked, the refusal is an ordinary one, the finding is on record."""
    play = chat(url(png()), used=eyes(f"看{BLOCKED}"))
    assert not play.asked
    assert play.record.incoming.verdict == "block"
    (found,) = play.record.findings
    assert (found.direction, found.harm, found.action) == ("input", "A1g", "block")
    play.recorded()
    choice = play.reply[1]["choices"][0]
    assert (choice["message"]["content"], choice["finish_reason"]) == (REFUSAL.zh, "content_filter")


def test_without_eyes_a_picture_is_refused_by_name() -> None:
    """A policy that says nothing of pictures lets none pass."""
    place = "messages[0].content[1]"
    assert refused(chat(url(png()))) == (400, "content-not-screened", place)
    assert refused(chat(ELSEWHERE)) == (400, "content-not-screened", place)


def test_a_picture_that_a_required_part_could_not_look_at_is_refused() -> None:
    """Nobody there to read it, or no picture that can be opened."""
    used = rules()
    screen = ImageScreen.load({}, used.policy, used.screen.judge, Parts())
    used = replace(used, eyes=Eyes(screen, Viewers()))
    assert refused(chat(url(png()), used=used))[:2] == (400, "content-not-screened")
    broken = png()[:40]
    status, code, param = refused(chat(url(png()), url(broken), used=eyes()))
    assert (status, code, param) == (400, "content-not-screened", "messages[0].content[2]")


@pytest.mark.parametrize("unscreened", ["block", "refuse", "review"])
def test_nobody_fetches_a_picture_that_is_elsewhere(unscreened: str) -> None:
    """Refused by name, unless the policy lets pass what nobody has seen; that is on record."""
    play = chat(ELSEWHERE, used=eyes(unscreened=unscreened))
    assert play.of(AskEyes) == []
    if unscreened == "review":
        assert passed(play)["messages"][0]["content"][1]["image_url"]["url"] == ELSEWHERE
        incoming = play.subject.work.incoming
        assert (incoming.verdict, incoming.screened) == (
            "review",
            "not-screened: picture-elsewhere",
        )
    else:
        assert refused(play)[:2] == (400, "content-not-screened")


@pytest.mark.parametrize(
    "given",
    [
        "data:image/png;base64,",
        "data:image/png;base64,%%%%",
        "data:image/png;base64,aGVsbG8=",
        "data:text/plain;base64,aGVsbG8=",
        "data:image/png,hello",
        f"DATA:image/png;base64,{BLOCKED}",
        url(png()) + "\n",
        url(png())[:-2],
    ],
)
def test_what_is_no_picture_is_a_wrong_request(given: str) -> None:
    """Other media, broken base64, text, and bytes behind the end of the base64."""
    status, code, param = refused(chat(given, used=eyes()))
    assert (status, code, param) == (400, "invalid-request", "messages[0].content[1]")


@pytest.mark.parametrize(
    "part",
    [
        {"type": "image_url", "image_url": url(b"x")},
        {"type": "image_url", "image_url": {"url": 7}},
        {"type": "image_url", "image_url": {"url": ELSEWHERE, "alt": BLOCKED}},
        {"type": "image_url", "image_url": {"url": ELSEWHERE, "detail": BLOCKED}},
        {"type": "image_url", "image_url": {"url": ELSEWHERE}, "text": BLOCKED},
        {"type": "input_audio", "input_audio": {"data": "x", "format": "wav"}},
        {"type": "file", "file": {"file_data": "x"}},
        {"type": "video_url", "video_url": {"url": ELSEWHERE}},
    ],
)
def test_nothing_stands_beside_a_picture(part: dict[str, Any]) -> None:
    """Neither text nor sound nor film; each is refused by its place."""
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    play = Seeing(on("/v1/chat/completions", body, eyes())).begin()
    assert refused(play) == (400, "content-not-screened", "messages[0].content[0]")


def test_too_many_pictures_are_refused() -> None:
    """Each costs a look."""
    assert refused(chat(*[url(png())] * 21, used=eyes()))[:2] == (400, "invalid-request")


def test_the_text_beside_a_picture_is_judged_first() -> None:
    """Nobody looks at a picture for a request that is stopped already."""
    part = {"type": "image_url", "image_url": {"url": url(png())}}
    content = [{"type": "text", "text": BLOCKED}, part]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    play = Seeing(on("/v1/chat/completions", body, eyes())).begin()
    assert play.of(AskEyes) == []
    assert play.record.incoming.verdict == "block"


DATA = b64encode(png()).decode()
BASE64 = {"type": "base64", "media_type": "image/png", "data": DATA}
PART = {"type": "image_url", "image_url": {"url": url(png())}}


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        (
            "/v1/messages",
            {"max_tokens": 9, "messages": [{"role": "user", "content": [
                {"type": "text", "text": "甲"}, {"type": "image", "source": BASE64}]}]},
            "messages[0].content[1]",
        ),
        (
            "/v1/messages",
            {"max_tokens": 9, "messages": [{"role": "user", "content": [
                {"type": "text", "text": "甲"},
                {"type": "image", "source": {"type": "url", "url": url(png())}}]}]},
            "messages[0].content[1]",
        ),
        (
            "/v1/responses",
            {"input": [{"role": "user", "content": [
                {"type": "input_text", "text": "甲"},
                {"type": "input_image", "image_url": url(png())}]}]},
            "input[0].content[1]",
        ),
    ],
)  # fmt: skip
def test_every_wire_has_pictures(path: str, body: dict[str, Any], place: str) -> None:
    """They go where a chat has them; what is refused is named as the client named it."""
    used = eyes("一只猫")
    content = passed(Seeing(on(path, {"model": "m", **body}, used)).begin())["messages"][0]
    assert content == {"role": "user", "content": [{"type": "text", "text": "甲"}, PART]}
    play = Seeing(on(path, {"model": "m", **body})).begin()
    assert refused(play) == (400, "content-not-screened", place)
    assert not Seeing(on(path, {"model": "m", **body}, eyes(BLOCKED))).begin().asked


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/responses"])
def test_a_picture_in_a_result_follows_the_results(path: str) -> None:
    """Tools of a chat answer in text: the model sees what they show right behind it."""
    results: Any
    if path == "/v1/messages":
        uses = [{"type": "tool_use", "id": one, "name": "f", "input": {}} for one in "ab"]
        shown = [{"type": "text", "text": "见图"}, {"type": "image", "source": BASE64}]
        results = [
            {"type": "tool_result", "tool_use_id": "a", "content": shown},
            {"type": "tool_result", "tool_use_id": "b", "content": "无"},
            {"type": "text", "text": "看"},
        ]
        messages = [{"role": "assistant", "content": uses}, {"role": "user", "content": results}]
        body: dict[str, Any] = {"max_tokens": 9, "messages": messages}
    else:
        shown = [
            {"type": "input_text", "text": "见图"},
            {"type": "input_image", "image_url": url(png())},
        ]
        results = [
            {"type": "function_call_output", "call_id": "a", "output": shown},
            {"type": "function_call_output", "call_id": "b", "output": "无"},
            {"role": "user", "content": "看"},
        ]
        call = {"type": "function_call", "name": "f", "arguments": "{}"}
        body = {"input": [*({**call, "call_id": one} for one in "ab"), *results]}
    sent = passed(Seeing(on(path, {"model": "m", **body}, eyes())).begin())["messages"]
    assert [one["role"] for one in sent[:3]] == ["assistant", "tool", "tool"]
    assert [one["content"] for one in sent[1:3]] == ["见图", "无"]
    assert all(one["role"] == "user" for one in sent[3:])
    assert PART in sent[3]["content"]
    assert "看" in json.dumps(sent[3:], ensure_ascii=False)


def test_a_place_cannot_be_forged() -> None:
    """The key under which a wire keeps it is none of JSON's."""
    part = {**PART, "0": BLOCKED}
    body = {"model": "m", "messages": [{"role": "user", "content": [part]}]}
    play = Seeing(on("/v1/chat/completions", body, eyes())).begin()
    assert refused(play) == (400, "content-not-screened", "messages[0].content[0]")


def test_eyes_look_in_threads_and_their_queue_has_an_end() -> None:
    """Several pictures at once, in order; a flood is told to come back."""

    async def scene() -> None:
        used = eyes(BLOCKED).eyes
        assert used is not None
        seen = await used.judge((png(1), png(2)))
        assert [one.stops for one in seen] == [True, True]
        with pytest.raises(Unavailable) as flooded:
            await used.judge((png(),) * 65)
        assert flooded.value.code == "screening-unavailable"
        assert (await used.judge((png(),)))[0].stops

    asyncio.run(scene())


def test_a_policy_without_a_table_has_no_eyes() -> None:
    """And one with a table has the parts that are installed; a model that is away is a gap."""
    used = rules()
    eye = {"name": "eye", "family": "judge", "url": "http://127.0.0.1:9/v1", "model": "m"}
    tables: list[Mapping[str, Any]] = [
        {},
        {"images": {}},
        {"images": {"require": ["codes"]}},
        {"images": {"require": ["vision"], "vision": eye}},
    ]
    made = [
        eyes_of(table, used.policy, used.screen.judge, Viewers(), lambda _: None)
        for table in tables
    ]
    assert made[0] is made[1] is None

    async def scene() -> list[ImageVerdict]:
        return [(await one.judge((png(),)))[0] for one in made if one is not None]

    with pytest.raises(Unavailable) as missing:
        table = {"images": {"require": ["vision"], "vision": {**eye, "key": "NO_SUCH_KEY"}}}
        eyes_of(table, used.policy, used.screen.judge, Viewers(), lambda _: None)
    assert missing.value.code == "guard-key-missing"
    codes, vision = asyncio.run(scene())
    assert codes.screened in {"full", "not-screened: codes-missing"}
    assert (vision.stops, vision.screened) == (True, "not-screened: vision-unreachable")


def test_eyes_that_break_close_the_door() -> None:
    """Nothing passes because nobody looked."""
    play = Play(chat(url(png()), used=eyes()).subject)
    subject = on(
        "/v1/chat/completions",
        {"model": "m", "messages": [{"role": "user", "content": [PART]}]},
        eyes(),
    )
    play = Play(subject).begin()
    play.tell(Failed(Unavailable("screening-unavailable", REFUSAL, REFUSAL)))
    assert refused(play)[:2] == (503, "screening-unavailable")
