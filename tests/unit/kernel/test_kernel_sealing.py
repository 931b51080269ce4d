# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import base64
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.kernel import Invalid, Keyring, LocalMasterKey, Unavailable
from guiju.kernel.sealing import seal, unseal

MASTER = bytes(range(32))
KEY = bytes(reversed(range(32)))
KEYS = Keyring(LocalMasterKey(MASTER))
OTHER = Keyring(LocalMasterKey(bytes(32)))


# -- seals ------------------------------------------------------------------------------------


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_is_sealed_can_be_opened_with_its_key_and_context(
    plain: bytes, context: bytes
) -> None:
    """Nothing is lost, the empty text neither."""
    assert unseal(KEY, seal(KEY, plain, context), context) == plain


def test_the_same_text_never_looks_the_same_twice() -> None:
    """Each seal has a nonce of its own, so equal contents cannot be recognised."""
    assert len({seal(KEY, b"same", b"row") for _ in range(100)}) == 100


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@given(st.data())
def test_one_changed_bit_breaks_the_seal(data: st.DataObject) -> None:
    """Nonce, text and tag are all covered."""
    sealed = seal(KEY, b"some content", b"row 1")
    at = data.draw(st.integers(0, len(sealed) - 1))
    with pytest.raises(Invalid) as broken:
        unseal(KEY, flip(sealed, at), b"row 1")
    assert broken.value.code == "seal-broken"


@pytest.mark.parametrize(
    ("key", "cut", "context"),
    [
        (bytes(32), slice(None), b"row 1"),
        (KEY, slice(None), b"row 2"),
        (KEY, slice(0, -1), b"row 1"),
        (KEY, slice(0, 5), b"row 1"),
        (KEY, slice(0, 0), b"row 1"),
    ],
    ids=["another key", "another row", "one byte less", "no nonce", "nothing"],
)
def test_a_seal_opens_nowhere_else(key: bytes, cut: slice, context: bytes) -> None:
    """Content moved to another row, cut short or tried with another key stays shut."""
    with pytest.raises(Invalid) as broken:
        unseal(key, seal(KEY, b"some content", b"row 1")[cut], context)
    assert broken.value.code == "seal-broken"


# -- the master key ---------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_has_32_bytes(length: int) -> None:
    """A shorter key would be weak, a longer one a mistake."""
    with pytest.raises(Invalid) as refused:
        LocalMasterKey(bytes(length))
    assert refused.value.code == "master-key-unreadable"


@pytest.mark.parametrize(
    "text", ["", "not base64!", "AAAA", base64.b64encode(bytes(31)).decode(), "钥匙", "A"]
)
def test_text_that_holds_no_key_is_refused_with_a_remedy(text: str) -> None:
    """Whatever is wrong with the text, the error is the same and says what to give."""
    with pytest.raises(Invalid) as refused:
        LocalMasterKey.from_text(text)
    assert refused.value.code == "master-key-unreadable"
    assert "Base64" in refused.value.remedy.en


def test_a_key_from_text_is_the_key(tmp_path: Path) -> None:
    """The line break of a file or of `echo` does not matter."""
    text = base64.b64encode(MASTER).decode()
    assert Keyring(LocalMasterKey.from_text(f" {text}\n")).check == KEYS.check


def test_a_new_key_file_is_for_its_owner_only_and_reads_back(tmp_path: Path) -> None:
    """Mode 0600 from the first moment; the key in the file is the key in use."""
    path = tmp_path / "master.key"
    made = LocalMasterKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Keyring(LocalMasterKey.from_file(path)).check == Keyring(made).check


def test_two_new_keys_differ(tmp_path: Path) -> None:
    """Keys are drawn, not derived."""
    one, two = (LocalMasterKey.create(tmp_path / name) for name in ("one", "two"))
    assert Keyring(one).check != Keyring(two).check


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    """Losing it would lose everything that it sealed."""
    path = tmp_path / "master.key"
    LocalMasterKey.create(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        LocalMasterKey.create(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o777])
