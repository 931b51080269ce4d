# SPDX-License-Identifier: Apache-2.0
"""Take media: the pictures of an answer come in here, whole, and nothing else of it does."""

from __future__ import annotations

import binascii
from collections.abc import Sequence
from typing import Any

from guiju.gateway.faults import not_understood
from guiju.gateway.heads import media_usage_of
from guiju.gateway.media.model import Made
from guiju.gateway.signals import Command, TakeIn
from guiju.gateway.wires.prompted import words_of
from guiju.gateway.work import Work
from guiju.screening import Outcome

MOST_BYTES = 32 * 1024 * 1024
"""Of one picture or sound."""

_LONGEST_TEXT = 32_768


def take_media(work: Work) -> tuple[Command, ...]:
    """Read the pictures of the answer; what stands at an address is fetched.

    Raises:
        Unavailable: `upstream-unavailable`, when these are no pictures.
    """
    if work.stopped:
        return ()
    answer = work.answer or {}
    data = answer.get("data")
    if type(data) is not list or not 0 < len(data) <= work.most_choices():
        raise not_understood()
    wanted = words_of(work.body).get("response_format")
    work.usage = media_usage_of(answer.get("usage"))
    work.made = [_made(work, index, one, wanted) for index, one in enumerate(data)]
    urls = tuple(one.url for one in work.made if one.url is not None)
    return (TakeIn(urls, work.source),) if urls else ()


def hear_taken(work: Work, media: Sequence[bytes]) -> None:
    """Put the bytes that were fetched where they belong."""
    waiting = [one for one in work.made if one.url is not None]
    for one, data in zip(waiting, media, strict=True):
        if not 0 < len(data) <= MOST_BYTES:
            raise not_understood()
        one.data = data


def _made(work: Work, index: int, one: Any, wanted: str | None) -> Made:
    given = one.get("b64_json") if type(one) is dict else None
    url = one.get("url") if type(one) is dict and given is None else None
    beside = _beside(work, one.get("revised_prompt")) if type(one) is dict else None
    if type(url) is str:
        return Made(index, url=url, beside=beside, as_url=wanted != "b64_json")
    return Made(index, data=_bytes(given), beside=beside, as_url=wanted == "url")


def _bytes(given: Any) -> bytes:
    try:
        data = binascii.a2b_base64(given, strict_mode=True) if type(given) is str else b""
    except (binascii.Error, ValueError):
        data = b""
    if not 0 < len(data) <= MOST_BYTES:
        raise not_understood()
    return data


def _beside(work: Work, text: Any) -> str | None:
    """The prompt as the model changed it, if nothing at all is found in it and nobody else asks.

    It is no content that anybody asked for; where guards judge answers it is left out.
    """
    guards = work.rules.guards
    if type(text) is not str or len(text) > _LONGEST_TEXT:
        return None
    if guards is not None and guards.serves("output"):
        return None
    passes = work.screen().judge(text, "output").outcome is Outcome.PASS
    return text if passes else None
