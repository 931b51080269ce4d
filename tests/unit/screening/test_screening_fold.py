# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.screening import fold
from guiju.screening.plain import may_be_unseen

ODD = (
    "ＡbÉe\x00\x1b\x7f\x85\n\t\u0301①❶⓫٣㎏…ﬁǅøßİςΣ"
    "體驗薴苧かが한ᄒ\u200b\u00ad\ufe0f\u202e\U000e0041😀👩‍👩‍👧𠮷\ud800，。 "
)
# Planes 4 to 13 are empty, 15 and 16 private.
ASSIGNED = [*range(0x33480), *range(0xE0000, 0xE1000), sys.maxunicode]
texts = st.text(st.one_of(st.sampled_from(ODD), st.characters()))


@given(texts, texts)
def test_folding_pieces_is_folding_the_whole(one: str, other: str) -> None:
    """`fold(a + b) == fold(a) + fold(b)`, so a stream can be folded piece by piece."""
    assert fold(one + other).text == fold(one).text + fold(other).text


@given(texts)
def test_folding_twice_is_folding_once(text: str) -> None:
    """The folded form is its own fold, so entries and texts meet."""
    once = fold(text).text
    assert fold(once).text == once


@pytest.mark.slow
def test_every_code_point_folds_to_its_own_fold() -> None:
    """Idempotent for all of Unicode, not only for what a random text holds."""
    every = "".join(map(chr, ASSIGNED))
    once = fold(every).text
    assert fold(once).text == once


def test_canonically_and_compatibly_equal_texts_fold_alike() -> None:
    """Each character folds as each of its normal forms does; only Hangul is never taken apart."""
    codes = (code for code in range(0x80, 0x30000) if not 0xD800 <= code < 0xE000)
    for one in map(chr, codes):
        folded = fold(one).text
        assert fold(unicodedata.normalize("NFC", one)).text == folded, ascii(one)
        assert fold(unicodedata.normalize("NFKC", one)).text == folded, ascii(one)
        if not any(0xAC00 <= ord(part) < 0xD7A4 for part in folded):
            assert fold(unicodedata.normalize("NFD", one)).text == folded, ascii(one)
            assert fold(unicodedata.normalize("NFKD", one)).text == folded, ascii(one)


@given(texts)
def test_offsets_lead_back_to_the_character_that_was_folded(text: str) -> None:
    """Each folded character is part of the fold of the character it came from."""
    folded = fold(text)
    offsets = list(range(len(text)) if (moved := folded.offsets()) is None else moved)
    assert len(offsets) == len(folded.text)
    assert offsets == sorted(offsets)
    for plain, at in zip(folded.text, offsets, strict=True):
        assert plain in fold(text[at]).text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Hello", "hello"),
        ("ＡＢｃ１２", "abc12"),
        ("①❷⑶٣", "12(3)3"),
        ("❿⓫", "1011"),
        ("體驗國際機場", "体验国际机场"),
        ("薴", "苎"),
        ("caf\u00e9 cafe\u0301", "cafe cafe"),
        ("Ångström ø đ Ł", "angstrom o d l"),
        ("ﬁﬂ ㎏ …", "fifl kg ..."),
        ("甲\u200b乙\u2060\ufe0f丙\u00ad丁", "甲乙丙丁"),
        ("甲\U000e0041\u202e乙\u0336", "甲乙"),
        ("한국", "한국"),
        ("가㎏ㄱ", "가kgᄀ"),
        ("が", "か"),
        ("\ud800x甲", "\ufffdx甲"),
        ("😀𠮷", "😀𠮷"),
        ("甲\x00\x08乙\x0b\x0c丙\x0e\x1f丁\x7f\x80\x9f", "甲乙丙丁"),
        ("A\x00b\x1bC", "abc"),
        ("a\tb\nc\rd", "a\tb\nc\rd"),
        ("ѕсоре ЅСОРЕ", "scope scope"),
        ("ΑΒΕΗΙΚΜΝΟΡΤΥΧΖ", "abehikmnoptyxz"),
        ("ᏴᎬᏚᎢ ꓐꓰꓢꓔ ᗷᗴᔕt", "best best best"),
        ("𝐛𝒆𝓼𝕥 🅑🅔🅢🅣 🅱🅴🆂🆃 ʙᴇꜱᴛ", "best best best best"),
        ("ёйЇ", "eиi"),
        ("⼈⼝⺅⺡⻳ 囗囯", "人口亻氵龟 口国"),
        ("エ作カ量ｶﾞーニ", "工作力量力一二"),
        ("", ""),
    ],
)
def test_writings_of_one_word_fold_to_one_form(text: str, folded: str) -> None:
    """Width, case, digits, diacritics, traditional forms and unseen characters do not matter."""
    assert fold(text).text == folded


def test_forms_of_other_places_fold_to_the_common_ones() -> None:
    """Those of Japan, Taiwan and Hong Kong; but no common character is taken for another."""
    assert fold("気対図沢発粧痺").text == "气对图泽发妆痹"
    assert fold("芸欠糸缶予沪著").text == "芸欠糸缶予沪著"


def test_emoji_fold_to_themselves() -> None:
    """Nothing has to be looked up for them, and none of them is unseen."""
    emoji = "".join(map(chr, range(0x1F300, 0x1FB00)))
    assert fold(emoji).text == emoji
    assert not may_be_unseen(emoji)


@given(texts, st.sampled_from([1, 20, 5000]))
def test_short_and_long_texts_fold_alike(text: str, times: int) -> None:
    """Whichever way is faster for a text, the fold is that of its characters."""
    alone = "".join(fold(one).text for one in text)
    assert fold(text * times).text == alone * times


def test_offsets_are_absent_where_nothing_moved() -> None:
    """A text whose characters keep their places has the identity as its offsets."""
    assert fold("體驗ＡＢＣ，好").offsets() is None
    assert list(fold("甲\u200b乙").offsets() or ()) == [0, 2]
    assert list(fold("㎏甲\u200b乙").offsets() or ()) == [0, 0, 1, 3]


def test_many_different_unusual_characters_fold_as_each_alone() -> None:
    """The one pass for many and the replacement of few give the same."""
    text = "體驗國際機場經濟發展與觀光產業對於臺灣：，！？😀\u200b…"
    assert fold(text).text == "".join(fold(one).text for one in text)


def test_unseen_characters_are_never_overlooked() -> None:
    """Whatever folds to nothing is announced as possibly unseen."""
    for one in map(chr, ASSIGNED):
        assert may_be_unseen(one) or fold(one).text