def test_a_key_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    """The error names the file, its mode and the command that mends it."""
    path = tmp_path / "master.key"
    LocalMasterKey.create(path)
    path.chmod(mode)
    with pytest.raises(Invalid) as refused:
        LocalMasterKey.from_file(path)
    assert refused.value.code == "master-key-open"
    assert f"{mode:04o}" in refused.value.what.en
    assert f"chmod 600 {path}" in refused.value.remedy.zh


@pytest.mark.parametrize("make", [lambda _path: None, lambda path: path.mkdir()])
def test_a_missing_key_file_is_unavailable(tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Nothing is lost yet: the remedy is the backup."""
    path = tmp_path / "master.key"
    make(path)
    with pytest.raises(Unavailable) as missing:
        LocalMasterKey.from_file(path)
    assert missing.value.code == "master-key-missing"
    assert str(path) in missing.value.what.en


def test_a_key_file_without_a_key_is_refused(tmp_path: Path) -> None:
    """Bytes that are no text do not crash the start."""
    path = tmp_path / "master.key"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(Invalid) as refused:
        LocalMasterKey.from_file(path)
    assert refused.value.code == "master-key-unreadable"


# -- the keyring ------------------------------------------------------------------------------


def test_a_wrapped_key_opens_for_its_owner() -> None:
    """And its wrapped form does not hold it in the open."""
    key, wrapped = KEYS.new_key("person_1")
    assert KEYS.open_key(wrapped, "person_1") == key
    assert key not in wrapped


@pytest.mark.parametrize(("keys", "owner"), [(OTHER, "person_1"), (KEYS, "person_2")])
def test_a_wrapped_key_opens_for_no_other_master_key_or_owner(keys: Keyring, owner: str) -> None:
    """A key cannot be moved to another person, and a wrong master key says what it is."""
    _, wrapped = KEYS.new_key("person_1")
    with pytest.raises(Unavailable) as shut:
        keys.open_key(wrapped, owner)
    assert shut.value.code == "wrong-master-key"


def test_a_blind_index_finds_equal_values_only_within_its_purpose() -> None:
    """The same telephone number in two registers cannot be linked, nor read, nor guessed."""
    blind = KEYS.blind("phone", "000")
    assert blind == KEYS.blind("phone", "000")
    others = {KEYS.blind("mail", "000"), KEYS.blind("phone", "001"), OTHER.blind("phone", "000")}
    assert blind not in others
    assert len(blind) == 64


def test_purpose_and_value_of_a_blind_index_cannot_run_together() -> None:
    """The pair "ab", "c" is not the pair "a", "bc"."""
    assert KEYS.blind("ab", "c") != KEYS.blind("a", "bc")


def test_a_code_holds_for_its_bytes_only() -> None:
    """A change behind our back shows, and another master key makes another code."""
    code = KEYS.code(b"row")
    assert len(code) == 16
    assert KEYS.code_holds(b"row", code)
    assert not KEYS.code_holds(b"row!", code)
    assert not OTHER.code_holds(b"row", code)
    assert not KEYS.code_holds(b"row", b"")


def test_keys_for_different_purposes_have_nothing_in_common() -> None:
    """Service keys are stable for one master key and differ by purpose and by master key."""
    assert KEYS.service_key("sign") == Keyring(LocalMasterKey(MASTER)).service_key("sign")
    made = {KEYS.service_key("sign"), KEYS.service_key("stamp"), OTHER.service_key("sign")}
    assert len(made) == 3
    assert {len(key) for key in made} == {32}
    assert MASTER not in made


def test_the_check_tells_master_keys_apart_without_giving_them_away() -> None:
    """It may stand in the database."""
    assert KEYS.check != OTHER.check
    assert KEYS.check == Keyring(LocalMasterKey(MASTER)).check
    assert MASTER.hex() not in KEYS.check
