# SPDX-License-Identifier: Apache-2.0
"""Who is asked for a model, who else when that fails, and when nobody else is."""

from __future__ import annotations

import json
from collections import Counter
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.upstream_scene import (
    DONE,
    Host,
    Piece,
    Play,
    ask,
    event,
    model,
    run,
    said,
    status,
    stream,
    text_of,
    whole,
)

from guiju.gateway.upstreams import trying
from guiju.gateway.upstreams.choosing import Chance, Member, chosen
from guiju.kernel import GuijuError, Invalid, NotFound, Unavailable
from guiju.policies.upstreams import MemberConfig
from guiju.records import Source

DRIP: list[Piece] = [b": x\n\n", 0.01]
SAFE = [401, 402, 403, 404, 405, 408, 429, 502, 503, 504, 302]


def test_the_upstream_is_asked_for_the_model_as_it_knows_it() -> None:
    """The client's name goes no further; its own comes back, and the record says who it was."""

    async def scene() -> None:
        play = Play(a=Host())
        router = play.router(model("m", MemberConfig("a", 'Org/M "7"')))
        answered = await router.answer(ask(temperature=1))
        (question,) = play.hosts["a"].questions
        assert question["model"] == 'Org/M "7"'
        assert (question["temperature"], question["messages"][0]["content"]) == (1, "你好")
        assert answered.answer["model"] == "m"
        assert answered.source == Source("a", 'Org/M "7"', "m", 1)

    run(scene)


def test_a_stream_tells_the_name_that_was_asked_for_and_who_speaks() -> None:
    """As a whole answer does."""

    async def scene() -> None:
        play = Play(a=Host(stream(event("你"), event("好"), DONE)))
        speech = await play.router(model("m", "a")).begin(ask(stream=True))
        assert speech.source == Source("a", "a-model", "m", 1)
        first = await anext(speech.chunks)
        assert isinstance(first, dict)
        assert first["model"] == "m"
        await speech.aclose()

    run(scene)


@pytest.mark.parametrize("shares", [{"a": 3, "b": 1}, {"a": 1, "b": 1}, {"a": 5, "b": 2}])
def test_shares_come_out_as_weighted(shares: dict[str, int]) -> None:
    """After a few hundred questions within two of each other, the same for the same seed."""

    async def asked() -> Counter[str]:
        play = Play(a=Host(), b=Host())
        members = [MemberConfig(name, "m", weight=weight) for name, weight in shares.items()]
        router = play.router(model("m", *members))
        sources = [(await router.answer(ask())).source for _ in range(280)]
        return Counter(one.upstream for one in sources if one is not None)

    found, total = run(asked), sum(shares.values())
    assert found == run(asked)
    for name, weight in shares.items():
        assert abs(found[name] - 280 * weight / total) <= 2


class _Stood:
    """An endpoint that may be asked in so many seconds."""

    def __init__(self, wait: float) -> None:
        self._wait = wait

    def wait(self, _now: float) -> float:
        return self._wait


@given(
    st.lists(
        st.tuples(st.integers(1, 3), st.integers(1, 9), st.booleans(), st.booleans()), max_size=9
    ),
    st.floats(0, 0.999),
)
def test_who_is_chosen_is_well_untried_and_of_the_first_such_order(
    drawn: list[tuple[int, int, bool, bool]], seed: float
) -> None:
    """And nobody is, only when there is nobody."""
    made: list[tuple[Member, bool, bool]] = []
    for order, weight, well, tried in sorted(drawn):
        stood: Any = _Stood(0.0 if well else 3.0)
        name = f"m{len(made)}"
        source = Source("a", name, "m", 1)
        made.append((Member(stood, name, weight, order, source), well, tried))
    members = [one for one, _, _ in made]
    found = chosen(members, [one for one, _, tried in made if tried], 0.0, Chance(seed))
    fit = [one for one, well, tried in made if well and not tried]
    if found is None:
        assert fit == []
    else:
        assert found in fit
        assert found.order == min(one.order for one in fit)


@pytest.mark.parametrize("number", SAFE)
def test_somebody_else_is_asked_when_it_is_safe(number: int) -> None:
    """The first refused, was overrun or out of order, and nothing has come of it."""

    async def scene() -> None:
        play = Play(a=Host(status(number, b"<secret of theirs>")), b=Host())
        answered = await play.router(model("m", "a", "b")).answer(ask())
        assert text_of(answered) == "好的。"
        assert answered.source == Source("b", "b-model", "m", 2)

    run(scene)


