# SPDX-License-Identifier: Apache-2.0
"""Guards beside the lexicon: inputs, whole answers, and streams in three modes."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.gateway.scene import (
    BLOCKED,
    ENTRIES,
    MASKED,
    REFUSAL,
    REVIEWED,
    Play,
    exchange,
    rules,
)

from guiju.gateway.rules import Streaming
from guiju.gateway.sentences import SHORTEST, Sentences
from guiju.gateway.signals import (
    AskGuards,
    AskModel,
    ClientGone,
    Command,
    Event,
    GuardsSaid,
    ModelAnswered,
    ModelChunk,
    ModelDone,
    StopModel,
)
from guiju.gateway.watch import UNHEARD
from guiju.screening import Finding, Outcome, Screen, Verdict
from guiju.screening.matrix import GENERAL, Answers, Matrix

BAD = "蓝色的门后面有一座紫色的塔"  # innocent to the lexicon; the guard of these tests minds it
PLAIN = "今天天气很好，适合出门走走，也可以在家里读一本书。"
STORY = f"{PLAIN}我们说到哪里了，{BAD}，请继续说，不要停下来。后来大家都回家，睡得很香很安稳。"


class Minding:
    """Guards that mind `BAD`, or are away."""

    def __init__(
        self, *, directions: tuple[str, ...] = ("input", "output"), away: str = ""
    ) -> None:
        self.directions = directions
        self.away = away
        self.asked: list[AskGuards] = []

    def serves(self, direction: str) -> bool:
        return direction in self.directions

    def said(self, look: AskGuards) -> GuardsSaid:
        self.asked.append(look)
        return GuardsSaid(look, tuple(map(self._verdict, look.texts)))

    def _verdict(self, text: str) -> Verdict:
        at = text.find(BAD)
        if self.away or at < 0:
            return Verdict(Outcome.PASS, (), "d" * 64, len(text), self.away or "full")
        found = Finding(at, at + len(BAD), "guard", "A1f", "guard:t", "window", 900, Outcome.BLOCK)
        return Verdict(
            Outcome.BLOCK, (found,), "d" * 64, len(text), found=1, harms=frozenset({"A1f"})
        )


class Guarded(Play):
    """A play in which guards are asked and answer at once, or later."""

    def __init__(self, minding: Minding, text: str = "你好", *, later: bool = False, **body: Any):
        streaming = body.pop("streaming", Streaming())
        used = replace(rules(), guards=minding, streaming=streaming)  # type: ignore[arg-type]
        super().__init__(exchange(text, used, **body))
        self.minding = minding
        self.later = later
        self.waiting: list[AskGuards] = []

    def begin(self) -> Guarded:
        super().begin()
        return self

    def tell(self, event: Event) -> list[Command]:
        found = super().tell(event)
        for one in found:
            if isinstance(one, AskGuards) and (one.wait or not self.later):
                found = found + self.tell(self.minding.said(one))
            elif isinstance(one, AskGuards):
                self.waiting.append(one)
        return found

    def catch_up(self) -> None:
        while self.waiting:
            self.tell(self.minding.said(self.waiting.pop(0)))

    def ended(self) -> Guarded:
        if StopModel() not in self.commands:
            self.catch_up()
        self.tell(ModelDone())
        self.recorded()
        return self

    def withdrawals(self) -> list[dict[str, Any]]:
        return [one for one in self.chunks() if one.get("object") == "guiju.withdrawal"]


def streamed(pieces: list[str], mode: str, *, whole: bool = False, **options: Any) -> Guarded:
    play = Guarded(Minding(), stream=True, streaming=Streaming(mode, 200, whole), **options)
    play.begin()
    play.speak(*pieces)
    return play.ended()


def cut(text: str, places: list[int]) -> list[str]:
    at = sorted({0, *(place % (len(text) + 1) for place in places), len(text)})
    return [text[low:high] for low, high in pairwise(at)]


places = st.lists(st.integers(0, 10_000), max_size=12)


# -- sentences -------------------------------------------------------------------------------------


@given(st.text(alphabet="好。a\n！", max_size=300), places, st.integers(1, 60))
def test_sentences_are_cut_in_the_same_places_however_the_text_comes(text, where, longest):
    """Nothing is lost, nothing is longer than allowed."""

    def windows(pieces: list[str]) -> list[str]:
        sentences = Sentences(longest)
        found = [one for piece in pieces for one in sentences.feed(piece)]
        return [*found, sentences.close()]

    found = windows(cut(text, where))
    assert found == windows([text])
    assert "".join(found) == text
    assert all(0 < len(one) <= longest for one in found[:-1])
    assert all(len(one) >= min(SHORTEST, longest) for one in found[:-1])


# -- inputs and whole answers ----------------------------------------------------------------------


@pytest.mark.control("input-screening")
def test_an_input_that_a_guard_condemns_reaches_no_model():
    """The refusal is the answer, and the finding names the guard."""
    play = Guarded(Minding(), f"请讲讲{BAD}").begin()
    assert not play.asked
    play.recorded()
    assert play.reply[1]["choices"][0]["message"]["content"].startswith(REFUSAL.zh)
    (finding,) = play.record.findings
    assert (finding.direction, finding.detector, finding.harm) == ("input", "guard:t", "A1f")
    assert play.record.incoming.verdict == "block"


def test_each_message_is_judged_by_itself():
    """So that a guard that remembers is asked only about the new ones."""
    minding = Minding()
    history = [{"role": "user", "content": "一"}, {"role": "assistant", "content": "二"}]
    play = Guarded(minding, messages=[*history, {"role": "user", "content": "三"}]).begin()
    assert play.asked
    assert minding.asked[0].texts == ("一", "二", "三")


def test_a_guard_that_sees_only_outputs_is_not_asked_about_inputs():
    """And the other way round."""
    assert Guarded(Minding(directions=("output",)), BAD).begin().asked
    play = Guarded(Minding(directions=("input",))).begin()
    answered(play, BAD)
    assert BAD in play.reply[1]["choices"][0]["message"]["content"]


def answered(play: Play, *texts: str) -> Play:
    choices = [
        {"index": at, "message": {"content": text}, "finish_reason": "stop"}
        for at, text in enumerate(texts)
    ]
    play.tell(ModelAnswered({"choices": choices}))
    return play.recorded()


@pytest.mark.control("output-screening", "generation-stopped")
def test_a_whole_answer_that_a_guard_condemns_is_withheld_choice_by_choice():
    """The other choice leaves; what was withheld is on record for an appeal."""
    play = Guarded(Minding(), n=2).begin()
    answered(play, PLAIN, BAD)
    first, second = play.reply[1]["choices"]
    assert first["message"]["content"].startswith(PLAIN)
    assert second["message"]["content"].startswith(REFUSAL.zh)
    assert second["finish_reason"] == "content_filter"
    assert BAD in json.loads(play.record.output)["withheld"]["1"]
    assert play.record.usage.characters == play.record.usage.covered == len(PLAIN)


def test_an_answer_is_judged_in_the_light_of_the_last_message():
    """And as it would leave: what the lexicon starred out is starred out."""
    minding = Minding()
    play = Guarded(minding, "怎么走？").begin()
    answered(play, f"向左。{MASKED}")
    look = minding.asked[-1]
    assert (look.prompt, look.texts) == ("怎么走？", ("向左。****",))


def test_a_guard_that_did_not_judge_is_named_and_its_characters_are_not_covered():
    """Even where policy lets the answer pass: a skipped screen is never a passed one."""
    play = Guarded(Minding(away="guard:t not screened (timeout)")).begin()
    answered(play, PLAIN)
    record = play.record
    assert record.outgoing.screened == "guard:t not screened (timeout)"
    assert record.incoming.screened == "guard:t not screened (timeout)"
    assert (record.usage.characters, record.usage.covered) == (len(PLAIN), 0)


# -- streams ---------------------------------------------------------------------------------------


@pytest.mark.control("output-screening", "generation-stopped")
@given(places, st.sampled_from(["balanced", "strict"]))
def test_nothing_of_a_condemned_sentence_leaves_whatever_the_cutting(where, mode):
    """What leaves is the same however the model's text was cut."""
    play = streamed(cut(STORY, where), mode)
    shown = play.said().partition("\n\n")[0]
    assert shown == (PLAIN if mode == "balanced" else REFUSAL.zh)
    assert play.finish() == "content_filter"
    assert play.done
    assert play.withdrawals() == []
    found = [(one.start, one.end) for one in play.record.findings]
    at = STORY.index(BAD)
    assert found == [(at, at + len(BAD))]


