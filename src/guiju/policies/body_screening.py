# SPDX-License-Identifier: Apache-2.0
"""The `screening` table of a policy's body: what is looked for, and what is done about it.

What is left out stays left out, so a body that was approved before a table existed keeps its
digest (Articles 4 and 14).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guiju.measures import law
from guiju.policies.body_detectors import classifier, guards, personal, pictures, stream
from guiju.policies.body_matrix import answers, rules
from guiju.policies.part import Part
from guiju.screening import DIRECTIONS, importing

REPLIES = ("answer", "error")
ACTIONS = ("mask", "review", "refuse", "block")
MOST_ENTRIES = 200_000
LONGEST_TERM = 200
MOST_LEXICONS = 64
# What people say and read; training data are screened by whoever asks for it.
_USUAL_SCOPES = ("input", "output")


def screening(form: Part) -> dict[str, Any]:
    """The whole table."""
    reply = form.word("reply", REPLIES, default=REPLIES[0])
    refusal = form.both("refusal")
    entries = list(_entries(form))
    named = rules(form)
    parts = {
        "lexicon": list(_lexicons(form)),
        "personal": personal(form),
        "guard": guards(form),
        "images": pictures(form),
        "stream": stream(form),
        "classifier": classifier(form, named),
        "rule": named,
        "answer": list(answers(form, named)),
    }
    form.done()
    whole = {"reply": reply, "refusal": {"zh": refusal.zh, "en": refusal.en}, "entry": entries}
    return whole | {key: part for key, part in parts.items() if part}


def _entries(form: Part) -> Iterator[dict[str, Any]]:
    harms = tuple(law().harms)
    seen: dict[tuple[str, str], str] = {}
    for entry in form.forms("entry", most=MOST_ENTRIES):
        term = entry.text("term", longest=LONGEST_TERM).strip()
        scope = entry.words("scope", DIRECTIONS, default=_USUAL_SCOPES)
        for direction in scope:
            before = seen.setdefault((term, direction), entry.place)
            if before != entry.place:
                raise entry.fault("term", f"与 {before} 重复", f"stands already at {before}")
        yield {
            "term": term,
            "harm": entry.word("harm", harms),
            "action": entry.word("action", ACTIONS),
            "scope": scope,
            "note": entry.text("note", longest=LONGEST_TERM, default="").strip(),
        }
        entry.done()


def _lexicons(form: Part) -> Iterator[dict[str, Any]]:
    """The lexicons by name; what they hold is stored apart, under the digest."""
    seen: dict[str, str] = {}
    for one in form.forms("lexicon", most=MOST_LEXICONS):
        name, mark = one.name(seen), one.digest("digest")
        entries = one.number("entries", 1, importing.MOST_ENTRIES)
        one.done()
        yield {"name": name, "digest": mark, "entries": entries}
