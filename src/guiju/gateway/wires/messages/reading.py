# SPDX-License-Identifier: Apache-2.0
"""Reads a request of Anthropic's Messages API as a chat.

What has no place in a chat is either kept back, because it is no matter of the model (caching), or
refused by name. Nothing is left out that the client could think the model has read.
"""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.passages import not_text
from guiju.gateway.wires.strict import as_list, as_object, as_text, check_keys, kind_of, wrong
from guiju.gateway.wires.turns import as_one_text, assistant_turn, content_of, picture

Json = dict[str, Any]

_ROLES = frozenset({"user", "assistant", "system"})
# As they are in a chat.
_SAME = ("model", "stream", "max_tokens", "temperature", "top_p", "top_k")
# No matter of the model: caching, pruning and pricing are a way of its service.
_KEPT_BACK = frozenset({"cache_control", "context_management", "diagnostics", "service_tier"})
_KNOWN = _KEPT_BACK | {
    *_SAME,
    "messages",
    "metadata",
    "output_config",
    "stop_sequences",
    "system",
    "thinking",
    "tool_choice",
    "tools",
}
_BESIDE = frozenset({"type", "cache_control"})
_TOOL = _BESIDE | {"name", "description", "input_schema", "strict", "eager_input_streaming"}
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_encode = msgspec.json.Encoder().encode


def read(body: Json) -> Json:
    """The chat that `body` asks for; raises Invalid naming the field that cannot be read."""
    check_keys(body, _KNOWN, "")
    if type(body.get("max_tokens")) is not int or body["max_tokens"] < 1:
        raise wrong("max_tokens", "应为正整数", "must be a positive integer")
    chat = {name: body[name] for name in _SAME if body.get(name) is not None}
    messages = _system(body.get("system"))
    given = as_list(body.get("messages"), "messages")
    if not given:
        raise wrong("messages", "应为非空数组", "must be a list with at least one message")
    for index, message in enumerate(given):
        messages += _message(message, f"messages[{index}]")
    chat["messages"] = messages
    _settings(chat, body)
    return chat


def _settings(chat: Json, body: Json) -> None:
    if body.get("tools"):
        tools = as_list(body["tools"], "tools")
        chat["tools"] = [_tool(one, f"tools[{index}]") for index, one in enumerate(tools)]
    if body.get("tool_choice") is not None:
        _choice(chat, as_object(body["tool_choice"], "tool_choice"))
    if body.get("stop_sequences"):
        chat["stop"] = as_list(body["stop_sequences"], "stop_sequences")
    if body.get("metadata") is not None:
        metadata = as_object(body["metadata"], "metadata")
        check_keys(metadata, {"user_id"}, "metadata.")
        if metadata.get("user_id") is not None:
            chat["user"] = as_text(metadata["user_id"], "metadata.user_id")
    if body.get("thinking") is not None:
        _thinking(chat, as_object(body["thinking"], "thinking"))
    if body.get("output_config") is not None:
        _output(chat, as_object(body["output_config"], "output_config"))


def _system(value: Any) -> list[Json]:
    if value is None:
        return []
    text = value if type(value) is str else _texts(as_list(value, "system"), "system")
    return [{"role": "system", "content": text}] if text else []


def _texts(blocks: list[Any], where: str) -> str:
    """Blocks of text as one text."""
    return as_one_text(
        _text(as_object(one, f"{where}[{index}]"), f"{where}[{index}]")
        for index, one in enumerate(blocks)
    )


def _text(block: Json, where: str) -> str:
    if block.get("type") != "text":
        raise not_text(where, kind_of(block))
    check_keys(block, _BESIDE | {"text"}, f"{where}.")
    return as_text(block.get("text"), f"{where}.text")


def _message(message: Any, where: str) -> list[Json]:
    """The messages of a chat that one message with its blocks is."""
    role = message.get("role") if type(message) is dict else None
    if type(role) is not str or role not in _ROLES:
        raise wrong(f"{where}.role", "应为 user 或 assistant", "must be user or assistant")
    check_keys(message, {"role", "content"}, f"{where}.")
    content, where = message.get("content"), f"{where}.content"
    if type(content) is str:
        return [{"role": role, "content": content}]
    blocks = [
        (as_object(one, f"{where}[{index}]"), f"{where}[{index}]")
        for index, one in enumerate(as_list(content, where))
    ]
    if not blocks:
        raise wrong(where, "不得为空", "must not be empty")
    if role == "assistant":
        return [_said(blocks)]
    if role == "system":
        return _system([block for block, _ in blocks])
    return _asked(blocks)


def _asked(blocks: list[tuple[Json, str]]) -> list[Json]:
    """What a user says: results of tools first, as a chat wants them right behind their calls.

    Pictures in results follow them as the user's own, as a tool of a chat answers in text.
    """
    results: list[Json] = []
    parts: list[str | Json] = []
    for block, where in blocks:
        if block.get("type") == "tool_result":
            results.append(_result(block, where, parts))
        else:
            parts.append(_part(block, where))
    return results + ([{"role": "user", "content": content_of(parts)}] if parts else [])


