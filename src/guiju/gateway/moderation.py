# SPDX-License-Identifier: Apache-2.0
"""`/v1/moderations`: the policy in force as a guard beside somebody else's gateway (Article 4)."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.rules import Rules
from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening import Direction, Outcome, Verdict

_decode = msgspec.json.Decoder().decode
_MOST_INPUTS = 1024
_DIRECTIONS = ("input", "output")
_AUDIENCES = ("general", "minors")


def moderated(raw: bytes, rules: Rules, request: str) -> dict[str, Any]:
    """An OpenAI moderation answer whose categories are the 31 harms, with our verdict beside it.

    Besides `input` a caller may say by which rules: `direction` is `input` (the default) or
    `output`, `audience` is `general` (the default) or `minors`.

    Raises:
        Invalid: `invalid-request`, naming the field that is not as it should be.
    """
    body = _body(raw)
    way: Direction = "output" if _word(body, "direction", _DIRECTIONS) == "output" else "input"
    minors = _word(body, "audience", _AUDIENCES) == "minors"
    screen = rules.for_minors if minors else rules.screen
    results = [_result(text, screen.judge(text, way)) for text in _inputs(body)]
    return {"id": f"modr-{request}", "model": "guiju", "results": results}


def _body(raw: bytes) -> dict[str, Any]:
    try:
        body = _decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _wrong("JSON") from error
    return body if type(body) is dict else {}


def _word(body: dict[str, Any], name: str, known: tuple[str, ...]) -> str:
    word = body.get(name, known[0])
    if word not in known:
        raise _wrong(name)
    return str(word)


def _inputs(body: dict[str, Any]) -> list[str]:
    given = body.get("input")
    inputs = [given] if type(given) is str else given
    if type(inputs) is not list or not 0 < len(inputs) <= _MOST_INPUTS:
        raise _wrong("input")
    return [_text(one) for one in inputs]


def _text(value: Any) -> str:
    if type(value) is dict and value.get("type") == "text":
        value = value.get("text")
    if type(value) is not str:
        raise _wrong("input")
    return value


def _result(text: str, verdict: Verdict) -> dict[str, Any]:
    # Of a flood only some findings are kept, but the harms of all.
    scores = dict.fromkeys(harms(), 0.0) | dict.fromkeys(verdict.harms, 0.001)
    for one in verdict.findings:
        scores[one.harm] = max(scores[one.harm], one.score / 1000)
    return {
        "flagged": verdict.outcome is not Outcome.PASS,
        "categories": {harm: score > 0 for harm, score in scores.items()},
        "category_scores": scores,
        "category_applied_input_types": {
            harm: ["text"] if score > 0 else [] for harm, score in scores.items()
        },
        "guiju": {
            "verdict": verdict.outcome.value,
            "screened": verdict.screened,
            "policy": verdict.policy,
            "masked": verdict.masked(text) if verdict.masks and not verdict.stops else None,
            "findings": [
                {
                    "harm": one.harm,
                    "detector": one.detector,
                    "rule": one.rule,
                    "view": one.view,
                    "start": one.start,
                    "end": one.end,
                }
                for one in verdict.findings
            ],
        },
    }


def _wrong(param: str) -> Invalid:
    return Invalid(
        "invalid-request",
        Text(zh=f"请求有误：{param}。", en=f"The request is wrong: {param}."),
        Text(
            zh="input 应为字符串、字符串数组或文本片段数组；direction 为 input 或 output；"
            "audience 为 general 或 minors。",
            en="input must be a string, a list of strings or a list of text parts; direction is "
            "input or output, audience general or minors.",
        ),
        param=param,
    )
