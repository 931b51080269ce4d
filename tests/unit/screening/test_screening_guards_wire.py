# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from guiju.kernel import digest
from guiju.screening.guards import FAMILIES, Request, Turn, read, read_guards, requests

# Conversations that we wrote after the formats that the families document.
FOLDER = Path(__file__).parent / "guard-conversations"


def conversations() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        found += [(path.stem, file["guard"], one) for one in file["conversations"]]
    return found


ALL = conversations()
NAMES = [f"{name}: {one['title']}" for name, _, one in ALL]


@pytest.mark.parametrize(("table", "talk"), [one[1:] for one in ALL], ids=NAMES)
def test_a_family_is_asked_as_it_documents(table: dict[str, Any], talk: dict[str, Any]) -> None:
    """The body on the wire, to the last key."""
    (guard,) = read_guards({"guard": [table]})
    asked = requests(guard, Turn(talk["prompt"], talk["answer"]))
    assert [json.loads(one.body) for one in asked] == [one["request"] for one in talk["exchanges"]]


@pytest.mark.parametrize(("table", "talk"), [one[1:] for one in ALL], ids=NAMES)
def test_a_family_is_read_as_it_documents(table: dict[str, Any], talk: dict[str, Any]) -> None:
    """The verdict on the wire's reply; of the reply itself only the digest remains."""
    (guard,) = read_guards({"guard": [table]})
    asked = requests(guard, Turn(talk["prompt"], talk["answer"]))
    for one, exchange in zip(asked, talk["exchanges"], strict=True):
        raw = json.dumps(exchange["reply"]).encode()
        verdict = read(guard, one, raw)
        score = None if verdict.score is None else round(verdict.score, 6)
        assert exchange["verdict"] == {
            "status": verdict.status,
            "level": verdict.level,
            "categories": list(verdict.categories),
            "harms": list(verdict.harms),
            "refusal": verdict.refusal,
            "score": score,
            "reason": verdict.reason,
        }
        assert verdict.raw == digest(raw)


def test_every_family_has_a_conversation() -> None:
    """So that none is read by guesswork alone."""
    assert {table["family"] for _, table, _ in ALL} == set(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("answer", [None, "示例回答"])
def test_no_question_is_sampled_or_streamed_or_open_ended(family: str, answer: str | None) -> None:
    """The same text gets the same verdict, and an answer has an end."""
    table = {"name": "g", "family": family, "url": "http://127.0.0.1/v1", "model": "m"}
    (guard,) = read_guards({"guard": [table]})
    asked: tuple[Request, ...] = requests(guard, Turn("示例问题", answer))
    assert asked
    for one in asked:
        body = json.loads(one.body)
        assert body["temperature"] == 0
        assert body["stream"] is False
        assert 1 <= body["max_tokens"] <= 256
