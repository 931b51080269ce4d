# SPDX-License-Identifier: Apache-2.0
"""Reply: the answer leaves, now that its record stands."""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.gateway.heads import head_of
from guiju.gateway.signals import Command, End, Reply
from guiju.gateway.work import Work
from guiju.kernel import Refused, Text

_encode = msgspec.json.Encoder().encode


def reply(work: Work) -> tuple[Command, ...]:
    """Send what is left; a blocked one is an error when policy `screening.reply` says so.

    Raises:
        Refused: 400 `content-blocked`.
    """
    wire = work.wire
    blocked = work.finish == "content_filter" and not work.delivers and not work.instead
    if blocked and (work.rules.reply_as_error or not wire.in_words):
        raise _blocked()
    if work.relay is not None:
        return (End(work.relay.ending(work.aigc())),)
    if wire.makes:
        return (wire.handed_over(work),)
    answer = wire.whole(work, work.answer or _refusal(work), work.aigc())
    if work.notices:
        answer["notices"] = work.notices
    return (Reply(200, _encode(answer)),)


def _refusal(work: Work) -> dict[str, Any]:
    """The answer to a request whose input was stopped: no model was asked."""
    refusal = work.refusal()
    message = {"role": "assistant", "content": refusal}
    finish = "content_filter" if work.instead is None else "stop"
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {
        **head_of(work, "chat.completion", work.model),
        "choices": [choice],
        "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
    }


def _blocked() -> Refused:
    return Refused(
        "content-blocked",
        Text(zh="内容被现行规则拦截。", en="The content is blocked by the policy in force."),
        Text(
            zh="请改写后重试；如有异议可申诉。",
            en="Rephrase it and try again; if you disagree, you may appeal.",
        ),
        article=14,
        status=400,
    )
