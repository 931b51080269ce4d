# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.screening.personal import KINDS, mask, shown, shown_all, unmask

KEY = bytes(range(32))
texts = st.text(st.one_of(st.sampled_from("⟦⟧:mobileAB7138 "), st.characters()), max_size=60)
spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20), st.sampled_from(KINDS)), max_size=5
)


@given(texts, spans)
def test_who_has_the_key_reads_the_original(text: str, drawn: list[tuple[int, int, str]]) -> None:
    """Whatever the text holds, signs of masks and lone surrogates included, it comes back."""
    cut = [(min(at, len(text)), min(at + size, len(text)), kind) for at, size, kind in drawn]
    assert unmask(mask(text, cut, KEY, "record-1"), KEY, "record-1") == text


def test_a_mask_names_the_kind_and_hides_the_rest() -> None:
    """A reader sees that there was a number, and where the same one stands again."""
    masked = mask(
        "call 13800138000 or 13800138000", [(5, 16, "mobile"), (20, 31, "mobile")], KEY, "r"
    )
    first, again = re.findall(r"⟦mobile:[A-Z2-7]+⟧", masked)
    assert first == again
    assert "138" not in masked


def test_a_mask_is_bound_to_its_record_kind_and_key() -> None:
    """Moved to another record, renamed or opened with another key, it stays shut."""
    masked = mask("13800138000", [(0, 11, "mobile")], KEY, "r")
    for text, key, record in [
        (masked, KEY, "s"),
        (masked, bytes(32), "r"),
        (masked.replace("mobile", "qq"), KEY, "r"),
    ]:
        with pytest.raises(Invalid) as caught:
            unmask(text, key, record)
        assert caught.value.code == "personal-mask-broken"


def test_a_changed_character_is_refused() -> None:
    """No letter of a token can be altered, not even the last, of which some bits mean nothing."""
    masked = mask("a 13800138000", [(2, 13, "mobile")], KEY, "r")
    for place in range(masked.index(":") + 1, len(masked) - 1):
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".replace(masked[place], ""):
            with pytest.raises(Invalid, match="personal-mask-broken"):
                unmask(masked[:place] + other + masked[place + 1 :], KEY, "r")


def test_nobody_can_write_a_mask() -> None:
    """What looks like a token in a text stays text when it is masked, and is refused when not."""
    forged = "⟦mobile:AAAAAAAA⟧"
    assert unmask(mask(forged, [], KEY, "r"), KEY, "r") == forged
    with pytest.raises(Invalid, match="personal-mask-broken"):
        unmask(forged, KEY, "r")


def test_a_key_of_another_length_is_refused() -> None:
    """A truncated key would make masks that nobody can lift."""
    with pytest.raises(Invalid, match="personal-key-unreadable"):
        mask("x", [], b"short", "r")


@pytest.mark.parametrize(
    ("kind", "original", "seen"),
    [
        ("mobile", "13800138000", "138****8000"),
        ("mobile", "+86 138-0013-8000", "+86 138-****-8000"),
        ("mobile", "１３８００１３８０００", "１３８****８０００"),
        ("resident-id", "11010519491231002X", "1****************X"),
        ("bank-card", "6222 0212 3456 7890 123", "**** **** **** ***0 123"),
        ("landline", "010-88886666", "010-******66"),
        ("email", "zhang.san@example.com", "z****.***@example.com"),
        ("plate", "粤A12345", "粤A****5"),
        ("name", "欧阳小明", "欧***"),
        ("ip", "192.168.1.20", "19*.***.*.**"),
        ("qq", "123456789", "12*****89"),
        ("hotline", "400-820-8820", "400-820-8820"),
    ],
)
def test_a_mask_for_the_eye_keeps_the_form(kind: str, original: str, seen: str) -> None:
    """A person recognises the own number, and nobody else learns it."""
    assert shown(kind, original) == seen  # type: ignore[arg-type]


@given(
    st.sampled_from([kind for kind in KINDS if kind not in {"hotline", "credit-code"}]),
    st.text(min_size=1, max_size=30),
)
def test_a_mask_for_the_eye_has_the_length_of_the_original(kind: str, original: str) -> None:
    """Spans of other findings stay right, and something is always hidden."""
    seen = shown(kind, original)  # type: ignore[arg-type]
    assert len(seen) == len(original)
    if original.isalnum() and original.isascii():
        assert "*" in seen


def test_a_whole_text_is_masked_for_the_eye() -> None:
    """Of overlapping spans the first stands."""
    text = "call 13800138000, li@example.com"
    found = [(5, 16, "mobile"), (8, 16, "qq"), (18, 32, "email")]
    assert shown_all(text, found) == "call 138****8000, l*@example.com"  # type: ignore[arg-type]
