# SPDX-License-Identifier: Apache-2.0
"""The reply of a chat completion, read strictly: what the model said and the odds of its start."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import parse
from guiju.screening.guards.verdict import UnreadableError

MOST_REPLY = 262_144  # bytes of a reply
_MOST_SAID = 16_384  # characters of what the model said
_THOUGHT, _DONE = "<think>", "</think>"
_SLACK = 1e-3  # servers round


class Reply(NamedTuple):
    """What was said, without thoughts and white space, and the chances of each first token."""

    said: str
    chances: Mapping[str, float] | None = None


def opened(raw: bytes) -> Reply:
    """The reply in `raw`.

    Raises:
        UnreadableError: `envelope`, `empty`, `thought-unfinished`.
    """
    choice = _only_choice(raw)
    message = _table(choice.get("message"))
    # Arguments for a tool are not an answer, whatever the text beside them says.
    if message.get("tool_calls"):
        raise UnreadableError("envelope")
    said = _thoughtless(_text(message.get("content")))
    if not said:
        raise UnreadableError("empty")
    return Reply(said, _chances(choice.get("logprobs")))


def _only_choice(raw: bytes) -> Mapping[str, Any]:
    if len(raw) > MOST_REPLY:
        raise UnreadableError("envelope")
    try:
        choices = _table(parse(raw)).get("choices")
    except (ValueError, RecursionError):
        raise UnreadableError("envelope") from None
    if not isinstance(choices, list) or len(choices) != 1:
        raise UnreadableError("envelope")
    return _table(choices[0])


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError("envelope")
    return value


def _text(content: object) -> str:
    if isinstance(content, list):
        content = "".join(_part(one) for one in content)
    if content is None:
        return ""
    if not isinstance(content, str) or len(content) > _MOST_SAID:
        raise UnreadableError("envelope")
    return content


def _part(part: object) -> str:
    text = _table(part).get("text")
    if not isinstance(text, str):
        raise UnreadableError("envelope")
    return text


def _thoughtless(said: str) -> str:
    """What follows the thoughts; some servers leave their opening mark out, none their end."""
    before, mark, after = said.partition(_DONE)
    if not mark:
        after = before
    if _THOUGHT in after or _DONE in after:
        raise UnreadableError("thought-unfinished")
    return after.strip()


def _chances(logprobs: object) -> Mapping[str, float] | None:
    """The chance of each candidate for the first token; None when the server tells none."""
    if logprobs is None:
        return None
    content = _table(logprobs).get("content")
    if not isinstance(content, list) or not content:
        return None
    top = _table(content[0]).get("top_logprobs")
    if not isinstance(top, list) or not top:
        return None
    chances: dict[str, float] = {}
    for one in top:
        entry = _table(one)
        token = str(entry.get("token"))
        chances[token] = chances.get(token, 0.0) + _chance(entry.get("logprob"))
    if sum(chances.values()) > 1 + _SLACK:
        raise UnreadableError("no-score")
    return chances


def _chance(logprob: object) -> float:
    if isinstance(logprob, bool) or not isinstance(logprob, int | float):
        raise UnreadableError("no-score")
    if math.isnan(logprob) or logprob > _SLACK:
        raise UnreadableError("no-score")
    return math.exp(min(logprob, 0.0))
