# SPDX-License-Identifier: Apache-2.0
"""Upstreams from one policy to the next, while they are ill, and as they are shown."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from tests.unit.gateway.upstream_scene import (
    DONE,
    Host,
    Play,
    ask,
    event,
    model,
    run,
    said,
    status,
    stream,
    text_of,
    until,
)

from guiju.gateway.circuit import Circuit
from guiju.gateway.telemetry import Gauges, Tallies, exposition
from guiju.gateway.upstreams import Fleet
from guiju.gateway.upstreams.viewing import seen, unserved
from guiju.kernel import Unavailable
from guiju.policies.upstreams import ModelsConfig, UpstreamConfig

TODAY = 1_795_000_000_000_000
KEY = "sk-orchard-1234567"


def states(play: Play) -> dict[str, str]:
    return {name: next(iter(now.states)) for name, now in play.fleet.stands().items()}


def test_what_a_new_policy_leaves_as_it_is_keeps_its_connections_and_its_health() -> None:
    """A changed weight or model makes nobody connect anew, nor forget who is ill."""

    async def scene() -> None:
        play = Play(a=Host(), b=Host(up=False))
        await play.fleet.start()
        first = play.router(model("m", "a"), model("n", "b", retries=0), probe="none")
        await first.answer(ask())
        for _ in range(5):
            with pytest.raises(Unavailable):
                await first.answer(ask("n"))
        second = play.router(model("x", "a", retries=1), model("n", "b"), probe="none")
        assert states(play) == {"a": "well", "b": "open"}
        await second.answer(ask("x"))
        assert len(play.hosts["a"].wires) == 1
        await play.fleet.close()

    run(scene)


@pytest.mark.parametrize("changed", ["address", "key", "gone"])
def test_a_stream_under_way_ends_as_it_began_when_its_upstream_changes(changed: str) -> None:
    """Nothing is dropped; afterwards its connection is closed, and the new one is asked."""

    async def scene() -> None:
        play = Play(a=Host(stream(event("你"), 0.02, event("好"), DONE)), b=Host())
        play.secrets["k"] = KEY
        await play.fleet.start()
        names = [model("m", "a"), model("n", "b")]
        speech = await play.router(*names, key="k").begin(ask(stream=True))
        if changed == "gone":
            play.fleet.router(ModelsConfig(), play.secrets.get)
        else:
            play.secrets["k"] += "" if changed == "address" else "-new"
            play.router(*names, key="k", vendor="moved" if changed == "address" else "")
        await asyncio.sleep(0)
        assert await said(speech) == "你好"
        await asyncio.sleep(0.01)
        assert all(wire.closed for wire in play.hosts["a"].wires)
        if changed == "key":
            await play.router(*names, key="k").answer(ask())
            assert f"Bearer {KEY}-new".encode() in play.hosts["a"].asked[-1]
        await play.fleet.close()

    run(scene)


def test_an_exchange_that_began_under_the_old_policy_is_answered_by_it() -> None:
    """Its router still asks; no connection is kept for it."""

    async def scene() -> None:
        play = Play(a=Host())
        await play.fleet.start()
        old = play.router(model("m", "a"))
        await old.answer(ask())
        play.fleet.router(ModelsConfig(), play.secrets.get)
        await asyncio.sleep(0)
        assert text_of(await old.answer(ask())) == "好的。"
        await asyncio.sleep(0.01)
        assert [wire.closed for wire in play.hosts["a"].wires] == [True, True]
        await play.fleet.close()

    run(scene)


def test_one_that_is_ill_is_probed_and_nobody_else() -> None:
    """Once it answers a probe it is asked again; one failure more, and it is spared again."""

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host())
        await play.fleet.start()
        router = play.router(model("m", "a", "b"))
        await asyncio.sleep(0.01)
        assert play.now.slept == []
        for _ in range(5):
            await router.answer(ask())
        assert states(play)["a"] == "open"
        first, _ = play.fleet.endpoints()
        await until(lambda: first.counts.probes >= 2)
        play.hosts["a"].up = True
        await until(lambda: states(play)["a"] == "well")
        assert b"GET /v1/models HTTP/1.1" in play.hosts["a"].asked[0]
        asked = len(play.hosts["a"].asked)
        await asyncio.sleep(0.01)
        assert len(play.hosts["a"].asked) == asked
        play.hosts["a"].answers = [status(503)]
        await router.answer(ask())
        assert states(play) == {"a": "open", "b": "well"}
        await play.fleet.close()

    run(scene)


def test_a_circuit_says_how_long_to_wait() -> None:
    """And after a probe trusts a little: the first failure opens it again."""
    circuit = Circuit(failures=2, pause=5.0)
    circuit.fail(0.0)
    assert circuit.wait(0.0) == 0.0
    circuit.fail(0.0)
    assert (circuit.wait(1.0), circuit.wait(5.0)) == (4.0, 0.0)
    assert circuit.enter(5.0)
    assert (circuit.is_trying, circuit.wait(5.0)) == (True, 1.0)
    circuit.revive()
    assert circuit.state(5.0) == "closed"
    circuit.fail(5.0)
    assert circuit.state(6.0) == "open"


def test_a_client_who_leaves_blames_nobody() -> None:
    """Neither before the first chunk nor after it; nothing stays counted as under way."""

    async def scene() -> None:
        play = Play(a=Host([5.0], stream(event("你"), 5.0)))
        router = play.router(model("m", "a"))
        task = asyncio.ensure_future(router.begin(ask(stream=True)))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        speech = await router.begin(ask(stream=True))
        await speech.aclose()
        (one,) = play.fleet.endpoints()
        assert (one.counts.asked, one.counts.under_way) == (2, 0)
        assert one.counts.tally(0).failures == {}
        assert all(wire.closed for wire in play.hosts["a"].wires)

    run(scene)


def test_an_upstream_without_its_key_is_never_asked() -> None:
    """Nothing goes there without it, and a key that is no key does not pass either."""

    async def scene() -> None:
        play = Play(a=Host())
        router = play.router(model("m", "a"), key="k")
        with pytest.raises(Unavailable) as caught:
            await router.answer(ask())
        assert caught.value.retry_after == 60
        assert play.hosts["a"].asked == []
        assert states(play) == {"a": "keyless"}

    run(scene)


def test_a_key_is_in_no_error_no_log_no_figure_and_no_text_of_an_object(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is in the header of the request and nowhere else."""
    caplog.set_level(logging.DEBUG)

    async def scene() -> None:
        play = Play(
            a=Host(status(401, f'{{"error": "{KEY}"}}'.encode()), [b"SSH-2.0\r\n"], status(500))
        )
        play.secrets["k"] = KEY
        router = play.router(model("m", "a", retries=0), key="k")
        told: list[Any] = [router, play.fleet, *play.fleet.endpoints()]
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                await router.answer(ask())
            told += [caught.value, caught.value.__cause__]
        told += [play.fleet.tallies(0), play.fleet.stands()]
        assert KEY.encode() in play.hosts["a"].asked[0]
        assert KEY not in repr(told) + str(told) + caplog.text
        assert not any(KEY in str(vars(one)) for one in play.fleet.endpoints())

    run(scene)


