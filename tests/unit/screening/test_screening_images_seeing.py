# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.screening import Outcome, Verdict
from guiju.screening.guards import GuardConfig
from guiju.screening.images import Eyes, ImageScreen, ImageVerdict, read_image_policy
from guiju.screening.images.seeing import answered, question

Image = pytest.importorskip("PIL.Image")

VISION = {
    "name": "eye",
    "family": "judge",
    "url": "http://127.0.0.1:9/v1",
    "model": "sees-9b",
    "harms": ["A1f", "A2f"],
}
CLEAR = '{"level": "safe", "harms": []}'


def reply(said: str, finish: str = "stop") -> bytes:
    message = {"role": "assistant", "content": said}
    return json.dumps({"choices": [{"message": message, "finish_reason": finish}]}).encode()


def picture(size: tuple[int, int] = (1600, 900)) -> bytes:
    values = np.random.default_rng(3).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x010F] = "MAKER-OF-THE-CAMERA"
    file = BytesIO()
    Image.fromarray(values).resize(size).save(file, "JPEG", exif=exif)
    return file.getvalue()


PICTURE = picture()


def judged(
    answer: Callable[[bytes], bytes], direction: Any = "input", **policy: Any
) -> ImageVerdict:
    table = {"require": ["vision"], "vision": VISION, **policy}

    def ask(_: GuardConfig, body: bytes) -> bytes:
        return answer(body)

    def no_text(text: str, _: object) -> Verdict:
        raise AssertionError(text)

    one = ImageScreen(read_image_policy(table), "0" * 64, no_text, Eyes(ask=ask))
    return one.judge(PICTURE, direction)


def said(words: str) -> ImageVerdict:
    return judged(lambda _: reply(words))


def test_the_question_holds_the_picture_and_the_harms() -> None:
    """As the address of a JPEG, no longer than needed, and without what came with the picture."""
    bodies: list[dict[str, Any]] = []

    def answer(body: bytes) -> bytes:
        bodies.append(json.loads(body))
        return reply(CLEAR)

    assert judged(answer).screened == "full"
    (body,) = bodies
    rules, asked = body["messages"]
    assert (body["model"], body["temperature"], body["stream"]) == ("sees-9b", 0, False)
    assert "A1f" in rules["content"]
    assert "A3a" not in rules["content"]
    ((part),) = asked["content"]
    kind, _, data = part["image_url"]["url"].partition(",")
    sent = Image.open(BytesIO(b64decode(data)))
    assert (kind, sent.format, sent.size) == ("data:image/jpeg;base64", "JPEG", (1024, 576))
    assert b"MAKER" not in b64decode(data)


@pytest.mark.parametrize(
    ("words", "outcome", "harms"),
    [
        (CLEAR, Outcome.PASS, []),
        ('{"level": "controversial", "harms": ["A2f"]}', Outcome.REVIEW, ["A2f"]),
        (
            '```json\n{"level": "unsafe", "harms": ["A1f", "A2f"]}\n```',
            Outcome.BLOCK,
            ["A1f", "A2f"],
        ),
    ],
)
def test_what_it_says_counts_as_the_policy_says(
    words: str, outcome: Outcome, harms: list[str]
) -> None:
    """One finding for each harm, of the whole picture."""
    verdict = said(words)
    assert (verdict.screened, verdict.outcome) == ("full", outcome)
    assert [one.harm for one in verdict.findings] == harms
    assert all((one.detector, one.view) == ("guard:eye", "whole") for one in verdict.findings)


@pytest.mark.parametrize(
    "words",
    ["", "The picture is fine.", '{"level": "fine"}', '{"level": "safe", "harms": ["A9z"]}', "[]"],
)
def test_what_cannot_be_read_is_not_screened(words: str) -> None:
    """A friendly sentence is no verdict."""
    verdict = said(words)
    assert verdict.screened == "not-screened: vision-unparsed"
    assert verdict.outcome is Outcome.BLOCK


@pytest.mark.parametrize(("error", "gap"), [(TimeoutError, "timeout"), (OSError, "unreachable")])
def test_no_answer_is_not_screened(error: type[Exception], gap: str) -> None:
    """Whatever kept it; the policy says what follows."""

    def answer(_: bytes) -> bytes:
        raise error

    assert judged(answer).screened == f"not-screened: vision-{gap}"
    assert judged(answer, unscreened="review").outcome is Outcome.BLOCK
    mild = {**VISION, "on_error": "review"}
    assert judged(answer, unscreened="review", vision=mild).outcome is Outcome.REVIEW


def test_a_model_is_asked_only_where_the_policy_lets_it_stand() -> None:
    """Elsewhere it did not look, and that is said."""
    verdict = judged(lambda _: reply(CLEAR), "training")
    assert verdict.screened == "not-screened: vision-not-for-training"


@given(st.binary(max_size=60) | st.text(max_size=60).map(reply))
def test_no_reply_makes_it_raise_or_pass_by_chance(data: bytes) -> None:
    """Bytes and words at random are an error verdict."""
    guard = GuardConfig("eye", "judge", "http://127.0.0.1:9/v1", "m")
    verdict = answered(guard, question(guard, b"jpeg"), lambda _, __: data)
    assert verdict.is_error
