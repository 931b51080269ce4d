# SPDX-License-Identifier: Apache-2.0
"""Views: what a folded text looks like to somebody who sees through a disguise (Article 4).

Each view is a function of single folded characters and of runs of the same one, so that a stream
can be looked at with a little context instead of from its start. Terms are laid under the same
rules: `keys` says under which forms a term is compiled in a view.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening import views_split as split
from guiju.screening import views_spoken as spoken
from guiju.screening import views_squeezed as squeezed
from guiju.screening.views_seen import Seen
from guiju.screening.views_squeezed import is_word

VIEWS = ("folded", "squeezed", "homophone", "pinyin", "split")
LONGEST_SPAN = 256
"""No hit above "folded" reaches over more folded characters."""
LONGEST_TERM = 32
"""No longer term, in folded characters, is compiled in a view above "folded"."""


class _View(NamedTuple):
    see: Callable[[str], Seen]
    keys: Callable[[str], list[str]]
    fits: Callable[[str], Text | None]
    shows: Callable[[Seen, int, int], bool]
    see_all: Callable[[str], Seen]
    is_rare: Callable[[str], bool] = lambda _: True


def _always(_sight: Seen, _start: int, _end: int) -> bool:
    return True


_VIEWS = {
    "folded": _View(Seen, lambda term: [term], lambda _: None, _always, Seen),
    "squeezed": _View(
        see=squeezed.see,
        keys=squeezed.keys,
        fits=squeezed.fits,
        shows=_always,
        see_all=squeezed.see,
    ),
    "homophone": _View(
        see=spoken.see_homophone,
        keys=spoken.homophone_keys,
        fits=spoken.homophone_fits,
        shows=_always,
        see_all=spoken.see_homophone,
        is_rare=spoken.homophone_is_rare,
    ),
    "pinyin": _View(
        see=spoken.see_pinyin,
        keys=spoken.pinyin_keys,
        fits=spoken.pinyin_fits,
        shows=spoken.shows_letters,
        see_all=partial(spoken.see_pinyin, whole=True),
    ),
    "split": _View(
        see=split.see,
        keys=split.keys,
        fits=split.fits,
        shows=split.shows_parts,
        see_all=partial(split.see, whole=True),
    ),
}


def seen(
    view: str, folded: str, *, whole: bool = False, squeezed_already: Seen | None = None
) -> Seen:
    """`folded` as this view sees it.

    It is empty when nothing in it can matter there; never, if it is asked for as a `whole` because
    more may come that makes it matter. To squeeze it again is spared if that was done already.
    """
    if view == "homophone" and squeezed_already is not None:
        return spoken.see_homophone(folded, squeezed_already.text)
    found = _VIEWS[view]
    return found.see_all(folded) if whole else found.see(folded)


def keys(view: str, folded_term: str) -> list[str]:
    """The forms under which a term is compiled in this view; none if it cannot be matched there."""
    if view != "folded" and len(folded_term) > LONGEST_TERM:
        return []
    return _VIEWS[view].keys(folded_term)


def fits(view: str, folded_term: str) -> Text | None:
    """Why a term is too short or too common for this view; None if it is not."""
    if view != "folded" and len(folded_term) > LONGEST_TERM:
        return Text(
            zh=f"超过 {LONGEST_TERM} 个字符",
            en=f"it has more than {LONGEST_TERM} characters",
        )
    return _VIEWS[view].fits(folded_term)


def shows(view: str, sight: Seen, start: int, end: int) -> bool:
    """Whether the hit `start:end` of `sight.text` is whole characters, disguised as the view says.

    It looks at no character before or after those of the hit.
    """
    return _VIEWS[view].shows(sight, start, end)


def border(view: str, sight: Seen, start: int, end: int) -> bool:
    """Whether a hit shows its disguise, and neither begins nor ends within a word in letters.

    It looks at one folded character on each side of the hit.
    """
    if not shows(view, sight, start, end):
        return False
    return view in {"folded", "split"} or is_word(sight.folded, *sight.span(start, end))


def default_views(folded_term: str) -> tuple[str, ...]:
    """The views of an entry that names none: those in which ordinary text hardly ever hits it."""
    return tuple(
        view
        for view, one in _VIEWS.items()
        if one.is_rare(folded_term) and fits(view, folded_term) is None
    )
