# SPDX-License-Identifier: Apache-2.0
"""What stands in a response of OpenAI's shape, whole and streamed alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from guiju.kernel import micros

if TYPE_CHECKING:
    from guiju.gateway.work import Work

Json = dict[str, Any]

# The field in which the text of a channel stands, in the order of items; and a part without text.
FIELDS = {"reasoning_content": "text", "content": "text", "refusal": "refusal"}
PARTS: dict[str, Json] = {
    "reasoning_content": {"type": "reasoning_text", "text": ""},
    "content": {"type": "output_text", "text": "", "annotations": [], "logprobs": []},
    "refusal": {"type": "refusal", "refusal": ""},
}
_EFFORTS = frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"})
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def head_of(work: Work, model: str, aigc: Mapping[str, str]) -> Json:
    """A response that has not begun.

    It repeats settings, but no text of the request: instructions and tools would come back with
    every one of three events.
    """
    chat = work.body
    choice, effort = chat.get("tool_choice", "auto"), chat.get("reasoning_effort")
    return {
        "id": f"resp_{work.ask.request}",
        "object": "response",
        "created_at": micros(work.ask.at) // 1_000_000,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": chat.get("max_tokens"),
        "metadata": {},
        "model": model,
        "output": [],
        "parallel_tool_calls": chat.get("parallel_tool_calls", True),
        "previous_response_id": None,
        "reasoning": {"effort": effort if effort in _EFFORTS else None, "summary": None},
        "store": False,
        "temperature": chat.get("temperature"),
        "text": {"format": {"type": work.format()}},
        "tool_choice": choice if type(choice) is str else "required",
        "tools": [],
        "top_p": chat.get("top_p"),
        "truncation": "disabled",
        "usage": None,
        "aigc": aigc,
    }


def ended(head: Json, items: list[Json], finish: str, usage: Json) -> Json:
    """The response with what was said, and why it ended."""
    reason = _INCOMPLETE.get(finish)
    return {
        **head,
        "status": "completed" if reason is None else "incomplete",
        "incomplete_details": None if reason is None else {"reason": reason},
        "output": items,
        "usage": usage_of(usage),
    }


def items_of(work: Work, message: Json, finish: str, marks: list[Json]) -> list[Json]:
    """The items of a whole answer: the thought, the text, the calls."""
    items: list[Json] = []
    for name, field in FIELDS.items():
        if message.get(name):
            part = {**PARTS[name], field: message[name]}
            if name == "content":
                part["logprobs"] = marks
            items.append(closed(begun(work, name, len(items)), part, status_of(finish)))
    for one in message.get("tool_calls", ()):
        items.append(call(work, len(items), one) | {"status": status_of(finish)})
    return items


def status_of(finish: str) -> str:
    """How far the last item of an answer has come."""
    return "incomplete" if finish in _INCOMPLETE else "completed"


def begun(work: Work, name: str, index: int) -> Json:
    """The item in which the text of a channel stands, without its text.

    Thoughts are shown as they are, so nothing is summed up.
    """
    if name == "reasoning_content":
        number = f"rs_{work.ask.request}_{index}"
        return {"id": number, "type": "reasoning", "summary": [], "content": []}
    number = f"msg_{work.ask.request}_{index}"
    head = {"id": number, "type": "message", "status": "in_progress"}
    return {**head, "role": "assistant", "content": []}


def closed(item: Json, part: Json, status: str) -> Json:
    """The item with its text."""
    state = {"status": status} if "status" in item else {}
    return {**item, **state, "content": [part]}


def call(work: Work, index: int, one: Json) -> Json:
    """A call; a model that gives its calls no names gets them from us."""
    return {
        "id": f"fc_{work.ask.request}_{index}",
        "type": "function_call",
        "status": "completed",
        "call_id": one["id"] or f"call_{work.ask.request}_{index}",
        "name": one["function"]["name"],
        "arguments": one["function"]["arguments"],
    }


def usage_of(usage: Json) -> Json:
    """Counts under the names of this API."""
    cached = usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
    thought = usage.get("completion_tokens_details", {}).get("reasoning_tokens", 0)
    return {
        "input_tokens": usage["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": usage["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": usage["prompt_tokens"] + usage["completion_tokens"],
    }
