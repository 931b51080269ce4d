# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.scene import (
    BLOCKED,
    MASKED,
    REFUSAL,
    REVIEWED,
    Play,
    caller,
    exchange,
    rules,
)

from guiju.accounts import PersonState
from guiju.gateway.signals import (
    AskModel,
    ClientGone,
    End,
    Failed,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    Record,
    Recorded,
    Reply,
    Send,
)
from guiju.gateway.upstreams import unavailable
from guiju.labelling import Place
from guiju.records import Exchange, Refusal

LABEL = "\n\n本回答由人工智能生成"


def answer(text: str | None, **message: Any) -> ModelAnswered:
    whole = {"role": "assistant", "content": text, **message}
    choice = {"index": 0, "message": whole, "finish_reason": "stop"}
    return ModelAnswered({"id": "x", "object": "chat.completion", "choices": [choice]})


def stream(text: str, size: int = 1, **options: Any) -> Play:
    play = Play(exchange(stream=True, **options)).begin()
    play.speak(*(text[at : at + size] for at in range(0, len(text), size)))
    play.tell(ModelDone())
    return play


def test_an_answer_waits_for_its_record() -> None:
    """Nothing is replied before the recorder has said that it is durable."""
    play = Play(exchange()).begin()
    play.tell(answer("好的"))
    assert play.of(Reply) == []
    play.recorded()
    status, body = play.reply
    assert status == 200
    assert body["choices"][0]["message"]["content"] == "好的" + LABEL
    assert body["aigc"]["Label"] == "1"


def test_the_end_of_a_stream_waits_for_its_record() -> None:
    """The pieces flow; finish reason, implicit label and [DONE] come after the record."""
    play = stream("好的")
    assert play.of(Send)
    assert play.of(End) == []
    assert play.finish() is None
    play.recorded()
    assert play.finish() == "stop"
    assert play.done
    assert play.chunks()[-1]["aigc"]["ProduceID"] == "p-1"


@pytest.mark.control("output-screening", "generation-stopped")
@given(
    st.text(st.sampled_from("你好青铜月亮会蓝鲸口令abc，\u200b"), max_size=30),
    st.booleans(),
    st.data(),
)
def test_however_a_stream_is_cut_the_same_is_delivered(
    text: str, add: bool, data: st.DataObject
) -> None:
    """Same text, same verdict, same label for every cutting; nothing of a blocked span leaves."""
    text = text + BLOCKED + "尾" if add else text
    whole = Play(exchange(stream=True)).begin()
    if whole.speak(*([text] if text else [])):
        pass
    whole.tell(ModelDone())
    whole.recorded()
    cut, at = Play(exchange(stream=True)).begin(), 0
    while at < len(text):
        size = data.draw(st.integers(1, len(text) - at))
        if not cut.speak(text[at : at + size]):
            break
        at += size
    cut.tell(ModelDone())
    cut.recorded()
    assert cut.said() == whole.said()
    assert cut.finish() == whole.finish()
    assert cut.record.outgoing == whole.record.outgoing
    assert cut.record.usage == whole.record.usage
    assert BLOCKED not in cut.said()
    if add:
        assert cut.finish() == "content_filter"
        assert "尾" not in cut.said()


@given(st.text(st.sampled_from("你好蓝鲸口令字"), max_size=20), st.integers(1, 5))
def test_a_stream_and_a_whole_answer_say_the_same(text: str, size: int) -> None:
    """Masks and labels are the same in both ways of answering."""
    streamed = stream(text, size).recorded()
    whole = Play(exchange()).begin()
    whole.tell(answer(text))
    whole.recorded()
    content = whole.reply[1]["choices"][0]["message"]["content"] or ""
    assert streamed.said() == content
    assert MASKED not in content


@pytest.mark.parametrize("side", ["input", "output"])
def test_what_is_to_be_masked_is_masked_beside_what_is_to_be_reviewed(side: str) -> None:
    """A graver finding elsewhere in the text does not let a masked span through, either way."""
    text = f"{REVIEWED}和{MASKED}。"
    if side == "input":
        (asked,) = Play(exchange(text)).begin().of(AskModel)
        assert json.loads(asked.body)["messages"][0]["content"] == f"{REVIEWED}和****。"
        return
    whole = Play(exchange()).begin()
    whole.tell(answer(text))
    whole.recorded()
    content = whole.reply[1]["choices"][0]["message"]["content"]
    assert content == stream(text, 2).recorded().said()
    assert content.startswith(f"{REVIEWED}和****。")
    assert whole.record.outgoing.verdict == "review"


