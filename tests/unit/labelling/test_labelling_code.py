# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.labelling import (
    GENERATES,
    PROPAGATES,
    ProducerCode,
    check_character,
    check_producer_code,
    check_uscc,
    producer_code,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL = [
    ("001191110102MAD55U9H0F10002", "91110102MAD55U9H0F", "0002"),
    ("001191440300708461136T1XGW3", "91440300708461136T", "XGW3"),
    ("001191310104MACE0YX63918020", "91310104MACE0YX639", "8020"),
]
bodies = st.text(st.sampled_from(ALPHABET), min_size=17, max_size=17)


@pytest.mark.parametrize(("code", "uscc", "model"), REAL)
def test_real_codes_are_read_and_built(code: str, uscc: str, model: str) -> None:
    """Three codes from files of different providers come apart and together again."""
    assert check_producer_code(code, GENERATES) == ProducerCode(uscc, GENERATES, model)
    assert producer_code(uscc, GENERATES, model) == code


@given(bodies, st.data())
def test_any_single_changed_character_of_a_credit_code_is_caught(
    body: str, data: st.DataObject
) -> None:
    """The check character of GB 32100 is modulo a prime."""
    uscc = body + check_character(body)
    assert check_uscc(uscc) == uscc
    at = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from(ALPHABET.replace(uscc[at], "")))
    with pytest.raises(Invalid) as caught:
        check_uscc(uscc[:at] + other + uscc[at + 1 :])
    assert caught.value.code == "credit-code-wrong"


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("001191110102MAD55U9H0F1000", "27 characters"),
        ("011191110102MAD55U9H0F10002", "places 1 to 4"),
        ("002191110102MAD55U9H0F10002", "places 1 to 4"),
        ("001191110102MAD55U9H0F30002", "place 23"),
        ("001191110102MAD55U9H0F1000a", "place 24"),
        ("001191110102MAD55U9H0G10002", "check character"),
        ("001191110102MADO5U9H0F10002", "cannot be 'O'"),
        ("001191110102mad55u9h0f10002", "cannot be 'm'"),
    ],
)
def test_a_wrong_code_is_refused_with_the_wrong_place(code: str, part: str) -> None:
    """The error says which part of the code is wrong."""
    with pytest.raises(Invalid) as caught:
        check_producer_code(code)
    assert part in caught.value.what.en


def test_a_propagators_code_does_not_stand_for_a_producer() -> None:
    """The service digit must be that of the role."""
    code = producer_code("91110102MAD55U9H0F", PROPAGATES, "AB01")
    assert check_producer_code(code, PROPAGATES).service == PROPAGATES
    with pytest.raises(Invalid) as caught:
        check_producer_code(code, GENERATES)
    assert "must be 1" in caught.value.what.en


@pytest.mark.parametrize(("uscc", "model"), [("91110102MAD55U9H0F", "1"), ("911", "0001")])
def test_no_wrong_code_is_built(uscc: str, model: str) -> None:
    """Building checks what it was given."""
    with pytest.raises(Invalid):
        producer_code(uscc, GENERATES, model)
