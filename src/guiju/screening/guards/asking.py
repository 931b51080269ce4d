# SPDX-License-Identifier: Apache-2.0
"""The question to a guard model as the body of an OpenAI-compatible chat completion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from guiju.kernel import canonical, digest
from guiju.screening.guards.config import GuardConfig

# Servers render the text into a template and then look for control marks in all of it, so a text
# could close its own turn and speak for the model. One space breaks every such mark.
_MARKS = re.compile(r"<(?=[|｜/!_A-Za-z])|\[(?=/?(?:INST|SYS|gMASK|sMASK|MASK)\])")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_NOTHING = "…"


class Turn(NamedTuple):
    """What is judged: a request, or an answer in the light of the request before it."""

    prompt: str
    answer: str | None = None

    @property
    def text(self) -> str:
        """The part that is judged."""
        return self.prompt if self.answer is None else self.answer


class Request(NamedTuple):
    """One question: its body and, where a family asks several, what this one is about."""

    body: bytes
    about: str = ""
    of_answer: bool = False


def defused(text: str) -> str:
    """`text` without what a server could take for its own marks; never empty."""
    return _MARKS.sub(_spaced, _UNWRITABLE.sub("\ufffd", text)) or _NOTHING


def _spaced(found: re.Match[str]) -> str:
    return f"{found[0]} "


def conversation(turn: Turn) -> list[dict[str, str]]:
    """The turn as chat messages, of which the last is judged."""
    messages = [{"role": "user", "content": defused(turn.prompt)}]
    if turn.answer is not None:
        messages.append({"role": "assistant", "content": defused(turn.answer)})
    return messages


def request(
    guard: GuardConfig,
    turn: Turn,
    messages: Sequence[dict[str, str]],
    tokens: int,
    *,
    about: str = "",
    **extra: Any,
) -> Request:
    """A whole question: no sampling, no stream, no more than `tokens` in answer."""
    body = {
        "model": guard.model,
        "messages": messages,
        "temperature": 0,
        "max_tokens": guard.max_tokens or tokens,
        "stream": False,
        **extra,
    }
    return Request(canonical(body), about, turn.answer is not None)


def fenced(turn: Turn, asker: str, answerer: str) -> str:
    """The turn between lines that it cannot hold itself, since their code depends on all of it.

    So nothing in it ends the material, and nothing in the request passes for an answer.
    """
    whole = f"{turn.prompt}\n{turn.answer}".encode("utf-8", "surrogatepass")
    code = digest(whole)[:16]
    lines = [f"=== {code} {asker} ===", defused(turn.prompt)]
    if turn.answer is not None:
        lines += [f"=== {code} {answerer} ===", defused(turn.answer)]
    return "\n".join([*lines, f"=== {code} END ==="])
