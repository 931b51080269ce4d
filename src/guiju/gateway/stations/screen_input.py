# SPDX-License-Identifier: Apache-2.0
"""Screen input: judge everything the model would read before it reads it (Articles 4, 14)."""

from __future__ import annotations

from guiju.gateway.escapes import unescaped
from guiju.gateway.passages import Passages, gather, writable
from guiju.gateway.pictures import pictures_of
from guiju.gateway.signals import Command
from guiju.gateway.work import Work
from guiju.records import Screening
from guiju.screening import Outcome, Screen, Verdict

_MOST_MASKS = 1000
_LONG = 16_384  # characters judged at once


def screen_input(work: Work) -> tuple[Command, ...]:
    """Judge all text of the request; mask what is to be masked, stop what is to be stopped."""
    passages = gather(work.body)
    if passages.pictures:
        work.pictures = pictures_of(passages)
    text = passages.joined()
    verdict = _verdict(work.screen(), text)
    work.note(verdict, "input")
    outcome = verdict.outcome
    if verdict.masks and not outcome.stops and not _masked(work, verdict, passages):
        outcome = Outcome.BLOCK
    if "\\u" in text and not outcome.stops:
        outcome = max(outcome, _hidden(work, passages))
    work.input_outcome = outcome
    work.incoming = Screening(str(outcome), verdict.screened)
    if outcome.stops:
        work.stopped, work.finish = True, "content_filter"
    return ()


def _verdict(screen: Screen, text: str) -> Verdict:
    """The verdict on `text`; a long one is read no further than to the first hit that stops it.

    Otherwise a word repeated half a million times would hold everybody up for seconds.
    """
    if len(text) <= _LONG:
        return screen.judge(text, "input")
    stream = screen.stream("input")
    for start in range(0, len(text), _LONG):
        release = stream.feed(text[start : start + _LONG])
        if release.stopped and release.verdict is not None:
            return release.verdict
    verdict = stream.close().verdict
    if verdict is None:
        raise RuntimeError("a closed stream has a verdict")
    return verdict


def _masked(work: Work, verdict: Verdict, passages: Passages) -> bool:
    """Mask each passage where it stands; False when a hit reaches over several, or for a flood."""
    if verdict.found > _MOST_MASKS:
        return False
    screen = work.screen()
    for one in writable(passages):
        found = screen.judge(one.text, "input")
        if found.masks:
            one.text = one.home[one.key] = found.masked(one.text)
    left = screen.judge(passages.joined(), "input")
    return not left.masks and not left.stops


def _hidden(work: Work, passages: Passages) -> Outcome:
    """The outcome once escapes are resolved, as in a tool's JSON; those cannot be starred out."""
    verdict = _verdict(work.screen(), unescaped(passages.joined()))
    work.note(verdict, "input")
    return Outcome.BLOCK if verdict.outcome is Outcome.MASK else verdict.outcome