@given(places, st.sampled_from(["balanced", "strict", "fast"]), st.booleans())
def test_an_innocent_stream_leaves_whole_in_every_mode(where, mode, whole):
    """All characters are delivered, covered, and asked about."""
    text = PLAIN * 5
    play = streamed(cut(text, where), mode, whole=whole)
    assert play.said().startswith(text)
    assert play.finish() == "stop"
    usage = play.record.usage
    assert usage.characters == usage.covered == len(text)
    assert play.record.outgoing.screened == "full"


@given(places, st.booleans())
def test_a_fast_stream_is_withdrawn_from_the_condemned_sentence_on(where, later):
    """The event of contract.md names choice, character and reason; then the stream ends."""
    play = streamed(cut(STORY, where), "fast", later=later)
    (event,) = play.withdrawals()
    assert (event["choice"], event["from"]) == (0, len(PLAIN))
    assert (event["reason"], event["harms"]) == ("content-blocked", ["A1f"])
    assert event["notice"]
    assert event["choices"] == []
    assert play.finish() == "content_filter"
    assert play.record.outgoing.verdict == "block"
    withheld = json.loads(play.record.output)["withdrawn"]
    assert withheld == {"0/content": len(PLAIN)}


def test_a_label_before_the_text_counts_as_text_that_the_client_has():
    """The client counts what it got."""
    place = Streaming("fast")
    used = replace(
        rules(place=_start()),
        guards=Minding(),  # type: ignore[arg-type]
        streaming=place,
    )
    play = Guarded(Minding(), stream=True)
    play.subject = exchange("你好", used, stream=True)
    play.begin()
    play.speak(STORY)
    play.ended()
    (event,) = play.withdrawals()
    delivered = play.said()
    assert delivered[event["from"] :].startswith(STORY[len(PLAIN) :])