def test_what_is_delivered_is_covered_by_a_verdict() -> None:
    """The characters counted on the way out are those that were judged."""
    play = stream("一二三四五六七", 2).recorded()
    assert play.record.usage.characters == play.record.usage.covered == 7


@pytest.mark.parametrize("streamed", [True, False])
def test_a_blocked_input_asks_no_model(streamed: bool) -> None:
    """The refusal comes as a normal answer, recorded like any other."""
    play = Play(exchange(f"说说{BLOCKED}", stream=streamed)).begin()
    assert not play.asked
    assert isinstance(play.record, Exchange)
    assert play.record.incoming.verdict == "block"
    play.recorded()
    if streamed:
        assert play.said() == REFUSAL.zh
        assert play.finish() == "content_filter"
    else:
        choice = play.reply[1]["choices"][0]
        assert choice["message"]["content"] == REFUSAL.zh
        assert choice["finish_reason"] == "content_filter"


@pytest.mark.parametrize("streamed", [True, False])
@pytest.mark.parametrize("side", ["input", "output"])
def test_policy_may_answer_a_block_with_an_error(streamed: bool, side: str) -> None:
    """HTTP 400 `content-blocked` when nothing was delivered; still one record."""
    text = BLOCKED if side == "input" else "你好"
    play = Play(exchange(text, rules(as_error=True), stream=streamed)).begin()
    if side == "output":
        if streamed:
            play.speak(BLOCKED)
            play.tell(ModelDone())
        else:
            play.tell(answer(BLOCKED))
    play.recorded()
    status, body = play.reply
    assert (status, body["error"]["code"], body["error"]["article"]) == (400, "content-blocked", 14)
    assert len(play.of(Record)) == 1


def test_the_label_may_stand_at_the_start() -> None:
    """Before the first piece in a stream, before the text in a whole answer."""
    play = Play(exchange(used=rules(place=Place.START), stream=True)).begin()
    play.speak("好", "的")
    play.tell(ModelDone())
    play.recorded()
    assert play.said() == "本回答由人工智能生成\n\n好的"
    whole = Play(exchange(used=rules(place=Place.START))).begin()
    whole.tell(answer("好的"))
    whole.recorded()
    assert whole.reply[1]["choices"][0]["message"]["content"] == play.said()


def test_text_for_programs_stays_parsable() -> None:
    """JSON output keeps the visible label outside; the implicit one is there all the same."""
    play = Play(exchange(response_format={"type": "json_object"})).begin()
    play.tell(answer('{"a":1}'))
    play.recorded()
    body = play.reply[1]
    assert json.loads(body["choices"][0]["message"]["content"]) == {"a": 1}
    assert body["aigc"]["Label"] == "1"
    assert play.record.label.place == "interface"


@pytest.mark.control("agreement-before-use")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"agreement": None}, "agreement-not-accepted"),
        ({"agreement": 1, "agreement_required": 2}, "agreement-not-accepted"),
        ({"state": PersonState.SUSPENDED}, "account-suspended"),
    ],
)
def test_whoever_may_not_use_the_service_is_refused_with_evidence(
    changes: dict[str, Any], code: str
) -> None:
    """403, and a refusal goes to the record instead of an exchange."""
    play = Play(exchange(), caller(**changes)).begin()
    assert not play.asked
    assert isinstance(play.record, Refusal)
    assert play.record.code == code
    play.recorded()
    status, body = play.reply
    assert (status, body["error"]["code"]) == (403, code)


@pytest.mark.control("closed-door")
def test_a_record_that_fails_is_no_answer() -> None:
    """The generated text never leaves when it cannot be recorded."""
    play = Play(exchange()).begin()
    play.tell(answer("好的"))
    play.tell(Failed(unavailable()))
    status, body = play.reply
    assert status == 503
    assert "choices" not in body
    assert len(play.of(Record)) == 1


def test_a_stream_whose_record_fails_has_no_end() -> None:
    """No finish reason, no [DONE], but an error event."""
    play = stream("好的")
    play.tell(Failed(unavailable()))
    assert not play.done
    assert play.chunks()[-1]["error"]["code"] == "upstream-unavailable"


