# SPDX-License-Identifier: Apache-2.0
"""The official clients against the gateway itself, in one process: every text route, both ways."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pydantic import BaseModel
from tests.unit.gateway.scene import BLOCKED, rules
from tests.unit.gateway.test_gateway_guards import BAD, STORY, Minding
from tests.unit.gateway.test_gateway_server import NOW, House, run

from guiju.gateway.rules import Streaming
from guiju.gateway.signals import AskGuards, AskModel, ModelAnswered
from guiju.gateway.upstreams import Speech
from guiju.gateway.upstreams.demo import DemoModel
from guiju.screening import Verdict

if TYPE_CHECKING:  # each takes seconds to import: only where it is used
    import anthropic
    import openai

LABEL = "\n\n本回答由人工智能生成"
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"city":"北京"}'}}
USAGE = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
HELLO: Any = [{"role": "user", "content": "你好"}]


class Scripted(DemoModel):
    """Says these deltas, one chunk each, or all of them at once."""

    def __init__(self, *deltas: dict[str, Any], finish: str = "stop") -> None:
        super().__init__(NOW)
        self.deltas, self.finish = deltas, finish

    async def answer(self, ask: AskModel) -> ModelAnswered:  # noqa: ARG002 - it follows a script
        message: dict[str, Any] = {"role": "assistant", "content": None}
        for delta in self.deltas:
            for name, said in delta.items():
                message[name] = said if message.get(name) is None else message[name] + said
        choice = {"index": 0, "message": message, "finish_reason": self.finish}
        return ModelAnswered({"choices": [choice], "usage": USAGE, "model": "m"})

    async def begin(self, ask: AskModel) -> Speech:  # noqa: ARG002 - as above
        return Speech(self.chunks())

    async def chunks(self) -> AsyncGenerator[dict[str, Any], None]:
        for delta in self.deltas:
            yield {"choices": [{"index": 0, "delta": delta, "finish_reason": None}], "model": "m"}
        yield {"choices": [{"index": 0, "delta": {}, "finish_reason": self.finish}]}
        yield {"choices": [], "usage": USAGE}


SAYING = Scripted({"reasoning_content": "想一想"}, {"content": "好"}, {"content": "的。"})
CALLING = Scripted({"content": "查"}, {"tool_calls": [{**CALL, "index": 0}]}, finish="tool_calls")
CONDEMNED = Scripted({"content": "好。"}, *({"content": one} for one in BLOCKED))


TAKEN_BACK = Scripted({"reasoning_content": "想"}, {"content": STORY})


@asynccontextmanager
async def reached(model: DemoModel) -> AsyncGenerator[httpx2.AsyncClient, None]:
    """A connection to a gateway in front of `model`; what a guard minds there is withdrawn."""
    house = House()
    used = replace(rules(), streaming=Streaming("fast"), guards=Judging())  # type: ignore[arg-type]
    house.rules.rules = used if model is TAKEN_BACK else rules()
    transport = httpx2.ASGITransport(app=house.served_by(model))
    async with httpx2.AsyncClient(transport=transport) as connection:
        yield connection


class Judging(Minding):
    """Guards that answer at once."""

    async def judge(self, look: AskGuards) -> tuple[Verdict, ...]:
        return self.said(look).verdicts


def by_anthropic(
    model: DemoModel, scene: Callable[[anthropic.AsyncAnthropic], Coroutine[Any, Any, None]]
) -> None:
    import anthropic  # noqa: PLC0415 - as above

    async def asked() -> None:
        async with reached(model) as connection:
            client = anthropic.AsyncAnthropic(
                base_url="http://guiju", api_key="good", max_retries=0, http_client=connection
            )
            await scene(client)

    run(asked)


def test_a_message_by_the_official_client() -> None:
    """Whole, as raw events, and as the client puts a stream together: the same content."""

    async def scene(client: anthropic.AsyncAnthropic) -> None:
        asked: Any = {"model": "m", "max_tokens": 99, "messages": HELLO}
        whole = await client.messages.create(**asked)
        assert [one.type for one in whole.content] == ["thinking", "text"]
        assert whole.stop_reason == "end_turn"
        assert whole._request_id == whole.id.removeprefix("msg_")
        async with client.messages.stream(**asked) as stream:
            text = "".join([piece async for piece in stream.text_stream])
            final = await stream.get_final_message()
        assert text == "好的。" + LABEL
        for name in ("content", "usage", "stop_reason", "stop_sequence", "model", "role"):
            assert final.to_dict()[name] == whole.to_dict()[name]
        assert list(final.to_dict()) == list(whole.to_dict())
        assert final.stop_reason == whole.stop_reason
        events = [one async for one in await client.messages.create(**asked, stream=True)]
        assert [one.type for one in (events[0], events[-1])] == ["message_start", "message_stop"]

    by_anthropic(SAYING, scene)


def test_tools_by_the_official_anthropic_client() -> None:
    """A call comes out as a block with an object, whole and streamed."""

    async def scene(client: anthropic.AsyncAnthropic) -> None:
        tool: Any = {"name": "f", "description": "d", "input_schema": TOOL}
        asked: Any = {"model": "m", "max_tokens": 99, "messages": HELLO, "tools": [tool]}
        whole = await client.messages.create(**asked)
        async with client.messages.stream(**asked) as stream:
            final = await stream.get_final_message()
        for message in (whole, final):
            text, call = (one.to_dict() for one in message.content)
            assert text["type"] == "text"
            assert (call["name"], call["input"]) == ("f", {"city": "北京"})
            assert message.stop_reason == "tool_use"
        result = {"type": "tool_result", "tool_use_id": "c1", "content": "晴"}
        again = [*HELLO, {"role": "assistant", "content": final.content}]
        again.append({"role": "user", "content": [result]})
        assert (await client.messages.create(**{**asked, "messages": again})).id

    by_anthropic(CALLING, scene)


def test_a_refusal_by_the_official_anthropic_client() -> None:
    """The stream ends well, says why, and holds nothing of the blocked word."""

    async def scene(client: anthropic.AsyncAnthropic) -> None:
        async with client.messages.stream(
            model="m", max_tokens=9, messages=HELLO, thinking={"type": "disabled"}
        ) as stream:
            final = await stream.get_final_message()
        assert final.stop_reason == "refusal"
        assert "抱歉" in str(final.content)
        assert BLOCKED not in str(final.content)

    by_anthropic(CONDEMNED, scene)


def test_a_withdrawal_does_not_disturb_the_official_anthropic_client() -> None:
    """It says in which block and from which character on; who does not know it reads on."""

    async def scene(client: anthropic.AsyncAnthropic) -> None:
        async with client.messages.stream(model="m", max_tokens=9, messages=HELLO) as stream:
            events: list[Any] = [one async for one in stream]
            final = await stream.get_final_message()
        (notice,) = [one for one in events if one.type == "guiju.withdrawal"]
        assert notice.index == 1
        said = str(final.content[1].to_dict()["text"])
        assert BAD in said
        assert BAD in said[getattr(notice, "from") :]
        assert final.stop_reason == "refusal"

    by_anthropic(TAKEN_BACK, scene)


def test_errors_by_the_official_anthropic_client() -> None:
    """Each is the exception that the client has for it, with our code and remedy in its body."""
    import anthropic  # noqa: PLC0415 - as above

    async def scene(client: anthropic.AsyncAnthropic) -> None:
        tool: Any = {"type": "web_search_20260209", "name": "web_search"}
        with pytest.raises(anthropic.BadRequestError) as wrong:
            await client.messages.create(model="m", max_tokens=9, messages=HELLO, tools=[tool])
        body: Any = wrong.value.body
        assert body["error"]["code"] == "content-not-screened"
        assert body["error"]["param"] == "tools[0]"
        with pytest.raises(anthropic.AuthenticationError):
            await client.with_options(api_key="bad").messages.create(
                model="m", max_tokens=9, messages=HELLO
            )
        with pytest.raises(anthropic.NotFoundError) as closed:
            await client.messages.count_tokens(model="m", messages=HELLO)
        body = closed.value.body
        assert body["error"]["code"] == "route-not-offered"
        models = await client.models.list()
        assert [one.id for one in models.data] == ["guiju-demo"]
        assert (await client.models.retrieve("guiju-demo")).type == "model"

    by_anthropic(SAYING, scene)


# -- OpenAI ----------------------------------------------------------------------------------------


def by_openai(
    model: DemoModel, scene: Callable[[openai.AsyncOpenAI], Coroutine[Any, Any, None]]
) -> None:
    import openai  # noqa: PLC0415 - as above

    async def asked() -> None:
        async with reached(model) as connection:
            client = openai.AsyncOpenAI(
                base_url="http://guiju/v1", api_key="good", max_retries=0, http_client=connection
            )
            await scene(client)

    run(asked)


def test_a_response_by_the_official_client() -> None:
    """Whole, as raw events, and as the client puts a stream together: the same items."""

    async def scene(client: openai.AsyncOpenAI) -> None:
        asked: Any = {"model": "m", "input": "你好"}
        whole = await client.responses.create(**asked)
        assert whole.output_text == "好的。" + LABEL
        assert [one.type for one in whole.output] == ["reasoning", "message"]
        assert whole._request_id == whole.id.removeprefix("resp_")
        async with client.responses.stream(**asked) as stream:
            pieces = [one.delta async for one in stream if one.type == "response.output_text.delta"]
            final = await stream.get_final_response()
        assert "".join(pieces) == final.output_text == whole.output_text
        assert final.usage == whole.usage
        assert final.status == whole.status == "completed"
        again: Any = [*HELLO, *(one.to_dict() for one in final.output), *HELLO]
        assert (await client.responses.create(model="m", input=again)).status == "completed"

    by_openai(SAYING, scene)


def test_tools_by_the_official_openai_client() -> None:
    """A call comes out of both APIs, whole and streamed, and goes back in with its result."""

    async def scene(client: openai.AsyncOpenAI) -> None:
        function: Any = {"name": "f", "description": "d", "parameters": TOOL, "strict": False}
        asked: Any = {"model": "m", "input": HELLO, "tools": [{"type": "function", **function}]}
        whole = await client.responses.create(**asked)
        async with client.responses.stream(**asked) as stream:
            final = await stream.get_final_response()
        for answer in (whole, final):
            text, call = (one.to_dict() for one in answer.output)
            assert text["type"] == "message"
            assert (call["name"], call["arguments"]) == ("f", '{"city":"北京"}')
            result = {"type": "function_call_output", "call_id": call["call_id"], "output": "晴"}
            again: Any = [*HELLO, text, call, result]
            assert (await client.responses.create(**{**asked, "input": again})).id
        asked = {"model": "m", "messages": HELLO}
        asked["tools"] = [{"type": "function", "function": function}]
        chat = await client.chat.completions.create(**asked)
        async with client.chat.completions.stream(**asked) as chunks:
            streamed = await chunks.get_final_completion()
        for one in (chat, streamed):
            called = (one.choices[0].message.tool_calls or [])[0]
            assert called.type == "function"
            assert called.function.arguments == '{"city":"北京"}'
            assert one.choices[0].finish_reason == "tool_calls"

    by_openai(CALLING, scene)


def test_a_response_of_json_by_the_official_client() -> None:
    """The client reads it into the class that it asked for; the label does not stand in its way."""

    class Trip(BaseModel):
        city: str

    async def scene(client: openai.AsyncOpenAI) -> None:
        found = await client.responses.parse(model="m", input="去哪", text_format=Trip)
        assert found.output_parsed == Trip(city="北京")
        async with client.responses.stream(model="m", input="去哪", text_format=Trip) as stream:
            assert (await stream.get_final_response()).output_parsed == Trip(city="北京")
        chat = await client.chat.completions.parse(model="m", messages=HELLO, response_format=Trip)
        assert chat.choices[0].message.parsed == Trip(city="北京")

    by_openai(Scripted({"content": '{"city":'}, {"content": '"北京"}'}), scene)


def test_a_refusal_by_the_official_openai_client() -> None:
    """Every stream ends well, says why, and holds nothing of the blocked word."""

    async def scene(client: openai.AsyncOpenAI) -> None:
        events = [
            one async for one in await client.responses.create(model="m", input="x", stream=True)
        ]
        assert events[-1].type == "response.incomplete"
        assert events[-1].response.incomplete_details is not None
        assert events[-1].response.incomplete_details.reason == "content_filter"
        assert "抱歉" in events[-1].response.output_text
        chunks = [
            one
            async for one in await client.chat.completions.create(
                model="m", messages=HELLO, stream=True
            )
        ]
        assert chunks[-1].choices[0].finish_reason == "content_filter"
        assert BLOCKED not in "".join(one.to_json() for one in (*events, *chunks))

    by_openai(CONDEMNED, scene)


def test_a_withdrawal_does_not_disturb_the_official_openai_client() -> None:
    """It says in which item and from which character on; the stream is read to its reason."""
    import openai  # noqa: PLC0415 - as above

    async def scene(client: openai.AsyncOpenAI) -> None:
        async with client.responses.stream(model="m", input="x") as stream:
            events: list[Any] = [one async for one in stream]
        (notice,) = [one for one in events if one.type == "guiju.withdrawal"]
        assert notice.output_index == 1
        deltas = [one.delta for one in events if one.type == "response.output_text.delta"]
        said = "".join(deltas)
        assert BAD in said[getattr(notice, "from") :]
        whole = events[-1].response.output[1].content[0].text
        assert whole.startswith(said[: getattr(notice, "from")])
        assert BAD not in whole
        async with client.chat.completions.stream(model="m", messages=HELLO) as chunks:
            with pytest.raises(openai.ContentFilterFinishReasonError) as stopped:
                await chunks.get_final_completion()
        assert BAD in str(stopped.value.completion)

    by_openai(TAKEN_BACK, scene)


def test_errors_by_the_official_openai_client() -> None:
    """Each is the exception that the client has for it, before and within a stream."""
    import openai  # noqa: PLC0415 - as above

    async def scene(client: openai.AsyncOpenAI) -> None:
        with pytest.raises(openai.BadRequestError) as kept:
            await client.responses.create(model="m", input="x", previous_response_id="resp_1")
        assert (kept.value.code, kept.value.param) == ("field-not-offered", "previous_response_id")
        with pytest.raises(openai.NotFoundError) as closed:
            await client.responses.retrieve("resp_1")
        assert closed.value.code == "route-not-screened"
        with pytest.raises(openai.APIError) as broken:
            _ = [
                one
                async for one in await client.responses.create(model="m", input="x", stream=True)
            ]
        assert broken.value.code == "upstream-unavailable"

    by_openai(Scripted({"content": "说到一半"}, {"tool_calls": ["nonsense"]}), scene)
