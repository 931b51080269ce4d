# SPDX-License-Identifier: Apache-2.0
"""The body of a policy, version 1 of its schema: read strictly, completed with the defaults.

`checked` gives the same whole body for every way of writing the same rules, so that the digest
means the rules and not their spelling; `checked(checked(body)) == checked(body)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from guiju.casework import Form, read_table
from guiju.kernel import Invalid, Text, canonical, digest
from guiju.labelling import ExplicitLabel, Place, has_elements
from guiju.measures import law, rule
from guiju.screening import DIRECTIONS, Screen, importing

CODE = "policy-invalid"
REPLIES = ("answer", "error")
ACTIONS = ("mask", "review", "refuse", "block")
SCOPES = DIRECTIONS
# What people say and read; training data are screened by whoever asks for it.
_USUAL_SCOPES = ("input", "output")
PLACES = tuple(one.value for one in Place)
MOST_ENTRIES = 200_000
LONGEST_TERM = 200
LONGEST_NOTE = 1_000
MOST_LEXICONS = 64
LONGEST_NAME = 60
_DIGEST = re.compile(r"[0-9a-f]{64}")
MOST_DAYS = 36_500
_LACKS = (
    "缺少标识要素：人工智能或 AI，以及生成或合成",
    "lacks an element of a label: that it is AI, and that it was generated or synthesised",
)
_SAMPLE = Text(zh="例如：本回答由人工智能生成。", en="For example: AI-generated.")
_DEFAULT = Path(__file__).parent / "default.toml"


def least_days() -> int:
    """How long records are kept at least: the rules' months in days, rounded up."""
    names = ("records.network-logs.months", "labels.log-retention.months")
    months = max(rule(name).number for name in names)
    return -(-months * 1461 // 48)


def checked(body: Mapping[str, Any], *, origin: str = "") -> dict[str, Any]:
    """The whole body, defaults filled in; `origin` is the file it came from.

    Raises:
        Invalid: `policy-invalid`, with the exact place, e.g. `screening.entry[3].harm`.
    """
    top = Form(body, CODE, origin=origin)
    whole = {
        "screening": _screening(top.form("screening")),
        "labels": _labels(top.form("labels")),
        "records": _records(top.form("records")),
    }
    top.done()
    return whole


def read_file(path: Path) -> dict[str, Any]:
    """The whole body in the TOML or JSON file at `path`.

    Raises:
        Invalid: `policy-invalid`: file, place, what and remedy on one line.
    """
    whole = checked(read_table(path, CODE), origin=path.name)
    compiled(whole, digest(canonical(whole)), origin=path.name)
    return whole


def default_body() -> dict[str, Any]:
    """The mild body for the first hour: invented words and a few samples of general harm."""
    return read_file(_DEFAULT)


def checked_words(place: str, words: str) -> str:
    """A note or reason as it can be kept: short, without control characters."""
    return Form({place: words}, CODE).text(place, longest=LONGEST_NOTE, default="").strip()


def compiled(whole: Mapping[str, Any], mark: str, *, origin: str = "") -> Screen:
    """The entries as the gateway will use them.

    Raises:
        Invalid: `policy-invalid`, when screening finds an entry hopeless.
    """
    try:
        return Screen.load(whole["screening"], mark)
    except Invalid as error:
        zh, en = error.what.zh.rstrip("。"), error.what.en.rstrip(".")
        raise Form({}, CODE, origin=origin).fault("screening", zh, en, error.remedy) from error


def _screening(form: Form) -> dict[str, Any]:
    reply = form.word("reply", REPLIES, default=REPLIES[0])
    refusal = form.both("refusal")
    entries = list(_entries(form))
    lexicons = list(_lexicons(form))
    form.done()
    whole = {"reply": reply, "refusal": _plain(refusal), "entry": entries}
    # Left out when there is none: a body without lexicons reads as it always did.
    return {**whole, "lexicon": lexicons} if lexicons else whole


def _entries(form: Form) -> Iterator[dict[str, Any]]:
    harms = tuple(law().harms)
    seen: dict[tuple[str, str], str] = {}
    for entry in form.forms("entry", most=MOST_ENTRIES):
        term = entry.text("term", longest=LONGEST_TERM).strip()
        scope = entry.words("scope", SCOPES, default=_USUAL_SCOPES)
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


def _lexicons(form: Form) -> Iterator[dict[str, Any]]:
    """The lexicons by name; what they hold is stored apart, under the digest."""
    seen: dict[str, str] = {}
    for one in form.forms("lexicon", most=MOST_LEXICONS):
        name = one.text("name", longest=LONGEST_NAME)
        if not all(sign.isalnum() or sign in "-_" for sign in name):
            raise one.fault(
                "name", "只能用文字、数字、- 和 _", "holds more than letters, digits, - and _"
            )
        before = seen.setdefault(name, one.place)
        if before != one.place:
            raise one.fault("name", f"与 {before} 重复", f"stands already at {before}")
        mark = one.text("digest", longest=64)
        if _DIGEST.fullmatch(mark) is None:
            raise one.fault("digest", "不是摘要", "is no digest of 64 hexadecimal digits")
        entries = one.number("entries", 1, importing.MOST_ENTRIES)
        one.done()
        yield {"name": name, "digest": mark, "entries": entries}


def _labels(form: Form) -> dict[str, Any]:
    text = form.form("text")
    place = text.word("place", PLACES, default=Place.END.value)
    zh, en = (text.text(language, longest=LONGEST_TERM).strip() for language in ("zh", "en"))
    text.done()
    form.done()
    if not has_elements(zh):
        raise text.fault("zh", *_LACKS, _SAMPLE)
    try:
        ExplicitLabel(Place(place), zh, en)
    except Invalid as error:
        raise text.fault("en", *_LACKS, _SAMPLE) from error
    return {"text": {"place": place, "zh": zh, "en": en}}


def _records(form: Form) -> dict[str, Any]:
    least = least_days()
    days = form.number("retention_days", least, MOST_DAYS, default=least)
    form.done()
    return {"retention_days": days}


def _plain(said: Text) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}
