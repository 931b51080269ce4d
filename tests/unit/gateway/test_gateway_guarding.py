# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.gateway.circuit import Circuit
from guiju.gateway.guarding import Guarding, Judgement, NotAnsweredError
from guiju.gateway.guarding.cache import Cache
from guiju.kernel import Unavailable
from guiju.screening import Outcome, guards

SAFE, UNSAFE = "Safety: Safe\nCategories: None", "Safety: Unsafe\nCategories: Violent"
Answer = Callable[[str], Awaitable[bytes]]


def reply(said: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": said}}]}).encode()


class Fake:
    """Answers each question at once by what `says` makes of the judged text."""

    def __init__(self, says: Answer | None = None) -> None:
        self.says = says
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.under_way = self.most = 0

    async def __call__(
        self, _url: str, body: bytes, headers: Mapping[str, str], _within: float, /
    ) -> bytes:
        self.asked.append(json.loads(body))
        self.headers.append(headers)
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            text = self.asked[-1]["messages"][-1]["content"]
            return await self.says(text) if self.says else reply(SAFE)
        finally:
            self.under_way -= 1


class Now:
    """A clock that stands."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


def guard(**more: Any) -> guards.GuardConfig:
    table = {"name": "qwen", "family": "qwen3guard", "url": "http://guard:8000/v1", "model": "m"}
    return guards.read_guards({"guard": [{**table, **more}]})[0]


def guarding(post: Fake, *configs: guards.GuardConfig, **more: Any) -> Guarding:
    return Guarding(configs or (guard(),), post, {"KEY": "secret-word"}.get, **more)


def run(scene: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(scene)


def judged(post: Fake, text: str, *configs: guards.GuardConfig) -> tuple[Judgement, ...]:
    async def scene() -> tuple[Judgement, ...]:
        return await guarding(post, *configs).judge(text, "output", "问题")

    found: tuple[Judgement, ...] = run(scene())
    return found


async def forever(_: str) -> bytes:
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody sets it")


def answering(said: str) -> Answer:
    async def says(_: str) -> bytes:
        return reply(said)

    return says


def raising(error: BaseException) -> Answer:
    async def says(_: str) -> bytes:
        raise error

    return says


def test_a_window_is_judged_in_the_light_of_the_request() -> None:
    """One question with both sides, and one judgement with its span."""
    post = Fake(answering(UNSAFE))
    (one,) = judged(post, "示例回答")
    assert [each["content"] for each in post.asked[0]["messages"]] == ["问题", "示例回答"]
    assert (one.guard, one.start, one.end, one.screened) == ("qwen", 0, 4, "full")
    assert one.outcome is Outcome.BLOCK
    assert [each.detector for each in one.findings] == ["guard:qwen"]


def test_an_input_and_a_training_text_are_judged_alone() -> None:
    """There is no answer yet; and only guards of the direction are asked."""

    async def scene() -> None:
        post = Fake()
        here = guarding(post, guard(directions=["training"]))
        assert not here.serves("input")
        assert await here.judge("示例", "input") == ()
        assert len(await here.judge("示例", "training", "别的")) == 1
        assert [len(one["messages"]) for one in post.asked] == [1]

    run(scene())


def test_no_text_needs_no_question() -> None:
    """There is nothing to deliver either."""
    post = Fake()
    assert judged(post, "") == ()
    assert post.asked == []


def test_a_long_text_is_asked_about_in_windows_at_once_within_the_limit() -> None:
    """Each window has its own judgement; never more under way than the guard has places."""

    async def slowly(text: str) -> bytes:
        await asyncio.sleep(0)
        return reply(UNSAFE if "乙" in text else SAFE)

    post = Fake(slowly)
    found = judged(post, "甲" * 5_000 + "乙", guard(window=1_000, concurrency=3))
    assert post.most == 3
    assert len(found) == len(post.asked) == 6
    assert [one.outcome.stops for one in found] == [False] * 5 + [True]
    assert found[-1].end == 5_001


def test_a_text_beyond_all_measure_is_not_screened_and_not_asked_about() -> None:
    """Fifty megabytes are one error at once."""
    post = Fake()
    (one,) = judged(post, "甲" * 20_000_000)
    assert (one.screened, one.outcome) == ("guard-too-long", Outcome.BLOCK)
    assert post.asked == []


def test_every_guideline_of_shieldgemma_is_asked() -> None:
    """One Yes is enough; one that was not answered makes the window not screened."""

    async def odd(text: str) -> bytes:
        await asyncio.sleep(0)
        return reply("No") if len(post.asked) % 2 else reply("Perhaps")

    post = Fake(odd)
    config = guard(family="shieldgemma", unsafe_from=500, controversial_from=500)
    (one,) = judged(post, "示例", config)
    assert len({ask["chat_template_kwargs"]["guideline"] for ask in post.asked}) == 4
    assert one.screened == "guard-unparsed"


@pytest.mark.control("closed-door", "guard-models")
@pytest.mark.parametrize(
    ("says", "screened"),
    [
        (raising(NotAnsweredError("unreachable")), "guard-unreachable"),
        (raising(NotAnsweredError("redirected")), "guard-redirected"),
        (raising(TimeoutError()), "guard-timeout"),
        (raising(OSError("remote words")), "guard-unreachable"),
        (raising(RuntimeError("remote words")), "guard-unreachable"),
        (answering(""), "guard-unparsed"),
        (answering("remote words"), "guard-unparsed"),
        (answering("x" * guards.MOST_REPLY), "guard-too-large"),
        (forever, "guard-timeout"),
    ],
)
def test_what_does_not_answer_is_an_error_and_nothing_of_it_is_told(
    says: Answer, screened: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Closed by default, open only by policy, silent about the other side."""
    caplog.set_level(logging.DEBUG)
    (one,) = judged(Fake(says), "示例", guard(timeout_ms=50))
    assert (one.screened, one.outcome, one.findings) == (screened, Outcome.BLOCK, ())
    (lenient,) = judged(Fake(says), "示例", guard(timeout_ms=50, on_error="review"))
    assert lenient.outcome is Outcome.REVIEW
    told = f"{one!r} {caplog.text}"
    assert "remote" not in told


def test_the_key_goes_to_the_guard_and_nowhere_else() -> None:
    """It is found by its name, and stands in no verdict and no figure."""

    async def scene() -> None:
        post = Fake()
        here = guarding(post, guard(key="KEY"))
        found = await here.judge("示例", "input")
        assert post.headers[0]["authorization"] == "Bearer secret-word"
        assert "secret-word" not in repr(found) + here.metrics()

    run(scene())


@pytest.mark.parametrize("value", [None, "", "  ", "two\r\nlines", "密钥"])
def test_a_key_that_cannot_be_used_closes_the_door(value: str | None) -> None:
    """Before the first question, with the name to be set."""
    with pytest.raises(Unavailable) as caught:
        Guarding([guard(key="KEY")], Fake(), {"KEY": value}.get)
    assert caught.value.code == "guard-key-missing"
    assert "KEY" in caught.value.what.en


def test_the_same_window_is_asked_about_once_for_a_while() -> None:
    """Then again; another text, another guard or another setting is another question."""

    async def scene() -> None:
        post, now = Fake(), Now()
        here = guarding(post, guard(), guard(name="strict", harms=["A1f"]), clock=now)
        first = await here.judge("示例", "input")
        assert await here.judge("示例", "input") == first
        assert len(post.asked) == 2
        await here.judge("示例。", "input")
        await here.judge("示例", "output", "问")
        assert len(post.asked) == 6
        now.at += 301
        await here.judge("示例", "input")
        assert len(post.asked) == 8
        assert 'guiju_guard_cache_hits_total{guard="qwen"} 1' in here.metrics()

    run(scene())


def test_an_error_is_not_remembered() -> None:
    """The next question may be answered."""

    async def scene() -> None:
        post = Fake(answering("?"))
        here = guarding(post)
        assert (await here.judge("示例", "input"))[0].verdict.is_error
        post.says = answering(SAFE)
        assert (await here.judge("示例", "input"))[0].outcome is Outcome.PASS

    run(scene())


def test_a_caller_who_leaves_gives_all_windows_up() -> None:
    """Nothing stays under way, every place is free again."""

    async def scene() -> None:
        post = Fake(forever)
        here = guarding(post, guard(window=1_000, concurrency=2))
        task = asyncio.get_running_loop().create_task(here.judge("甲" * 3_000, "input"))
        for _ in range(9):
            await asyncio.sleep(0)
        assert post.under_way == 2
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert post.under_way == 0
        assert 'guiju_guard_cancelled_total{guard="qwen"} 4' in here.metrics()
        post.says = answering(SAFE)
        assert len(await here.judge("甲" * 3_000, "input")) == 4

    run(scene())


def test_a_guard_that_fails_is_left_alone_and_tried_again() -> None:
    """Open, its questions are errors at once; half open, one goes through; its answer closes."""

    async def scene() -> None:
        post, now = Fake(raising(NotAnsweredError("unreachable"))), Now()
        here = guarding(post, clock=now)
        for at in range(5):
            await here.judge(f"示例{at}", "input")
        (one,) = await here.judge("示例", "input")
        assert (one.screened, one.outcome) == ("guard-circuit-open", Outcome.BLOCK)
        assert len(post.asked) == 5
        assert 'guiju_guard_circuit{guard="qwen"} 2' in here.metrics()
        now.at += 6
        post.says = answering(SAFE)
        assert (await here.judge("示例", "input"))[0].screened == "full"
        assert 'guiju_guard_circuit{guard="qwen"} 0' in here.metrics()
        assert 'verdicts_total{guard="qwen",result="circuit-open"} 1' in here.metrics()

    run(scene())


@pytest.mark.parametrize(
    "says", [answering("?"), raising(NotAnsweredError("refused")), answering(UNSAFE)]
)
def test_a_hostile_text_cannot_shut_the_guard_for_others(says: Answer) -> None:
    """What is refused or unreadable for its text does not count against the guard."""

    async def scene() -> None:
        post = Fake(says)
        here = guarding(post)
        for at in range(20):
            await here.judge(f"示例{at}", "input")
        assert len(post.asked) == 20

    run(scene())


def test_unparsed_replies_have_a_figure_of_their_own() -> None:
    """By reason, so that a wrong template is noticed on the first day."""

    async def scene() -> None:
        here = guarding(Fake(answering("Safety: Fine\nCategories: None")))
        await here.judge("示例", "input")
        text = here.metrics()
        assert 'guiju_guard_unparsed_total{guard="qwen",reason="unknown-label"} 1' in text
        assert 'guiju_guard_verdicts_total{guard="qwen",result="unparsed"} 1' in text
        assert 'guiju_guard_asked_total{guard="qwen"} 1' in text

    run(scene())


def test_a_queue_that_does_not_move_ends() -> None:
    """A question waits for a place no longer than a few time-outs."""

    async def scene() -> None:
        here = guarding(Fake(forever), guard(timeout_ms=50, concurrency=1, window=1_000))
        found = await here.judge("甲" * 9_000, "input")
        ends = {one.screened for one in found}
        assert ends <= {"guard-timeout", "guard-busy", "guard-circuit-open"}
        assert "guard-timeout" in ends
        assert len(ends) > 1

    run(scene())


@given(st.lists(st.tuples(st.sampled_from(["ask", "wait"]), st.booleans()), max_size=60))
def test_a_circuit_never_lets_two_try_and_always_lets_one_in_the_end(
    steps: list[tuple[str, bool]],
) -> None:
    """Whatever happened, a minute later somebody may ask; an answer closes it."""
    circuit, now = Circuit(failures=3, pause=5.0, longest=60.0), 0.0
    for step, good in steps:
        now += 7.0 if step == "wait" else 0.0
        if not circuit.enter(now):
            assert circuit.state(now) == "open"
            continue
        if circuit.state(now) == "half-open":
            assert not circuit.lets(now)
        if good:
            circuit.succeed()
            assert circuit.state(now) == "closed"
        else:
            circuit.fail(now)
    assert circuit.enter(now + 60.0)


def test_a_circuit_waits_longer_each_time_it_is_disappointed() -> None:
    """Twice as long, up to a minute; one that is given up changes nothing."""
    circuit, now = Circuit(failures=1, pause=5.0, longest=15.0), 0.0
    circuit.fail(now)
    pauses = []
    for _ in range(3):
        start = now
        while not circuit.lets(now):
            now += 1.0
        pauses.append(now - start)
        assert circuit.enter(now)
        circuit.leave()
        assert circuit.enter(now)
        circuit.fail(now)
    assert pauses == [5.0, 10.0, 15.0]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60))
def test_a_cache_keeps_what_was_used_last(steps: list[tuple[int, bool]]) -> None:
    """Never more than it may, and always the last one put."""
    cache = Cache(most=3, seconds=10.0)
    used: list[int] = []
    for key, puts in steps:
        name = bytes([key])
        if puts:
            cache.put(name, guards.failed(str(key)), 0.0)
        elif key not in used[-3:]:
            assert cache.get(name, 0.0) is None
            continue
        else:
            found = cache.get(name, 9.9)
            assert found is not None
            assert found.reason == str(key)
        used = [one for one in used if one != key] + [key]
        assert len(cache) <= 3
    for key in used[-3:]:
        assert cache.get(bytes([key]), 10.0) is None
