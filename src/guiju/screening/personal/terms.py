# SPDX-License-Identifier: Apache-2.0
"""Exact terms by which a record may be found again, each in the one form of its kind (Article 11).

Only what has a form that cannot be anything else: a number or address that its owner can name.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from guiju.screening.fold import fold
from guiju.screening.model import Outcome
from guiju.screening.personal.find import Personal
from guiju.screening.personal.model import Kind
from guiju.screening.personal.surface import bare

TERM_KINDS: tuple[Kind, ...] = ("mobile", "email", "resident-id")
LONGEST_TERM = 254
MOST_READ = 16_384
"""Characters of a text that are looked at: terms beyond are not found again."""
MOST_TERMS = 20
_MOBILE = 11


def terms(text: str, kinds: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The terms of these kinds in `text`, each once, the first 20: kind and exact form."""
    wanted = tuple(one for one in TERM_KINDS if one in kinds)
    if not wanted or not text:
        return ()
    folded = fold(text[:MOST_READ]).text
    hits = _finder(wanted).hits(folded)
    found = dict.fromkeys((one.kind, _exact(one.kind, folded[one.start : one.end])) for one in hits)
    return tuple(found)[:MOST_TERMS]


def term_of(kind: str, said: str) -> str | None:
    """The exact form of a term that somebody types; None when it is not one of this kind."""
    text = said.strip()
    if kind not in TERM_KINDS or len(text) > LONGEST_TERM:
        return None
    folded = fold(text).text
    hits = _finder((kind,)).hits(folded)
    whole = len(hits) == 1 and (hits[0].start, hits[0].end) == (0, len(folded))
    return _exact(kind, folded) if whole else None


@cache
def _finder(kinds: tuple[Kind, ...]) -> Personal:
    return Personal(dict.fromkeys(kinds, Outcome.MASK))


def _exact(kind: str, written: str) -> str:
    if kind == "email":
        return written.lower()
    plain = bare(written)
    return plain[-_MOBILE:] if kind == "mobile" else plain
