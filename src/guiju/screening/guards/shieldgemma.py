# SPDX-License-Identifier: Apache-2.0
"""ShieldGemma: one guideline a question, answered Yes or No; the chance of a Yes is the score."""

from __future__ import annotations

from collections.abc import Mapping

from guiju.screening.guards.asking import Request, Turn, conversation, fenced, request
from guiju.screening.guards.categories import SHIELDGEMMA, harms_of
from guiju.screening.guards.config import GuardConfig
from guiju.screening.guards.envelope import Reply
from guiju.screening.guards.verdict import GuardVerdict, Level, UnreadableError, judged
from guiju.screening.guards.wording import GUIDELINES, guideline, yes_or_no

_CANDIDATES = 20  # the most that an OpenAI-compatible server tells of a token
_EVEN = 500  # a model that says No holds a Yes for less likely than this, per mille


def ask(guard: GuardConfig, turn: Turn) -> tuple[Request, ...]:
    """One question for each guideline whose harms the guard decides about."""
    return tuple(_question(guard, turn, one) for one in GUIDELINES if _concerns(guard, one))


def read(guard: GuardConfig, asked: Request, reply: Reply) -> GuardVerdict:
    """Yes or No first; the level by the chance of a Yes."""
    yes = _says_yes(reply.said)
    score = _score(reply.chances)
    level = _unscored(guard, yes=yes) if score is None else _level(guard, score)
    if level is Level.SAFE:
        return judged(level, score=score)
    categories = (asked.about,)
    return judged(level, categories, harms_of(SHIELDGEMMA, categories, guard.harms), score=score)


def _concerns(guard: GuardConfig, name: str) -> bool:
    return not guard.harms or not set(guard.harms).isdisjoint(SHIELDGEMMA[name])


def _question(guard: GuardConfig, turn: Turn, name: str) -> Request:
    """One guideline: beside the messages for the server's template, else all in one message."""
    of_answer = turn.answer is not None
    rule = guideline(name, of_answer=of_answer)
    odds = {"logprobs": True, "top_logprobs": _CANDIDATES}
    if guard.template == "server":
        extra = {**odds, "chat_template_kwargs": {"guideline": rule}}
        return request(guard, turn, conversation(turn), 1, about=name, **extra)
    text = yes_or_no(fenced(turn, "Human Question", "Chatbot Response"), rule, of_answer=of_answer)
    return request(guard, turn, [{"role": "user", "content": text}], 1, about=name, **odds)


def _says_yes(said: str) -> bool:
    word = said.split(maxsplit=1)[0].strip("*`'\".,:").lower()
    if word not in {"yes", "no"}:
        raise UnreadableError("unknown-label")
    return word == "yes"


def _score(chances: Mapping[str, float] | None) -> float | None:
    """Yes against No, in whichever spelling the tokens have; None when the server tells neither."""
    if chances is None:
        return None
    yes, no = (
        sum(chance for token, chance in chances.items() if token.strip(" ▁").lower() == word)
        for word in ("yes", "no")
    )
    if yes + no <= 0:
        raise UnreadableError("no-score")
    return yes / (yes + no)


def _level(guard: GuardConfig, score: float) -> Level:
    if score * 1000 >= guard.unsafe_from:
        return Level.UNSAFE
    return Level.CONTROVERSIAL if score * 1000 >= guard.controversial_from else Level.SAFE


def _unscored(guard: GuardConfig, *, yes: bool) -> Level:
    """A Yes counts as it is said; a No only where it says enough for the policy's threshold."""
    if yes:
        return Level.UNSAFE
    if min(guard.unsafe_from, guard.controversial_from) < _EVEN:
        raise UnreadableError("no-score")
    return Level.SAFE
