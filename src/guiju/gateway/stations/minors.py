# SPDX-License-Identifier: Apache-2.0
"""Minors: who reads this, may they be served now, and is it a companion they talk to (Article 10)?

For an adult whom nothing concerns this is one look into a dictionary.
"""

from __future__ import annotations

from typing import Any

from guiju.gateway.reminding import HEADER, PROVISIONAL, notice_of, said_by_operator
from guiju.gateway.signals import Command, FindWard, Mind
from guiju.gateway.stations.identify import known
from guiju.gateway.use import Use
from guiju.gateway.work import Work
from guiju.kernel import Text
from guiju.measures import enforces
from guiju.minors import (
    Companion,
    Mode,
    Stage,
    Ward,
    check_declared,
    consent_needed,
    signal_invalid,
    stage_named,
)

_SYSTEM = frozenset({"system", "developer"})


def minors(work: Work) -> tuple[Command, ...]:
    """Let whoever is not protected pass; ask who is, and whether their time is over.

    Raises:
        Refused: `minors.guardian-consent` or `minors.persona`.
        Invalid: `minors-signal-invalid` or `persona-invalid`.
    """
    wards, person = work.wards, known(work).person
    if wards is None or person is None:
        return ()
    there, ward = wards.known(person)
    if not there:
        return (FindWard(person),)
    if ward is None and work.rules.companion is None and work.ask.signals is None:
        return ()
    return heed(work, ward)


@enforces("minors-content", "guardian-consent")
def heed(work: Work, ward: Ward | None) -> tuple[Command, ...]:
    """What follows from how the caller is protected; raises as `minors`.

    Danger and the wish to leave come first: nothing stands against being heard or let go.
    """
    caller = known(work)
    ward = _signalled(work, caller.person or "", ward)
    work.minor = ward is not None and ward.is_minor
    companion = work.rules.companion
    covered = companion is not None and work.wire.in_words and companion.covers(caller.app)
    met = companion if covered else None
    work.companion = covered
    crisis, exits = (False, False) if met is None else _heard(work, met)
    work.danger = crisis
    if not crisis and not exits:
        if ward is not None and ward.lacks_consent:
            raise consent_needed()
        if met is not None:
            _check_persona(work, met)
    if ward is not None and ward.mode is Mode.PROVISIONAL and not work.signalled:
        work.notices.append(notice_of(PROVISIONAL, work.ask.language))
    counted = covered or (ward is not None and (ward.limited or ward.reminders))
    if not counted:
        return ()
    asked = Mind(
        ward or Ward(caller.person or ""),
        work.ask.request,
        companion=covered,
        crisis=crisis,
        exits=exits,
        signalled=work.signalled,
    )
    return (asked,)


def _signalled(work: Work, person: str, ward: Ward | None) -> Ward | None:
    """The ward, or the one that a device or platform says this person is."""
    signals = work.ask.signals
    stage = None if signals is None else signalled(signals.mode)
    if stage is None or (ward is not None and ward.limited):
        return ward
    work.signalled = True
    return Ward.signalled(person, _younger(ward, stage))


def _heard(work: Work, companion: Companion) -> tuple[bool, bool]:
    """Whether somebody may be in danger, or wants to leave; both are answered at once."""
    said = _last_said(work.body)
    if companion.is_crisis(said):
        _say(work, "companion.crisis", companion.rules.comfort)
        return True, False
    if companion.is_exit(said):
        _say(work, "companion.exit", companion.rules.farewell)
        return False, True
    return False, False


def _check_persona(work: Work, companion: Companion) -> None:
    signals = work.ask.signals
    declared = check_declared(None if signals is None else signals.persona)
    if work.minor:
        error = companion.check_persona(known(work).app, declared, _system(work.body))
        if error is not None:
            raise error


def minded(work: Work, use: Use | None) -> None:
    """The caller may begin; the head of the answer names what they are reminded of."""
    work.use = use
    if use is not None:
        work.notices += use.said(work.ask.language)
    codes = ", ".join(one["code"] for one in work.notices)
    if codes:
        work.marks.append((HEADER, codes.encode()))


def signalled(mode: str | None) -> Stage | None:
    """Whom a device or platform says it serves: the stage; None: it says nothing, or `off`.

    `off` takes nothing back that holds here.

    Raises:
        Invalid: `minors-signal-invalid`.
    """
    if mode is None:
        return None
    word, _, rest = mode.strip().lower().partition(";")
    name, _, band = rest.strip().partition("=")
    if word.strip() == "off" and not rest:
        return None
    stage = stage_named(band.strip()) if rest else Stage.YOUNG
    if word.strip() != "on" or (rest and name.strip() != "band") or stage is None:
        raise signal_invalid()
    return stage if stage.is_minor else None


def _younger(ward: Ward | None, stage: Stage) -> Stage:
    known_stage = None if ward is None else ward.stage
    if known_stage is None or not known_stage.is_minor:
        return stage
    return min(stage, known_stage, key=list(Stage).index)


def _say(work: Work, code: str, text: Text) -> None:
    """Answer with words of the operator; no model is asked."""
    work.instead = text
    work.stopped = True
    work.notices.append(said_by_operator(code, text, work.ask.language))


def _last_said(body: dict[str, Any]) -> str:
    """What the person said last."""
    said = [one for one in _messages(body) if one.get("role") == "user"]
    return "\n".join(_texts(said[-1])) if said else ""


def _system(body: dict[str, Any]) -> list[str]:
    """What the scene tells its model."""
    told = (one for one in _messages(body) if one.get("role") in _SYSTEM)
    return [text for one in told for text in _texts(one)]


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = body.get("messages")
    return [one for one in messages if type(one) is dict] if type(messages) is list else []


def _texts(message: dict[str, Any]) -> list[str]:
    content = message.get("content")
    parts = content if type(content) is list else [{"text": content}]
    texts = (one.get("text") for one in parts if type(one) is dict)
    return [one for one in texts if type(one) is str]
