# SPDX-License-Identifier: Apache-2.0
"""See output: let the policy's eyes judge pictures before anybody gets them (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.gateway.faults import not_understood
from guiju.gateway.passages import not_text
from guiju.gateway.signals import AskEyes, Command
from guiju.gateway.work import Work
from guiju.records import Screening
from guiju.screening import Outcome
from guiju.screening.images import ImageVerdict


def need_eyes(work: Work) -> tuple[Command, ...]:
    """Raise Invalid `content-not-screened` before a model is asked for what nobody would look at.

    A policy without `[screening.images]` has nobody who looks at pictures.
    """
    if not work.stopped and work.eyes() is None:
        raise not_text("prompt", "image")
    return ()


def see_output(work: Work) -> tuple[Command, ...]:
    """Ask about the pictures that the model made."""
    made = tuple(one.data for one in work.made if one.data is not None)
    return (AskEyes(made, "output"),) if made else ()


def hear_seen(work: Work, verdicts: Sequence[ImageVerdict]) -> None:
    """Take what was seen: each picture stands for itself, the worst is the outcome of all.

    Raises:
        Unavailable: `upstream-unavailable`, for what is no picture that can be opened.
    """
    for one, verdict in zip(work.made, verdicts, strict=True):
        work.note_picture(verdict, one.data or b"", "output")
        one.verdict = verdict
    if any(one.refusal is not None for one in verdicts):
        raise not_understood()
    outcome = max((one.outcome for one in verdicts), default=Outcome.PASS)
    screened = next((one.screened for one in verdicts if one.screened != "full"), "full")
    work.outgoing = Screening(outcome.value, screened)
    if outcome.stops:
        work.finish = "content_filter"
