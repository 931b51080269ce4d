# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.accounts import names
from guiju.kernel import Invalid


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Wanderer", "wanderer"),
        ("ｗａｎｄｅｒｅｒ", "wanderer"),
        ("  wanderer ", "wanderer"),
        ("cafe\u0301", "café"),
        ("STRASSE", "straße"),
        ("ﬁnder", "finder"),
        ("旅人①", "旅人1"),
    ],
)
def test_names_that_read_alike_are_one_name(one, other):
    """Width, case, composition and compatibility forms make no second account."""
    assert names.login_name(one).folded == names.login_name(other).folded


@pytest.mark.parametrize(
    "given_name",
    [
        "",
        "   ",
        "a" * 65,
        "a" * 10_000,
        "\ufdfa" * 60,
        "two words",
        "bell\x07",
        "nul\x00",
        "line\nbreak",
        "zero\u200bwidth",
        "join\u200der",
        "bidi\u202eerect",
        "filler\u3164",
        "selector\ufe0f",
        "half\ud800",
        "wаnderer",  # its second letter is Cyrillic
        "οmega-latin",  # its first letter is Greek
        "<script>",
        "quote'",
        "-dash",
        "\u0301accent-first",
        "name\U000e0041",
    ],
)
def test_a_name_that_misleads_is_refused(given_name):
    """Unseen characters, mixed alphabets, controls and length: Invalid, and never an echo."""
    with pytest.raises(Invalid) as caught:
        names.login_name(given_name)
    assert caught.value.code == "name-invalid"
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "given_name", ["旅人", "анна", "a.b_c-d+e@example.test", "ñandú", "9lives"]
)
def test_ordinary_names_of_one_alphabet_stand(given_name):
    """Chinese, Cyrillic, accents, digits and addresses are names."""
    assert names.login_name(given_name).shown == given_name


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text):
    """What is compared is a fixed point, whatever the text."""
    assert names.folded(names.folded(text)) == names.folded(text)


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_is_refused(text):
    """No text crashes the rule, and what passes is short and keyed by itself."""
    try:
        login = names.login_name(text)
    except Invalid:
        return
    assert 0 < len(login.shown) <= names.LONGEST_NAME
    assert names.login_name(login.shown) == login


@pytest.mark.parametrize("given_id", ["x" * 257, "tab\there", "nul\x00", "\ud800", "a\u202eb"])
def test_an_end_user_id_that_cannot_be_read_is_refused(given_id):
    """An app's id of its end user is short and printable."""
    with pytest.raises(Invalid) as caught:
        names.end_user(given_id)
    assert (caught.value.code, caught.value.param) == ("user-invalid", "safety_identifier")


@pytest.mark.parametrize("given_id", [None, ""])
def test_an_app_must_name_its_end_user(given_id):
    """Without one: 400 `user-missing`, naming the field."""
    with pytest.raises(Invalid) as caught:
        names.end_user(given_id)
    error = caught.value
    assert (error.code, error.param, error.status) == ("user-missing", "safety_identifier", 400)
