# SPDX-License-Identifier: Apache-2.0
"""What stands in a message of Anthropic's shape, whole and streamed alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from guiju.gateway.faults import not_understood

if TYPE_CHECKING:
    from guiju.gateway.work import Work

Json = dict[str, Any]

_STOPS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
# By status; what is not here is an `api_error`.
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "invalid_request_error",
    409: "invalid_request_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "overloaded_error",
}
_decode = msgspec.json.Decoder().decode


def head_of(work: Work, model: str, aigc: Mapping[str, str]) -> Json:
    """A message that has not begun."""
    return {
        "id": f"msg_{work.ask.request}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
        "aigc": aigc,
    }


def blocks_of(work: Work, message: Json) -> list[Json]:
    """The blocks of a whole answer: the thought, the text, the calls."""
    blocks: list[Json] = []
    if message.get("reasoning_content"):
        blocks.append(thought(message["reasoning_content"]))
    if message.get("content"):
        blocks.append(text(message["content"]))
    for index, call in enumerate(message.get("tool_calls", ())):
        # One that the model was cut off in is nothing to act on, and `stop_reason` says so.
        arguments = arguments_of(call["function"]["arguments"])
        blocks.append(use(work, index, call, {} if arguments is None else arguments))
    return blocks


def thought(said: str) -> Json:
    """A block of reasoning; the signature is that of nobody, and nobody here asks for one."""
    return {"type": "thinking", "thinking": said, "signature": ""}


def text(said: str) -> Json:
    """A block of text."""
    return {"type": "text", "text": said}


def use(work: Work, index: int, call: Json, arguments: Json) -> Json:
    """A block that asks for a tool; a model that gives its calls no names gets them from us."""
    number = call["id"] or f"toolu_{work.ask.request}_{index}"
    return {
        "type": "tool_use",
        "id": number,
        "name": call["function"]["name"],
        "input": arguments,
    }


def arguments_of(raw: str) -> Json | None:
    """The arguments of a call as an object, or None; no arguments are an empty one."""
    try:
        value = _decode(raw or "{}")
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return value if type(value) is dict else None


def check_calls(choice: Any) -> None:
    """Raise Unavailable for a finished call with arguments that are no object."""
    message = choice.get("message") if type(choice) is dict else None
    calls = message.get("tool_calls") if type(message) is dict else None
    if type(calls) is not list or choice.get("finish_reason") == "length":
        return
    for call in calls:
        function = call.get("function") if type(call) is dict else None
        raw = function.get("arguments") if type(function) is dict else None
        if type(raw) is str and arguments_of(raw) is None:
            raise not_understood()


def stop_of(finish: str, *, calls: bool) -> str:
    """Why the message ended; some services say "stop" behind a call."""
    return "tool_use" if calls and finish == "stop" else _STOPS[finish]


def usage_of(usage: Json) -> Json:
    """Counts as Anthropic has them: what came from a cache is apart from the input."""
    cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    return {
        "input_tokens": max(usage["prompt_tokens"] - cached, 0),
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": usage["completion_tokens"],
    }


def error_of(body: Json, status: int) -> Json:
    """Our error in Anthropic's frame: their `type`, all our other fields beside it."""
    error = {**body["error"], "type": _ERRORS.get(status, "api_error")}
    return {"type": "error", "error": error, "request_id": error["request_id"]}
