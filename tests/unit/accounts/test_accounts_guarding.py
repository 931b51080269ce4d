# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from tests.conftest import START

from guiju.accounts import Visit, devices, flood, nonces, sign_in_person, signing
from guiju.accounts.guard_store import TALLY
from guiju.accounts.guessable import is_guessable
from guiju.kernel import Keyring, LocalMasterKey, Refused
from guiju.storage import Database

from .conftest import PASSWORD

pytestmark = pytest.mark.control("sign-in-guarded")
WRONG = "lantern orchard 43"
LETTERS = "abcdefghkmpqrtuvwxyz234567"
THERE = Visit(address="192.0.2.7")


class Reading(NamedTuple):
    """As much of a transaction as is asked before anything is written."""

    keys: Keyring
    now: datetime


def tried(db: Database, name: str, visit: Visit, password: str = WRONG) -> str:
    with pytest.raises(Refused) as caught:
        sign_in_person(db, name, password, visit)
    return caught.value.code


def test_credential_stuffing_from_one_address_is_paused(db, person):
    """A list of names and leaked passwords: thirty guesses, then none, whatever the name."""
    codes = [tried(db, f"name{number}", THERE) for number in range(flood.GUESSES + 2)]
    assert codes == ["sign-in-wrong"] * flood.GUESSES + ["sign-in-paused"] * 2
    assert tried(db, "wanderer", THERE, PASSWORD) == "sign-in-paused"
    assert sign_in_person(db, "wanderer", PASSWORD, Visit(address="192.0.2.8"))


def test_the_pause_of_an_address_ends(db, person, clock):
    """A quarter of an hour after the first failure the household may try again."""
    for number in range(flood.GUESSES):
        tried(db, f"name{number}", THERE)
    clock.advance(seconds=flood.GUESSING.total_seconds())
    assert sign_in_person(db, "wanderer", PASSWORD, THERE)


def test_guesses_side_by_side_do_not_pass_the_limit_of_an_address(db, person):
    """Eight at a time, thirty count."""
    with ThreadPoolExecutor(8) as many:
        codes = list(many.map(lambda at: tried(db, f"name{at}", THERE), range(40)))
    assert codes.count("sign-in-wrong") <= flood.GUESSES + 8
    assert tried(db, "another", THERE) == "sign-in-paused"


def test_others_cannot_lock_a_person_out(db, person, leaves):
    """Whoever guesses pauses the name everywhere but in the browser that was known before."""
    known = Visit(address="198.51.100.1", device=devices.token(db.keys, "person", "wanderer"))
    for _ in range(signing.MOST_FAILURES):
        tried(db, "wanderer", THERE)
    assert tried(db, "wanderer", Visit(address="203.0.113.9"), PASSWORD) == "sign-in-locked"
    assert sign_in_person(db, "wanderer", PASSWORD, known)
    (leaf,) = leaves("sign-in-paused")
    assert leaf["facts"]["known_browser"] is False
    assert "wanderer" not in str(leaf)
    assert "192.0.2.7" not in str(leaf)


def test_guesses_in_a_known_browser_are_limited_too(db, person):
    """Whoever stole the browser has five, and pauses nobody else with them."""
    stolen = Visit(address="192.0.2.7", device=devices.token(db.keys, "person", "wanderer"))
    codes = [tried(db, "wanderer", stolen) for _ in range(signing.MOST_FAILURES + 1)]
    assert codes[-2:] == ["sign-in-wrong", "sign-in-locked"]
    assert sign_in_person(db, "wanderer", PASSWORD, Visit(address="198.51.100.1"))


@pytest.mark.parametrize(
    "device",
    [
        "",
        "x" * 89,
        f"{'0' * 24}.{'0' * 64}",
        "OTHER HOUSE",
        "OTHER NAME",
        "OTHER KIND",
    ],
)
def test_a_browser_is_known_by_our_token_for_this_name_only(db, person, device):
    """A forged one, one of another name, kind or service counts as none."""
    made = {"OTHER NAME": ("person", "another"), "OTHER KIND": ("staff", "wanderer")}
    token = devices.token(db.keys, *made[device]) if device in made else device
    if device == "OTHER HOUSE":
        token = devices.token(Keyring(LocalMasterKey(bytes(32))), "person", "wanderer")
    for _ in range(signing.MOST_FAILURES):
        tried(db, "wanderer", THERE)
    assert tried(db, "wanderer", Visit(device=token), PASSWORD) == "sign-in-locked"


def test_a_tally_set_back_in_the_database_counts_without_end(db, person):
    """Whoever writes to the database gives nobody more guesses."""
    tried(db, "wanderer", THERE)
    with db.write() as tx:
        tx.execute(update(TALLY).values(times=0))
    assert tried(db, "another", THERE) == "sign-in-paused"


def test_a_command_has_no_address_and_no_limit(db, person):
    """Whoever holds the data may try as often as the name allows."""
    for number in range(flood.GUESSES + 1):
        assert tried(db, f"name{number}", Visit()) == "sign-in-wrong"


def test_registrations_from_one_address_are_bounded(db, clock):
    """Twenty within the hour; then an hour later again."""
    for _ in range(flood.REGISTRATIONS):
        with db.write() as tx:
            flood.admit_registration(tx, "192.0.2.7")
            flood.count_registration(tx, "192.0.2.7")
    with db.read() as tx:
        with pytest.raises(Refused, match="registrations-too-many"):
            flood.admit_registration(tx, "192.0.2.7")
        flood.admit_registration(tx, "192.0.2.8")
    clock.advance(hours=1)
    with db.read() as tx:
        flood.admit_registration(tx, "192.0.2.7")


@given(st.binary(max_size=80), st.integers(0, 600), st.integers(0, 7))
def test_no_bit_of_a_nonce_may_change(body, at, bit):
    """Whatever is said in it, one flipped bit makes it nothing."""
    reading = Reading(Keyring(LocalMasterKey(bytes(range(32)))), START)
    token = bytearray(nonces.issue(reading.keys, "trial", "b", START, body.hex()))
    token[at % len(token)] ^= 1 << bit
    with pytest.raises(Refused, match="sign-in-step-expired"):
        nonces.spend(reading, "trial", "b", bytes(token))  # type: ignore[arg-type]  # as above


@given(st.text(max_size=60), st.text(max_size=20))
def test_guessing_what_is_guessable_never_fails(password, name):
    """Whatever is typed, it is one or the other."""
    assert is_guessable(password, name) in {True, False}


@given(st.permutations(LETTERS))
def test_random_passwords_pass(letters):
    """What a manager of passwords makes is not called easy to guess."""
    made = "".join(letters)
    runs = any(made[at : at + 4] in LETTERS + LETTERS[::-1] for at in range(len(made) - 3))
    assert runs or not is_guessable(made, "wanderer")
