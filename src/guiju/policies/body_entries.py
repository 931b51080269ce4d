# SPDX-License-Identifier: Apache-2.0
"""The entries that stand in a policy itself: read as those of any lexicon, and written as briefly.

The five usual keys always stand there, the others where they say something; so a policy from before
an entry could say more keeps its digest (Article 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.policies.part import Part
from guiju.screening import DIRECTIONS, Entry, hopeless, read_entry, write_entry

ACTIONS = ("mask", "review", "refuse", "block")
MOST_ENTRIES = 200_000
_LONGEST = 500
# What people say and read; training data are screened by whoever asks for it.
_USUAL_SCOPES = ("input", "output")
_WORDS = ("note", "source", "licence", "id")
# Where and when an entry hits: of two that agree in this, one says all.
_hits = attrgetter("term", "kind", "views", "whole_word", "near", "except_", "from_", "to")
_REWRITE = Text(
    zh="请改写该条（写成一行内更长的词），或删去。",
    en="Write it otherwise (a longer term on one line), or take the entry out.",
)


def entries(form: Part) -> Iterator[dict[str, Any]]:
    """The `[[screening.entry]]` tables, each whole; what hits the same may stand once a direction.

    Raises:
        Invalid: `policy-invalid`, with the exact place, e.g. `screening.entry[3].near.window`.
    """
    seen: dict[object, str] = {}
    for one in form.forms("entry", most=MOST_ENTRIES):
        entry = _entry(one)
        for direction in entry.scope:
            before = seen.setdefault((direction, *_hits(entry)), one.place)
            if before != one.place:
                raise one.fault("term", f"与 {before} 重复", f"stands already at {before}")
        scope = [way for way in DIRECTIONS if way in entry.scope]
        yield write_entry(entry) | {"scope": scope, "note": entry.note}


def _entry(form: Part) -> Entry:
    """One entry, which can work; unlike a reader of lists, a policy takes no control characters."""
    given = dict(form.whole())
    given["term"] = form.text("term", longest=_LONGEST).strip()
    given.setdefault("scope", _USUAL_SCOPES)
    for key in filter(form.has, _WORDS):
        given[key] = form.text(key, longest=_LONGEST, default="").strip()
    try:
        entry = read_entry(given, form.place)
    except Invalid as error:
        raise form.fault(error.param or "", "无法识别", "cannot be read", error.remedy) from error
    why = hopeless(entry)
    if why is not None:
        raise form.fault("term", why.zh, why.en, _REWRITE)
    return entry
