# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, Play, exchange

from guiju.gateway import recalled
from guiju.gateway.signals import ModelAnswered, ModelDone
from guiju.screening import BORDER


def record_of(play: Play) -> Any:
    return play.record


def test_a_record_gives_the_texts_that_were_judged_whole_answer() -> None:
    """What was asked as it was asked, and what the model said, label and all."""
    play = Play(exchange(f"说说{MASKED}")).begin()
    message = {"content": "你好", "reasoning_content": "想一想"}
    play.tell(ModelAnswered({"choices": [{"index": 0, "message": message}]}))
    texts = dict(recalled(play.record.input, play.record.output))
    assert texts["input"].split(BORDER)[-1] == f"说说{MASKED}"
    assert "想一想" in texts["output"].split(BORDER)
    assert any(one.startswith("你好") for one in texts["output"].split(BORDER))


def test_a_record_gives_what_was_withheld_from_a_stream_too() -> None:
    """A rule that would have let it pass is to be seen as well."""
    play = Play(exchange(stream=True)).begin()
    play.speak("先说", BLOCKED)
    play.tell(ModelDone())
    texts = dict(recalled(play.record.input, play.record.output))
    assert BLOCKED in texts["output"]
    assert "先说" in texts["output"]


@pytest.mark.parametrize(
    ("given", "answered"),
    [
        (b"", b""),
        (b"{", b"[]"),
        (b'{"messages": 3}', b'{"delivered": 3, "withheld": null}'),
        (b"[1]", b'{"delivered": {"choices": [3]}, "withheld": {}}'),
        (json.dumps({"messages": [{"role": "user"}]}).encode(), b'{"delivered": null}'),
    ],
)
def test_a_record_that_is_not_understood_gives_less_and_no_error(
    given: bytes, answered: bytes
) -> None:
    """An old form must not end a dry run over thousands."""
    assert recalled(given, answered) == []
