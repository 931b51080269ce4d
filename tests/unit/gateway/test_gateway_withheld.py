# SPDX-License-Identifier: Apache-2.0
"""What a case has withdrawn from all answers is not said anew, and any other text is as it was."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.scene import REFUSAL, Play, exchange, on, rules
from tests.unit.gateway.test_gateway_exchange import answer, stream
from tests.unit.gateway.test_gateway_guards import Guarded, Minding
from tests.unit.gateway.test_gateway_images import Draws, Studio, picture, seeing
from tests.unit.gateway.test_gateway_server import NOW, Client, run

from guiju.dispositions import Entry, Withdrawn
from guiju.dispositions.withdrawal_store import Mark
from guiju.gateway.rules import Rules, Streaming
from guiju.gateway.signals import ModelDone
from guiju.gateway.withheld import Suspense
from guiju.records import Part, Sameness, plain

WHY = Entry("CA-2026-000007", "A1g")
WORDS = "取七枚青石，绕庭院走三圈，再把剩下的都埋在槐树下面，第二天清晨回来看。"
SAME = Sameness(b"k" * 32)


def withdrawing(*texts: str, used: Rules | None = None, files: tuple[bytes, ...] = ()) -> Rules:
    """Rules under which these are withdrawn."""
    made = Withdrawn()
    found = [(str(SAME.of_text(one)), WHY, tuple(SAME.starts(one))) for one in texts]
    found += [(SAME.of_bytes(one), WHY, ()) for one in files]
    made.become(Mark(len(found), 0), found, NOW.now())
    return replace(used or rules(), withdrawn=made, same=SAME)


def whole(*texts: str, used: Rules) -> Play:
    """A whole answer with these choices."""
    play = Play(exchange(used=used, n=len(texts))).begin()
    event = answer(texts[0])
    event.answer["choices"] = [
        {"index": at, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for at, text in enumerate(texts)
    ]
    play.tell(event)
    return play.recorded()


def streamed(*pieces: str, used: Rules, **body: Any) -> Play:
    play = Play(exchange(used=used, stream=True, **body)).begin()
    play.speak(*pieces)
    play.tell(ModelDone())
    return play.recorded()


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.control("content-removed")
def test_a_whole_answer_that_is_withdrawn_does_not_leave() -> None:
    """In its place stands the refusal; what was withheld is on record, with the case."""
    play = whole(WORDS.replace("，", "，\n"), used=withdrawing(WORDS))
    status, said = play.reply
    assert status == 200
    (choice,) = said["choices"]
    assert (choice["message"]["content"], choice["finish_reason"]) == (REFUSAL.zh, "content_filter")
    item = play.record
    assert (item.outgoing.verdict, item.finish, item.parts) == ("block", "content_filter", ())
    (found,) = item.findings
    assert (found.detector, found.rule, found.harm) == ("withdrawn", WHY.number, WHY.harm)
    assert "青石" in json.loads(item.output)["withheld"]["0"]
    assert "青石" not in str(json.loads(item.output)["delivered"])


def test_of_several_answers_only_the_withdrawn_one_is_kept_back() -> None:
    other = "这是另一个完全不同的回答，说的是别的事情，也足够长。"
    play = whole(other, WORDS, used=withdrawing(WORDS))
    first, second = play.reply[1]["choices"]
    assert first["message"]["content"].startswith(other)
    assert second["message"]["content"] == REFUSAL.zh
    assert play.record.parts == (Part("0", str(SAME.of_text(other))),)


@pytest.mark.parametrize("size", [1, 3, 7, 16, 17, 200])
def test_of_a_withdrawn_stream_nothing_leaves_however_it_is_cut(size: int) -> None:
    play = streamed(*cut(WORDS, size), used=withdrawing(WORDS))
    assert play.said() == REFUSAL.zh
    assert play.finish() == "content_filter"
    item = play.record
    assert (item.outgoing.verdict, item.finish, item.parts) == ("block", "content_filter", ())
    assert json.loads(item.output)["delivered"]["0"]["content"] == ""
    assert json.loads(item.output)["withheld"]["0/content"] == WORDS
    assert [one.rule for one in item.findings] == [WHY.number]


BEGINNINGS = [WORDS[:10], WORDS[:16], WORDS[:17], WORDS[:-1], WORDS + "完。", "好。", "", WORDS * 3]


@pytest.mark.parametrize("text", [*BEGINNINGS, WORDS[:20] + "但是别的都不一样了，真的不一样。"])
@pytest.mark.parametrize("size", [1, 5, 100])
def test_a_stream_that_only_begins_like_it_says_all_it_has_to_say(text: str, size: int) -> None:
    """Late by its first words, and the same as without."""
    usual = replace(rules(), same=SAME)
    play, free = streamed(*cut(text, size), used=withdrawing(WORDS)), streamed(text, used=usual)
    assert (play.said(), play.finish()) == (free.said(), free.finish())
    assert play.record.output == free.record.output
    assert play.record.parts == free.record.parts


@given(
    st.text("甲乙 é\u0301\n", max_size=60),
    st.text("甲乙 é\u0301\n", max_size=60),
    st.integers(1, 9),
)
def test_held_or_not_what_comes_out_is_what_went_in(text: str, withdrawn: str, size: int) -> None:
    """Unless it is the very text that is withdrawn, of which nothing comes out."""
    known = Withdrawn()
    digest = SAME.of_text(withdrawn)
    if digest is not None:
        known.become(Mark(1, 0), [(digest, WHY, tuple(SAME.starts(withdrawn)))], NOW.now())
    held = Suspense(known, SAME)
    said = "".join(held.take(one) for one in cut(text, size))
    rest, why = held.end()
    same = digest is not None and plain(text) == plain(withdrawn)
    assert why == (WHY if same else None)
    assert said + rest == ("" if same else text)


def test_what_is_said_meanwhile_is_held_no_longer_than_its_beginning_is_the_same() -> None:
    """Another text leaves with its seventeenth character, and from then on at once."""
    play = Play(exchange(used=withdrawing(WORDS), stream=True)).begin()
    play.speak(*cut("说一件毫不相干的事情，慢慢地说，一个", 1)[:16])
    assert play.said() == ""
    play.speak("字")
    assert play.said().startswith("说一件")


def test_nothing_is_held_while_nothing_is_withdrawn() -> None:
    """The first word leaves at once, and no channel has anything to ask."""
    play = Play(exchange(used=replace(rules(), same=SAME), stream=True)).begin()
    play.speak("好", "的")
    assert play.said() != ""
    (choice,) = play.subject.work.relay.choices.values()  # type: ignore[union-attr]
    assert choice.channels["content"].suspense is None


def test_what_is_withdrawn_while_it_is_said_is_not_found_in_the_middle() -> None:
    """The stream began before: it ends as it would have, and is found on record afterwards."""
    used = withdrawing()
    play = Play(exchange(used=used, stream=True)).begin()
    play.speak(*cut(WORDS, 4)[:3])
    text = str(SAME.of_text(WORDS))
    used.withdrawn.become(Mark(1, 0), [(text, WHY, tuple(SAME.starts(WORDS)))], NOW.now())
    play.speak(*cut(WORDS, 4)[3:])
    play.tell(ModelDone())
    assert play.recorded().record.parts == (Part("0", text),)


@pytest.mark.parametrize("mode", ["balanced", "fast", "strict"])
def test_guards_are_not_asked_about_what_is_withdrawn(mode: str) -> None:
    """Nor does a sentence leave that waited for them."""
    minding = Minding(directions=("output",))
    play = Guarded(minding, stream=True, streaming=Streaming(mode, 200, whole=False))
    play.subject.work.rules = withdrawing(WORDS, used=play.subject.work.rules)
    play.begin()
    play.speak(*cut(WORDS, 6))
    play.ended()
    assert minding.asked == []
    assert WORDS[:4] not in play.said()
    assert play.record.finish == "content_filter"


def test_in_another_dialect_it_is_held_back_too() -> None:
    """Also where a thought is said before it."""
    body = {"model": "m", "input": "你好", "stream": True}
    play = Play(on("/v1/responses", body, withdrawing(WORDS))).begin()
    play.speak("想一想", content=None, reasoning_content="想一想")
    play.speak(*cut(WORDS, 5))
    play.tell(ModelDone())
    play.recorded()
    sent = b"".join(getattr(one, "data", b"") for one in play.commands).decode()
    assert json.dumps(WORDS[:5])[1:-1] not in sent
    assert WORDS[:5] not in sent
    assert play.record.finish == "content_filter"


def test_an_answer_is_on_record_with_what_it_is_found_by() -> None:
    """Whole or in pieces the same digest; none where no content is kept, or few words are said."""
    used = replace(rules(), same=SAME)
    expected = (Part("0", str(SAME.of_text(WORDS))),)
    assert whole(WORDS, used=used).record.parts == expected
    assert streamed(*cut(WORDS, 3), used=used).record.parts == expected
    assert whole(WORDS, used=replace(used, retention_days=0)).record.parts == ()
    assert streamed(WORDS, used=replace(used, retention_days=0)).record.parts == ()
    assert whole("好的，没有问题。", used=used).record.parts == ()
    assert stream("短", 1).record.parts == ()


async def draw(studio: Studio, **asked: Any) -> Client:
    asking = Client(path="/v1/images/generations")
    return await asking.body({"model": "m", "prompt": "海", **asked}).of(studio.gateway)


def test_a_picture_that_is_withdrawn_does_not_leave_whatever_its_label() -> None:
    """The others of the same answer do."""

    async def scene() -> None:
        one, other = picture(10), picture(20)
        used = withdrawing(used=seeing(), files=(one,))
        studio = Studio(Draws(one, other), used)
        client = await draw(studio, n=2)
        (left,) = client.json["data"]
        record = studio.record
        (medium,) = record.media
        assert b64decode(left["b64_json"]) != one
        assert record.parts == (Part(medium.produce_id, SAME.of_bytes(other)),)
        assert (record.outgoing.verdict, record.finish) == ("block", "content_filter")
        assert [found.rule for found in record.findings] == [WHY.number]

    run(scene)


def test_where_the_only_picture_is_withdrawn_an_error_says_so() -> None:
    async def scene() -> None:
        one = picture(10)
        studio = Studio(Draws(one), withdrawing(used=seeing(), files=(one,)))
        client = await draw(studio)
        assert (client.status, client.json["error"]["code"]) == (400, "content-blocked")
        assert studio.record.media == ()

    run(scene)
