# SPDX-License-Identifier: Apache-2.0
"""Puts what people perceive into a file, one way for each medium, and measures it (Article 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guiju.labelling import text as texts
from guiju.labelling.containers import Container, Medium
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.model import AigcLabel
from guiju.labelling.refusals import not_read_back, not_read_through, not_shown

if TYPE_CHECKING:
    from guiju.labelling.audio import Heard
    from guiju.labelling.showing import Shown
    from guiju.labelling.video import ShownFilm
    from guiju.labelling.watermark import Put


def with_words(
    container: Container, data: bytes, explicit: texts.ExplicitLabel, accept_language: str
) -> tuple[bytes, Shown | ShownFilm | Heard | None]:
    """A file with a label that people perceive, and what was measured of it."""
    if container.medium in {Medium.TEXT, Medium.DOCUMENT}:
        return _said(container, data, explicit, accept_language), None
    shown = _perceived(container, data, explicit.words(texts.language_of("", accept_language)))
    return shown.data, shown


def with_mark(
    data: bytes, label: AigcLabel, words: str | None, *, before: bool
) -> tuple[bytes, Shown | None, Put | None]:
    """A picture with the mark of a number, and with words where they are asked for.

    One that was labelled `before` keeps its pixels if it carries this mark.
    """
    from guiju.labelling.showing import hide, show  # noqa: PLC0415 - Pillow
    from guiju.labelling.watermark import look, mark_of  # noqa: PLC0415 - numpy

    wanted, shown = mark_of(label.propagate_id or label.produce_id), None
    if words is not None:
        shown = show(data, words, mark=wanted)
        if not shown.already:
            return shown.data, shown, shown.hidden
    seen = look(data) if before else None
    if seen is not None and seen.mark == wanted:
        return data, shown, None
    hidden = hide(data, wanted)
    return (data, shown, None) if hidden is None else (hidden.data, shown, hidden.hidden)


def _said(
    container: Container, data: bytes, explicit: texts.ExplicitLabel, accept_language: str
) -> bytes:
    """A text or document with the words among its own, where the policy wants them; once."""
    if container.words is None or container.say is None:
        raise not_shown(container.name)
    if explicit.place is texts.Place.INTERFACE:
        return data
    try:
        found = container.words(data)
        text = "" if found is None else found.text.strip()
        if texts.shows(text, explicit):
            return data
        words = explicit.words(texts.language_of(text, accept_language))
        said = container.say(data, words, explicit.place is texts.Place.START)
        again = container.words(said)
    except StopsError as stop:
        raise not_read_through((stop.why,)) from stop
    if found is not None and (again is None or words not in again.text):
        raise not_read_back("-")
    return said


def _perceived(container: Container, data: bytes, words: str) -> Shown | ShownFilm | Heard:
    """The file with a label that people perceive; there is one way for each medium.

    What it needs is loaded only here, for labels in files need none of it.
    """
    if container.medium is Medium.AUDIO:
        from guiju.labelling.audio import hear  # noqa: PLC0415 - numpy

        return hear(data, container.name)
    if container.medium is Medium.VIDEO:
        from guiju.labelling.video import explicit_video  # noqa: PLC0415 - Pillow

        return explicit_video(data, words)
    if container.medium is Medium.IMAGE:
        from guiju.labelling.showing import show  # noqa: PLC0415 - Pillow

        return show(data, words)
    raise not_shown(container.name)
