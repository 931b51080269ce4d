# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.gateway.channels import ToolCall
from guiju.gateway.passages import gather
from guiju.screening import Outcome, Screen

TERM, WORD = "蓝鲸糖", "grue"
SCREEN = Screen.load(
    {"entry": [{"term": one, "harm": "A1f", "action": "block"} for one in (TERM, WORD)]}, "0" * 64
)
pieces = st.text(st.sampled_from("蓝鲸糖grue\x00\u200b\n"), max_size=6)
halves = st.sampled_from(
    [("蓝", "鲸糖"), ("蓝鲸", "糖"), ("gr", "ue"), ("grue", "s"), ("a", "grue")]
)


def outcome(text: str) -> Outcome:
    return SCREEN.judge(text, "input").outcome


@settings(max_examples=200, deadline=None)
@given(st.lists(pieces, min_size=1, max_size=5))
def test_messages_judged_together_have_the_hits_that_each_has_alone(texts: list[str]) -> None:
    """No word is made of two messages, and none is hidden by its neighbour."""
    passages = gather({"messages": [{"role": "user", "content": one} for one in texts]})
    assert outcome(passages.joined()) is max(map(outcome, texts))


@given(halves)
def test_parts_of_one_message_are_read_without_a_gap(parts: tuple[str, str]) -> None:
    """The model sees no border between them, so the screen sees none."""
    content = [{"type": "text", "text": one} for one in parts]
    passages = gather({"messages": [{"role": "user", "content": content}]})
    assert outcome(passages.joined()) is outcome("".join(parts))


@settings(max_examples=200, deadline=None)
@given(pieces, pieces, pieces, pieces)
def test_the_texts_of_tool_calls_do_not_run_into_each_other(
    number: str, name: str, value: str, other: str
) -> None:
    """Neither inside a call, escaped or not, nor from one call to the next put behind it."""
    calls = [ToolCall(number, name, [json.dumps([value])]), ToolCall(other, name, ["{}"])]
    alone = [number, name, json.dumps([value]), value, other]
    assert outcome("".join(call.readable() for call in calls)) is max(map(outcome, alone))
