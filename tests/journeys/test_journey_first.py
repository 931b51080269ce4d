# SPDX-License-Identifier: Apache-2.0
"""The first journey: one real request by the official client, all the way to the proof."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from openai import APIError, BadRequestError, NotFoundError, OpenAI, PermissionDeniedError
from tests.journeys.conftest import Service, until
from tests.journeys.model_service import ModelService

from guiju import ledger
from guiju.app.house import House
from guiju.app.settings import read_settings
from guiju.kernel import uuid_of

SEVEN = [
    "Label",
    "ContentProducer",
    "ProduceID",
    "ReservedCode1",
    "ContentPropagator",
    "PropagateID",
    "ReservedCode2",
]
SAMPLES = [
    "青铜月亮会",
    "青\u200b铜\u2060月\ufeff亮\u00ad会",
    "青铜月\ufe0f亮会",
    "贰号门龙语",
    "貳號門龍語",
    "ｚｏｒｂｌ　ｇｒｕｍｐｔｉｏｎ",
    "ZORBL Grumption",
    "zör\u0308bl grumption",
]


def ask(client: OpenAI, model: str, text: str = "说点什么", **extra: Any) -> Any:
    return client.chat.completions.create(
        model=model, messages=[{"role": "user", "content": text}], **extra
    )


def streamed(client: OpenAI, model: str, text: str = "说点什么") -> tuple[str, list[Any]]:
    chunks = list(ask(client, model, text, stream=True))
    said = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    return said, chunks


def exchange_of(service: Service, request: str) -> dict[str, Any]:
    """The leaf that records a request, once it is in the tree."""

    def recorded() -> dict[str, Any] | None:
        of_kind = (one for one in leaves(service) if one["kind"] == "exchange-recorded")
        return next((one for one in of_kind if one["facts"]["request"] == request), None)

    return until(recorded, f"{request} comes into the tree")


def leaves(service: Service) -> list[dict[str, Any]]:
    house = House.open(read_settings(str(service.data)))
    try:
        with house.database.read() as tx:
            return ledger.leaves(tx, limit=1_000_000)
    finally:
        house.close()


@pytest.mark.control("text-label", "usage-record", "input-screening", "output-screening")
def test_the_official_client_gets_a_labelled_and_recorded_answer(
    service: Service, model: ModelService
) -> None:
    """The answer carries both labels, and a leaf with its control ids says what was judged."""
    name = model.says("今天", "天气很好。")
    raw = service.client().chat.completions.with_raw_response.create(
        model=name, messages=[{"role": "user", "content": "天气如何"}]
    )
    answer = raw.parse()
    assert answer.choices[0].message.content == "今天天气很好。\n\n本回答由人工智能生成"
    assert answer.choices[0].finish_reason == "stop"
    extra: Any = answer.model_extra
    aigc = extra["aigc"]
    assert list(aigc) == SEVEN
    assert aigc["Label"] == "1"
    assert len(aigc["ContentProducer"]) == 27
    assert aigc["ProduceID"] == raw.headers["x-guiju-produce-id"]
    assert raw.headers["x-guiju-screened"] == "full"
    leaf = exchange_of(service, raw.headers["x-guiju-request-id"])
    assert {"input-screening", "output-screening", "text-label", "usage-record"} <= set(
        leaf["controls"]
    )
    facts = leaf["facts"]
    assert facts["policy"] == raw.headers["x-guiju-policy"]
    assert facts["output"] == {"verdict": "pass", "screened": "full"}
    assert facts["label"]["produce_id"] == aigc["ProduceID"]
    assert uuid_of(raw.headers["x-guiju-request-id"]) == aigc["ProduceID"]
    assert facts["usage"] == {
        "prompt_tokens": 7,
        "completion_tokens": 5,
        "characters": 7,
        "covered": 7,
    }
    assert "天气" not in str(leaf)


def test_a_stream_carries_the_same_labels(service: Service, model: ModelService) -> None:
    """Pieces, then the visible label, then a last chunk with the implicit one."""
    said, chunks = streamed(service.client(), model.says("我们", "一起", "读书。"))
    assert said == "我们一起读书。\n\n本回答由人工智能生成"
    last = [one for one in chunks if one.choices and one.choices[0].finish_reason][-1]
    assert last.choices[0].finish_reason == "stop"
    assert list(last.model_extra["aigc"]) == SEVEN


@pytest.mark.control("generation-stopped")
@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("word", SAMPLES)
def test_a_blocked_word_never_reaches_the_client_however_it_is_disguised(
    service: Service, model: ModelService, word: str, size: int
) -> None:
    """Split, full-width, with unseen characters or in traditional form: not one character of it."""
    text = f"前面的话。{word}后面的话。"
    name = model.says(*(text[at : at + size] for at in range(0, len(text), size)))
    said, chunks = streamed(service.client(), name)
    assert said.startswith("前面的话。")
    assert not set(said[5:]) & (
        set(word) - set("抱歉，不能回答。本由人工智能生成Sorry, no answer.AI-generated\n ")
    )
    assert "后面" not in said
    finishes = [one.choices[0].finish_reason for one in chunks if one.choices]
    assert [one for one in finishes if one] == ["content_filter"]
    whole = ask(service.client(), model.says(text))
    assert whole.choices[0].finish_reason == "content_filter"
    assert whole.choices[0].message.content == "抱歉，不能回答。"


def test_a_prompt_is_screened_before_the_model_sees_it(
    service: Service, model: ModelService
) -> None:
    """The model is not asked, the answer is the refusal, and the finding is on record."""
    name = model.says("不该出现")
    raw = service.client().chat.completions.with_raw_response.create(
        model=name, messages=[{"role": "user", "content": "请介绍貳号门龙语"}]
    )
    answer = raw.parse()
    assert answer.choices[0].message.content == "抱歉，不能回答。"
    assert answer.choices[0].finish_reason == "content_filter"
    assert not [one for one in model.asked if one["model"] == name]
    leaf = exchange_of(service, raw.headers["x-guiju-request-id"])
    assert leaf["facts"]["input"]["verdict"] == "block"
    found = [one for one in leaves(service) if one["kind"] == "finding-raised"]
    mine = [one for one in found if one["facts"]["request"] == leaf["facts"]["request"]]
    assert mine[0]["facts"]["harm"] == "A1g"
    assert "input-screening" in mine[0]["controls"]


@pytest.mark.parametrize("place", ["content part", "tool", "name", "earlier turn"])
def test_no_place_in_a_request_escapes_screening(
    service: Service, model: ModelService, place: str
) -> None:
    """A word in a split content part, a tool description, a name or an earlier turn is found."""
    name = model.says("不该出现")
    user: dict[str, Any] = {"role": "user", "content": "你好"}
    body: dict[str, Any] = {"model": name, "messages": [user]}
    if place == "content part":
        user["content"] = [{"type": "text", "text": "青铜"}, {"type": "text", "text": "月亮会"}]
    elif place == "tool":
        function = {"name": "f", "description": "青铜月亮会", "parameters": {}}
        body["tools"] = [{"type": "function", "function": function}]
    elif place == "name":
        user["name"] = "青铜月亮会"
    else:
        body["messages"] = [{"role": "assistant", "content": "青铜月亮会"}, user]
    key = service.credentials["user"]["api_key"]
    status, _, answer = service.ask("/v1/chat/completions", body, key)
    assert status == 200
    assert answer["choices"][0]["finish_reason"] == "content_filter"
    assert not [one for one in model.asked if one["model"] == name]


def test_a_part_that_cannot_be_screened_is_refused(service: Service, model: ModelService) -> None:
    """Sound is not passed on unheard."""
    part = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
    with pytest.raises(BadRequestError) as caught:
        service.client().chat.completions.create(
            model=model.says("x"),
            messages=[{"role": "user", "content": [part]}],  # type: ignore[list-item,misc]
        )
    assert caught.value.code == "content-not-screened"
    assert caught.value.param == "messages[0].content[0]"


def test_masked_text_is_starred_out_the_same_in_both_ways(
    service: Service, model: ModelService
) -> None:
    """A masked span has the same length, and the rest of the answer is untouched."""
    name = model.says("请记住蓝", "鲸口", "令四个字。")
    said, _ = streamed(service.client(), name)
    assert said.startswith("请记住****四个字。")
    whole = ask(service.client(), name)
    assert whole.choices[0].message.content.startswith("请记住****四个字。")


def test_reasoning_and_tool_arguments_are_screened_too(
    service: Service, model: ModelService
) -> None:
    """Every channel has a scanner of its own, and an escape does not hide a character."""
    hidden = '{"q": "\\u9752\\u94dc\\u6708\\u4eae\\u4f1a"}'
    call = {
        "index": 0,
        "id": "c1",
        "type": "function",
        "function": {"name": "f", "arguments": hidden},
    }
    for delta in (
        {"reasoning_content": "想到青铜月亮会"},
        {"tool_calls": [call]},
    ):
        name = model.script({"deltas": [delta], "text": None, "message": delta})
        said, chunks = streamed(service.client(), name)
        assert "青铜" not in str(chunks) + said
        assert "9752" not in str(chunks)
        finishes = [one.choices[0].finish_reason for one in chunks if one.choices]
        assert finishes[-1] == "content_filter"
        whole = ask(service.client(), name)
        assert whole.choices[0].finish_reason == "content_filter"
        assert not whole.choices[0].message.tool_calls


def test_tool_calls_that_are_fine_arrive_whole(service: Service, model: ModelService) -> None:
    """Pieces of a call come out as one call that the client can use."""
    pieces = [
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "c1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": '{"city":'}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": '"杭州"}'}}]},
    ]
    name = model.script({"deltas": pieces, "finish": "tool_calls", "text": None})
    _, chunks = streamed(service.client(), name)
    calls = [
        call for one in chunks if one.choices for call in one.choices[0].delta.tool_calls or ()
    ]
    assert [(call.function.name, call.function.arguments) for call in calls] == [
        ("weather", '{"city":"杭州"}')
    ]
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


@pytest.mark.control("agreement-before-use")
def test_nobody_is_served_without_an_accepted_agreement(
    service: Service, model: ModelService
) -> None:
    """An app's end user is refused until the app has recorded the acceptance."""
    key = service.credentials["app"]["api_key"]
    name = model.says("好的。")
    with pytest.raises(BadRequestError) as missing:
        ask(service.client(key), name)
    assert missing.value.code == "user-missing"
    with pytest.raises(PermissionDeniedError) as refused:
        ask(service.client(key), name, user="visitor-1")
    assert refused.value.code == "agreement-not-accepted"
    body: Any = refused.value.body
    assert body["article"] == 9
    status, _, _ = service.ask("/api/agreement/acceptances", {"user": "visitor-1"}, key)
    assert status in {200, 201}
    assert ask(service.client(key), name, user="visitor-1").choices[0].finish_reason == "stop"
    sent = next(one for one in model.asked if one["model"] == name)
    assert "user" not in sent