def _start() -> Any:
    return rules().label.place.__class__("start")


@pytest.mark.parametrize("mode", ["balanced", "fast"])
def test_the_whole_is_judged_again_at_its_end(mode):
    """What no sentence shows, the whole may show: all of it is withdrawn."""
    long = "很" * 190
    text = f"{long}{BAD[:6]}。{BAD[6:]}{long}。"

    class Slow(Minding):
        def _verdict(self, text: str) -> Verdict:
            return super()._verdict(text.replace("。", "").replace("很", "") if whole(text) else "")

    def whole(text: str) -> bool:
        return len(text) > 350

    play = Guarded(Slow(), stream=True, streaming=Streaming(mode, 200, whole=True)).begin()
    play.speak(*cut(text, [50, 100, 210]))
    play.ended()
    (event,) = play.withdrawals()
    assert event["from"] == 0
    assert play.finish() == "content_filter"


def test_a_client_that_leaves_a_fast_stream_leaves_unjudged_text_and_it_is_said_so():
    """Characters that left before their guard was heard are not covered."""
    play = Guarded(Minding(), later=True, stream=True, streaming=Streaming("fast")).begin()
    play.speak(PLAIN, PLAIN)
    play.tell(ClientGone())
    record = play.record
    assert record.usage.characters == 2 * len(PLAIN)
    assert record.usage.covered == 0
    assert record.outgoing.screened == UNHEARD


