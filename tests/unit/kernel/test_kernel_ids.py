# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import re
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import ids, ids_of, new_id, new_uuid, secret_token, uuid_of


def test_an_id_is_its_prefix_and_26_characters_that_are_not_misheard() -> None:
    """No i, l, o or u: an id survives the telephone."""
    assert re.fullmatch(r"case_[0-9a-hjkmnp-tv-z]{26}", new_id("case"))


def test_ids_sort_by_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows in order of id are rows in order of time, to the millisecond."""
    made = []
    for millisecond in (0, 1, 31, 32, 1_790_000_000_000, 1_790_000_000_001, 2**48 - 1):
        monkeypatch.setattr(time, "time_ns", lambda at=millisecond: at * 1_000_000)
        made.append(new_id("ev"))
    assert made == sorted(made)


def test_ids_of_one_millisecond_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eighty random bits stand behind the time."""
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    assert len({new_id("ev") for _ in range(1_000)}) == 1_000


def test_a_uuid_is_random_and_says_so() -> None:
    """Version 4, variant 10, 122 random bits, in the text form of RFC 9562."""
    made = [uuid.UUID(text) for text in (new_uuid() for _ in range(1_000))]
    assert {one.version for one in made} == {4}
    assert {one.variant for one in made} == {uuid.RFC_4122}
    assert len(set(made)) == 1_000
    seen = 0
    for one in made:
        seen |= one.int
    assert seen.bit_count() == 128 - 3 - 1


@given(st.binary(min_size=16, max_size=16))
def test_each_character_of_an_id_holds_five_bits_of_a_byte(drawn: bytes) -> None:
    """Eighty bits, each as likely as its opposite: 256 is a multiple of 32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "urandom", lambda size: drawn[:size])
        digits = [ids._ALPHABET.index(one) for one in new_id("ev")[-16:]]
    assert digits == [one & 31 for one in drawn]


def test_a_token_is_its_prefix_and_40_characters() -> None:
    """200 random bits: more than anyone can try."""
    assert re.fullmatch(r"gj-user-[0-9a-hjkmnp-tv-z]{40}", secret_token("gj-user"))
    assert len({secret_token("gj") for _ in range(1_000)}) == 1_000


@given(st.integers(0, 2**50 - 1))
def test_base_32_is_of_one_length_and_reads_back(value: int) -> None:
    """Ten characters hold fifty bits, no two numbers share a text."""
    written = ids._base32(value, 10)
    read = 0
    for character in written:
        read = read * 32 + ids._ALPHABET.index(character)
    assert (len(written), read) == (10, value)


@given(st.integers(0, 2**48 - 1), st.binary(min_size=16, max_size=16))
def test_the_uuid_of_an_id_leads_back_to_it(moment: int, drawn: bytes) -> None:
    """Version 7 with the moment of the id; at most 64 neighbours share it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: moment * 1_000_000)
        patch.setattr(os, "urandom", lambda _: drawn)
        name = new_id("req")
    made = uuid.UUID(uuid_of(name))
    assert (made.version, made.variant, made.int >> 80) == (7, uuid.RFC_4122, moment)
    span = ids_of(str(made), "req")
    assert span is not None
    first, last = span
    assert first <= name <= last
    assert first[:-2] == last[:-2]
    assert uuid_of(first) == uuid_of(last) == str(made)


@pytest.mark.parametrize(
    "number", ["", "p-1", "2f1c4a6e-0b7d-4c58-9e21-6a5b3f0d8c17", "0" * 32, "x" * 36]
)
def test_a_number_that_is_not_of_ours_leads_nowhere(number: str) -> None:
    """Neither random ones nor what is none."""
    assert ids_of(number, "req") is None


@pytest.mark.parametrize("name", ["req_1", "", "req_" + "u" * 26, "req_" + "l" * 26])
def test_what_is_no_id_has_no_uuid(name: str) -> None:
    """Letters that ids do not have are not taken for others."""
    with pytest.raises(ValueError, match=r"no id of ours|invalid literal"):
        uuid_of(name)