@pytest.mark.parametrize("number", [400, 409, 413, 415, 422, 500, 501])
def test_nobody_else_is_asked_what_one_has_refused(number: int) -> None:
    """The request itself may be why, and it would be so everywhere; theirs is not told on."""

    async def scene() -> None:
        play = Play(a=Host(status(number, b"<secret of theirs>")), b=Host())
        with pytest.raises(GuijuError) as caught:
            await play.router(model("m", "a", "b")).answer(ask())
        assert play.hosts["b"].asked == []
        assert "secret" not in str(caught.value)
        kind = Invalid if number < 500 else Unavailable
        assert isinstance(caught.value, kind)

    run(scene)


FAULTS: dict[str, tuple[list[Any], list[Any]]] = {
    "dies before a byte": ([None], [None]),
    "hangs": ([5.0], [5.0]),
    "hangs after the head": ([b"HTTP/1.1 200 OK\r\n", 5.0], stream(5.0)),
    "speaks no HTTP": ([b"SSH-2.0-OpenSSH_9.2\r\n"], [b"SSH-2.0-OpenSSH_9.2\r\n"]),
    "answers HTML": (status(200, b"<html>"), stream(b"<html>\n\n")),
    "answers a list": (status(200, b"[]"), stream(b"data: []\n\n")),
    "answers wrong UTF-8": (
        status(200, b'{"model": "\xff\xfe"}'),
        stream(b'data: {"model": "\xff\xfe"}\n\n'),
    ),
    "answers without end": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + b"x" * 1000, None],
        stream(b"data: " + b"x" * 5_000_000),
    ),
    "ends before it has said anything": (
        [b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", None],
        stream(),
    ),
    "drips what is nothing": ([b"HTTP/1.1 200", 0.02, b" OK", 5.0], stream(*DRIP * 20)),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
@pytest.mark.control("closed-door")
def test_a_broken_upstream_is_replaced_before_anything_was_said(
    monkeypatch: pytest.MonkeyPatch, fault: str, *, streams: bool
) -> None:
    """The client sees the answer of the other one, whole; a whole answer has one bound."""
    monkeypatch.setattr(trying, "_LEAST_LEFT", 0.01)

    async def scene() -> None:
        first = Host(FAULTS[fault][streams])
        play = Play(a=first, b=Host(stream(event("好的"), DONE) if streams else whole("好的")))
        router = play.router(model("m", "a", "b", total_ms=60_000 if streams else 60))
        asked = ask(stream=streams)
        if streams:
            assert await said(await router.begin(asked)) == "好的"
            assert all(wire.closed for wire in first.wires)
        elif "hang" in fault or "drip" in fault:
            with pytest.raises(Unavailable):
                await router.answer(asked)
        else:
            assert text_of(await router.answer(asked)) == "好的"

    run(scene)


@pytest.mark.parametrize(
    "then",
    [
        [None],
        [5.0],
        [b"data: <html>\n\n"],
        [b'data: {"choices": "\xff"}\n\n'],
        [b"data: " + b"x" * 5_000_000],
        DRIP * 10,
    ],
    ids=["dies", "hangs", "garbage", "wrong UTF-8", "a huge line", "drips"],
)
def test_a_stream_that_breaks_off_is_not_begun_again(then: list[Any]) -> None:
    """What was said is said; the failure counts against who broke off."""

    async def scene() -> None:
        play = Play(a=Host(stream(event("你好"), *then)), b=Host())
        speech = await play.router(model("m", "a", "b")).begin(ask(stream=True))
        heard: list[str] = []
        with pytest.raises(Unavailable, match="upstream-unavailable"):
            async for chunk in speech.chunks:
                assert isinstance(chunk, dict)
                heard += [one["delta"]["content"] for one in chunk["choices"]]
        await speech.aclose()
        assert heard == ["你好"]
        assert play.hosts["b"].asked == []
        (counts,) = [one.counts for one in play.fleet.endpoints() if one.config.name == "a"]
        assert (counts.asked, counts.answered) == (1, 0)
        assert sum(counts.tally(0).failures.values()) == 1
        assert counts.under_way == 0

    run(scene)


USAGE = b'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}\n\n'


@pytest.mark.parametrize("more", [[], [USAGE], [0.01, USAGE]], ids=["at once", "usage", "later"])
def test_a_stream_may_leave_the_last_word_out_once_it_has_said_why_it_ends(
    more: list[Piece],
) -> None:
    """Some services send no [DONE]; whoever says no reason and no [DONE] has broken off."""
    final = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n'

    async def scene() -> None:
        play = Play(a=Host(stream(event("好的"), final, *more), stream(event("好的"), *more)))
        router = play.router(model("m", "a"))
        assert await said(await router.begin(ask(stream=True))) == "好的"
        with pytest.raises(Unavailable):
            await said(await router.begin(ask(stream=True)))

    run(scene)


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        ({"code": 503, "message": "<theirs>"}, 2),
        ({"code": 429}, 2),
        ({"code": 400, "message": "<theirs>"}, 1),
        ({"code": "server_error"}, 1),
        ("<theirs>", 1),
    ],
)
@pytest.mark.parametrize("streams", [False, True], ids=["whole", "stream"])
def test_an_error_with_status_200_is_an_error(error: Any, asked: int, *, streams: bool) -> None:
    """Judged by the code it tells; none of its words are told on."""

    async def scene() -> None:
        body = json.dumps({"error": error}).encode()
        first = stream(b"data: " + body + b"\n\n", DONE) if streams else status(200, body)
        second = stream(event("好的"), DONE) if streams else whole("好的")
        play = Play(a=Host(first), b=Host(second))
        router = play.router(model("m", "a", "b"))
        doing = router.begin(ask(stream=True)) if streams else router.answer(ask())
        if asked == 1:
            with pytest.raises(GuijuError) as caught:
                await doing
            assert "theirs" not in str(caught.value)
        else:
            await doing
        assert sum(one.counts.asked for one in play.fleet.endpoints()) == asked

    run(scene)


