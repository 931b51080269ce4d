# SPDX-License-Identifier: Apache-2.0
"""ShieldLM: a question in words, answered by a marked verdict before its analysis."""

from __future__ import annotations

import re

from guiju.screening.guards.asking import Request, Turn, fenced, request
from guiju.screening.guards.categories import UNNAMED
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError, judged
from guiju.screening.guards.wording import verdict_first

_TOKENS = 24  # the verdict; the analysis after it is not waited for
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
_MARKED = re.compile(
    r"[\s*`]*[\[【](?:answer|答案)[\]】][*`]*[:：]?(.*)", re.IGNORECASE | re.DOTALL
)
_ANALYSIS = re.compile(r"\n|[\[【](?:analysis|分析)", re.IGNORECASE)
_LEVELS = {
    "safe": Level.SAFE,
    "unsafe": Level.UNSAFE,
    "controversial": Level.CONTROVERSIAL,
    "安全": Level.SAFE,
    "不安全": Level.UNSAFE,
    "有争议": Level.CONTROVERSIAL,
    "有争议的": Level.CONTROVERSIAL,
}


def ask(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """One question, in Chinese when what is judged holds Chinese."""
    language = "zh" if _IDEOGRAPH.search(turn.text) else "en"
    of_answer = turn.answer is not None
    text = verdict_first(language, fenced(turn, "A", "B"), guard.harms, of_answer=of_answer)
    return (request(guard, turn, [{"role": "user", "content": text}], _TOKENS),)


def read(_: GuardConfig, __: Request, reply: Reply) -> GuardVerdict:
    """The word after the mark, which must be the only one on its line; it names no category."""
    match = _MARKED.fullmatch(reply.said)
    if match is None:
        raise UnreadableError("no-label")
    said = _ANALYSIS.split(match[1].strip(), maxsplit=1)[0]
    level = _LEVELS.get(said.strip(" \t*`.。,，;；").lower())
    if level is None:
        raise UnreadableError("unknown-label")
    return judged(level, (), () if level is Level.SAFE else (UNNAMED,))
