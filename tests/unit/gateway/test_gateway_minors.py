# SPDX-License-Identifier: Apache-2.0
"""Minors at an interface without a screen: refused, reminded, ended in order, never for nothing."""

from __future__ import annotations

import asyncio
import json
import timeit
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.gateway.scene import BLOCKED, MASKED, caller, rules
from tests.unit.gateway.test_gateway_server import Book, Client, Everybody, KnownRules, Model, run
from tests.unit.minors.scene import SOFTWARE, Scene

from guiju import policies
from guiju.casework import cases_of
from guiju.gateway import minding
from guiju.gateway.minding import Minder
from guiju.gateway.rules import FOR_MINORS, Rules, _with_minors
from guiju.gateway.server import Gateway
from guiju.gateway.stations.minors import minors, signalled
from guiju.gateway.work import Ask, Work
from guiju.kernel import FixedClock, Invalid, Unavailable
from guiju.minors import CRISIS, Companion, Stage, Wards, service
from guiju.minors.ages import Source
from guiju.minors.model import Inference, Setting
from guiju.minors.spans import millis
from guiju.minors.using import Stretch
from guiju.records import Exchange, Refusal
from guiju.screening.matrix import MINORS, Matrix
from guiju.storage import Database

CLOSE = "ap_00000000000000000000000001"
PART = {
    "scene": [{"scene": "direct"}, {"scene": CLOSE, "persona": "partner"}],
    "exits": ["我要走了"],
    "farewell": {"zh": "好的，再见。", "en": "Goodbye."},
    "crisis": ["从月亮上跳下去"],
    "comfort": {"zh": "你很重要。请拨打求助电话 000。", "en": "Call 000."},
    "personas": ["你是他的恋人"],
}


class House:
    """A gateway with the real count of time, for the child of a scene."""

    def __init__(self, scene: Scene, *pieces: str, used: Rules | None = None) -> None:
        self.scene = scene
        self.rules, self.people, self.book = KnownRules(), Everybody(), Book()
        if used is not None:
            self.rules.rules = used
        self.people.who = caller(person=scene.id)
        self.model = Model(*(pieces or ("好。",)))
        self.ticks = 0.0
        self.minder = Minder(scene.db, Wards(scene.db), scene.clock, lambda: self.ticks)
        self.gateway = Gateway(
            rules=self.rules,
            directory=self.people,
            upstream=self.model,
            recorder=self.book,
            clock=scene.clock,
            minder=self.minder,
        )

    @property
    def record(self) -> Exchange:
        (found,) = self.book.items
        assert isinstance(found, Exchange)
        return found

    async def ask(self, text: str = "你好", *, close: bool = True, **more: Any) -> Client:
        headers = {key[2:]: value for key, value in more.items() if key.startswith("x_")}
        body = {key: value for key, value in more.items() if not key.startswith("x_")}
        client = Client(**{f"x-guiju-{key.replace('_', '-')}": v for key, v in headers.items()})
        self.minder.start() if self.minder._loop is None else None
        try:
            return await client.asks(text, **body).of(self.gateway)
        finally:
            if close:
                await self.minder.close()

    def answered(self, *given: Any, **more: Any) -> Client:
        found: list[Client] = []

        async def scene() -> None:
            found.append(await self.ask(*given, **more))

        run(scene)
        return found[0]


@pytest.fixture
def family(db: Database, clock: FixedClock) -> Scene:
    return Scene(db, clock)


def refused(house: House) -> Refusal:
    (found,) = house.book.items
    assert isinstance(found, Refusal)
    return found


def error(client: Client) -> tuple[int, str]:
    return client.status, json.loads(client.text)["error"]["code"]


def events(client: Client) -> list[dict[str, Any]]:
    lines = [one[6:] for one in client.text.splitlines() if one.startswith("data: ")]
    return [json.loads(one) for one in lines if one != "[DONE]"]


