# SPDX-License-Identifier: Apache-2.0
"""Which exact terms a record can be found by: of what was just said, and as the policy says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.scene import MASKED, Play, exchange, rules
from tests.unit.gateway.test_gateway_exchange import answer

from guiju.gateway.passages import last_message
from guiju.gateway.signals import Record

pytestmark = pytest.mark.control("blind-search")
NUMBER = "13800138000"


def terms(text: str, searched: frozenset[str], **body: Any) -> tuple[tuple[str, str], ...]:
    used = replace(rules(), searched=searched)
    play = Play(exchange(text, used, **body)).begin()
    play.tell(answer("好的"))
    (one,) = play.of(Record)
    found: tuple[tuple[str, str], ...] = one.item.terms
    return found


def test_what_a_person_types_is_found_by_the_kinds_of_the_policy() -> None:
    """And by nothing where it names none."""
    said = f"我的电话是 {NUMBER}，邮箱 a@example.org，{MASKED}"
    assert terms(said, frozenset({"mobile"})) == (("mobile", NUMBER),)
    assert terms(said, frozenset({"mobile", "email"})) == (
        ("mobile", NUMBER),
        ("email", "a@example.org"),
    )
    assert terms(said, frozenset()) == ()


def test_messages_that_come_again_are_not_indexed_again() -> None:
    """They were with the request that brought them; nor is what the model said."""
    before = [
        {"role": "user", "content": NUMBER},
        {"role": "assistant", "content": "13900139000"},
        {"role": "user", "content": [{"type": "text", "text": "13700137000"}]},
    ]
    assert terms("", frozenset({"mobile"}), messages=before) == (("mobile", "13700137000"),)


@pytest.mark.parametrize("body", [{}, {"messages": []}])
def test_without_a_message_there_is_nothing(body: dict[str, Any]) -> None:
    """As of a request for a picture."""
    assert last_message(body) == ""
