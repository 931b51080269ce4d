# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections import Counter

import pytest
from bench.personal_truth import decoys, truth
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening import Outcome, fold
from guiju.screening.personal import KINDS, ORGANISATIONS, Personal
from guiju.screening.personal.checks import (
    credit_check,
    is_credit_code,
    is_date,
    is_resident_id,
    passes_luhn,
    resident_check,
)

ALL = Personal(dict.fromkeys(KINDS, Outcome.MASK))
CHECKED = ("resident-id", "bank-card", "mobile", "email", "credit-code", "plate", "landline")
# What a list of names and a grammar of addresses cannot see.
BEYOND = {"in prose, plain", "district only, plain", "titled, plain"}


def found(text: str, finder: Personal = ALL) -> list[tuple[str, str]]:
    """Kind and folded text of each hit."""
    folded = fold(text).text
    return [(hit.kind, folded[hit.start : hit.end]) for hit in finder.hits(folded)]


@pytest.mark.control("personal-information-screening")
def test_each_surface_form_of_each_kind_is_found_to_the_character() -> None:
    """A small sample of the generated truth; the bench measures the whole."""
    missed = Counter[str]()
    for case in truth(12):
        offsets = (folded := fold(case.text)).offsets() or range(len(case.text))
        spans = [
            (hit.kind, offsets[hit.start], offsets[hit.end - 1] + 1)
            for hit in ALL.hits(folded.text)
        ]
        if (case.kind, case.start, case.end) not in spans:
            missed[f"{case.kind}: {case.form}"] += 1
    assert not {name for name in missed if name.split(": ")[0] not in {"name", "address"}}
    assert all(name.split(": ")[1] in BEYOND for name in missed)


def test_what_only_looks_like_a_checked_number_is_left_alone() -> None:
    """Orders, prices, moments, versions, hashes and formulae are no personal information."""
    taken = [(case.text, hit) for case in decoys(40) for hit in found(case.text)]
    assert [one for one in taken if one[1][0] in CHECKED] == []
    assert len(taken) <= 2


@pytest.mark.parametrize(
    ("text", "kind", "hit"),
    [
        ("号码１３８００１３８０００收", "mobile", "13800138000"),
        ("tel13800138000", "mobile", "13800138000"),
        ("13800138000/13900139000", "mobile", "13800138000"),
        ("拨8610-88886666", "landline", "8610-88886666"),
        ("电话:88886666", "landline", "88886666"),
        ("身份证11010519491231002Ｘ。", "resident-id", "11010519491231002x"),
        ("持81000019900101001X", "resident-id", "81000019900101001x"),
        ("挂车鲁b1234挂", "plate", "鲁b1234挂"),
        ("mac aabb.ccdd.ee01", "mac", "aabb.ccdd.ee01"),
        ("ip:8.8.8.8", "ip", "8.8.8.8"),
        ("名叫欧阳小明的", "name", "欧阳小明"),
        ("往来台湾通行证T12345678", "taiwan-permit", "t12345678"),
        ("寄到北京市和平路1号，谢谢", "address", "北京市和平路1号"),
    ],
)
def test_less_usual_writings_are_found_too(text: str, kind: str, hit: str) -> None:
    """Each is a way in which people write it."""
    if kind == "resident-id" and hit[-1] == "x":
        hit = hit[:17] + resident_check(hit[:17]).lower()
        text = text[: text.index(hit[:17])] + hit
    assert (kind, hit) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "1380013800013800138000",
        "0.13800138000",
        "13800138000.5",
        "abc13800138000def",
        "2024-13800138000",
        "13800138000元",
        "¥13800138000",
        "138-0013 8000",
        "11010519491231002A",
        "127.0.0.1",
        "见 2.1.3.2 节",
        "版本 10.2.3.4",
        "std::dec::add1",
        "微信支付接口",
        "上海市在2024年3号",
        "高山流水先生",
        "请问王先生在吗",
    ],
)
def test_lookalikes_are_not_taken(text: str) -> None:
    """Part of a longer number, an amount, a version, a word."""
    assert found(text) == []


