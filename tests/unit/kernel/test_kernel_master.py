# SPDX-License-Identifier: Apache-2.0
"""Which master key wrapped what, and how another takes its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Keyring, LocalMasterKey, MasterKeys, Unavailable, master_of

OLD, NEW = LocalMasterKey(bytes(range(32))), LocalMasterKey(bytes(range(1, 33)))
BOTH = MasterKeys(NEW, [OLD])


def test_an_id_tells_master_keys_apart_and_nothing_of_them() -> None:
    """It stands in clear before all that they wrap."""
    assert OLD.id != NEW.id
    assert len(OLD.id) == 16
    assert OLD.id not in OLD.root.hex()
    assert LocalMasterKey(bytes(range(32))).id == OLD.id


@given(st.binary(min_size=1, max_size=64), st.text(max_size=40))
def test_what_one_wrapped_another_in_force_opens_and_wraps_anew(key: bytes, owner: str) -> None:
    """The key stays the same, only what is around it changes."""
    before, after = Keyring(OLD), Keyring(BOTH)
    wrapped = before.masters.wrap(key, owner.encode())
    assert after.open_key(wrapped, owner) == key
    anew = after.wrapped_anew(wrapped, owner)
    assert (master_of(wrapped), master_of(anew)) == (OLD.id, NEW.id)
    assert Keyring(NEW).open_key(anew, owner) == key
    assert (after.is_current(wrapped), after.is_current(anew)) == (False, True)


def test_what_is_from_before_ids_is_opened_by_whoever_can() -> None:
    """Data of an earlier version has wrapped keys without any; each key here is tried."""
    bare = OLD.wrap(b"k" * 32, b"pe_1")
    assert master_of(bare) == ""
    assert Keyring(BOTH).open_key(bare, "pe_1") == b"k" * 32
    assert Keyring(MasterKeys(OLD, [NEW])).open_key(bare, "pe_1") == b"k" * 32
    with pytest.raises(Unavailable, match="wrong-master-key"):
        Keyring(NEW).open_key(bare, "pe_1")


@pytest.mark.parametrize("owner", ["pe_2", ""])
def test_a_wrapped_key_stays_with_its_owner(owner: str) -> None:
    """Also under a new master key: the id is bound in."""
    keys = Keyring(BOTH)
    _, wrapped = Keyring(OLD).new_key("pe_1")
    for one in (wrapped, keys.wrapped_anew(wrapped, "pe_1")):
        with pytest.raises(Unavailable, match="wrong-master-key"):
            keys.open_key(one, owner)


def test_an_id_that_was_changed_opens_nothing() -> None:
    """The id says which key to try; it does not make one fit."""
    _, wrapped = Keyring(OLD).new_key("pe_1")
    moved = wrapped.replace(OLD.id.encode(), NEW.id.encode())
    with pytest.raises(Unavailable, match="wrong-master-key"):
        Keyring(BOTH).open_key(moved, "pe_1")


def test_a_process_finds_a_master_key_that_came_while_it_ran() -> None:
    """It looks again when it meets an id that it does not know."""
    here = [MasterKeys(OLD)]
    running = Keyring(MasterKeys(OLD, look_again=lambda: here[0]))
    _, wrapped = Keyring(NEW).new_key("pe_1")
    with pytest.raises(Unavailable, match="wrong-master-key"):
        running.open_key(wrapped, "pe_1")
    here[0] = BOTH
    assert running.open_key(wrapped, "pe_1")
    assert running.master == NEW.id


def test_what_does_not_come_back_as_it_was_takes_nobodys_place() -> None:
    """A service that wraps wrongly must not cost anybody their key."""

    class Forgetful(LocalMasterKey):
        def wrap(self, key: bytes, context: bytes) -> bytes:
            return super().wrap(bytes(len(key)), context)

    keys = Keyring(MasterKeys(Forgetful(bytes(32)), [OLD]))
    _, wrapped = Keyring(OLD).new_key("pe_1")
    with pytest.raises(Unavailable, match="wrong-master-key"):
        keys.wrapped_anew(wrapped, "pe_1")


def test_service_keys_outlast_a_change_of_the_master_key() -> None:
    """They come from the root, which is wrapped anew like any key."""
    before = Keyring(OLD)
    wrapped = before.new_root()
    after = Keyring(BOTH)
    after.adopt(wrapped)
    later = Keyring(NEW)
    later.adopt(after.root_anew(wrapped))
    for purpose in ("sign", "ledger-entry"):
        assert before.service_key(purpose) == later.service_key(purpose)
    assert before.blind("name", "x") == later.blind("name", "x")
    assert before.check == later.check
    assert later.code_holds(b"row", before.code(b"row"))


def test_data_from_before_roots_keeps_the_keys_it_had() -> None:
    """Its root is the master key that it was made with, whichever is in force now."""
    before = Keyring(OLD)
    after = Keyring(BOTH)
    wrapped = after.wrapped_root(after.first_root(before.check))
    later = Keyring(NEW)
    later.adopt(wrapped)
    assert later.service_key("sign") == before.service_key("sign")
    with pytest.raises(Unavailable, match="wrong-master-key"):
        Keyring(BOTH).first_root("0" * 64)