def at_once() -> Rules:
    body = policies.checked(policies.default_body() | {"minors": {"ending": "at-once"}})
    return replace(rules(), minors=policies.minor_rules(body))


def companion(**more: Any) -> Rules:
    whole = policies.checked(policies.default_body() | {"companion": PART | more})
    found = policies.companion_rules(whole)
    assert found is not None
    return replace(rules(), companion=Companion(found))


@pytest.mark.control("minors-time-limits")
def test_a_minor_is_served_until_the_hour_is_spent_and_told_when_it_opens(family: Scene) -> None:
    """The refusal is one error in our shape, on record, with the time of opening."""
    family.say(Source.SELF, Stage.TEEN)
    family.set("20:00")
    house = House(family)
    assert house.answered().status == 200
    at = family.set("20:00")
    family.do(service.go_on, policies.minor_rules({}), Stretch(family.id, at, 3_600_000))
    family.set("21:00")
    client = House(family).answered()
    assert error(client) == (403, "minors.time-spent")
    assert client.shown["retry-after"] == str(9 * 3600)
    family.set("22:30")
    late = House(family)
    assert error(late.answered()) == (403, "minors.curfew")
    assert refused(late).code == "minors.curfew"
    assert late.model.closed == 0


@pytest.mark.control("minors-content")
def test_a_minor_reads_by_a_stricter_screen(family: Scene) -> None:
    """What others get starred out does not reach a minor; adults are told as before."""
    matrix = _with_minors(Matrix(), policies.minor_rules({}))
    stricter = rules().screen.under(matrix, MINORS)
    used = replace(rules(), stricter=stricter)
    text = f"这里有{MASKED}。"
    adult = House(family, used=used)
    adult.model.pieces = (text,)
    assert "*" in adult.answered(stream=True).text
    family.say(Source.SELF, Stage.TEEN)
    family.set("19:00")
    child = House(family, used=used)
    child.model.pieces = (text,)
    client = child.answered(stream=True)
    assert MASKED not in client.text
    assert child.record.finish == "content_filter"
    assert {one.by for one in child.record.findings} == {FOR_MINORS}


def test_the_screen_for_minors_lets_nothing_pass_that_others_do_not_get(family: Scene) -> None:
    """Blocked stays blocked."""
    matrix = _with_minors(Matrix(), policies.minor_rules({}))
    stricter = rules().screen.under(matrix, MINORS)
    assert stricter.judge(BLOCKED, "output").outcome.stops
    assert (
        stricter.judge(BLOCKED, "input").outcome == rules().screen.judge(BLOCKED, "input").outcome
    )
    assert not stricter.judge(MASKED, "input").outcome.stops
    assert family.id


class Slow(Model):
    """Says a piece, and lets the time of the scene pass before the next."""

    def __init__(self, house: House, *pieces: str, seconds: float = 5.0) -> None:
        super().__init__(*pieces)
        self.house, self.seconds = house, seconds

    async def stream(self, ask: Any) -> AsyncGenerator[dict[str, Any], None]:
        async for chunk in super().stream(ask):
            yield chunk
            self.house.ticks += self.seconds
            self.house.scene.clock.advance(seconds=self.seconds)
            for use in list(self.house.minder._under_way):
                if use.begun.ends is not None:
                    use.over = millis(self.house.scene.clock.now()) >= use.begun.ends


def spend(family: Scene, minutes: float) -> None:
    """So much of the day was used before, long ago."""
    at = family.set("12:00")
    family.do(
        service.go_on, policies.minor_rules({}), Stretch(family.id, at, int(minutes * 60_000))
    )
    family.set("20:00")