def test_words_that_keep_a_line_alive_are_no_answer() -> None:
    """Comments in a stream, blank lines before a whole answer: both are passed over."""

    async def scene() -> None:
        alive: list[Piece] = [b": keep-alive\n\n", b"\n\n"]
        play = Play(a=Host(stream(*alive, event("好"), *alive, DONE)))
        assert await said(await play.router(model("m", "a")).begin(ask(stream=True))) == "好"
        (answer,) = whole("好")
        assert isinstance(answer, bytes)
        head, _, body = answer.partition(b"\r\n\r\n")
        pieces = [b"%b\r\n\r\n" % head.replace(b"content-length", b"x"), b"\n\n", body, None]
        play.hosts["a"].answers = [pieces]
        assert text_of(await play.router(model("m", "a")).answer(ask())) == "好"

    run(scene)


def test_no_more_are_asked_than_retries_allow() -> None:
    """With none, one; the error says in how many seconds it may go better."""

    async def asked(retries: int) -> int:
        play = Play(**{name: Host(up=False) for name in "abcdef"})
        with pytest.raises(Unavailable) as caught:
            await play.router(model("m", *"abcdef", retries=retries)).answer(ask())
        assert caught.value.status == 503
        assert caught.value.retry_after == 1
        return sum(one.counts.asked for one in play.fleet.endpoints())

    assert [run(partial(asked, retries)) for retries in (0, 2, 5)] == [1, 3, 6]


def test_a_single_upstream_is_asked_again_after_a_pause() -> None:
    """A restart of a moment is not seen; each pause is longer, none is long."""

    async def scene() -> None:
        play = Play(a=Host(status(503), status(503)))
        answered = await play.router(model("m", "a")).answer(ask())
        assert answered.source == Source("a", "a-model", "m", 3)
        first, second = play.now.slept
        assert 0.1 <= first <= 0.2 < second <= 0.4

    run(scene)


def test_an_upstream_that_asks_to_be_left_alone_is_left_alone() -> None:
    """Others are asked at once; where there are none, nobody waits for long."""

    async def scene() -> None:
        play = Play(a=Host(status(429, retry_after="30")), b=Host())
        router = play.router(model("m", "a", "b"), model("alone", "a"))
        for _ in range(3):
            assert (await router.answer(ask())).source.upstream == "b"  # type: ignore[union-attr]
        with pytest.raises(Unavailable) as caught:
            await router.answer(ask("alone"))
        assert (caught.value.retry_after, len(play.hosts["a"].asked)) == (30, 1)
        assert play.now.slept == []
        play.now.at += 31
        assert (await router.answer(ask())).source.upstream == "a"  # type: ignore[union-attr]

    run(scene)


def test_a_short_pause_that_is_asked_for_is_waited_for() -> None:
    """And then the same one answers."""

    async def scene() -> None:
        play = Play(a=Host(status(429, retry_after="1")))
        answered = await play.router(model("m", "a")).answer(ask())
        assert answered.source == Source("a", "a-model", "m", 2)
        assert play.now.slept == pytest.approx([1.0], abs=0.2)

    run(scene)