def test_a_model_that_breaks_off_leaves_a_record_and_a_label() -> None:
    """What was delivered is labelled and recorded before the error is told."""
    play = Play(exchange(stream=True)).begin()
    play.speak("说到一半")
    play.tell(Failed(unavailable()))
    assert play.record.finish == "upstream-error"
    play.recorded()
    assert play.said() == "说到一半" + LABEL
    assert not play.done


def test_a_client_that_leaves_stops_nothing_from_being_recorded() -> None:
    """Only what was sent counts; nothing more is sent."""
    play = Play(exchange(stream=True)).begin()
    play.speak("已经发出", "青铜月")
    sent = len(play.of(Send))
    play.tell(ClientGone())
    assert len(play.of(Send)) == sent
    assert play.record.finish == "client-gone"
    assert play.record.usage.characters == 4


def test_what_the_model_says_after_it_was_stopped_goes_nowhere() -> None:
    """Late chunks, ends and failures after the stop change nothing."""
    play = Play(exchange(stream=True)).begin()
    assert play.speak("好。") is True
    assert play.speak(BLOCKED) is False
    play.tell(ModelDone())
    before = list(play.commands)
    assert play.tell(ModelDone()) == []
    assert play.tell(ModelChunk({"choices": []})) == []
    play.recorded()
    assert play.finish() == "content_filter"
    assert play.commands[: len(before)] == before
    assert play.tell(Recorded()) == []


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        {"error": {"message": "no"}, "choices": []},
        {"choices": "no"},
        {"choices": [{"delta": {"content": "x"}}]},
        {"choices": ["no"]},
    ],
)
def test_a_chunk_that_is_not_understood_is_withheld(chunk: dict[str, Any]) -> None:
    """It ends the stream with an error instead of being passed on."""
    play = Play(exchange(stream=True)).begin()
    play.speak("好")
    play.tell(ModelChunk(chunk))
    play.recorded()
    assert play.chunks()[-1]["error"]["code"] == "upstream-unavailable"


def test_fields_that_are_not_understood_do_not_pass() -> None:
    """Unknown keys of deltas and messages, and log probabilities, are left out."""
    play = Play(exchange(stream=True)).begin()
    play.speak("好", secret=BLOCKED, audio={"data": BLOCKED})
    play.tell(ModelDone())
    play.recorded()
    assert BLOCKED not in str(play.chunks())
    whole = Play(exchange()).begin()
    whole.tell(answer("好", secret=BLOCKED))
    whole.recorded()
    assert BLOCKED not in str(whole.reply)


def test_several_choices_are_each_judged() -> None:
    """One blocked choice does not hide behind another."""
    choices = [
        {"index": index, "message": {"content": text}, "finish_reason": "stop"}
        for index, text in enumerate(("好", f"看{BLOCKED}"))
    ]
    play = Play(exchange(n=2)).begin()
    play.tell(ModelAnswered({"choices": choices}))
    play.recorded()
    shown = play.reply[1]["choices"]
    assert [one["finish_reason"] for one in shown] == ["stop", "content_filter"]
    assert BLOCKED not in str(shown)
    assert play.record.usage.characters == 1


def test_the_model_does_not_learn_who_asks() -> None:
    """End user ids, metadata and storage wishes are kept back."""
    play = Play(exchange(user="visitor", metadata={"a": "b"}, store=True)).begin()
    (asked,) = play.of(AskModel)
    assert set(json.loads(asked.body)) == {"model", "messages"}


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"model": 7}, "model"),
        ({"model": "a b"}, "model"),
        ({"messages": []}, "messages"),
        ({"messages": [{"content": "x"}]}, "messages[0]"),
        ({"stream": "yes"}, "stream"),
        ({"n": 0}, "n"),
        ({"n": 99}, "n"),
        ({"user": 5}, "user"),
    ],
)
def test_a_wrong_request_is_told_which_field(body: dict[str, Any], param: str) -> None:
    """400 `invalid-request` with the name of the field; nothing is recorded for nobody."""
    play = Play(exchange(**body)).begin()
    status, answered = play.reply
    assert (status, answered["error"]["code"], answered["error"]["param"]) == (
        400,
        "invalid-request",
        param,
    )
    assert play.of(Record) == []
