# SPDX-License-Identifier: Apache-2.0
"""`/v1/completions` and `/v1/embeddings`: asked in their own shape, judged like any other."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, REFUSAL, Play, on, rules

from guiju.gateway import recalled
from guiju.gateway.signals import AskModel, ModelAnswered, ModelChunk, ModelDone, StopModel
from guiju.labelling import Place
from guiju.records import Exchange, Refusal

COMPLETIONS, EMBEDDINGS = "/v1/completions", "/v1/embeddings"
LABEL = "\n\n本回答由人工智能生成"


def completion(prompt: Any = "从前", used: Any = None, **body: Any) -> Play:
    return Play(on(COMPLETIONS, {"model": "m", "prompt": prompt, **body}, used)).begin()


def embedding(given: Any = "从前", used: Any = None, **body: Any) -> Play:
    return Play(on(EMBEDDINGS, {"model": "m", "input": given, **body}, used)).begin()


def asked(play: Play) -> AskModel:
    (found,) = play.of(AskModel)
    assert isinstance(found, AskModel)
    return found


def texts(*said: str, **more: Any) -> dict[str, Any]:
    choices = [
        {"index": at, "text": one, "finish_reason": "length", "logprobs": {"tokens": [BLOCKED]}}
        for at, one in enumerate(said)
    ]
    return {"id": BLOCKED, "object": "text_completion", "model": "m", "choices": choices, **more}


def spoken(play: Play, *pieces: str, index: int = 0) -> None:
    for piece in pieces:
        chunk = texts(piece)
        chunk["choices"][0] |= {"index": index, "finish_reason": None}
        if StopModel() in play.tell(ModelChunk(chunk)):
            break


def test_a_text_is_carried_on_and_labelled() -> None:
    """The model is asked on its own route; the answer has the shape of a completion."""
    play = completion(max_tokens=5, echo=False, stop=["。"], user="visitor")
    assert asked(play).path == "/completions"
    body = json.loads(asked(play).body)
    assert body == {"model": "m", "prompt": "从前", "max_tokens": 5, "echo": False, "stop": ["。"]}
    usage = {"prompt_tokens": 2, "completion_tokens": 3}
    play.tell(ModelAnswered(texts("有座山", usage=usage)))
    play.recorded()
    status, answer = play.reply
    assert status == 200
    assert answer["object"] == "text_completion"
    assert answer["id"] == "cmpl-req_1"
    choice = {"index": 0, "text": "有座山" + LABEL, "logprobs": None, "finish_reason": "length"}
    assert answer["choices"] == [choice]
    assert answer["usage"]["total_tokens"] == 5
    assert answer["aigc"]["ProduceID"] == "p-1"
    assert BLOCKED not in json.dumps(answer, ensure_ascii=False)


def test_a_stream_of_a_completion_is_one() -> None:
    """Texts, the label, a last chunk with the reason and the implicit label, [DONE]."""
    play = completion(stream=True, stream_options={"include_usage": True})
    assert json.loads(asked(play).body)["stream_options"] == {"include_usage": True}
    spoken(play, "有座", "山")
    play.tell(ModelDone())
    play.recorded()
    *parts, last, usage = play.chunks()
    assert "".join(one["choices"][0]["text"] for one in parts) == "有座山" + LABEL
    assert {one["object"] for one in (*parts, last)} == {"text_completion"}
    assert (last["choices"][0]["text"], last["choices"][0]["finish_reason"]) == ("", "stop")
    assert last["aigc"]["Label"] == "1"
    assert usage["choices"] == []
    assert play.done


@pytest.mark.control("output-screening")
@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_blocked_text_does_not_leave_in_pieces(size: int) -> None:
    """However it is cut; the stream ends with the refusal and `content_filter`."""
    play, text = completion(stream=True), f"说{BLOCKED}尾"
    spoken(play, *(text[at : at + size] for at in range(0, len(text), size)))
    play.tell(ModelDone())
    play.recorded()
    said = "".join(one["choices"][0]["text"] for one in play.chunks())
    assert said == f"说\n\n{REFUSAL.zh}{LABEL}"
    assert play.finish() == "content_filter"


def test_several_prompts_have_choices_of_their_own() -> None:
    """Each is judged; each may have several answers."""
    play = completion(["甲", f"看{MASKED}"], n=2)
    body = json.loads(asked(play).body)
    assert (body["prompt"], body["n"]) == (["甲", "看****"], 2)
    play.tell(ModelAnswered(texts("一", BLOCKED, "三", "四")))
    play.recorded()
    shown = play.reply[1]["choices"]
    assert [one["index"] for one in shown] == [0, 1, 2, 3]
    assert shown[1]["text"] == REFUSAL.zh
    assert shown[3]["text"] == "四" + LABEL


@pytest.mark.control("input-screening")
@pytest.mark.parametrize("body", [{"prompt": BLOCKED}, {"suffix": BLOCKED}, {"stop": BLOCKED}])
def test_what_is_blocked_asks_no_model(body: dict[str, Any]) -> None:
    """Prompt, suffix and stop words are read by the model, so they are judged."""
    play = completion(**body)
    assert not play.asked
    assert play.record.incoming.verdict == "block"
    play.recorded()
    assert play.reply[1]["choices"][0]["text"] == REFUSAL.zh
    assert play.reply[1]["choices"][0]["finish_reason"] == "content_filter"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"prompt": None}, "prompt"),
        ({"prompt": []}, "prompt"),
        ({"prompt": [1, 2, 3]}, "prompt[0]"),
        ({"prompt": [[1, 2]]}, "prompt[0]"),
        ({"prompt": ["x"] * 65}, "n"),
        ({"prompt": "x", "messages": []}, "messages"),
        ({"prompt": "x", "prompt_embeds": "AAAA"}, "prompt_embeds"),
    ],
)
def test_a_prompt_that_nobody_can_read_is_refused_by_name(body: dict[str, Any], param: str) -> None:
    """Token ids and vectors are text that no screen reads."""
    play = completion(**body)
    assert not play.asked
    play.recorded()
    assert play.reply[0] == 400
    assert play.reply[1]["error"]["param"] == param


@pytest.mark.parametrize("answer", [{}, {"choices": [{"message": {}}]}, {"choices": [{}]}])
def test_an_answer_that_is_no_completion_is_withheld(answer: dict[str, Any]) -> None:
    """502, nothing of it leaves."""
    play = completion()
    play.tell(ModelAnswered(answer))
    play.recorded()
    assert play.reply[0] == 502


def test_the_label_may_stand_before_a_completion() -> None:
    """As policy has it, whole and streamed alike."""
    play = completion(used=rules(place=Place.START))
    play.tell(ModelAnswered(texts("有座山")))
    play.recorded()
    assert play.reply[1]["choices"][0]["text"] == "本回答由人工智能生成\n\n有座山"


@pytest.mark.parametrize("given", ["甲", ["甲", "乙"]])
def test_a_record_of_a_completion_gives_its_texts(given: Any) -> None:
    """A dry run reads what was asked and what was said."""
    play = completion(given)
    play.tell(ModelAnswered(texts(*(["丙"] * len(given)))))
    found = dict(recalled(play.record.input, play.record.output))
    assert "甲" in found["input"]
    assert "丙" in found["output"]


# -- embeddings ------------------------------------------------------------------------------------


def packed(*numbers: float) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


def embedded(*values: Any, **more: Any) -> ModelAnswered:
    data = [
        {"object": "embedding", "index": at, "embedding": one, "text": BLOCKED}
        for at, one in enumerate(values)
    ]
    return ModelAnswered({"object": "list", "data": data, "model": "m", "id": BLOCKED, **more})


@pytest.mark.parametrize("vector", [[0.5, -1, 2.25], packed(0.5, -1, 2.25)])
def test_a_text_becomes_a_vector_and_is_on_record(vector: Any) -> None:
    """The numbers pass as they are; there is no label, as there is no content."""
    play = embedding(["从前", "有座山"], dimensions=3, encoding_format="float", user="visitor")
    assert asked(play).path == "/embeddings"
    assert json.loads(asked(play).body) == {
        "model": "m",
        "input": ["从前", "有座山"],
        "dimensions": 3,
        "encoding_format": "float",
    }
    play.tell(embedded(vector, vector, usage={"prompt_tokens": 4, "total_tokens": 4}))
    record = play.record
    assert isinstance(record, Exchange)
    assert (record.incoming.verdict, record.outgoing.verdict) == ("pass", None)
    assert (record.label.place, record.label.implicit) == (None, False)
    assert json.loads(record.output)["delivered"] == {"vectors": 2, "of": [3]}
    play.recorded()
    shown = [{"object": "embedding", "index": at, "embedding": vector} for at in (0, 1)]
    assert play.reply == (
        200,
        {
            "object": "list",
            "data": shown,
            "model": "m",
            "usage": {"prompt_tokens": 4, "total_tokens": 4},
        },
    )


@pytest.mark.control("input-screening")
def test_a_blocked_text_becomes_no_vector() -> None:
    """There are no words to refuse it in, so it is an error whatever the policy says."""
    play = embedding(["甲", BLOCKED])
    assert not play.asked
    assert isinstance(play.record, Exchange)
    assert play.record.incoming.verdict == "block"
    play.recorded()
    assert (play.reply[0], play.reply[1]["error"]["code"]) == (400, "content-blocked")


def test_a_masked_text_is_embedded_masked() -> None:
    """What the model must not read it does not read here either."""
    assert json.loads(asked(embedding(f"看{MASKED}")).body)["input"] == ["看****"]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None},
        {"data": []},
        {"data": [{"embedding": [0.5]}, {"embedding": [0.5]}]},
        {"data": [{"embedding": None}]},
        {"data": [{"embedding": [BLOCKED]}]},
        {"data": [{"embedding": BLOCKED}]},
        {"data": [{"embedding": "abc"}]},
        {"data": [{"embedding": base64.b64encode(b"\xff" * 8).decode()}]},
        {"data": [{"embedding": [0.5], "index": 1}]},
        {"data": [{"embedding": [0.5], "index": True}]},
        {"data": [[0.5]]},
        {"data": [{"embedding": [True]}]},
    ],
)
def test_what_is_no_vector_does_not_pass(answer: dict[str, Any]) -> None:
    """Neither text nor too many, nor bytes that are no numbers."""
    play = embedding()
    play.tell(ModelAnswered(answer))
    assert isinstance(play.record, Refusal)
    play.recorded()
    assert play.reply[0] == 502


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": []}, "input"),
        ({"input": None}, "input"),
        ({"input": ["x"] * 2049}, "input"),
        ({"input": [1, 2]}, "input[0]"),
        ({"input": [{"type": "text", "text": "x"}]}, "input[0]"),
        ({"encoding_format": "text"}, "encoding_format"),
        ({"encoding_format": ["float"]}, "encoding_format"),
        ({"stream": True}, "stream"),
        ({"messages": [{"role": "user", "content": BLOCKED}]}, "messages"),
        ({"task_template": "x"}, "task_template"),
    ],
)
def test_an_input_that_nobody_can_read_is_refused_by_name(body: dict[str, Any], param: str) -> None:
    """Token ids, parts and fields that nobody knows."""
    play = embedding(**{"given": "x", **body} if "input" not in body else {"given": body["input"]})
    assert not play.asked
    play.recorded()
    assert play.reply[0] == 400
    assert play.reply[1]["error"]["param"] == param


def test_an_empty_list_of_messages_does_not_empty_the_request() -> None:
    """What was judged is what is asked, whatever else stands in the body."""
    assert json.loads(asked(embedding("甲", messages=[])).body)["input"] == ["甲"]
