# SPDX-License-Identifier: Apache-2.0
"""Reads a request of OpenAI's Responses API as a chat.

What refers to something that is kept elsewhere (an earlier response, a conversation, a prompt, a
tool that runs at the model service) is refused: nobody here has seen it.
"""

from __future__ import annotations

from typing import Any

from guiju.gateway.passages import not_text
from guiju.gateway.wires.responses.items import messages_of
from guiju.gateway.wires.strict import (
    as_list,
    as_object,
    as_text,
    check_alternatives,
    check_keys,
    kind_of,
    not_offered,
    wrong,
)
from guiju.kernel import Text

Json = dict[str, Any]

# As they are in a chat.
_SAME = (
    "model",
    "stream",
    "temperature",
    "top_p",
    "parallel_tool_calls",
    "service_tier",
    "safety_identifier",
    "user",
)
# No matter of the model, or of no effect here (docs/routes.md).
_KEPT_BACK = frozenset(
    {
        "metadata",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "store",
        "stream_options",
        "top_logprobs",
        "truncation",
    }
)
_KNOWN = _KEPT_BACK | {
    *_SAME,
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "reasoning",
    "text",
    "tool_choice",
    "tools",
}
_ASKED_OF_US = {
    "previous_response_id": (
        Text(zh="回答不会为后续请求保留", en="answers are not kept for later requests"),
        Text(zh="请把完整对话放进 input。", en="Send the whole conversation in input."),
    ),
    "conversation": (
        Text(zh="回答不会为后续请求保留", en="answers are not kept for later requests"),
        Text(zh="请把完整对话放进 input。", en="Send the whole conversation in input."),
    ),
    "background": (
        Text(zh="没有后台模式", en="there is no background mode"),
        Text(zh="请用 stream 等待回答。", en="Wait for the answer with stream."),
    ),
}
_LIKELY = "message.output_text.logprobs"
_INCLUDED = frozenset({_LIKELY, "reasoning.encrypted_content"})
_TOOL = frozenset({"type", "name", "description", "parameters", "strict"})
_CHOICES = ("auto", "none", "required")


def read(body: Json) -> Json:
    """The chat that `body` asks for; raises Invalid naming the field that cannot be read."""
    for name, (what, remedy) in _ASKED_OF_US.items():
        if body.get(name):
            raise not_offered(name, what, remedy)
    check_keys(body, _KNOWN | _ASKED_OF_US.keys(), "")
    chat = {name: body[name] for name in _SAME if body.get(name) is not None}
    chat["messages"] = messages_of(body.get("input"))
    if body.get("instructions"):
        said = as_text(body["instructions"], "instructions")
        chat["messages"].insert(0, {"role": "system", "content": said})
    if body.get("max_output_tokens") is not None:
        chat["max_tokens"] = body["max_output_tokens"]
    _include(chat, body)
    _tools(chat, body)
    _reasoning(chat, as_object(body.get("reasoning") or {}, "reasoning"))
    _format(chat, as_object(body.get("text") or {}, "text"))
    return chat


def _include(chat: Json, body: Json) -> None:
    """What is wanted besides; what there is not, such as sealed thoughts, nobody gets."""
    for index, one in enumerate(as_list(body.get("include") or [], "include")):
        if type(one) is not str or one not in _INCLUDED:
            raise not_text(f"include[{index}]", kind_of({"type": one}))
        if one == _LIKELY:
            check_alternatives(body, "top_logprobs")
            chat["logprobs"] = True
            if body.get("top_logprobs") is not None:
                chat["top_logprobs"] = body["top_logprobs"]


def _tools(chat: Json, body: Json) -> None:
    if body.get("tools"):
        tools = as_list(body["tools"], "tools")
        chat["tools"] = [_tool(one, f"tools[{index}]") for index, one in enumerate(tools)]
    choice = body.get("tool_choice")
    if type(choice) is str and choice in _CHOICES:
        chat["tool_choice"] = choice
    elif choice is not None:
        chat["tool_choice"] = _choice(as_object(choice, "tool_choice"))


def _tool(tool: Any, where: str) -> Json:
    tool = as_object(tool, where)
    if tool.get("type") != "function":
        raise not_text(where, kind_of(tool))
    check_keys(tool, _TOOL, f"{where}.")
    function = {"name": as_text(tool.get("name"), f"{where}.name")}
    for name in ("description", "parameters", "strict"):
        if tool.get(name) is not None:
            function[name] = tool[name]
    return {"type": "function", "function": function}


def _choice(choice: Json) -> Json:
    if choice.get("type") == "allowed_tools":
        check_keys(choice, {"type", "mode", "tools"}, "tool_choice.")
        tools = as_list(choice.get("tools"), "tool_choice.tools")
        allowed = [
            _named(as_object(one, where), where)
            for where, one in ((f"tool_choice.tools[{at}]", one) for at, one in enumerate(tools))
        ]
        mode = as_text(choice.get("mode"), "tool_choice.mode")
        return {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": allowed}}
    return _named(choice, "tool_choice")


def _named(choice: Json, where: str) -> Json:
    if choice.get("type") != "function":
        raise not_text(where, kind_of(choice))
    check_keys(choice, {"type", "name"}, f"{where}.")
    name = as_text(choice.get("name"), f"{where}.name")
    return {"type": "function", "function": {"name": name}}


def _reasoning(chat: Json, reasoning: Json) -> None:
    """How hard to think; a summary is of no effect, as thoughts are shown as they are."""
    check_keys(reasoning, {"effort", "summary", "generate_summary"}, "reasoning.")
    if reasoning.get("effort") is not None:
        chat["reasoning_effort"] = as_text(reasoning["effort"], "reasoning.effort")


def _format(chat: Json, text: Json) -> None:
    check_keys(text, {"format", "verbosity"}, "text.")
    if text.get("verbosity") is not None:
        chat["verbosity"] = as_text(text["verbosity"], "text.verbosity")
    if text.get("format") is None:
        return
    wanted = as_object(text["format"], "text.format")
    kind = wanted.get("type")
    if kind == "json_schema":
        check_keys(wanted, {"type", "name", "description", "schema", "strict"}, "text.format.")
        schema = {key: value for key, value in wanted.items() if key != "type"}
        chat["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif type(kind) is str and kind in {"text", "json_object"}:
        check_keys(wanted, {"type"}, "text.format.")
        if kind == "json_object":
            chat["response_format"] = {"type": "json_object"}
    else:
        known = "text, json_object, json_schema"
        raise wrong("text.format.type", f"应为以下之一：{known}", f"must be one of {known}")