def test_errors_have_one_shape_in_two_languages(service: Service) -> None:
    """Unknown key, bad JSON, unknown route: code, what, remedy; zh or en as asked."""
    key = service.credentials["user"]["api_key"]
    fields = {"message", "type", "param", "code", "what", "remedy", "article", "case", "request_id"}
    cases = [
        ("/v1/chat/completions", b"{", key, 400, "invalid-request"),
        ("/v1/chat/completions", {"model": "m", "messages": []}, key, 400, "invalid-request"),
        (
            "/v1/chat/completions",
            {"model": "m", "messages": [{"role": "user", "content": "x"}]},
            "gj-user-nobody",
            401,
            "key-unknown",
        ),
        ("/v1/files", {"input": "x"}, key, 404, "route-not-screened"),
        ("/v1/models", {"a": 1}, key, 405, "method-not-allowed"),
    ]
    for path, sent, token, status, code in cases:
        for language, script in (("zh-CN", True), ("en", False)):
            got, headers, answer = service.ask(path, sent, token, Accept_Language=language)
            assert (got, answer["error"]["code"]) == (status, code)
            assert set(answer["error"]) == fields
            assert answer["error"]["request_id"] == headers["x-guiju-request-id"]
            assert any("\u4e00" <= one <= "\u9fff" for one in answer["error"]["what"]) == script


