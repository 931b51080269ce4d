# SPDX-License-Identifier: Apache-2.0
"""What a line of an operator's list means as an entry of ours: harm, action, kind, conditions."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guiju.kernel import Invalid, Text
from guiju.measures import harms
from guiju.screening.entry import Entry, read_entry
from guiju.screening.importing.model import Manner, Options
from guiju.screening.importing.words import (
    action_of,
    day_of,
    level_of,
    scopes_of,
    several,
    truth_of,
)

_PARTS = re.compile(r"[+&]")
_SHORTEST_PART = 2
_MOST_KNOWN = 4_096
_PLAIN_TYPES = (str, int, float)
_LISTS = ("except", "views")
_PLAIN = ("note", "source", "licence", "id", "kind")


class Meaning:
    """Reads the lines of one file; the same words mean the same in all of them."""

    def __init__(self, manner: Manner, options: Options) -> None:
        """Take what was found out about the file and what the operator said."""
        self._manner = manner
        self._options = options
        self._harms = {harm.lower(): harm for harm in harms()}
        self._known: dict[object, Entry] = {}

    def entry(self, values: Mapping[str, object], where: Text, category: str) -> Entry:
        """The entry of a line whose cells play these roles.

        Raises:
            Invalid: with a code that begins with `lexicon-`, saying what is wrong but not the term.
        """
        given = {role: value for role, value in values.items() if value not in ("", None)}
        term = self._term(given.pop("term", ""), given)
        # Of very many lines few differ in anything but the term.
        known = (category, *given.items()) if all(map(_is_plain, given.values())) else None
        like = self._known.get(known)
        if like is None:
            like = self._read(term, given, where, category)
            if known is not None and len(self._known) < _MOST_KNOWN and len(term) == 1:
                self._known[known] = like
        elif len(term) > 1:
            return self._read(term, given, where, category)
        return replace(like, term=term["term"])

    def _read(
        self, term: Mapping[str, Any], given: dict[str, object], where: Text, category: str
    ) -> Entry:
        mapping = {**self._defaults(), **term}
        mapping["harm"] = self._harm(given.pop("harm", ""), category, mapping)
        mapping["action"] = self._action(given.pop("action", ""), given.get("level", ""))
        if isinstance(given.get("near"), str):
            given["near"] = _near(str(given["near"]), given.pop("window", ""))
        for role, value in given.items():
            mapping.update(_read(role, value, mapping))
        return read_entry(mapping, where)

    def _defaults(self) -> dict[str, Any]:
        said = self._options
        found = {"scope": list(said.scope), "source": said.source, "licence": said.licence}
        return {role: value for role, value in found.items() if value}

    def _term(self, value: object, given: Mapping[str, object]) -> dict[str, Any]:
        if isinstance(value, list | dict):
            raise _fault("term", "应为一个词", "must be one word", _CORRECT)
        text = _shown(value)
        if self._manner.base64:
            text = _decoded(text)
        mark = self._options.pattern_mark
        if "kind" in given:
            return {"term": text}
        if mark and text.startswith(mark):
            return {"term": text.removeprefix(mark).strip(), "kind": "regex"}
        return self._combination(text) if self._options.combine else {"term": text}

    def _combination(self, text: str) -> dict[str, Any]:
        """`a+b` and `a&b&!ac`; a sign beside less than two characters belongs to the word.

        What must not stand there is an exception of ours when it is a phrase around the word.
        """
        parts = [part.strip() for part in _PARTS.split(text)]
        wanted = [part for part in parts if not part.startswith("!")]
        unwanted = [part[1:].strip() for part in parts if part.startswith("!")]
        if len(parts) == 1 or not wanted or not _joins_words(parts):
            return {"term": text}
        if not all(any(part in phrase for part in wanted) for phrase in unwanted):
            raise _fault("term", "的“非”条件不含该词", "says NOT about another phrase", _PHRASE)
        found: dict[str, Any] = {"term": "+".join(wanted)}
        if len(wanted) > 1:
            found["kind"] = "all"
        return {**found, "except": unwanted} if unwanted else found

    def _harm(self, value: object, category: str, mapping: dict[str, Any]) -> str:
        tags = [tag.strip() for tag in _shown(value).split(self._options.tag_separator)]
        named = [tag for tag in tags if tag]
        if len(named) > 1:
            mapping["note"] = ", ".join(named)
        for tag in (*named, category):
            harm = self._options.harms.get(tag) or self._harms.get(tag.lower())
            if harm is not None:
                return harm
        if self._options.harm is None:
            raise _unknown_category(named)
        return self._options.harm

    def _action(self, value: object, level: object) -> str:
        word, said = _shown(value), self._options.actions
        if not word:
            return said.get(_shown(level), self._options.action)
        action = said.get(word) or action_of(word)
        if action is None:
            raise _fault("action", "不是已知的处置", "names no action that is known", _ACTIONS)
        return action


def _joins_words(parts: list[str]) -> bool:
    """Whether what touches the signs are words, and not letters as in an abbreviation."""
    for part in parts:
        words = part.lstrip("! ").split()
        if not words or min(len(words[0]), len(words[-1])) < _SHORTEST_PART:
            return False
    return True


def _is_plain(value: object) -> bool:
    return type(value) in _PLAIN_TYPES


def _read(role: str, value: object, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """The value of one more role as an entry has it; what is no cell of text is taken as it is."""
    if role == "level":
        return _one("level", level_of(_shown(value)), "应为数字", "must be a number")
    if role in ("from", "to"):
        return _one(role, day_of(value), "应为日期，如 2026-01-31", "must be a day as 2026-01-31")
    if not isinstance(value, str):
        return {role: value}
    return _read_text(role, value, mapping)


def _near(words: str, window: object) -> dict[str, Any]:
    """What must stand near; how near is said by the entry's usual measure unless it is given."""
    terms = {"terms": several(words)}
    if window == "":
        return terms
    return {**terms, **_one("window", level_of(_shown(window)), "应为数字", "must be a number")}


