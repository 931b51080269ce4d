# SPDX-License-Identifier: Apache-2.0
"""Log probabilities: they leave only beside text that left as the model wrote it.

A token list spells the text a second time, so the bytes of its tokens must be those of what was
delivered. Alternatives are text that nobody said; each rank of them is judged as if it were one.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from guiju.screening import Outcome, Screen

Json = dict[str, Any]

_MOST_ALTERNATIVES = 20


def asked_for(body: Json) -> bool:
    """Whether a chat wants them."""
    return body.get("logprobs") is True


def tokens_of(value: Any) -> list[Json] | None:
    """The tokens of a choice, written anew; None when they are not understood, or none."""
    given = value.get("content") if type(value) is dict else None
    if type(given) is not list or not given:
        return None
    tokens = [_token(one, alternatives=True) for one in given]
    found = [one for one in tokens if one is not None]
    return found if len(found) == len(tokens) else None


def beside(screen: Screen, value: Any, text: str) -> Json | None:
    """What may stand beside a whole `text`, or None."""
    tokens = tokens_of(value)
    if tokens is None or b"".join(map(_bytes, tokens)) != text.encode():
        return None
    ranks = max(len(one["top_logprobs"]) for one in tokens)
    for rank in range(min(ranks, _MOST_ALTERNATIVES + 1)):
        others = [one["top_logprobs"] for one in tokens]
        said = "".join(one[rank]["token"] for one in others if rank < len(one))
        if screen.judge(said, "output").outcome is not Outcome.PASS:
            return None
    return {"content": tokens, "refusal": None}


class Tokens:
    """Hands the tokens of a stream out beside the text that they spell, however both are cut."""

    def __init__(self) -> None:
        """Nothing has come, nothing has left."""
        self._tokens: deque[Json] = deque()
        self._text = b""  # what has left and is not spelled yet
        self._apart = False

    def take(self, value: Any) -> int:
        """Keep what came with a chunk, without alternatives; returns how much is to be held."""
        if self._apart or not value or (type(value) is dict and not value.get("content")):
            return 0
        tokens = tokens_of(value)
        if tokens is None:
            self._part()
            return 0
        for one in tokens:
            one["top_logprobs"] = []
        self._tokens.extend(tokens)
        return sum(len(_bytes(one)) + 1 for one in tokens)

    def beside(self, text: str) -> list[Json]:
        """The tokens that `text`, which leaves now, completes; none once they spell another."""
        if self._apart:
            return []
        self._text += text.encode()
        found: list[Json] = []
        while self._tokens:
            token = _bytes(self._tokens[0])
            if not self._text.startswith(token):
                if not token.startswith(self._text):
                    self._part()
                break
            self._text = self._text[len(token) :]
            found.append(self._tokens.popleft())
        return found

    def _part(self) -> None:
        self._apart, self._text = True, b""
        self._tokens.clear()


def _token(value: Any, *, alternatives: bool) -> Json | None:
    """A token by its bytes, so that it cannot be called by another text."""
    token = value.get("token") if type(value) is dict else None
    if type(token) is not str or not _is_number(value.get("logprob", "")):
        return None
    try:
        given = value.get("bytes")
        data = token.encode() if given is None else bytes(given)
    except (TypeError, ValueError):
        return None
    shown = {
        "token": data.decode("utf-8", "backslashreplace"),
        "logprob": value["logprob"],
        "bytes": list(data),
    }
    return {**shown, "top_logprobs": _others(value.get("top_logprobs"))} if alternatives else shown


def _others(value: Any) -> list[Json]:
    """Alternatives as far as they are understood."""
    given = value[: _MOST_ALTERNATIVES + 1] if type(value) is list else []
    found = (_token(one, alternatives=False) for one in given)
    return [one for one in found if one is not None]


def _is_number(value: Any) -> bool:
    # The first token of a text that is repeated has none.
    return value is None or type(value) in {int, float}


def _bytes(token: Json) -> bytes:
    return bytes(token["bytes"])
