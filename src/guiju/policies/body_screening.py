# SPDX-License-Identifier: Apache-2.0
"""The `screening` table of a policy's body: what is looked for, and what is done about it.

What is left out stays left out, so a body that was approved before a table existed keeps its
digest (Articles 4 and 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guiju.policies.body_detectors import classifier, guards, personal, pictures, stream
from guiju.policies.body_entries import entries
from guiju.policies.body_matrix import answers, rules
from guiju.policies.lists_model import LEXICONS, PICTURES, Shelf
from guiju.policies.part import Part
from guiju.policies.urgent_model import HOURS, USUAL_HOURS
from guiju.screening import images, importing

REPLIES = ("answer", "error")
MOST_LISTS = 64


def screening(form: Part) -> dict[str, Any]:
    """The whole table."""
    reply = form.word("reply", REPLIES, default=REPLIES[0])
    refusal = form.both("refusal")
    words = list(entries(form))
    named = rules(form)
    parts = {
        "lexicon": list(_lists(form, LEXICONS, importing.MOST_ENTRIES)),
        "hash_list": list(_lists(form, PICTURES, images.MOST_HASHES)),
        "personal": personal(form),
        "guard": guards(form),
        "images": pictures(form),
        "stream": stream(form),
        "urgent": _urgent(form),
        "classifier": classifier(form, named),
        "rule": named,
        "answer": list(answers(form, named)),
    }
    form.done()
    whole = {"reply": reply, "refusal": {"zh": refusal.zh, "en": refusal.en}, "entry": words}
    return whole | {key: part for key, part in parts.items() if part}


def _urgent(form: Part) -> dict[str, Any]:
    """How long an urgent term may stand on one person's word."""
    if not form.has("urgent"):
        return {}
    table = form.form("urgent")
    whole = {"hours": table.number("hours", *HOURS, default=USUAL_HOURS)}
    table.done()
    return whole


def _lists(form: Part, shelf: Shelf, most: int) -> Iterator[dict[str, Any]]:
    """The lists of a kind by name; what they hold is stored apart, under the digest."""
    seen: dict[str, str] = {}
    for one in form.forms(shelf.key, most=MOST_LISTS):
        name, mark = one.name(seen), one.digest("digest")
        entries = one.number("entries", 1, most)
        one.done()
        yield {"name": name, "digest": mark, "entries": entries}
