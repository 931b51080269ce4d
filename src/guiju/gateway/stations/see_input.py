# SPDX-License-Identifier: Apache-2.0
"""See input: let the policy's eyes judge the pictures that the model would see (Articles 4, 14)."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.gateway.eyes import Eyes
from guiju.gateway.passages import not_text
from guiju.gateway.pictures import Picture
from guiju.gateway.signals import AskEyes, Command
from guiju.gateway.work import Work
from guiju.kernel import GuijuError, Invalid, Text
from guiju.records import Screening
from guiju.screening.images import ImageVerdict

_ELSEWHERE = "not-screened: picture-elsewhere"


def see_input(work: Work) -> tuple[Command, ...]:
    """Ask about the pictures that are here.

    Raises:
        Invalid: `content-not-screened`, where the policy has no eyes, or where a picture is
            elsewhere and the policy does not let pass what nobody has seen.
    """
    if not work.pictures or work.stopped:
        return ()
    eyes = work.eyes()
    if eyes is None:
        raise not_text(work.pictures[0].where, "image")
    _elsewhere(work, eyes)
    here = tuple(one.data for one in work.pictures if one.data is not None)
    return (AskEyes(here),) if here else ()


def hear_eyes(work: Work, verdicts: Sequence[ImageVerdict]) -> None:
    """Take what was seen: the worst counts; a picture that could not be looked at is told so."""
    here = [one for one in work.pictures if one.data is not None]
    for picture, verdict in zip(here, verdicts, strict=True):
        work.note_picture(verdict, picture.data or b"", "input")
    for picture, verdict in zip(here, verdicts, strict=True):
        if verdict.stops and not verdict.findings:
            raise _not_seen(picture, verdict)
        _take(work, verdict)
        picture.settle()


def _take(work: Work, verdict: ImageVerdict) -> None:
    work.input_outcome = max(work.input_outcome, verdict.outcome)
    screened = work.incoming.screened
    if screened == "full":
        screened = verdict.screened
    work.incoming = Screening(work.input_outcome.value, screened)
    if work.input_outcome.stops:
        work.stopped, work.finish = True, "content_filter"


def _elsewhere(work: Work, eyes: Eyes) -> None:
    """Pictures behind an address: nobody here fetches them, so nobody here has seen them."""
    for one in work.pictures:
        if one.data is None:
            if eyes.unseen.stops:
                raise not_text(one.where, "URL")
            work.input_outcome = max(work.input_outcome, eyes.unseen)
            work.incoming = Screening(work.input_outcome.value, _ELSEWHERE)


def _not_seen(picture: Picture, verdict: ImageVerdict) -> GuijuError:
    told = verdict.refusal
    if told is None:
        told = Invalid(
            "content-not-screened",
            Text(
                zh=f"图片没有被完整审查（{verdict.screened}）",
                en=f"The picture could not be screened in full ({verdict.screened})",
            ),
            Text(zh="请去掉该图片。", en="Leave this picture out."),
        )
    return Invalid(
        "content-not-screened",
        Text(zh=f"{picture.where}：{told.what.zh}", en=f"{picture.where}: {told.what.en}"),
        told.remedy,
        article=4,
        param=picture.where,
    )
