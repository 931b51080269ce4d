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
from guiju.kernel import Invalid, Text
from guiju.measures import law, rule
from guiju.screening import Screen

CODE = "policy-invalid"
REPLIES = ("answer", "error")
ACTIONS = ("mask", "review", "refuse", "block")
SCOPES = ("input", "output")
PLACES = ("end", "start", "interface")
MOST_ENTRIES = 200_000
LONGEST_TERM = 200
LONGEST_NOTE = 1_000
MOST_DAYS = 36_500
_DEFAULT = Path(__file__).parent / "default.toml"

# GB 45438-2025, 5.1: a text label names AI and says that it generated or synthesised.
_NEEDED = {
    "zh": (
        (re.compile(r"人工智能|(?<![A-Za-z])AI(?![A-Za-z])"), "人工智能 / AI"),
        (re.compile(r"生成|合成"), "生成 / 合成"),
    ),
    "en": (
        (re.compile(r"(?i:artificial intelligence)|(?<![A-Za-z])AI(?![A-Za-z])"), "AI"),
        (re.compile(r"(?i)generat|synthes|synthet"), "generated / synthesised"),
    ),
}


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
    return checked(read_table(path, CODE), origin=path.name)


def default_body() -> dict[str, Any]:
    """The mild body for the first hour: invented words and a few samples of general harm."""
    return read_file(_DEFAULT)


def checked_words(place: str, words: str) -> str:
    """A note or reason as it can be kept: short, without control characters."""
    return Form({place: words}, CODE).text(place, longest=LONGEST_NOTE, default="").strip()


def compiled(whole: Mapping[str, Any], digest: str, *, origin: str = "") -> Screen:
    """The entries as the gateway will use them.

    Raises:
        Invalid: `policy-invalid`, when screening finds an entry hopeless.
    """
    try:
        return Screen.load(whole["screening"], digest)
    except Invalid as error:
        zh, en = error.what.zh.rstrip("。"), error.what.en.rstrip(".")
        raise Form({}, CODE, origin=origin).fault("screening", zh, en, error.remedy) from error


def _screening(form: Form) -> dict[str, Any]:
    reply = form.word("reply", REPLIES, default=REPLIES[0])
    refusal = form.both("refusal")
    entries = list(_entries(form))
    form.done()
    return {"reply": reply, "refusal": _plain(refusal), "entry": entries}


def _entries(form: Form) -> Iterator[dict[str, Any]]:
    harms = tuple(law().harms)
    seen: dict[tuple[str, str], str] = {}
    for entry in form.forms("entry", most=MOST_ENTRIES):
        term = entry.text("term", longest=LONGEST_TERM).strip()
        scope = entry.words("scope", SCOPES, default=SCOPES)
        for direction in scope:
            before = seen.setdefault((term, direction), entry.place)
            if before != entry.place:
                raise entry.fault("term", f"与 {before} 重复", f"stands already at {before}")
        yield {
            "term": term,
            "harm": entry.word("harm", harms),
            "action": entry.word("action", ACTIONS),
            "scope": scope,
        }
        entry.done()


def _labels(form: Form) -> dict[str, Any]:
    text = form.form("text")
    place = text.word("place", PLACES, default=PLACES[0])
    said = {language: _label(text, language) for language in ("zh", "en")}
    text.done()
    form.done()
    return {"text": {"place": place, **said}}


def _label(form: Form, language: str) -> str:
    label = form.text(language, longest=200).strip()
    for pattern, name in _NEEDED[language]:
        if not pattern.search(label):
            raise form.fault(
                language,
                f"缺少标识要素“{name}”",
                f"lacks the element {name} that a label must have",
                Text(zh="例如：本回答由人工智能生成。", en="For example: AI-generated."),
            )
    return label


def _records(form: Form) -> dict[str, Any]:
    least = least_days()
    days = form.number("retention_days", least, MOST_DAYS, default=least)
    form.done()
    return {"retention_days": days}


def _plain(said: Text) -> dict[str, str]:
    return {"zh": said.zh, "en": said.en}
