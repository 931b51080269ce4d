# SPDX-License-Identifier: Apache-2.0
"""What stands around the text of an answer: only ours, or known words, or judged and short.

A model service could smuggle text through its id, its model name or its usage as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from guiju.records import Usage

if TYPE_CHECKING:
    from guiju.gateway.work import Work

FINISHES = frozenset({"stop", "length", "tool_calls", "content_filter"})
# What some services say instead. A vendor's own screening is a filter; an answer that was cut off
# for want of resources is short, and clients shall not take it for whole.
_LIKE = {
    "sensitive": "content_filter",
    "network_error": "length",
    "insufficient_system_resource": "length",
    "max_tokens": "length",
    "model_length": "length",
    "function_call": "tool_calls",
    "eos": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
}
MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}")
_FINGERPRINT = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_TIERS = frozenset({"auto", "default", "flex", "scale", "priority"})
_DETAILS = ("prompt_tokens_details", "completion_tokens_details")
_COUNTS = (
    "cached_tokens",
    "reasoning_tokens",
    "audio_tokens",
    "accepted_prediction_tokens",
    "rejected_prediction_tokens",
)
_MOST_TOKENS = 1_000_000_000


def head_of(work: Work, kind: str, model: str) -> dict[str, Any]:
    """The first fields of an answer or a chunk."""
    return {
        "id": f"chatcmpl-{work.ask.request}",
        "object": kind,
        "created": int(work.ask.at.timestamp()),
        "model": model,
    }


def model_of(work: Work, name: Any) -> str:
    """The model that says it answered, if it is a judged name; else the one that was asked."""
    if name == work.model or type(name) is not str or not MODEL_NAME.fullmatch(name):
        return work.model
    return name if work.screen().passes(name) else work.model


def extras_of(work: Work, answer: dict[str, Any]) -> dict[str, str]:
    """Fingerprint and tier of a whole answer, when they are what they should be."""
    extras: dict[str, str] = {}
    fingerprint: Any = answer.get("system_fingerprint")
    fits = type(fingerprint) is str and _FINGERPRINT.fullmatch(fingerprint)
    if fits and work.screen().passes(fingerprint):
        extras["system_fingerprint"] = fingerprint
    tier = answer.get("service_tier")
    if type(tier) is str and tier in _TIERS:
        extras["service_tier"] = tier
    return extras


def finish_of(value: Any) -> str | None:
    """A reason to finish that clients know, or None."""
    if type(value) is not str:
        return None
    return value if value in FINISHES else _LIKE.get(value)


def usage_of(value: Any) -> Usage:
    """Token counts as the model gave them; anything but a number counts as none."""
    usage = value if type(value) is dict else {}
    return Usage(_count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens")))


def media_usage_of(value: Any) -> Usage:
    """Token counts of an answer that is no chat, under the names that these have."""
    usage = value if type(value) is dict else {}
    return Usage(_count(usage.get("input_tokens")), _count(usage.get("output_tokens")))


def shown_usage(value: Any, usage: Usage) -> dict[str, Any]:
    """`usage` as clients expect it, with the details of `value` that are numbers."""
    shown: dict[str, Any] = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
    if type(value) is not dict:
        return shown
    for name in _DETAILS:
        if name in value and type(details := value[name]) is dict:
            shown[name] = {key: _count(details[key]) for key in _COUNTS if key in details}
    return shown


def _count(value: Any) -> int:
    return min(max(value, 0), _MOST_TOKENS) if type(value) is int else 0