def figures(*plays: Play) -> tuple[Tallies, Gauges]:
    """What all of these workers have counted, as the one that is asked sees it."""
    tallies, gauges = Tallies(), Gauges()
    for play in plays:
        tallies.add(Tallies(upstreams=play.fleet.tallies(TODAY)))
        gauges.add(Gauges(upstreams=play.fleet.stands()))
    return tallies, gauges


def test_figures_name_each_upstream_of_the_policy() -> None:
    """Counters go on from one policy to the next, and add up over workers."""

    async def scene() -> None:
        plays = [Play(a=Host(status(429)), b=Host()) for _ in range(2)]
        assert "upstream" not in exposition(*figures(plays[0])).replace("guiju_upstream_sec", "")
        for play in plays:
            await play.router(model("m", "a", "b")).answer(ask())
            play.router(model("m", "a", "b"), vendor="renamed")
        text = exposition(*figures(*plays))
        assert 'guiju_upstream_asked_total{upstream="a"} 2\n' in text
        assert 'guiju_upstream_failures_total{upstream="a",reason="limited"} 2\n' in text
        assert 'guiju_upstream_answered_total{upstream="b"} 2\n' in text
        assert 'guiju_upstream_whole_seconds_count{upstream="b"} 2\n' in text
        assert 'guiju_upstream_workers{upstream="a",state="open"} 0\n' in text

    run(scene)


def test_the_console_sees_who_is_well_who_is_not_and_why() -> None:
    """In words of both languages, with times; and how many workers see it so."""
    models = [model("m", "a", "b"), model("n", "c"), model("o", "a"), model("p", "d")]

    async def scene() -> None:
        play = Play(a=Host(up=False), b=Host(), c=Host(status(429, retry_after="20")), d=Host())
        router = play.router(*models, probe="none")
        for _ in range(5):
            await router.answer(ask())
        for name in "no":
            with pytest.raises(Unavailable):
                await router.answer(ask(name))
        found = figures(play)
        config = ModelsConfig({one.config.name: one.config for one in play.fleet.endpoints()}, {})
        shown = seen(config, *found, TODAY)
        a, b = shown["a"], shown["b"]
        assert (a.look.text.en, a.look.shape) == ("circuit open, tried again within 5 s", "cross")
        assert (b.look.text.en, b.whole is not None, b.first) == ("well", True, None)
        assert shown["c"].look.text.zh == "应其要求暂停 20 秒"
        assert shown["d"].look.text.en == "ready, not asked yet"
        assert [(why.en, count) for why, count in a.failures] == [("no connection", 5)]
        assert a.last is not None
        assert a.last.en == "no connection, 0 s ago"
        assert unserved(models, found[1]) == ["n", "o"]
        other = Play(a=Host(), b=Host(), c=Host(), d=Host())
        other.router(*models)
        both = seen(config, *figures(play, other), TODAY)
        assert both["a"].look.text.en.endswith("(1 of 2 workers)")
        assert both["b"].look.text.en == "well"
        strange = seen(config, Tallies(), Gauges(), TODAY)
        assert strange["a"].look.text.en == "not known yet"

    run(scene)


def test_a_file_of_certificates_that_is_none_is_named() -> None:
    """Before anybody is asked; nothing falls back to trusting everybody."""
    config = UpstreamConfig("a", "https://a.example/v1")
    with pytest.raises(Unavailable, match="upstream-authorities"):
        Fleet(__file__).router(ModelsConfig({"a": config}, {}), lambda _: None)
