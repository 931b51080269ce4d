# SPDX-License-Identifier: Apache-2.0
"""Spoken words: judged as what people will hear, before anybody speaks them (Articles 4, 14).

`guard_output` stands between the two stations here, as it does for any answer.
"""

from __future__ import annotations

from guiju.gateway.faults import not_understood
from guiju.gateway.media.labelling import RAW_SAMPLES
from guiju.gateway.media.model import Made
from guiju.gateway.signals import Command
from guiju.gateway.stations.take_media import MOST_BYTES
from guiju.gateway.wires.prompted import prompt_of
from guiju.gateway.work import Judged, Work
from guiju.records import Screening, Usage

_SAMPLE = 2  # bytes
_NO_SOUND = ("text/", "json", "html", "xml")


def screen_spoken(work: Work) -> tuple[Command, ...]:
    """Judge the text as an answer; what is starred out in answers is not spoken either."""
    if work.stopped:
        return ()
    text = prompt_of(work.body)
    verdict = work.screen().judge(text, "output")
    work.note(verdict, "output")
    said = verdict.masked(text) if verdict.masks and not verdict.stops else text
    work.body["messages"][-1]["content"] = said
    covered = len(said) if verdict.screened == "full" else 0
    judged = Judged({}, verdict.outcome, verdict.screened, len(said), covered, [text], [said])
    work.judged = [judged]
    return ()


def settle_spoken(work: Work) -> tuple[Command, ...]:
    """Stop what may not be heard; no model is asked to say it."""
    if not work.judged:
        return ()
    (judged,) = work.judged
    work.outgoing = Screening(judged.outcome.value, judged.screened)
    if judged.outcome.stops:
        work.stopped, work.finish = True, "content_filter"
    return ()


def take_sound(work: Work) -> tuple[Command, ...]:
    """Take the sound in; raises Unavailable `upstream-unavailable` for what cannot be one."""
    if work.stopped:
        return ()
    answer = work.answer or {}
    data, kind = answer.get("file"), str(answer.get("type")).lower()
    if type(data) is not bytes or not 0 < len(data) <= MOST_BYTES:
        raise not_understood()
    odd = work.wire.format_of(work.body) == RAW_SAMPLES and len(data) % _SAMPLE
    if odd or any(one in kind for one in _NO_SOUND):
        raise not_understood()
    (judged,) = work.judged
    work.usage = Usage(characters=judged.characters, covered=judged.covered)
    work.made = [Made(0, data=data)]
    return ()
