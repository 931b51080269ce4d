# SPDX-License-Identifier: Apache-2.0
"""Views: what a folded text looks like to somebody who sees through a disguise (Article 4).

Each view is a function of single folded characters and of runs of the same one, so that a stream
can be looked at with a little context instead of from its start. Terms are laid under the same
rules: `keys` says under which forms a term is compiled in a view.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from guiju.kernel import Text
from guiju.screening import views_split as split
from guiju.screening import views_spoken as spoken
from guiju.screening import views_squeezed as squeezed
from guiju.screening.views_seen import Ground, Seen, Spelt, Way
from guiju.screening.views_squeezed import Look, is_word

VIEWS = ("folded", "squeezed", "homophone", "pinyin", "split")
LONGEST_SPAN = 256
"""No hit above "folded" reaches over more folded characters."""
LONGEST_TERM = 32
"""No longer term, in folded characters, is compiled in a view above "folded"."""


class View(NamedTuple):
    """How a view sees what is looked at: it spells out a `ground`.

    It `is_moot` where nothing in the folded text, and in what is not dropped of it, can matter. Of
    the folded text only letters, flags and pictures are asked for, so that a plain one may be left
    out.
    A character is a `sign` of itself or of another, beside which it is a repeat. `those` are the
    characters that are not seen as themselves, after what they are seen as. `quick` is what is
    seen at once, of a view that always matters and whose ground is the squeezed text.
    """

    ground: Callable[[Look], Ground]
    keys: Callable[[str], list[str]]
    fits: Callable[[str], Text | None]
    spell: Callable[[str], str] = str
    sign: Callable[[str], str] = str
    back: Callable[[str], Spelt] | None = None
    quick: Callable[[Look], str] | None = None
    is_moot: Callable[[str, str], bool] | None = None
    those: Callable[[], Iterable[tuple[str, str]]] = tuple
    shows: Callable[[Seen, int, int], bool] = lambda *_: True
    too_usual: Callable[[str], Text | None] = lambda _: None

    def text(self, look: Look) -> str:
        """What is seen; nothing, where nothing can matter."""
        if self.quick is not None:
            return self.quick(look)
        folded = "" if look.is_plain else look.folded
        if self.is_moot is not None and self.is_moot(folded, look.dropped):
            return ""
        return self.spell(self.ground(look).text)

    def way(self, look: Look) -> Way:
        """The way from what is seen back to the folded text."""
        ground = self.ground(look)
        return Way(ground.steps, None if self.back is None else self.back(ground.text))


SEEN_AS: dict[str, View] = {
    "folded": View(
        ground=lambda look: Ground(look.folded, tuple),
        keys=lambda term: [term],
        fits=lambda _: None,
    ),
    "squeezed": View(
        ground=squeezed.ground,
        quick=attrgetter("squeezed"),
        keys=squeezed.keys,
        fits=squeezed.fits,
    ),
    "homophone": View(
        ground=squeezed.ground,
        quick=lambda look: spoken.homophone(look.squeezed),
        spell=spoken.homophone,
        those=spoken.homophones,
        keys=spoken.homophone_keys,
        fits=spoken.homophone_fits,
        too_usual=spoken.homophone_too_usual,
    ),
    "pinyin": View(
        ground=spoken.pinyin_ground,
        spell=spoken.pinyin,
        sign=spoken.letters,
        back=spoken.pinyin_back,
        is_moot=spoken.has_no_letters,
        those=spoken.pinyins,
        keys=spoken.pinyin_keys,
        fits=spoken.pinyin_fits,
        too_usual=spoken.pinyin_too_usual,
        shows=spoken.shows_letters,
    ),
    "split": View(
        ground=split.ground,
        spell=split.split,
        back=split.back,
        is_moot=split.has_no_parts,
        those=split.those,
        keys=split.keys,
        fits=split.fits,
        shows=split.shows_parts,
    ),
}


def seen(view: str, text: str | Look, *, whole: bool = False) -> Seen:
    """A folded text as this view sees it; as a `Look`, if it is looked at in several views.

    It is empty when nothing in it can matter there; never, if it is asked for as a `whole` because
    more may come that makes it matter.
    """
    if view == "folded":
        return Seen(text if isinstance(text, str) else text.folded)
    look = Look(text) if isinstance(text, str) else text
    one = SEEN_AS[view]
    sight = one.spell(one.ground(look).text) if whole else one.text(look)
    return Seen(look.folded, sight, partial(one.way, look))


def keys(view: str, folded_term: str) -> list[str]:
    """The forms under which a term is compiled in this view; none if it cannot be matched there."""
    if view != "folded" and len(folded_term) > LONGEST_TERM:
        return []
    return SEEN_AS[view].keys(folded_term)


def fits(view: str, folded_term: str) -> Text | None:
    """Why a term is too short or too common for this view; None if it is not."""
    if view != "folded" and len(folded_term) > LONGEST_TERM:
        return Text(
            zh=f"超过 {LONGEST_TERM} 个字符",
            en=f"it has more than {LONGEST_TERM} characters",
        )
    return SEEN_AS[view].fits(folded_term)


def withheld(view: str, folded_term: str) -> Text | None:
    """Why a term is not looked for in this view unless its entry names it; None if it is."""
    return fits(view, folded_term) or SEEN_AS[view].too_usual(folded_term)


def shows(view: str, sight: Seen, start: int, end: int) -> bool:
    """Whether the hit `start:end` of `sight.text` is whole characters, disguised as the view says.

    It looks at no character before or after those of the hit.
    """
    return SEEN_AS[view].shows(sight, start, end)


def border(view: str, sight: Seen, start: int, end: int) -> bool:
    """Whether a hit shows its disguise, and neither begins nor ends within a word in letters.

    It looks at one folded character on each side of the hit.
    """
    if not shows(view, sight, start, end):
        return False
    return view in {"folded", "split"} or is_word(sight.folded, *sight.span(start, end))


def beginning(view: str, forms: Iterable[str]) -> set[str]:
    """The folded characters that the view sees as the beginning of one of the forms."""
    by_first: defaultdict[str, list[str]] = defaultdict(list)
    for form in forms:
        by_first[form[0]].append(form)
    found = set(by_first)
    for to, those in SEEN_AS[view].those():
        if any(form.startswith(to) or to.startswith(form) for form in by_first.get(to[0], ())):
            found.update(those)
    return found


def default_views(folded_term: str) -> tuple[str, ...]:
    """The views of an entry that names none: those in which ordinary text hardly ever hits it."""
    return tuple(view for view in VIEWS if withheld(view, folded_term) is None)
