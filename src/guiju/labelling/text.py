# SPDX-License-Identifier: Apache-2.0
"""The visible label in a text: words that name AI and generation, at its start or end (Article 12).

GB 45438-2025, clause 5, names the elements in Chinese and leaves the wording free.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

import msgspec

from guiju.kernel import Invalid, Text
from guiju.labelling.model import AigcLabel
from guiju.measures import enforces, rule

Language = Literal["zh", "en"]

_ENGLISH_AI = re.compile(r"(?<![a-z])(?:ai|artificial intelligence)(?![a-z])", re.IGNORECASE)
_ENGLISH_GENERATION = re.compile(r"generat|synthe", re.IGNORECASE)
# Runs, not characters: they are fewer to be counted.
_IDEOGRAPHS = re.compile("[\u3400-\u9fff]+")
_LETTER = re.compile("[A-Za-z]")
_NO_LETTERS = bytes(one for one in range(256) if not _LETTER.match(chr(one)))
_GAP = "\n\n"

TELLING = 60
"""So many characters of a text tell its language."""


class Place(StrEnum):
    """Where the visible label of a text stands; `interface`: the front end shows it."""

    START = "start"
    END = "end"
    INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class ExplicitLabel:
    """The words of the visible label in both languages, and their place."""

    place: Place
    zh: str
    en: str

    def __post_init__(self) -> None:
        """Raise Invalid `label-words-incomplete` when an element is missing."""
        object.__setattr__(self, "place", Place(self.place))
        if not has_elements(self.zh):
            raise _incomplete("zh", self.zh, _wanted())
        if not (has_elements(self.en) or has_english_elements(self.en)):
            raise _incomplete("en", self.en, "AI + generated / synthetic")

    def words(self, language: Language) -> str:
        """The label in one language."""
        return self.zh if language == "zh" else self.en


class MarkedText(msgspec.Struct, frozen=True):
    """A text with its visible label, and the implicit label that goes beside it.

    Plain text has no place for metadata: `aigc` belongs into the answer that carries the text.
    """

    text: str
    aigc: Mapping[str, str]
    place: Place


@enforces("text-label")
class TextMarking:
    """Marks one text that is delivered in pieces: `before`, the pieces, `after`.

    The caller sends `after` also when the text is cut short.
    """

    def __init__(
        self, label: AigcLabel, explicit: ExplicitLabel, accept_language: str = "zh"
    ) -> None:
        """Raises Invalid `label-not-writable` before anything is delivered."""
        self.aigc = label.checked().fields
        self.explicit = explicit
        self._accept_language = accept_language

    def before(self) -> str:
        """What is delivered ahead of the text; its language is the reader's."""
        if self.explicit.place is not Place.START:
            return ""
        return self.explicit.words(language_of("", self._accept_language)) + _GAP

    def after(self, text: str) -> str:
        """What is delivered behind `text`, in its language."""
        if self.explicit.place is not Place.END:
            return ""
        words = self.explicit.words(language_of(text[:TELLING], self._accept_language))
        return _GAP + words if text else words


@enforces("text-label")
def mark(
    text: str, label: AigcLabel, explicit: ExplicitLabel, accept_language: str = "zh"
) -> MarkedText:
    """`text` with both labels; marking twice is marking once.

    Raises:
        Invalid: `label-not-writable`.
    """
    marking = TextMarking(label, explicit, accept_language)
    if not carries(text, explicit):
        text = f"{marking.before()}{text}{marking.after(text)}"
    return MarkedText(text, marking.aigc, explicit.place)


def carries(text: str, explicit: ExplicitLabel) -> bool:
    """Whether a text begins, or ends, with this label."""
    words = (explicit.zh, explicit.en)
    at_start = explicit.place is Place.START
    return text.startswith(words) if at_start else text.endswith(words)


def shows(text: str, explicit: ExplicitLabel) -> bool:
    """Whether a file's text begins or ends with this label: some formats have but one place."""
    words = (explicit.zh, explicit.en)
    return text.startswith(words) or text.endswith(words)


def language_of(text: str, accept_language: str = "zh") -> Language:
    """The language of `text`, or, where that cannot be told, the first one the reader accepts."""
    # Mostly there is one kind only, and then nothing need be counted.
    if _LETTER.search(text):
        if text.isascii():
            return "en"
    elif _IDEOGRAPHS.search(text):
        return "zh"
    # An ideograph says about as much as a word of five letters.
    spoken = len("".join(_IDEOGRAPHS.findall(text))) * 5
    if spoken and spoken >= len(text):
        return "zh"
    letters = len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS))
    if spoken or letters:
        return "zh" if spoken >= letters else "en"
    return "zh" if accept_language.strip().lower().startswith(("zh", "*")) else "en"


def has_elements(words: str) -> bool:
    """Whether `words` name AI and generation as the standard does."""
    plain = plain_words(words)
    return _ai().search(plain) is not None and _generation().search(plain) is not None


def has_english_elements(words: str) -> bool:
    """Whether `words` name AI and generation in English, of which the standard says nothing."""
    plain = plain_words(words)
    return bool(_ENGLISH_AI.search(plain) and _ENGLISH_GENERATION.search(plain))


def plain_words(words: str) -> str:
    """`words` in normal width and without characters that nobody sees."""
    normal = unicodedata.normalize("NFKC", words)
    return "".join(one for one in normal if unicodedata.category(one) != "Cf")


@cache
def _ai() -> re.Pattern[str]:
    """The AI element; letters count as a word of their own."""
    words = str(rule("labels.text.ai-words").value).split("|")
    return re.compile("|".join(_word(one) for one in words))


@cache
def _generation() -> re.Pattern[str]:
    return re.compile(str(rule("labels.text.generation-words").value))


def _word(word: str) -> str:
    return f"(?<![A-Za-z]){word}(?![A-Za-z])" if word.isascii() else word


def _wanted() -> str:
    return " + ".join(
        str(rule(f"labels.text.{one}-words").value).replace("|", " / ")
        for one in ("ai", "generation")
    )


def _incomplete(language: str, words: str, wanted: str) -> Invalid:
    return Invalid(
        "label-words-incomplete",
        Text(
            zh=f"显式标识（{language}）“{words}”缺少要素。",
            en=f"The visible label ({language}) {words!r} lacks an element.",
        ),
        Text(zh=f"须同时含：{wanted}。", en=f"It must have both: {wanted}."),
        article=12,
    )
