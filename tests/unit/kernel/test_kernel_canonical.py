# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import RowForm, Statement, canonical, digest, parse, part

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(codec="ascii"))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
    max_leaves=20,
)


class Colour(StrEnum):
    RED = "red"


class Inner(Statement, frozen=True):
    z: str
    a: bool | None


class Outer(Statement, frozen=True):
    name: str
    inner: Inner
    count: int


class Fraction(Statement, frozen=True):
    share: float | None


class Hidden(Statement, frozen=True):
    inner: Fraction


@given(values)
def test_a_value_comes_back_from_its_bytes(value: Any) -> None:
    """Nothing is lost: not the size of an integer, not a control character."""
    assert parse(canonical(value)) == value


@given(values)
def test_bytes_that_were_made_once_are_made_again(value: Any) -> None:
    """canonical(parse(b)) == b: one value has one form."""
    made = canonical(value)
    assert canonical(parse(made)) == made


@given(values)
def test_the_form_is_the_one_that_the_standard_library_writes(value: Any) -> None:
    """An independent writer agrees: an inspector needs no code of ours to make the bytes."""
    written = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical(value) == written.encode()


@given(st.dictionaries(names, st.integers(), min_size=2), st.randoms(use_true_random=False))
def test_the_order_in_which_a_mapping_was_filled_does_not_matter(
    mapping: dict[str, int], chance: Any
) -> None:
    """Equal mappings are equal bytes."""
    items = list(mapping.items())
    chance.shuffle(items)
    assert canonical(dict(items)) == canonical(mapping)


@given(values, values)
def test_different_values_are_different_bytes(one: Any, two: Any) -> None:
    """A digest means its value and no other (1 and True differ here, unlike in Python)."""
    same = canonical(one) == canonical(two)
    assert same == (json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True))


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        [1, [2.5]],
        {"a": {"b": 0.1}},
        {1: "a"},
        {"a": {None: 1}},
        b"bytes",
        {"set"},
        Colour.RED,
        datetime(2026, 1, 1, tzinfo=UTC),
        object(),
    ],
)
def test_what_has_no_single_text_is_refused(value: Any) -> None:
    """Floats, keys that are not strings, and whatever JSON does not know raise TypeError."""
    with pytest.raises(TypeError, match="canonical JSON"):
        canonical(value)


def test_half_a_character_is_refused() -> None:
    """A lone surrogate has no bytes."""
    with pytest.raises(ValueError, match="surrogates"):
        canonical("\ud800")


@pytest.mark.parametrize("data", [b"", b"{", b"nothing", b'"\xff"', b"1 2"])
def test_bytes_that_are_not_json_raise_value_error(data: bytes) -> None:
    """Callers catch one class, whatever is wrong."""
    with pytest.raises(ValueError, match=r".+"):
        parse(data)


def test_a_digest_is_sha_256_in_hexadecimal() -> None:
    """The known digest of the empty string."""
    assert digest(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(texts, texts, st.none() | st.booleans(), st.integers(-(2**63), 2**63 - 1))
def test_a_statement_has_the_bytes_of_the_mapping_it_stands_for(
    name: str, z: str, a: bool | None, count: int
) -> None:
    """Named parts are sorted however they were declared, alone and within other values."""
    said = Outer(name, Inner(z, a), count)
    plain = {"name": name, "inner": {"z": z, "a": a}, "count": count}
    assert canonical(said) == canonical(plain)
    assert canonical({"of": [said]}) == canonical({"of": [plain]})


@pytest.mark.parametrize("value", [Fraction(None), Hidden(Fraction(0.5)), [Fraction(1.0)]])
def test_a_statement_that_could_hold_a_fraction_is_refused_as_a_whole(value: Any) -> None:
    """Whatever it holds now: the class is wrong, not the value."""
    with pytest.raises(TypeError, match="canonical JSON"):
        canonical(value)


@given(st.lists(values, min_size=1, max_size=12))
def test_a_row_has_the_bytes_of_the_mapping_it_stands_for(row: list[Any]) -> None:
    """Flat ones, which most are, and those that hold lists and mappings."""
    form = RowForm([f"column_{at:02}" for at in range(len(row))])
    mapping = {f"column_{at:02}": value for at, value in enumerate(row)}
    assert form.written(row) == canonical(mapping)
    assert form.written([part(canonical(one)) for one in row]) == canonical(mapping)


@pytest.mark.parametrize("value", [0.5, [0.5], b"bytes", Fraction(None), Colour.RED])
def test_a_row_refuses_what_a_mapping_does(value: Any) -> None:
    """The shorter way is no way around."""
    with pytest.raises(TypeError, match="canonical JSON"):
        RowForm(["one", "other"]).written([1, value])


def test_a_row_has_as_many_values_as_names() -> None:
    """Neither a value nor a name may be lost."""
    rows: list[list[Any]] = [[1], [1, 2, 3], [[]], [[], [], []]]
    for row in rows:
        with pytest.raises((TypeError, ValueError)):
            RowForm(["one", "other"]).written(row)
