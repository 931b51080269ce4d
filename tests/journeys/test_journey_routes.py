# SPDX-License-Identifier: Apache-2.0
"""Every text route by the official clients, against a model service that follows a script."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import anthropic
import numpy as np
import pytest
import zxingcpp
from openai import APIError, BadRequestError, OpenAI
from PIL import Image
from tests.journeys.conftest import POLICY, Service
from tests.journeys.model_service import ModelService

BLOCKED = "青铜月亮会"
REFUSAL = "抱歉，不能回答。"
LABEL = "\n\n本回答由人工智能生成"


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[OpenAI]:
    with service.client() as opened:
        yield opened


def test_a_completion_by_the_official_client(client: OpenAI, model: ModelService) -> None:
    """Whole and streamed: the same text, labelled, and asked upstream in its own shape."""
    name = model.says("有座", "山。")
    whole: Any = client.completions.create(model=name, prompt="从前", max_tokens=9)
    assert whole.choices[0].text == "有座山。" + LABEL
    assert whole.aigc["Label"] == "1"
    assert whole.usage is not None
    assert whole.usage.total_tokens == 12
    chunks = list(client.completions.create(model=name, prompt="从前", stream=True))
    assert "".join(one.choices[0].text for one in chunks if one.choices) == "有座山。" + LABEL
    assert [one for one in chunks if one.choices][-1].choices[0].finish_reason == "stop"
    assert [one["prompt"] for one in model.asked if one["model"] == name] == ["从前"] * 2


def test_a_blocked_completion_is_stopped(client: OpenAI, model: ModelService) -> None:
    """On its way in and on its way out, in pieces too."""
    stopped = client.completions.create(model="m", prompt=f"说说{BLOCKED}")
    assert (stopped.choices[0].text, stopped.choices[0].finish_reason) == (
        REFUSAL,
        "content_filter",
    )
    chunks = client.completions.create(model=model.says(*BLOCKED), prompt="x", stream=True)
    said = "".join(one.choices[0].text for one in chunks if one.choices)
    assert said == REFUSAL


def test_an_embedding_by_the_official_client(client: OpenAI, model: ModelService) -> None:
    """The client asks for base64 of its own accord, and gets the numbers of each text."""
    found = client.embeddings.create(model="e", input=["从前", "有座山"])
    assert [one.embedding for one in found.data] == [[2.0, 0.5, -1.0], [3.0, 0.5, -1.0]]
    plain = client.embeddings.create(model="e", input="从前", encoding_format="float")
    assert plain.data[0].embedding == [2.0, 0.5, -1.0]
    with pytest.raises(BadRequestError) as refused:
        client.embeddings.create(model="e", input=["从前", BLOCKED])
    assert refused.value.code == "content-blocked"
    assert BLOCKED not in repr(model.asked)


@pytest.fixture(scope="module")
def messages(service: Service) -> Iterator[anthropic.Anthropic]:
    key = service.credentials["user"]["api_key"]
    with anthropic.Anthropic(base_url=service.url, api_key=key, max_retries=0) as opened:
        yield opened


def test_a_message_by_the_official_client(
    messages: anthropic.Anthropic, model: ModelService
) -> None:
    """`x-api-key` is the key; whole and streamed say the same, and the service is asked a chat."""
    asked: Any = {"model": model.says("今天", "天气很好。"), "max_tokens": 99}
    asked["messages"] = [{"role": "user", "content": "天气如何"}]
    whole: Any = messages.messages.create(**asked)
    assert whole.content[0].text == "今天天气很好。" + LABEL
    assert whole.stop_reason == "end_turn"
    assert whole.aigc["Label"] == "1"
    with messages.messages.stream(**asked) as stream:
        assert "".join(stream.text_stream) == whole.content[0].text
        final: Any = stream.get_final_message()
    assert final.usage == whole.usage
    assert final.aigc["Label"] == "1"
    sent = [one for one in model.asked if one["model"] == asked["model"]]
    assert [one["max_tokens"] for one in sent] == [99, 99]


def test_a_blocked_message_is_stopped(messages: anthropic.Anthropic, model: ModelService) -> None:
    """On its way in, and in pieces on its way out."""
    hello: Any = [{"role": "user", "content": "x"}]
    word: Any = [{"role": "user", "content": [{"type": "text", "text": f"说说{BLOCKED}"}]}]
    stopped: Any = messages.messages.create(model="m", max_tokens=9, messages=word)
    assert (stopped.content[0].text, stopped.stop_reason) == (REFUSAL, "refusal")
    name = model.says(*BLOCKED)
    with messages.messages.stream(model=name, max_tokens=9, messages=hello) as stream:
        final: Any = stream.get_final_message()
    assert (final.content[0].text, final.stop_reason) == (REFUSAL, "refusal")


def test_a_response_by_the_official_client(client: OpenAI, model: ModelService) -> None:
    """Whole and streamed say the same, and the service is asked a chat."""
    asked: Any = {"model": model.says("今天", "天气很好。"), "input": "天气如何"}
    asked["instructions"] = "简短回答"
    whole: Any = client.responses.create(**asked)
    assert whole.output_text == "今天天气很好。" + LABEL
    assert (whole.status, whole.aigc["Label"], whole.usage.total_tokens) == ("completed", "1", 12)
    with client.responses.stream(**asked) as stream:
        final: Any = stream.get_final_response()
    assert final.output_text == whole.output_text
    assert final.aigc["Label"] == "1"
    sent = [one for one in model.asked if one["model"] == asked["model"]]
    roles = [[message["role"] for message in one["messages"]] for one in sent]
    assert roles == [["system", "user"]] * 2


def test_a_blocked_response_is_stopped(client: OpenAI, model: ModelService) -> None:
    """On its way in, and in pieces on its way out."""
    stopped = client.responses.create(model="m", input=f"说说{BLOCKED}")
    assert (stopped.output_text, stopped.status) == (REFUSAL, "incomplete")
    events = list(client.responses.create(model=model.says(*BLOCKED), input="x", stream=True))
    assert events[-1].type == "response.incomplete"
    assert events[-1].response.output_text == REFUSAL
    with pytest.raises(BadRequestError) as refused:
        client.responses.create(model="m", input="x", tools=[{"type": "web_search"}])
    assert (refused.value.code, refused.value.param) == ("content-not-screened", "tools[0]")


@pytest.mark.control("closed-door")
def test_a_model_that_breaks_off_is_an_error_in_every_wire(
    client: OpenAI, messages: anthropic.Anthropic, model: ModelService
) -> None:
    """What was said has left and is labelled; then comes the error that each client knows."""
    name, said = model.script({"deltas": [{"content": "说到一半"}], "breaks": True}), []
    with pytest.raises(APIError) as broken:
        for event in client.responses.create(model=name, input="x", stream=True):
            said += [event.delta] if event.type == "response.output_text.delta" else []
    assert broken.value.code == "upstream-unavailable"
    hello: Any = [{"role": "user", "content": "x"}]
    with (
        pytest.raises(anthropic.APIStatusError) as ended,
        messages.messages.stream(model=name, max_tokens=9, messages=hello) as stream,
    ):
        said += list(stream.text_stream)
    body: Any = ended.value.body
    assert body["error"]["code"] == "upstream-unavailable"
    assert "".join(said) == "说到一半" + LABEL


EYES = """
[screening.images]
require = ["codes", "vision"]
[screening.images.vision]
name = "eye"
family = "judge"
url = "{url}"
model = "{model}"
"""


def picture(text: str = "") -> str:
    """A picture as a client attaches it: plain, or a code that says `text`."""
    shown = Image.new("RGB", (300, 300), (200, 220, 240))
    if text:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        shown = Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=4)))
    file = BytesIO()
    shown.save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


@pytest.mark.control("input-screening")
def test_a_picture_is_seen_before_the_model_sees_it(
    service: Service, client: OpenAI, messages: anthropic.Anthropic, model: ModelService
) -> None:
    """By a reader of codes and a model that sees; a blocked one reaches no model, in no wire."""

    def ask(url: str) -> Any:
        part: Any = {"type": "image_url", "image_url": {"url": url}}
        content: Any = [{"type": "text", "text": "这是什么"}, part]
        return client.chat.completions.create(
            model=answering, messages=[{"role": "user", "content": content}]
        )

    answering = model.says("一片蓝天。")
    with pytest.raises(BadRequestError) as refused:
        ask(picture())
    assert refused.value.param == "messages[0].content[1]"
    safe = model.says('{"level": "safe", "harms": []}')
    unsafe = model.says('{"level": "unsafe", "harms": ["A1g"]}')
    service.use_policy(POLICY + EYES.format(url=model.url, model=safe))
    assert ask(picture()).choices[0].message.content == "一片蓝天。" + LABEL
    assert ask(picture(BLOCKED)).choices[0].finish_reason == "content_filter"
    source: Any = {"type": "base64", "media_type": "image/png", "data": picture().split(",")[1]}
    seen: Any = [{"role": "user", "content": [{"type": "image", "source": source}]}]
    shown: Any = messages.messages.create(model=answering, max_tokens=9, messages=seen)
    assert shown.content[0].text == "一片蓝天。" + LABEL
    item: Any = {"type": "input_image", "image_url": picture(), "detail": "auto"}
    given: Any = [{"role": "user", "content": [item]}]
    assert client.responses.create(model=answering, input=given).status == "completed"
    with pytest.raises(BadRequestError):
        ask("https://pictures.example/sky.png")
    asked = [one for one in model.asked if one["model"] == answering]
    assert len(asked) == 3
    service.use_policy(POLICY + EYES.format(url=model.url, model=unsafe))
    assert ask(picture()).choices[0].finish_reason == "content_filter"
    assert len([one for one in model.asked if one["model"] == answering]) == 3
