# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import codecs
import io
from typing import Any

import pytest

from guiju.kernel import Invalid
from guiju.screening.importing import Manner, Options, Rejected, Source, Taken, read_list

WORDS = ["示例禁词甲", "示例禁词乙", "sample word"]


def read(data: bytes, **said: Any) -> tuple[Manner, list[str], list[Rejected]]:
    found = list(read_list(Source("list.txt", io.BytesIO(data)), Options(harm="A2f", **said)))
    terms = [one.entry.term for one in found if isinstance(one, Taken)]
    manner = found[0]
    assert isinstance(manner, Manner)
    return manner, terms, [one for one in found if isinstance(one, Rejected)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("gb18030", b"", "gb18030"),
    ],
)
def test_the_same_words_come_from_every_encoding(
    encoding: str, mark: bytes, named: str, end: str
) -> None:
    """With and without a mark, with every kind of line end."""
    manner, terms, rejected = read(mark + end.join([*WORDS, ""]).encode(encoding))
    assert (manner.encoding, terms, rejected) == (named, WORDS, [])


def test_a_damaged_line_of_utf8_does_not_turn_the_file_into_gb18030() -> None:
    """A bad line is turned down with its number; the others are read as they are."""
    lines = [f"示例禁词{sign}".encode() for sign in "甲乙丙丁戊己庚辛壬癸"]
    lines[4] = b"\xca\xbe\xc0\xfd\xff"
    manner, terms, rejected = read(b"\n".join(lines))
    assert (manner.encoding, len(terms)) == ("utf-8", 9)
    assert [(one.line, one.what.en) for one in rejected] == [
        (5, "it holds bytes that are not UTF-8")
    ]


def test_a_damaged_line_of_gb18030_is_turned_down_alone() -> None:
    """A byte that begins no character costs its line."""
    data = "示例禁词甲\n".encode("gb18030") + b"\xff\xff\n" + "示例禁词乙\n".encode("gb18030")
    manner, terms, rejected = read(data)
    assert (manner.encoding, terms) == ("gb18030", WORDS[:2])
    assert [one.line for one in rejected] == [2]


def test_a_line_without_an_end_is_read_in_bounded_pieces() -> None:
    """Megabytes in one line are one line turned down, and the next line is read."""
    _, terms, rejected = read(b"a" * 5_000_000 + b"\n" + WORDS[0].encode() + b"\n")
    assert terms == WORDS[:1]
    assert [(one.line, "longer" in one.what.en) for one in rejected] == [(1, True)]


@pytest.mark.parametrize(
    ("data", "said", "why"),
    [
        (codecs.BOM_UTF32_LE + "示例".encode("utf-32-le"), None, "is UTF-32"),
        (bytes(range(256)) * 8, None, "is not a file of text"),
        ("示例禁词甲".encode(), "utf-9", "there is no encoding 'utf-9'"),
        ("示例禁词甲".encode(), "base64", "there is no encoding 'base64'"),
    ],
)
def test_what_is_no_text_is_refused_as_a_whole(data: bytes, said: str | None, why: str) -> None:
    """With what to do about it."""
    with pytest.raises(Invalid, match=why) as caught:
        read(data, encoding=said)
    assert caught.value.code == "lexicon-unreadable"


def test_the_encoding_can_be_said() -> None:
    """What was said is taken, and damage shows line by line."""
    manner, terms, rejected = read("示例禁词甲\nabc\n".encode("gb18030"), encoding="utf8")
    assert (manner.encoding, terms) == ("utf-8", ["abc"])
    assert [one.line for one in rejected] == [1]
    assert read(b"", encoding=None)[1:] == ([], [])
