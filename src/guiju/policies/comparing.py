# SPDX-License-Identifier: Apache-2.0
"""What one version of a policy would change of another, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import chain, zip_longest
from typing import Any

from guiju.kernel import Text
from guiju.policies.body_dispositions import disposition_lines
from guiju.policies.body_identity import identity_lines
from guiju.policies.body_review import review_lines
from guiju.policies.body_tiers import tier_lines
from guiju.policies.entry_words import entry_line
from guiju.policies.lists_model import SHELVES, Reference, references
from guiju.policies.saying import (
    answers_said,
    guard_lines,
    personal_lines,
    rules_said,
)
from guiju.policies.saying_asides import asides
from guiju.policies.saying_minors import minors_lines
from guiju.policies.upstreams import models_said, upstreams_said

_MOST_CHANGES = 500
# Said in words of their own.
_PARTS = ("personal", "guard", "images", "stream", "urgent", "classifier", "rule", "answer")
_LISTS = (
    *("screening.entry", "upstreams", "models", "dispositions", "review", "identity"),
    *("minors", "companion", "tiers"),
    *(f"screening.{one}" for one in (*(shelf.key for shelf in SHELVES), *_PARTS)),
)

Change = tuple[str, str]


def changes(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Change]:
    """Lines as ("-", text) and ("+", text): settings, then parts, then what goes or comes in lists.

    Of too many, the last is ("…", how many are left out).
    """
    lines = [
        *_counted(_settings(before, ""), _settings(after, "")),
        *chain.from_iterable(
            _in_order(old, new, language)
            for old, new in zip(_said(before), _said(after), strict=True)
        ),
        *_counted(_entries(before, language), _entries(after, language)),
    ]
    rest = len(lines) - _MOST_CHANGES
    return lines if rest <= 0 else [*lines[:_MOST_CHANGES], ("…", str(rest))]


def _counted(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """Where order means nothing; an entry may stand twice, so lines are counted."""
    gone, come = Counter(old) - Counter(new), Counter(new) - Counter(old)
    lines = [("-", line) for line in gone.elements()] + [("+", line) for line in come.elements()]
    return sorted(lines, key=lambda one: (one[1], one[0] == "+"))


def _in_order(old: Sequence[Text], new: Sequence[Text], language: str) -> Iterator[Change]:
    """Where the first that is met decides: what only moved is a change too."""
    before, after = ([one.to(language) for one in lines] for lines in (old, new))
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for tag, low, high, start, end in blocks:
        if tag != "equal":
            # A line that was changed stands right before what it became.
            for gone, come in zip_longest(before[low:high], after[start:end]):
                yield from [("-", gone)] if gone is not None else []
                yield from [("+", come)] if come is not None else []


def _said(body: Mapping[str, Any]) -> tuple[list[Text], ...]:
    """The parts in words, each by itself."""
    screening = body["screening"]
    return (
        personal_lines(screening),
        guard_lines(screening),
        [one.line for one in asides(screening)],
        [one.line for one in rules_said(screening)],
        [one.line for one in answers_said(screening)],
        [one.line for one in upstreams_said(body)],
        [one.line for one in models_said(body)],
        disposition_lines(body),
        review_lines(body),
        identity_lines(body),
        minors_lines(body),
        tier_lines(body),
    )


def _settings(value: Any, place: str) -> list[str]:
    if isinstance(value, list) and any(isinstance(one, Mapping) for one in value):
        rows = (_settings(one, f"{place}[{at}]") for at, one in enumerate(value))
        return list(chain.from_iterable(rows))
    if not isinstance(value, Mapping):
        return [f"{place} = {value}"]
    found: list[str] = []
    for key in sorted(value):
        inner = f"{place}.{key}" if place else key
        if inner not in _LISTS:
            found += _settings(value[key], inner)
    return found


def _entries(body: Mapping[str, Any], language: str) -> list[str]:
    entries = (entry_line(one, language) for one in body["screening"]["entry"])
    named = (_list(one) for shelf in SHELVES for one in references(body, shelf))
    return [*named, *entries]


def _list(one: Reference) -> str:
    return f"[[{one.name}]] {one.entries} · {one.digest[:16]}"
