# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError

from guiju.accounts import passwords
from guiju.kernel import Invalid

# The real ones with their real costs, which all other tests lower.
HASHER, NOBODY = passwords._HASHER, passwords._NOBODY


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "fourteen chars",
        "password12345678",
        "1qaz2wsx3edc4rfv",
        "woaini520131420",
        "wanderer99-2026",
        "P@ssw0rd!P@ssw0rd!",
        "x" * 201,
        "y" * 10_000,
        "wanderer99",
        "ＷＡＮＤＥＲＥＲ99",
        "ababababab",
        "lonely\ud800surrogate",
    ],
)
def test_a_weak_password_is_refused(password):
    """Too short, too long, the name itself, a few characters over and over."""
    with pytest.raises(Invalid) as caught:
        passwords.hash_password("wanderer99", password)
    assert caught.value.code == "password-weak"


def test_a_password_holds_only_for_itself():
    """The right one passes; another, a longer one and nobody's do not."""
    hashed = passwords.hash_password("wanderer", "lantern orchard 42")
    assert passwords.holds(hashed.text, "lantern orchard 42")
    assert not passwords.holds(hashed.text, "lantern orchard 43")
    assert not passwords.holds(hashed.text, "lantern orchard 42" + "x" * 300)
    assert not passwords.holds(None, "nobody")


def test_what_exceeds_the_limit_is_not_cut_and_accepted():
    """A password of the greatest length does not hold for itself and a tail."""
    longest = ("lantern orchard " * 13)[:199] + "7"
    hashed = passwords.hash_password("wanderer", longest)
    assert passwords.holds(hashed.text, longest)
    assert not passwords.holds(hashed.text, longest + "x")


def test_the_same_characters_typed_otherwise_are_the_same_password():
    """A composed and a decomposed accent are one key press on different keyboards."""
    hashed = passwords.hash_password("wanderer", "caf\u00e9 lantern harbour")
    assert passwords.holds(hashed.text, "cafe\u0301 lantern harbour")


def test_a_damaged_hash_holds_for_nothing():
    """Bytes that are no hash are a wrong password, not a crash."""
    assert not passwords.holds("garbage", "lantern orchard 42")


def test_a_hash_is_not_shown_by_accident():
    """Neither password nor hash appears when the value is printed."""
    hashed = passwords.hash_password("wanderer", "lantern orchard 42")
    assert hashed.text.startswith("$argon2id$")
    assert hashed.text not in repr(hashed)


def test_an_unknown_name_costs_as_much_as_a_known_one(monkeypatch):
    """The stand-in for nobody has the parameters of real hashes and can really be checked."""
    monkeypatch.setattr(passwords, "_HASHER", HASHER)
    monkeypatch.setattr(passwords, "_NOBODY", NOBODY)
    real = passwords.hash_password("wanderer", "lantern orchard 42")
    assert extract_parameters(passwords._NOBODY) == extract_parameters(real.text)
    assert not passwords.holds(None, "lantern orchard 42")
    with pytest.raises(VerifyMismatchError):
        passwords._HASHER.verify(passwords._NOBODY, "lantern orchard 42")
