# SPDX-License-Identifier: Apache-2.0
"""Films: a job begins with a judged prompt, and ends with a film that carries its labels."""

from __future__ import annotations

import re

from guiju.gateway.faults import not_understood
from guiju.gateway.films import CONTENT, about
from guiju.gateway.media.model import Made
from guiju.gateway.passages import not_text
from guiju.gateway.signals import Command
from guiju.gateway.wires.prompted import words_of
from guiju.gateway.work import Work
from guiju.records import Job, Screening

MOST_BYTES = 64 * 1024 * 1024
"""Of a film."""

_THEIRS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")
_USUAL_SECONDS, _USUAL_SIZE = "4", "720x1280"
_NOT_SEEN = "not-screened: film"


def need_film_eyes(work: Work) -> tuple[Command, ...]:
    """Raise Invalid `content-not-screened` where the policy stops pictures that nobody has seen.

    Nobody here looks at films yet, so a policy that lets nothing unseen pass lets no film be made.
    """
    eyes = work.eyes()
    if not work.stopped and (eyes is None or eyes.unseen.stops):
        raise not_text("prompt", "video")
    return ()


def take_job(work: Work) -> tuple[Command, ...]:
    """Note by which id the model service knows the job; raises Unavailable when there is none."""
    if work.stopped:
        return ()
    theirs = (work.answer or {}).get("id")
    if type(theirs) is not str or not _THEIRS.fullmatch(theirs):
        raise not_understood()
    words = words_of(work.body)
    work.job = Job(theirs, words.get("seconds", _USUAL_SECONDS), words.get("size", _USUAL_SIZE))
    return ()


def ask_film(work: Work) -> tuple[Command, ...]:
    """Ask for the film, where it is made."""
    if work.film is None:
        raise RuntimeError("a film is fetched that nobody named")
    return (about(work.film, "GET", CONTENT, raw=True),)


def take_film(work: Work) -> tuple[Command, ...]:
    """Take it in; nobody has looked at it, and the answer and the record say so."""
    eyes = work.eyes()
    if eyes is None or eyes.unseen.stops:
        raise not_text("video", "video")
    data = (work.answer or {}).get("file")
    if type(data) is not bytes or not 0 < len(data) <= MOST_BYTES:
        raise not_understood()
    work.outgoing = Screening(eyes.unseen.value, _NOT_SEEN)
    work.made = [Made(0, data=data, as_url=True)]
    return ()
