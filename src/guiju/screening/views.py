# SPDX-License-Identifier: Apache-2.0
"""Views: what a folded text looks like to somebody who sees through a disguise (Article 4).

Each view is a function of single folded characters and of runs of the same one, so that a stream
can be looked at with a little context instead of from its start. Terms are laid under the same
rules: `keys` says under which forms a term is compiled in a view.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening import views_split, views_spoken, views_squeezed
from guiju.screening.views_seen import Seen

VIEWS = ("folded", "squeezed", "homophone", "pinyin", "split")
LONGEST_SPAN = 256
"""No hit above "folded" reaches over more folded characters."""
LONGEST_TERM = 32
"""No longer term, in folded characters, is compiled in a view above "folded"."""


class _View(NamedTuple):
    see: Callable[[str], Seen]
    keys: Callable[[str], list[str]]
    fits: Callable[[str], Text | None]
    border: Callable[[Seen, int, int], bool]


_VIEWS = {
    "folded": _View(Seen, lambda term: [term], lambda _: None, lambda *_: True),
    "squeezed": _View(
        views_squeezed.see, views_squeezed.keys, views_squeezed.fits, views_squeezed.border
    ),
    "homophone": _View(
        views_spoken.see_homophone,
        views_spoken.homophone_keys,
        views_spoken.homophone_fits,
        views_spoken.homophone_border,
    ),
    "pinyin": _View(
        views_spoken.see_pinyin,
        views_spoken.pinyin_keys,
        views_spoken.pinyin_fits,
        views_spoken.pinyin_border,
    ),
    "split": _View(views_split.see, views_split.keys, views_split.fits, views_split.border),
}


def seen(view: str, folded: str) -> Seen:
    """`folded` as this view sees it; empty when nothing in it can matter there."""
    return _VIEWS[view].see(folded)


def keys(view: str, folded_term: str) -> list[str]:
    """The forms under which a term is compiled in this view; none if it cannot be matched there."""
    if view != "folded" and len(folded_term) > LONGEST_TERM:
        return []
    return _VIEWS[view].keys(folded_term)


def fits(view: str, folded_term: str) -> Text | None:
    """Why a term is too short or too common for this view; None if it is not."""
    if view == "folded":
        return None
    if not keys(view, folded_term):
        return Text(zh="在此视图中无法匹配", en="it cannot be matched in this view")
    return _VIEWS[view].fits(folded_term)


def border(view: str, sight: Seen, start: int, end: int) -> bool:
    """Whether the hit `start:end` of `sight.text` counts: whole characters, seen as the view says.

    It looks at one folded character on each side of the hit.
    """
    return _VIEWS[view].border(sight, start, end)


def default_views(folded_term: str) -> tuple[str, ...]:
    """The views of an entry that names none: those in which ordinary text hardly ever hits it."""
    return tuple(view for view in VIEWS if fits(view, folded_term) is None)
