# SPDX-License-Identifier: Apache-2.0
"""Llama Guard 3 and 4: plain chat messages; `safe`, or `unsafe` and the numbers of its hazards."""

from __future__ import annotations

import re

from guiju.screening.guards.asking import Request, Turn, conversation, request
from guiju.screening.guards.categories import LLAMA_GUARD, harms_of
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError, judged

_TOKENS = 64  # `unsafe` and all fourteen numbers
_ENDS = re.compile(r"(?:<\|(?:eot|eot_id|end_of_text|eom_id)\|>\s*)+$")
# ASCII: without it the long s and the like would be taken for their letters.
_SAID = re.compile(
    r"[\s*`]*(safe|unsafe)(?![\w-])[*`.,:]*(.*)", re.IGNORECASE | re.DOTALL | re.ASCII
)


def ask(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """One question with the turn as it is; the model judges its last message."""
    return (request(guard, turn, conversation(turn), _TOKENS),)


def read(guard: GuardConfig, _: Request, reply: Reply) -> GuardVerdict:
    """The label, and after `unsafe` the numbers; nothing else may follow either."""
    match = _SAID.fullmatch(_ENDS.sub("", reply.said))
    if match is None:
        raise UnreadableError("unknown-label")
    level, rest = Level(match[1].lower()), match[2].strip(" \t\r\n*`.")
    if level is Level.SAFE:
        if rest:
            raise UnreadableError("contradiction")
        return judged(level)
    categories = _numbers(rest)
    return judged(level, categories, harms_of(LLAMA_GUARD, categories, guard.harms))


def _numbers(rest: str) -> tuple[str, ...]:
    said = [one.upper() for one in re.split(r"[\s,]+", rest) if one]
    if any(one not in LLAMA_GUARD for one in said):
        raise UnreadableError("unknown-category", Level.UNSAFE)
    return tuple(dict.fromkeys(said))