def _result(block: Json, where: str, beside: list[str | Json]) -> Json:
    check_keys(block, _BESIDE | {"tool_use_id", "content", "is_error"}, f"{where}.")
    number = as_text(block.get("tool_use_id"), f"{where}.tool_use_id")
    content, texts = block.get("content") or "", []
    if type(content) is not str:
        where = f"{where}.content"
        for index, one in enumerate(as_list(content, where)):
            part = _part(as_object(one, f"{where}[{index}]"), f"{where}[{index}]")
            if isinstance(part, str):
                texts.append(part)
            else:
                beside.append(part)
        content = as_one_text(texts)
    return {"role": "tool", "tool_call_id": number, "content": content}


def _part(block: Json, where: str) -> str | Json:
    """A text, or a picture."""
    if block.get("type") != "image":
        return _text(block, where)
    check_keys(block, _BESIDE | {"source"}, f"{where}.")
    source = as_object(block.get("source"), f"{where}.source")
    kind = source.get("type")
    if kind == "base64":
        check_keys(source, {"type", "media_type", "data"}, f"{where}.source.")
        media, data = (as_text(source.get(one), f"{where}.{one}") for one in ("media_type", "data"))
        return picture(f"data:{media};base64,{data}", where)
    if kind == "url":
        check_keys(source, {"type", "url"}, f"{where}.source.")
        return picture(as_text(source.get("url"), f"{where}.source.url"), where)
    raise not_text(where, f"image: {kind_of(source)}")


def _said(blocks: list[tuple[Json, str]]) -> Json:
    """What the assistant said before."""
    texts, calls, thoughts = [], [], []
    for block, where in blocks:
        kind = block.get("type")
        if kind == "tool_use":
            calls.append(_call(block, where))
        elif kind == "thinking":
            check_keys(block, {"type", "thinking", "signature"}, f"{where}.")
            thoughts.append(as_text(block.get("thinking"), f"{where}.thinking"))
        else:
            texts.append(_text(block, where))
    return assistant_turn(texts, calls, thoughts)


def _call(block: Json, where: str) -> Json:
    check_keys(block, _BESIDE | {"id", "name", "input"}, f"{where}.")
    arguments = _encode(as_object(block.get("input"), f"{where}.input")).decode()
    function = {"name": as_text(block.get("name"), f"{where}.name"), "arguments": arguments}
    return {"id": as_text(block.get("id"), f"{where}.id"), "type": "function", "function": function}


def _tool(tool: Any, where: str) -> Json:
    tool = as_object(tool, where)
    kind = tool.get("type")
    if kind is not None and kind != "custom":
        # A tool that runs at the model service, or one whose words only that service knows.
        raise not_text(where, kind_of(tool))
    check_keys(tool, _TOOL, f"{where}.")
    function: Json = {
        "name": as_text(tool.get("name"), f"{where}.name"),
        "parameters": as_object(tool.get("input_schema"), f"{where}.input_schema"),
    }
    if tool.get("description") is not None:
        function["description"] = as_text(tool["description"], f"{where}.description")
    if tool.get("strict") is not None:
        function["strict"] = tool["strict"]
    return {"type": "function", "function": function}


def _choice(chat: Json, choice: Json) -> None:
    check_keys(choice, {"type", "name", "disable_parallel_tool_use"}, "tool_choice.")
    kind = choice.get("type")
    if kind == "tool":
        name = as_text(choice.get("name"), "tool_choice.name")
        chat["tool_choice"] = {"type": "function", "function": {"name": name}}
    elif type(kind) is str and kind in _CHOICES:
        chat["tool_choice"] = _CHOICES[kind]
    else:
        known = "auto, any, tool, none"
        raise wrong("tool_choice.type", f"应为以下之一：{known}", f"must be one of {known}")
    if choice.get("disable_parallel_tool_use"):
        chat["parallel_tool_calls"] = False


def _thinking(chat: Json, thinking: Json) -> None:
    """Whether to think, in words that many services share; how long is left to them."""
    check_keys(thinking, {"type", "budget_tokens", "display"}, "thinking.")
    kind = thinking.get("type")
    if type(kind) is str and kind in {"enabled", "disabled"}:
        chat["thinking"] = {"type": kind}
    elif type(kind) is not str or kind not in {"adaptive", "between_tools"}:
        known = "enabled, disabled, adaptive"
        raise wrong("thinking.type", f"应为以下之一：{known}", f"must be one of {known}")


def _output(chat: Json, output: Json) -> None:
    check_keys(output, {"effort", "format"}, "output_config.")
    if output.get("effort") is not None:
        chat["reasoning_effort"] = as_text(output["effort"], "output_config.effort")
    if output.get("format") is not None:
        wanted = as_object(output["format"], "output_config.format")
        check_keys(wanted, {"type", "schema"}, "output_config.format.")
        if wanted.get("type") != "json_schema":
            raise not_text("output_config.format", kind_of(wanted))
        schema = as_object(wanted.get("schema"), "output_config.format.schema")
        chat["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema, "strict": True},
        }
