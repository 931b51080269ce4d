# SPDX-License-Identifier: Apache-2.0
"""Qwen3Guard-Gen: plain chat messages, answered in labelled lines; its template is the server's."""

from __future__ import annotations

import re

from guiju.screening.guards.asking import Request, Turn, conversation, request
from guiju.screening.guards.categories import QWEN3GUARD, harms_of
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError, judged

_TOKENS = 128  # three lines with all nine categories
_LINE = re.compile(r"[\s>*`#-]*(safety|categories|refusal)[*`\s]*[:：](.*)", re.IGNORECASE)
_REFUSALS = {"yes": True, "no": False}
_NAMES = {name.lower(): name for name in QWEN3GUARD} | {
    "personally identifiable information": "PII",
    "suicide and self-harm": "Suicide & Self-Harm",
}
_REQUESTS_ONLY = "Jailbreak"


def ask(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """One question with the turn as it is."""
    return (request(guard, turn, conversation(turn), _TOKENS),)


def read(guard: GuardConfig, asked: Request, reply: Reply) -> GuardVerdict:
    """`Safety:`, `Categories:` and, for an answer, `Refusal:`, each said once."""
    lines = _lines(reply.said)
    level = _level(lines.get("safety"))
    categories = _categories(lines.get("categories"), level, of_answer=asked.of_answer)
    if level is Level.SAFE and categories:
        raise UnreadableError("contradiction")
    harms = () if level is Level.SAFE else harms_of(QWEN3GUARD, categories, guard.harms)
    return judged(level, categories, harms, refusal=_REFUSALS.get(lines.get("refusal", "")))


def _lines(said: str) -> dict[str, str]:
    """The value of each labelled line; other lines say nothing."""
    found: dict[str, str] = {}
    for line in said.splitlines():
        if match := _LINE.fullmatch(line):
            value = match[2].strip(" \t*`.").lower()
            if found.setdefault(match[1].lower(), value) != value:
                raise UnreadableError("contradiction")
    return found


def _level(value: str | None) -> Level:
    if value is None:
        raise UnreadableError("no-label")
    try:
        return Level(value)
    except ValueError:
        raise UnreadableError("unknown-label") from None


def _categories(value: str | None, level: Level, *, of_answer: bool) -> tuple[str, ...]:
    if value is None:
        raise UnreadableError("no-label", level)
    said = [one for part in value.split(",") if (one := part.strip()) and one != "none"]
    try:
        names = tuple(dict.fromkeys(_NAMES[one] for one in said))
    except KeyError:
        raise UnreadableError("unknown-category", level) from None
    if of_answer and _REQUESTS_ONLY in names:
        raise UnreadableError("unknown-category", level)
    return names