@pytest.mark.parametrize("after", ["Wed, 21 Oct 2026 07:28:00 GMT", "-1", "9" * 30, "", "1e9"])
def test_a_pause_that_is_no_number_of_seconds_is_a_short_one(after: str) -> None:
    """Whatever a service says there, nobody is shut out by it."""

    async def scene() -> None:
        play = Play(a=Host(status(429, retry_after=after)))
        await play.router(model("m", "a")).answer(ask())
        assert sum(play.now.slept) <= 1.0

    run(scene)


def test_an_upstream_that_fails_again_and_again_is_not_asked() -> None:
    """After five failures in a row it is spared; then one question at a time tries it."""

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host())
        router = play.router(model("m", "a", "b"), probe="none")
        for _ in range(8):
            assert (await router.answer(ask())).source.upstream == "b"  # type: ignore[union-attr]
        (sick, _) = play.fleet.endpoints()
        assert sick.counts.asked == 5
        assert play.fleet.stands()["a"].states == {"open": 1}
        play.now.at += 6
        play.hosts["a"].up = True
        assert (await router.answer(ask())).source.upstream == "a"  # type: ignore[union-attr]
        assert play.fleet.stands()["a"].states == {"well": 1}

    run(scene)


def test_what_a_request_alone_can_cause_shuts_nobody() -> None:
    """Whoever sends nonsense, or too much, must not take a model from the others."""

    async def scene() -> None:
        play = Play(a=Host(*[status(400)] * 9, *[status(429, retry_after="0")] * 9))
        router = play.router(model("m", "a", retries=0))
        for _ in range(18):
            with pytest.raises(GuijuError):
                await router.answer(ask())
        assert play.fleet.stands()["a"].states in ({"well": 1}, {"paused": 1})

    run(scene)


@pytest.mark.control("closed-door")
def test_nobody_is_asked_while_all_are_ill_and_the_client_learns_when() -> None:
    """503 at once, with the seconds until somebody is tried again."""

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host(up=False))
        router = play.router(model("m", "a", "b", retries=5), probe="none")
        for _ in range(4):
            with pytest.raises(Unavailable):
                await router.answer(ask())
        asked = sum(one.counts.asked for one in play.fleet.endpoints())
        slept = len(play.now.slept)
        with pytest.raises(Unavailable, match="upstream-unavailable") as caught:
            await router.begin(ask(stream=True))
        assert 1 <= (caught.value.retry_after or 0) <= 60
        assert sum(one.counts.asked for one in play.fleet.endpoints()) == asked
        assert len(play.now.slept) == slept

    run(scene)


def test_another_model_answers_only_where_the_policy_says_so() -> None:
    """Under its own name, so that nobody takes it for the one that was asked for."""

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host())
        big, small = model("big", "a", fallback=("small",)), model("small", "b")
        answered = await play.router(big, small).answer(ask("big"))
        assert answered.answer["model"] == "small"
        assert answered.source == Source("b", "b-model", "small", 4)
        with pytest.raises(Unavailable):
            await play.router(model("big", "a"), small).answer(ask("big"))

    run(scene)


def test_a_name_that_nobody_answers_to_is_unknown() -> None:
    """Names like it are told; no upstream is asked."""
    play = Play(a=Host())
    router = play.router(model("qwen-plus", "a"), model("glm-4", "a"))
    with pytest.raises(NotFound, match="did you mean qwen-plus") as caught:
        router.check("qwen-pluss")
    assert (caught.value.code, caught.value.status) == ("model-not-found", 404)
    assert play.hosts["a"].asked == []


def test_a_question_says_what_the_policy_says() -> None:
    """Headers, parameters of the address, and the key in its own header; usage when it can."""

    async def scene() -> None:
        play = Play(a=Host(stream(event("好"), DONE)))
        play.secrets["azure"] = "k-123"
        router = play.router(
            model("m", "a"),
            key="azure",
            key_header="api-key",
            headers=(("x-feature", "on"),),
            query=(("api-version", "2024-10-21"), ("x", "a b")),
            usage_in_streams=False,
        )
        await said(await router.begin(ask(stream=True)))
        (request,) = play.hosts["a"].asked
        head = request.partition(b"\r\n\r\n")[0].decode()
        first = head.splitlines()[0]
        assert first == "POST /v1/chat/completions?api-version=2024-10-21&x=a+b HTTP/1.1"
        assert "\r\napi-key: k-123" in head
        assert "\r\nx-feature: on" in head
        assert "authorization" not in head
        assert set(play.hosts["a"].questions[0]) == {"model", "messages", "stream"}

    run(scene)