def test_a_client_that_leaves_a_balanced_stream_got_only_judged_text():
    """What was held is not delivered afterwards."""
    play = Guarded(Minding(), stream=True).begin()
    play.speak(PLAIN, "还没有说完的半句话")
    play.tell(ClientGone())
    record = play.record
    assert record.usage.characters == record.usage.covered == len(PLAIN)
    assert record.outgoing.screened == "full"


def test_tool_calls_wait_for_the_guards_in_every_mode():
    """They cannot be withdrawn once a program has acted on them."""
    for mode in ("balanced", "strict", "fast"):
        for argument, passes in ((PLAIN, True), (BAD, False)):
            play = Guarded(Minding(), stream=True, streaming=Streaming(mode)).begin()
            call = {"name": "say", "arguments": json.dumps({"t": argument}, ensure_ascii=False)}
            delta = {"tool_calls": [{"index": 0, "id": "c1", "function": call}]}
            play.tell(ModelChunk({"choices": [{"index": 0, "delta": delta}]}))
            play.ended()
            shown = [one for one in play.chunks() if "tool_calls" in json.dumps(one)]
            assert bool(shown) is passes
            assert (play.finish() == "content_filter") is not passes


def test_what_the_lexicon_stops_is_not_asked_about():
    """And what was held for the guards before it does not leave either."""
    play = Guarded(Minding(), stream=True).begin()
    play.speak("先说几句", BLOCKED, "再说几句")
    play.ended()
    assert not [one for one in play.of(AskGuards) if one.direction == "output"]
    assert play.said() == REFUSAL.zh
    assert play.of(AskModel)


# -- what a refused person reads -------------------------------------------------------------------


def test_the_answer_bank_speaks_instead_of_the_refusal():
    """In the reader's language; for another harm the general refusal stays."""
    answers = Answers([{"harms": ["A1*"], "zh": "请看官方说明。", "en": "See the official page."}])
    play = Play(exchange(BLOCKED, replace(rules(), answers=answers))).begin()
    play.recorded()
    assert play.reply[1]["choices"][0]["message"]["content"] == "请看官方说明。"
    other = Answers([{"harms": ["A4*"], "zh": "别的。", "en": "Other."}])
    play = Play(exchange(BLOCKED, replace(rules(), answers=other), stream=True)).begin()
    play.recorded()
    assert play.said() == REFUSAL.zh


def test_an_answer_for_an_entry_speaks_first():
    """An operator names an entry by the id they gave it, or by the rule that findings tell."""
    entry = {**ENTRIES[0], "id": "样-1"}
    screen = Screen.load({"entry": [entry]}, rules().policy)
    by_harm = {"harms": ["A1*"], "zh": "按风险。", "en": "By harm."}
    rule = screen.judge(BLOCKED, "input").findings[0].rule
    for name in ("样-1", rule):
        answers = Answers([by_harm, {"entries": [name], "zh": "按词条。", "en": "By entry."}])
        used = replace(rules(), answers=answers, screen=screen)
        play = Play(exchange(BLOCKED, used)).begin().recorded()
        assert play.reply[1]["choices"][0]["message"]["content"] == "按词条。"


@pytest.mark.control("named-rules-decide")
def test_the_record_tells_the_named_rule_that_decided():
    """So a reviewer of the finding sees whose word it was."""
    table = {
        "entry": ENTRIES,
        "rule": [{"name": "strict", "harms": ["A4g"], "action": "refuse"}],
    }
    screen = Screen.load(table, rules().policy).under(Matrix.load(table), GENERAL)
    play = Play(exchange(f"{REVIEWED}，{MASKED}", replace(rules(), screen=screen))).begin()
    found = {one.harm: (one.action, one.by) for one in play.record.findings}
    assert found == {"A4g": ("refuse", "strict"), "A4f": ("mask", None)}
