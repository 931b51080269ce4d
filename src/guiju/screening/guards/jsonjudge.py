# SPDX-License-Identifier: Apache-2.0
"""Any chat model as a judge: asked in our words for one JSON object with our own harm ids."""

from __future__ import annotations

from typing import Any

from guiju.measures import law
from guiju.screening.guards.asking import Request, Turn, fenced, request
from guiju.screening.guards.categories import UNNAMED
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply
from guiju.screening.guards.mending import only_object
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError, judged
from guiju.screening.guards.wording import json_judge

_TOKENS = 256
_KEYS = {"level", "harms", "refusal"}


def ask(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """One question: what to judge by in the system message, what to judge in the user's."""
    rules = json_judge(asked_harms(guard), of_answer=turn.answer is not None)
    messages = [
        {"role": "system", "content": rules},
        {"role": "user", "content": fenced(turn, "REQUEST", "ANSWER")},
    ]
    return (request(guard, turn, messages, _TOKENS),)


def read(guard: GuardConfig, _: Request, reply: Reply) -> GuardVerdict:
    """The object's level and harms, which must be ones that were asked for."""
    said = only_object(reply.said)
    level = _level(said)
    if not _KEYS.issuperset(said):
        raise UnreadableError("unknown-label", level)
    harms = _harms(said.get("harms", []), asked_harms(guard), level)
    if level is Level.SAFE and harms:
        raise UnreadableError("contradiction")
    unnamed = () if level is Level.SAFE else (UNNAMED,)
    return judged(level, harms, harms or unnamed, refusal=_refusal(said.get("refusal"), level))


def asked_harms(guard: GuardConfig) -> tuple[str, ...]:
    """The harms the model is told of; usefulness (A5) is no matter for a guard unless named."""
    return guard.harms or law().slices["content-29"]


def _level(said: dict[str, Any]) -> Level:
    value = said.get("level")
    if value is None:
        raise UnreadableError("no-label")
    try:
        return Level(str(value).strip().lower())
    except ValueError:
        raise UnreadableError("unknown-label") from None


def _harms(value: Any, known: tuple[str, ...], level: Level) -> tuple[str, ...]:
    named = [value] if isinstance(value, str) else value
    if not isinstance(named, list) or not all(isinstance(one, str) for one in named):
        raise UnreadableError("unknown-category", level)
    ids = {one.casefold(): one for one in known}
    found = [ids.get(one.strip().casefold()) for one in named]
    if None in found:
        raise UnreadableError("unknown-category", level)
    return tuple(dict.fromkeys(one for one in found if one))


def _refusal(value: Any, level: Level) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise UnreadableError("unknown-label", level)
    return value