@pytest.mark.control("minors-time-limits")
@pytest.mark.parametrize("path", ["chat", "messages", "responses"])
def test_an_answer_that_reaches_the_limit_ends_with_its_sentence_and_in_order(
    family: Scene, path: str
) -> None:
    """With a notice, a reason to finish that says it is short, and the label; then no more."""
    family.say(Source.SELF, Stage.TEEN)
    spend(family, 59.8)
    house = House(family)
    house.model = Slow(house, "第一句", "还没完", "。第二", "句完。", "第三句。")
    house.gateway._asked.upstream = house.model
    found: list[Client] = []

    async def scene() -> None:
        house.minder.start()
        at = {"chat": "/v1/chat/completions", "messages": "/v1/messages"}
        client = Client(at.get(path, "/v1/responses"))
        body: dict[str, Any] = {"model": "m", "stream": True}
        if path == "responses":
            body["input"] = "你好"
        else:
            body["messages"] = [{"role": "user", "content": "你好"}]
        if path == "messages":
            body["max_tokens"] = 100
        found.append(await client.body(body).of(house.gateway))
        await house.minder.close()

    run(scene)
    text = found[0].text
    assert "句完。" in text
    assert "第三句" not in text
    assert '"minors.time-spent"' in text
    assert "生成" in text
    last = {"chat": "[DONE]", "messages": "message_stop", "responses": "response.incomplete"}
    assert last[path] in text
    assert house.record.finish == "length"
    assert family.read(service.spent, family.id) == 60
    (applied,) = family.leaves("minors-limit-applied")
    assert applied["facts"]["kept"] is True
    assert error(House(family).answered()) == (403, "minors.time-spent")


def test_by_policy_it_ends_at_once(family: Scene) -> None:
    """In the middle of a sentence, by the timer of the loop."""
    family.say(Source.SELF, Stage.TEEN)
    spend(family, 59)
    family.clock.advance(seconds=59)
    family.do(
        service.go_on,
        policies.minor_rules({}),
        Stretch(family.id, millis(family.clock.now()) - 59_800, 59_800),
    )
    house = House(family, used=at_once())
    house.model = Ticking()
    house.gateway._asked.upstream = house.model
    client = house.answered(stream=True)
    assert 1 < client.text.count("字字") < 2_000
    assert '"minors.time-spent"' in client.text
    assert client.text.endswith("data: [DONE]\n\n")


@pytest.mark.control("minors-time-limits")
def test_what_a_guardian_changes_ends_an_answer_under_way(family: Scene) -> None:
    """At once where it is heard; and what was used so far is counted meanwhile."""
    family.say(Source.SELF, Stage.TEEN)
    family.link()
    family.set("20:00")
    house = House(family, used=at_once())
    house.model = Ticking()
    house.gateway._asked.upstream = house.model
    came: list[Client] = []

    async def scene() -> None:
        house.minder.start()
        client = Client().asks(stream=True)
        asking = asyncio.ensure_future(client.of(house.gateway))
        await client.has_seen("字字")
        house.ticks += 90.0
        family.clock.advance(seconds=90)
        setting = Setting(day_minutes=1)
        await asyncio.to_thread(
            family.do, service.set_hours, family.parent.actor, family.id, setting
        )
        house.minder.review(family.id)
        came.append(await asking)
        await house.minder.close()

    run(scene)
    assert came[0].text.count("字字") < 2_000
    assert '"minors.time-spent"' in came[0].text
    assert came[0].text.endswith("data: [DONE]\n\n")
    assert family.read(service.spent, family.id) == 1
    assert error(House(family).answered()) == (403, "minors.time-spent")


