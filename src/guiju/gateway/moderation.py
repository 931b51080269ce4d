# SPDX-License-Identifier: Apache-2.0
"""`/v1/moderations`: the policy in force as a guard beside somebody else's gateway (Article 4)."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.rules import Rules
from guiju.kernel import Invalid, Text
from guiju.measures import law
from guiju.screening import Outcome, Verdict

_decode = msgspec.json.Decoder().decode
_MOST_INPUTS = 1024


def moderated(raw: bytes, rules: Rules, request: str) -> dict[str, Any]:
    """An OpenAI moderation answer whose categories are the 31 harms, with our verdict beside it.

    Raises:
        Invalid: `invalid-request` when `input` is no text, list of texts or list of text parts.
    """
    results = [_result(rules.screen.judge(text, "input")) for text in _inputs(raw)]
    return {"id": f"modr-{request}", "model": "guiju", "results": results}


def _inputs(raw: bytes) -> list[str]:
    try:
        body = _decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _wrong("JSON") from error
    given = body.get("input") if type(body) is dict else None
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


def _result(verdict: Verdict) -> dict[str, Any]:
    # Of a flood only some findings are kept, but the harms of all.
    scores = dict.fromkeys(law().harms, 0.0) | dict.fromkeys(verdict.harms, 0.001)
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
            zh="input 应为字符串、字符串数组或文本片段数组。",
            en="input must be a string, a list of strings or a list of text parts.",
        ),
        param=param,
    )