@pytest.mark.control("closed-door")
def test_a_model_that_fails_closes_the_door_and_loses_nothing(
    service: Service, model: ModelService
) -> None:
    """Before the first character it is an error; after it the stream says so and has no [DONE]."""
    with pytest.raises(APIError) as caught:
        ask(service.client(), model.script({"status": 500}))
    assert caught.value.code == "upstream-unavailable"
    with pytest.raises(NotFoundError) as missing:
        ask(service.client(), model.script({"status": 404}))
    assert missing.value.code == "upstream-refused"
    name = model.script({"deltas": [{"content": "说到一半"}], "breaks": True})
    said = []
    with pytest.raises(APIError) as broken:
        for chunk in ask(service.client(), name, stream=True):
            said += [choice.delta.content or "" for choice in chunk.choices]
    assert broken.value.code == "upstream-unavailable"
    assert "".join(said).startswith("说到一半")
    assert "人工智能生成" in "".join(said)


def test_a_client_that_leaves_is_still_recorded(service: Service, model: ModelService) -> None:
    """What was delivered before it left has a record and a leaf."""
    name = model.script({"deltas": [{"content": "一"}] * 200, "pause": 0.05})
    raw = service.client().chat.completions.with_raw_response.create(
        model=name, messages=[{"role": "user", "content": "慢慢说"}], stream=True
    )
    stream = raw.parse()
    next(iter(stream))
    stream.response.close()
    leaf = exchange_of(service, raw.headers["x-guiju-request-id"])
    assert leaf["facts"]["finish"] == "client-gone"
    assert 0 < leaf["facts"]["usage"]["characters"] < 200