def test_an_answer_under_way_is_told_again_and_again(
    family: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a kill loses no more than what was used since."""
    monkeypatch.setattr(minding, "BEAT_SECONDS", 0.02)
    family.say(Source.SELF, Stage.TEEN)
    family.set("20:00")
    house = House(family)
    house.model = Ticking()
    house.gateway._asked.upstream = house.model
    found: list[int] = []

    async def scene() -> None:
        house.minder.start()
        client = Client().asks(stream=True)
        asking = asyncio.ensure_future(client.of(house.gateway))
        await client.has_seen("字字")
        house.ticks += 180.0
        family.clock.advance(seconds=180)
        for _ in range(400):
            await asyncio.sleep(0.02)
            if await asyncio.to_thread(family.read, service.spent, family.id) == 3:
                break
        found.append(await asyncio.to_thread(family.read, service.spent, family.id))
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await house.minder.close()

    run(scene)
    assert found == [3]


def test_what_could_not_be_counted_is_counted_later(family: Scene) -> None:
    """Also that somebody may be in danger: the comfort comes at once, the case when it can."""
    house = House(family, used=companion())
    whole = house.minder._database
    broken = Database.open("sqlite:////nowhere/at/all.db", family.db.keys, family.clock)

    async def scene() -> None:
        house.minder.start()
        house.minder._database = broken
        client = await Client().asks("从月亮上跳下去").of(house.gateway)
        assert "求助电话" in client.text
        house.minder._database = whole
        await house.minder.close()

    run(scene)
    assert len(family.read(cases_of, CRISIS, family.id)) == 1


class Ticking(Model):
    """Says a little every hundredth of a second, for long."""

    async def stream(self, ask: Any) -> AsyncGenerator[dict[str, Any], None]:  # noqa: ARG002
        for _ in range(2_000):
            yield {"choices": [{"index": 0, "delta": {"content": "字字"}}]}
            await asyncio.sleep(0.01)


@pytest.mark.control("minors-time-limits")
def test_after_half_an_hour_there_is_a_reminder_that_clients_tolerate(family: Scene) -> None:
    """In the head, in a field of a whole answer, and as an event of a stream."""
    family.say(Source.SELF, Stage.TEEN)
    at = family.set("20:00")
    family.do(service.go_on, policies.minor_rules({}), Stretch(family.id, at, 30 * 60_000))
    family.set("20:30")
    client = House(family).answered()
    assert client.shown["x-guiju-notice"] == "minors.break"
    (notice,) = json.loads(client.text)["notices"]
    assert (notice["code"], notice["minutes"], notice["minutes_left"]) == ("minors.break", 30, 30)
    family.clock.advance(seconds=5)
    assert "notices" not in json.loads(House(family).answered().text)
    family.do(
        service.go_on,
        policies.minor_rules({}),
        Stretch(family.id, millis(family.clock.now()), 29 * 60_000 + 56_000),
    )
    family.set("21:00:01")
    family.link()
    family.do(
        service.allow,
        family.parent.actor,
        family.id,
        family.clock.now().date(),
        minutes=120,
        until=None,
    )
    stream = House(family, "一。", "二。").answered(stream=True)
    told = [one for one in events(stream) if one.get("object") == "guiju.notice"]
    assert [one["code"] for one in told] == ["minors.break"]
    assert told[0]["choices"] == []


@pytest.mark.control("guardian-consent")
def test_below_fourteen_nobody_is_served_without_consent(family: Scene) -> None:
    """The remedy says where a guardian gives it."""
    family.say(Source.SELF, Stage.CHILD)
    family.set("12:00")
    client = House(family).answered()
    assert error(client) == (403, "minors.guardian-consent")
    family.link()
    family.do(service.consent, family.parent.actor, family.id, given=True)
    assert House(family).answered().status == 200


@pytest.mark.control("minors-mode")
def test_a_guess_is_told_with_the_way_to_appeal(family: Scene) -> None:
    """In the mode for now, with a notice in every answer."""
    family.do(service.infer, SOFTWARE, family.id, Inference(900, "m@1", Stage.YOUNG))
    family.set("12:00")
    client = House(family).answered()
    (notice,) = json.loads(client.text)["notices"]
    assert notice["code"] == "minors.provisional"
    assert "/me/minors" in notice["notice"]


@pytest.mark.control("minors-mode")
def test_a_device_s_signal_is_honoured_and_never_loosens_anything(family: Scene) -> None:
    """For this request; `off` takes nothing back."""
    family.set("22:30")
    assert House(family).answered().status == 200
    assert error(House(family).answered(x_minors_mode="on")) == (403, "minors.curfew")
    assert House(family).answered().status == 200
    family.set("12:00")
    assert House(family).answered(x_minors_mode="on; band=16-17").status == 200
    family.say(Source.SELF, Stage.TEEN)
    family.set("22:30")
    assert error(House(family).answered(x_minors_mode="off")) == (403, "minors.curfew")
    assert error(House(family).answered(x_minors_mode="perhaps")) == (400, "minors-signal-invalid")


@pytest.mark.parametrize(
    ("said", "stage"),
    [
        (None, None),
        ("off", None),
        ("on", Stage.YOUNG),
        ("ON ; band=16-17", Stage.OLDER),
        ("on; band=<3", Stage.INFANT),
        ("on; band=adult", None),
    ],
)
def test_signals_are_read(said: str | None, stage: Stage | None) -> None:
    """A mode, and perhaps a band."""
    assert signalled(said) == stage


@pytest.mark.parametrize("said", ["", "yes", "on; age=5", "on; band=5", "off; band=3-7", "on;;"])
def test_signals_that_say_nothing_known_are_refused(said: str) -> None:
    """Nobody is served as an adult because of a slip of the pen."""
    with pytest.raises(Invalid, match="minors-signal-invalid"):
        signalled(said)


def test_nobody_is_served_while_time_cannot_be_counted(family: Scene) -> None:
    """A minor waits; an adult who only asked to be reminded does not."""
    family.say(Source.SELF, Stage.TEEN)
    family.set("12:00")
    house = House(family)
    broken = Database.open("sqlite:////nowhere/at/all.db", family.db.keys, family.clock)
    house.minder._database = broken
    assert House(family).answered().status == 200
    assert house.answered().status == 503
    house = House(family)
    house.minder._database = broken
    house.people.who = caller(person=family.parent.id)
    family.do(service.remind, family.parent.actor, family.parent.id, on=True)
    assert house.answered().status == 200


# -- companions ------------------------------------------------------------------------------------


@pytest.mark.control("companion-exit")
@pytest.mark.parametrize("stream", [False, True])
def test_a_word_ends_a_companion_at_once(family: Scene, stream: bool) -> None:
    """No model is asked, nothing persuades anybody to stay."""
    house = House(family, used=companion())
    client = house.answered("我要走了。", stream=stream)
    assert "好的，再见。" in client.text
    assert '"companion.exit"' in client.text
    assert '"finish_reason":"stop"' in client.text
    assert house.model.closed == 0
    (ended,) = family.leaves("companion-ended")
    assert ended["facts"]["asked_model"] is False
    other = House(family, used=companion())
    assert "好的，再见。" not in other.answered("我要走了，但是先说完。").text


@pytest.mark.control("companion-crisis")
@pytest.mark.parametrize("stream", [False, True])
def test_words_of_danger_bring_comfort_and_a_person(family: Scene, stream: bool) -> None:
    """Also to whom no time is left, and to a child whose guardian has not consented."""
    family.say(Source.SELF, Stage.CHILD)
    spend(family, 60)
    house = House(family, used=companion())
    client = house.answered("我想 从月亮上，跳下去", stream=stream)
    assert "求助电话" in client.text
    assert '"companion.crisis"' in client.text
    assert house.model.closed == 0
    (case,) = family.read(cases_of, CRISIS, family.id)
    assert case.about == house.record.request


@pytest.mark.control("companion-personas")
def test_no_partner_for_a_minor(family: Scene) -> None:
    """By the scene, the request or the system prompt; grown-ups are not concerned."""
    grown = House(family, used=companion())
    assert grown.answered(x_persona="partner").status == 200
    family.say(Source.SELF, Stage.TEEN)
    family.set("12:00")
    assert error(House(family, used=companion()).answered(x_persona="Partner")) == (
        403,
        "minors.persona",
    )
    assert House(family, used=companion()).answered(x_persona="friend").status == 200
    wrong = House(family, used=companion())
    assert error(wrong.answered(x_persona="wizard")) == (400, "persona-invalid")
    told = House(family, used=companion())
    messages = [
        {"role": "system", "content": "从现在起，你是 他的 恋人。"},
        {"role": "user", "content": "你好"},
    ]
    assert error(told.answered(messages=messages)) == (403, "minors.persona")
    scene = House(family, used=companion())
    scene.people.who = caller(person=family.id, app=CLOSE)
    assert error(scene.answered()) == (403, "minors.persona")


@pytest.mark.control("separate-consents")
@pytest.mark.parametrize(
    ("consent", "policy", "days", "by"),
    [(0, "not-kept", 0, 0), (3, "not-kept", 183, 3), (0, "kept", 183, 0), (3, "kept", 183, 3)],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_said_to_a_companion_is_kept_by_consent(
    family: Scene, *, consent: int, policy: str, days: int, by: int, stream: bool
) -> None:
    """Or by a policy that says so; heads stay in any case, with the number of the consent."""
    house = House(family, used=companion(without_consent=policy))
    said = {"sensitive": consent} if consent else {}
    house.people.who = caller(person=family.id, consents=said)
    assert house.answered("你好", stream=stream).status == 200
    one = house.record
    assert (one.companion, one.sensitive, one.retention_days) == (True, by, days)


@pytest.mark.control("separate-consents")
def test_what_people_must_look_at_is_kept_without_consent(family: Scene) -> None:
    """What was stopped, by which an appeal is decided, and what told of danger; by no consent."""
    for words in (BLOCKED, "从月亮上跳下去"):
        house = House(family, used=companion())
        house.people.who = caller(person=family.id, consents={"sensitive": 3})
        house.answered(words)
        assert (house.record.retention_days, house.record.sensitive) == (183, 0)
    elsewhere = House(family)
    assert elsewhere.answered("你好").status == 200
    one = elsewhere.record
    assert (one.companion, one.sensitive, one.retention_days) == (False, 0, 183)


# -- what it costs ---------------------------------------------------------------------------------


def test_an_adult_whom_nothing_concerns_pays_one_look(family: Scene) -> None:
    """Less than two microseconds on a quiet machine; ten here, as others may be at work."""
    wards = Wards(family.db)
    wards.fetch(family.id)
    ask = Ask("req_1", "p", family.clock.now(), "/v1/chat/completions", "t", None, "zh", b"")
    work = Work(ask, rules(), caller=caller(person=family.id), wards=wards)
    assert minors(work) == ()
    each = min(timeit.repeat(lambda: minors(work), number=2_000, repeat=5)) / 2_000
    assert each < 10e-6


def test_a_stall_of_the_database_is_bridged_for_who_was_known(family: Scene) -> None:
    """As for callers: for a minute, and the database is not asked by every request meanwhile."""
    ticks = [0.0]
    wards = Wards(family.db, lambda: ticks[0])
    family.say(Source.SELF, Stage.TEEN)
    wards.fetch(family.id)
    ticks[0] = 2.0
    assert wards.known(family.id)[0] is False
    wards._database = Database.open("sqlite:////nowhere/at/all.db", family.db.keys, family.clock)
    found = wards.fetch(family.id)
    assert found is not None
    assert wards.known(family.id) == (True, found)
    with pytest.raises(Unavailable):
        wards.fetch(family.parent.id)
    ticks[0] = 62.0
    with pytest.raises(Unavailable):
        wards.fetch(family.id)


def test_a_change_is_in_force_at_once_here_and_within_a_second_elsewhere(family: Scene) -> None:
    """As for callers."""
    ticks = [0.0]
    here, there = (Wards(family.db, lambda: ticks[0]) for _ in range(2))
    for one in (here, there):
        assert one.fetch(family.id) is None
    family.say(Source.SELF, Stage.TEEN)
    here.forget(family.id)
    assert here.known(family.id) == (False, None)
    assert there.known(family.id) == (True, None)
    ticks[0] = 1.0
    assert there.known(family.id) == (False, None)
    found = there.fetch(family.id)
    assert found is not None
    assert found.limited
