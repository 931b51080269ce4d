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
from guiju.screening.views_squeezed import Look, is_word

VIEWS = ("folded", "squeezed", "homophone", "pinyin", "split")
LONGEST_SPAN = 256
"""No hit above "folded" reaches over more folded characters."""
LONGEST_TERM = 32
"""No longer term, in folded characters, is compiled in a view above "folded"."""


class _View(NamedTuple):
    see: Callable[[Look], Seen]
    keys: Callable[[str], list[str]]
    fits: Callable[[str], Text | None]
    see_whole: Callable[[Look], Seen] | None = None
    shows: Callable[[Seen, int, int], bool] = lambda *_: True
    is_rare: Callable[[str], bool] = lambda _: True


_VIEWS = {
    "folded": _View(
        see=lambda look: Seen(look.folded),
        keys=lambda term: [term],
        fits=lambda _: None,
    ),
    "squeezed": _View(see=squeezed.see, keys=squeezed.keys, fits=squeezed.fits),
    "homophone": _View(
        see=spoken.see_homophone,
        keys=spoken.homophone_keys,
        fits=spoken.homophone_fits,
        is_rare=spoken.homophone_is_rare,
    ),
    "pinyin": _View(
        see=spoken.see_pinyin,
        see_whole=partial(spoken.see_pinyin, whole=True),
        keys=spoken.pinyin_keys,
        fits=spoken.pinyin_fits,
        shows=spoken.shows_letters,
    ),
    "split": _View(
        see=split.see,
        see_whole=partial(split.see, whole=True),
        keys=split.keys,
        fits=split.fits,
        shows=split.shows_parts,
    ),
}

SEE = {view: one.see for view, one in _VIEWS.items()}
"""How each view sees what is looked at in several."""
SEE_WHOLE = {view: one.see_whole or one.see for view, one in _VIEWS.items()}


def seen(view: str, text: str | Look, *, whole: bool = False) -> Seen:
    """A folded text as this view sees it; as a `Look`, if it is looked at in several views.

    It is empty when nothing in it can matter there; never, if it is asked for as a `whole` because
    more may come that makes it matter.
    """
    if view == "folded":
        return Seen(text if isinstance(text, str) else text.folded)
    look = Look(text) if isinstance(text, str) else text
    return (SEE_WHOLE if whole else SEE)[view](look)


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