def test_one_wrong_digit_is_seen_in_every_place() -> None:
    """The check characters of identity numbers and credit codes catch each single error."""
    number = "11010519491231002" + resident_check("11010519491231002")
    code = "91110105MA0077D1X" + credit_check("91110105MA0077D1X")
    assert is_resident_id(number)
    assert is_credit_code(code)
    for place in range(17):
        assert not is_resident_id(_changed(number, place))
        assert not is_credit_code(_changed(code, place))


def _changed(number: str, place: int) -> str:
    other = "2" if number[place] == "1" else "1"
    return number[:place] + other + number[place + 1 :]


@given(st.text("0123456789", min_size=12, max_size=18), st.data())
def test_luhn_sees_each_changed_digit(body: str, data: st.DataObject) -> None:
    """Exactly one check digit fits, and no single other digit may change."""
    fitting = [digit for digit in "0123456789" if passes_luhn(body + digit)]
    assert len(fitting) == 1
    number, place = body + fitting[0], data.draw(st.integers(0, len(body)))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda one: one != number[place]))
    assert not passes_luhn(number[:place] + digit + number[place + 1 :])


def test_nobody_was_born_on_a_day_that_was_not() -> None:
    """29 February only in leap years, no month 13, no day 0."""
    assert is_date(2000, 2, 29)
    assert not is_date(1999, 2, 29)
    assert not is_date(1990, 13, 1)
    assert not is_date(1990, 1, 0)


def test_kinds_that_pass_are_not_looked_for() -> None:
    """Only what the policy acts on is a hit, and it carries its action."""
    finder = Personal({"mobile": Outcome.BLOCK, "email": Outcome.PASS})
    (hit,) = finder.hits("13800138000 li.si@example.com 110105194912310021")
    assert (hit.kind, hit.action) == ("mobile", Outcome.BLOCK)
    assert Personal({}).hits("13800138000") == []


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    """A misspelt policy fails when it is loaded, never by finding nothing."""
    with pytest.raises(Invalid) as caught:
        Personal({"mobil": Outcome.MASK})
    assert caught.value.code == "personal-kind-unknown"
    assert "mobile" in caught.value.remedy.en


def coded(body: str) -> str:
    """The parts of a credit code, with the check character behind them."""
    return body + credit_check(body.replace(" ", "").upper())


@pytest.mark.parametrize(
    "text",
    [
        coded("91110105 mabcdefgh "),
        coded("91 110105 mabcdefgh "),
        coded("9111 0105 abcd ef12 3"),
        coded("91110105abcdefghj"),
    ],
)
def test_a_credit_code_is_found_though_its_groups_hold_letters_alone(text: str) -> None:
    """As a code is parted, or with another digit behind the region."""
    assert ("credit-code", text.lower()) in found(f"代码{text}。")


def test_words_behind_eight_digits_are_no_credit_code() -> None:
    """Though their check character should be right."""
    text = coded("19450815 they were a")
    assert not found(f"since {text}")


def test_organisations_are_told_from_people() -> None:
    """Service numbers and credit codes are kinds of their own."""
    assert {
        kind
        for kind, _ in found("400-820-8820 91110105MA0077D1X" + credit_check("91110105MA0077D1X"))
    } == ORGANISATIONS


@pytest.mark.parametrize(
    "part",
    [
        "1",
        "1 ",
        "123 ",
        "138",
        "a.a@b.",
        "省市区路",
        "杭州市",
        "姓名:张三",
        "粤a1",
        "1.1.",
        "ab:",
        "加v",
        "\u0301",
        "\ud800",
    ],
)
def test_a_flood_is_searched_and_ends(part: str) -> None:
    """Hostile repetition never nests: hits stay apart, and what is held stays short."""
    text = fold(part * (20_000 // len(part))).text
    hits, hold = ALL.look(text, closed=False)
    assert len(text) - hold <= 128
    assert all(hit.end <= hold for hit in hits)