def test_moderations_answer_with_the_harms_of_the_standard(service: Service) -> None:
    """The official client reads it, and the verdict stands beside the categories."""
    answer = service.client().moderations.create(input=["你好", "青铜月亮会"])
    fine, bad = answer.results
    assert (fine.flagged, bad.flagged) == (False, True)
    extra: Any = bad.model_extra
    assert extra["guiju"]["verdict"] == "block"
    finding = extra["guiju"]["findings"][0]
    assert (finding["harm"], finding["start"], finding["end"]) == ("A1g", 0, 5)


def test_models_are_listed(service: Service, model: ModelService) -> None:
    """The official client sees the models behind the upstream."""
    name = model.says("x")
    assert name in [one.id for one in service.client().models.list()]
    assert service.client().models.retrieve(name).id == name
    with pytest.raises(NotFoundError):
        service.client().models.retrieve("no-such-model")


@pytest.mark.control("evidence-ledger")
def test_one_exchange_is_proved_offline_from_an_exported_folder(
    service: Service, model: ModelService, tmp_path: Any
) -> None:
    """`verify_bundle.py` needs the folder alone; a changed byte is refused."""
    raw = service.client().chat.completions.with_raw_response.create(
        model=model.says("有据可查。"), messages=[{"role": "user", "content": "你好"}]
    )
    leaf = exchange_of(service, raw.headers["x-guiju-request-id"])
    bundle = tmp_path / "bundle"
    service.run("ledger", "export", "--out", str(bundle), leaf["id"])
    verifier = [sys.executable, "-I", str(bundle / "verify_bundle.py"), str(bundle)]
    done = subprocess.run(verifier, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    holder = next(
        one
        for one in bundle.rglob("*")
        if one.is_file() and leaf["id"].encode() in one.read_bytes()
    )
    holder.write_bytes(holder.read_bytes().replace(b'"finish":"stop"', b'"finish":"stap"'))
    done = subprocess.run(verifier, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout


def test_the_standing_is_computed_from_what_happened(service: Service) -> None:
    """24 articles in the shape of the contract; Article 12 rests on real answers."""
    report = service.json("law", "standing", "--json", status=0)
    assert [one["article"] for one in report["articles"]] == list(range(1, 25))
    twelve = report["articles"][11]
    label = next(one for one in twelve["controls"] if one["id"] == "text-label")
    assert label["outcome"] == "MET"
    assert label["population"] > 0


def test_the_ledger_verifies(service: Service) -> None:
    """Nothing that was written in this journey is unattested or altered."""
    report = service.json("ledger", "verify", "--json")
    assert report["ok"] is True
    assert report["problems"] == []
    assert report["size"] > 0