def _read_text(role: str, value: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
    if role == "scope":
        return _one("scope", scopes_of(value), "不是已知的范围", "names no known direction")
    if role == "whole_word":
        return _one("whole_word", truth_of(value), "应为是或否", "must be yes or no")
    if role in _LISTS:
        return {role: [*mapping.get(role, ()), *several(value)]}
    if role == "note" and mapping.get("note"):
        return {"note": f"{value.strip()}; {mapping['note']}"}
    return {role: value.strip()}


def _one(role: str, found: object, zh: str, en: str) -> dict[str, Any]:
    if found is None:
        raise _fault(role, zh, en, _CORRECT)
    return {role: found}


def _shown(value: object) -> str:
    """A cell as text; a workbook's whole numbers come as fractions."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _decoded(text: str) -> str:
    try:
        return b64decode(text, validate=True).decode("utf-8").strip()
    except (binascii.Error, ValueError):
        raise _fault(
            "term", "不是 Base64 的 UTF-8 文本", "is no Base64 of UTF-8", _PLAIN_TEXT
        ) from None


_CORRECT = Text(zh="请更正该行。", en="Correct the line.")
_PLAIN_TEXT = Text(zh="请更正该行，或用 --plain 读取。", en="Correct it, or read it with --plain.")
_PHRASE = Text(
    zh="请写出包含该词的例外短语，或删去该条件。",
    en="Write the harmless phrase with the term in it, or take the condition out.",
)
_ACTIONS = Text(
    zh="请写 mask、review、refuse 或 block，或用 --level 词=动作。",
    en="Write mask, review, refuse or block, or map it with --level WORD=ACTION.",
)


def _fault(role: str, zh: str, en: str, remedy: Text) -> Invalid:
    return Invalid(
        "lexicon-line-broken", Text(zh=f"{role} {zh}", en=f"its {role} {en}"), remedy, article=4
    )


def _unknown_category(named: list[str]) -> Invalid:
    what = (
        Text(zh="类别没有对应的风险", en="its category is mapped to no harm")
        if named
        else Text(zh="没有写明风险", en="it names no harm")
    )
    remedy = Text(
        zh="请用 --map 类别=风险编号，或用 --harm 给全部。",
        en="Map it with --map CATEGORY=HARM, or give --harm for all.",
    )
    return Invalid("lexicon-harm-unknown", what, remedy, article=4)
