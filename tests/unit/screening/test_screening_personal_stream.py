# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.screening import Outcome, fold
from guiju.screening.personal import CONTEXT, KINDS, LONGEST, REACH, Personal, PersonalHit

ALL = Personal(dict.fromkeys(KINDS, Outcome.MASK))
# Whole forms, their parts, and what may stand around them: all that could be cut in a bad place.
PARTS = [
    "13800138000", "138 0013 8000", "+86-138-0013-8000", "1380013", "11010519491231002x",
    "110105 19491231 002x", "110105491231002", "6222020200112233440", "6222 0202 0011 2233 440",
    "010-88886666转8001", "(0571)8888 6666", "0571-", "400-820-8820", "e12345678", "ea 1234567",
    "h1234567890", "12345678", "粤a12345", "粤 ad·12345", "粤b1234港", "zhang.san@example.com",
    "li@a.cn", "192.168.1.23", "2001:db8::ff00:42:8329", "aa:bb:cc:0d:ee:ff", "aabb.ccdd.ee00",
    "微信号:abc_12345", "加v abcdef1", "qq群:123456789", "91110105ma0077d1x5",
    "9111 0105 ma00 77d1 x5", "浙江省杭州市西湖区文三路12号3栋2单元402室", "地址:文三路12号",
    "呼和浩特", "内蒙古", "北京", "姓名:欧阳小明", "联系人张伟", "王小明先生", "李明,电话",
    "姓名", "先生", "女士", "1", "0", "86", "+", "(", ")", "-", ".", ":", " ", "  ", " - ", "@",
    "转", "分机", "ext.", "元", " 元", "=", "\n", "。", ",", "的", "我", "叫", "张", "张三",
    "护照", "台胞证", "通行证", "回乡证", "银行卡号", "电话", "订单号", "版本", "路", "街",
    "街道", "号", "号楼", "室", "区", "市", "村", "a", "ab", "x", "v1.", "ca", "tel", "qq",
    "微信", "加", "使", "粤", "欧", "12", "1990-12-31", "10%",
    "欧阳小明先生", "欧阳小明小姐", "姐", "上海市甲乙丙丁戊己庚辛壬癸路1号", "1 ",
    "110105491231002 ", "91110105 mabcdefgh t", "91 110105 mabcdefgh t", "91110105 mabc ", "defgh",
]  # fmt: skip
floods = st.builds(str.__mul__, st.sampled_from(PARTS), st.integers(2, 40))
texts = st.lists(
    st.one_of(st.sampled_from(PARTS), st.sampled_from(PARTS), st.text(max_size=2), floods),
    max_size=12,
).map(lambda parts: fold("".join(parts)).text)


def streamed(finder: Personal, pieces: list[str]) -> tuple[list[PersonalHit], int]:
    """The hits of a text that arrives in pieces, and the most characters that were held."""
    held, context, gone, most = "", 0, 0, 0
    hits: list[PersonalHit] = []
    for number, piece in enumerate(pieces, start=1):
        held += piece
        found, hold = finder.look(held, context, closed=number == len(pieces))
        hits += [hit._replace(start=hit.start + gone, end=hit.end + gone) for hit in found]
        most = max(most, len(held) - hold)
        cut = max(0, hold - CONTEXT)
        held, context, gone = held[cut:], hold - cut, gone + cut
    return hits, most


def cut(text: str, places: list[int]) -> list[str]:
    """The text in pieces that end at these places."""
    ends = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(ends)] or [text]


@settings(max_examples=250, deadline=None)
@given(texts, st.lists(st.integers(0, 400), max_size=8))
def test_pieces_hold_the_hits_of_the_whole(text: str, places: list[int]) -> None:
    """However a text is cut, feeding the pieces finds what is found in the whole."""
    assert streamed(ALL, cut(text, places))[0] == ALL.hits(text)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_single_characters_hold_the_hits_of_the_whole(text: str) -> None:
    """A text that arrives character by character is the finest cutting."""
    hits, most = streamed(ALL, list(text) or [""])
    assert hits == ALL.hits(text)
    assert most <= REACH


@settings(max_examples=80, deadline=None)
@given(texts, texts)
def test_what_is_let_go_never_changes(text: str, more: str) -> None:
    """Hits before the hold are those of any continuation."""
    found, hold = ALL.look(text, closed=False)
    assert [hit for hit in ALL.hits(text + more) if hit.start < hold] == found
    assert all(hit.end <= hold for hit in found)


@settings(max_examples=80, deadline=None)
@given(texts)
def test_hits_stand_apart_in_order_and_are_short(text: str) -> None:
    """Whoever masks may take them one after the other."""
    hits = ALL.hits(text)
    assert all(one.end <= other.start for one, other in pairwise(hits))
    assert all(0 < hit.end - hit.start <= LONGEST for hit in hits)


@given(texts, st.integers(0, 60))
def test_no_hit_begins_in_the_context(text: str, context: int) -> None:
    """What was let go is only looked back at."""
    context = min(context, len(text))
    assert all(hit.start >= context for hit in ALL.hits(text, context))
    assert ALL.hold(text, context) >= context


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_alone_streams_like_all(kind: str) -> None:
    """Every family holds back enough by itself, without the help of the others."""
    finder = Personal({kind: Outcome.BLOCK})
    text = fold("".join(PARTS)).text
    for size in (1, 2, 3, 5, 7):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert streamed(finder, pieces)[0] == finder.hits(text)
