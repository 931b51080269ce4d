# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.labelling.security import keys, sm2
from guiju.labelling.security.sm2 import BASE, N, P, Point, Signature

# GB/T 32918.5, the worked example on the recommended curve.
PRIVATE = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = Point(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
DRAWN = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNED = Signature(
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)
MESSAGE = b"message digest"
scalars = st.integers(1, N - 2)
openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def test_the_example_of_the_standard_comes_out() -> None:
    """Key, digest and signature, number for number."""
    assert sm2.public_of(PRIVATE) == PUBLIC
    assert sm2._signed(PRIVATE, sm2._hashed(PUBLIC, MESSAGE, sm2.USER), DRAWN) == SIGNED
    assert sm2.verify(PUBLIC, MESSAGE, SIGNED)


@settings(max_examples=12)
@given(private=scalars, message=st.binary(max_size=80), flip=st.integers(0, 255))
def test_a_signature_holds_for_its_message_and_key_only(
    private: int, message: bytes, flip: int
) -> None:
    """Not for another message, number, key or user."""
    public, made = sm2.public_of(private), sm2.sign(private, message)
    assert sm2.verify(public, message, made)
    assert not sm2.verify(public, message + b"x", made)
    assert not sm2.verify(public, message, Signature(made.r ^ 1 << flip, made.s))
    assert not sm2.verify(public, message, made, b"another user")
    assert not sm2.verify(sm2.public_of(private % (N - 3) + 1), message, made)


@settings(max_examples=20)
@given(one=scalars, other=scalars)
def test_multiples_add_up(one: int, other: int) -> None:
    """By the table of the base point and by the way for any point alike."""
    once, both = sm2._times(one, BASE), sm2._times_base((one + other) % N)
    assert sm2._affine(sm2._add(once, sm2._times_base(other))) == sm2._affine(both)
    assert sm2._affine(once) == sm2._affine(sm2._times_base(one))
    assert sm2._affine(once).on_curve()


@pytest.mark.parametrize("number", [0, -1, N, N + 1, P, 1 << 4000])
def test_numbers_out_of_range_are_no_signature(number: int) -> None:
    """Neither where the first stands nor where the second does; a key off the curve is no key."""
    assert not sm2.verify(PUBLIC, MESSAGE, Signature(number, SIGNED.s))
    assert not sm2.verify(PUBLIC, MESSAGE, Signature(SIGNED.r, number))
    assert not sm2.verify(PUBLIC, MESSAGE, Signature(N - SIGNED.s, SIGNED.s))
    assert not sm2.verify(Point(PUBLIC.x, number), MESSAGE, SIGNED)


@pytest.mark.parametrize("private", [0, -5, N - 1, N])
def test_a_private_key_out_of_range_signs_nothing(private: int) -> None:
    """With N - 1 the standard's equation has no solution."""
    with pytest.raises(ValueError, match="private key"):
        sm2.sign(private, MESSAGE)


def test_a_public_key_is_read_from_der_and_from_its_coordinates() -> None:
    """And from nothing else, whatever stands there."""
    text = keys.public_text(PUBLIC)
    raw = text[-128:]
    assert {keys.public_from(one) for one in (text, text.lower(), "04" + raw, raw)} == {PUBLIC}
    for wrong in ("", "zz", "04", raw[:-2], "00" + raw, text + "00", "04" + raw[:-2] + "00", "é"):
        assert keys.public_from(wrong) is None


def test_a_key_is_for_its_owner_and_never_written_over(tmp_path: Path) -> None:
    """What others may read, another kind of file, or a public key that is not its own: refused."""
    file = tmp_path / "label.key"
    pair = keys.new_pair()
    keys.write_pair(file, pair)
    assert file.stat().st_mode & 0o777 == 0o600
    assert keys.read_pair(file) == pair
    with pytest.raises(Invalid, match="file-exists"):
        keys.write_pair(file, pair)
    file.chmod(0o640)
    with pytest.raises(Invalid, match="key-open"):
        keys.read_pair(file)
    file.chmod(0o600)
    good = file.read_text()
    for text in ("", "nothing", good.replace("PRIVATE", "PUBLIC"), good[:90], good.lower()):
        file.write_text(text)
        with pytest.raises(Invalid, match="key-not-understood"):
            keys.read_pair(file)
    with pytest.raises(Invalid, match="file-unreadable"):
        keys.read_pair(tmp_path / "nobody.key")
    with pytest.raises(Invalid, match="file-unreadable"):
        keys.write_pair(tmp_path / "no" / "label.key", pair)


def test_pinned_keys_are_read_or_named(tmp_path: Path) -> None:
    """One clear error for a file that is none, and for the provider whose key is none."""
    file = tmp_path / "pinned.json"
    file.write_text(f'{{"x": ["{keys.public_text(PUBLIC)}"]}}')
    assert keys.read_pinned(file) == {"x": frozenset({PUBLIC})}
    for text, what in (("[]", "object"), ("{", "truncated"), ('{"prov": ["00"]}', "prov")):
        file.write_text(text)
        with pytest.raises(Invalid, match="keys-not-understood") as caught:
            keys.read_pinned(file)
        assert what in caught.value.message("en")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@openssl
def test_openssl_takes_our_key_and_signature(tmp_path: Path) -> None:
    """It reads the file we write, and what we sign it verifies."""
    pair = keys.new_pair()
    keys.write_pair(tmp_path / "a.key", pair)
    (tmp_path / "m").write_bytes(MESSAGE)
    (tmp_path / "s").write_bytes(encode_dss_signature(*sm2.sign(pair.private, MESSAGE)))
    _openssl(tmp_path, "pkey", "-in", "a.key", "-pubout", "-out", "a.pub")
    user = ("-pkeyopt", f"distid:{sm2.USER.decode()}")
    check = ("pkeyutl", "-verify", "-rawin", "-digest", "sm3", "-pubin", "-inkey", "a.pub")
    _openssl(tmp_path, *check, *user, "-in", "m", "-sigfile", "s")


@openssl
def test_we_take_a_key_and_a_signature_of_openssl(tmp_path: Path) -> None:
    """The other way round, with a key that OpenSSL has drawn."""
    _openssl(tmp_path, "genpkey", "-algorithm", "SM2", "-out", "b.key")
    (tmp_path / "b.key").chmod(0o600)
    (tmp_path / "m").write_bytes(MESSAGE)
    user = ("-pkeyopt", f"distid:{sm2.USER.decode()}")
    sign = ("pkeyutl", "-sign", "-rawin", "-digest", "sm3", "-inkey", "b.key")
    _openssl(tmp_path, *sign, *user, "-in", "m", "-out", "s")
    made = Signature(*decode_dss_signature((tmp_path / "s").read_bytes()))
    assert sm2.verify(keys.read_pair(tmp_path / "b.key").public, MESSAGE, made)
