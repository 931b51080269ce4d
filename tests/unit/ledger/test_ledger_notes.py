# SPDX-License-Identifier: Apache-2.0
"""Signed notes and checkpoints as C2SP has them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guiju.kernel import Invalid
from guiju.ledger.notes import Signer, Statement, VerifierKey, opened, sign

AT = datetime(2026, 11, 24, 8, 0, 0, 123456, tzinfo=UTC)
SAID = Statement("example/log", 12_345, bytes(range(32)), AT)
SIGNER = Signer.create("example/log", "ed25519")
NOTE = sign(SAID, [SIGNER])

# The example of the signed-note format, made by another implementation.
FOREIGN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
FOREIGN_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
FOREIGN_LINE = (
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
)


def test_the_signature_of_another_implementation_holds() -> None:
    """Key line, key hash and signature of the format's own example."""
    key = VerifierKey.from_line(FOREIGN_KEY)
    blob = base64.b64decode(FOREIGN_LINE)
    assert key.line == FOREIGN_KEY
    assert blob[:4] == key.hash
    assert key.holds(FOREIGN_TEXT.encode(), blob[4:])
    assert not key.holds(FOREIGN_TEXT.encode() + b"\n", blob[4:])


def test_a_checkpoint_has_the_lines_of_the_format() -> None:
    """Origin, size, root, the time as an extension, an empty line, one signature line."""
    lines = NOTE.split("\n")
    assert lines[:5] == [
        "example/log",
        "12345",
        base64.b64encode(bytes(range(32))).decode(),
        "at 2026-11-24T08:00:00.123456Z",
        "",
    ]
    assert lines[5].startswith("— example/log ")
    assert lines[6:] == [""]


def test_what_was_signed_is_read_back() -> None:
    """The note opens with its key and says what was said."""
    assert opened(NOTE, [SIGNER.key]) == SAID
    assert opened(NOTE, [VerifierKey.from_line(SIGNER.key.line)]) == SAID


def test_lines_of_unknown_keys_are_passed_over() -> None:
    """A witness may add its line, before or after ours; alone it proves nothing."""
    witness = Signer.create("witness.example", "ed25519")
    both = NOTE + witness.line(SAID.text)
    turned = SAID.text + "\n" + witness.line(SAID.text) + SIGNER.line(SAID.text)
    assert opened(both, [SIGNER.key]) == SAID
    assert opened(turned, [SIGNER.key]) == SAID
    with pytest.raises(Invalid, match="checkpoint-not-signed"):
        opened(sign(SAID, [witness]), [SIGNER.key])


def test_two_keys_may_sign_and_a_false_line_of_either_is_refused() -> None:
    """An old key vouches beside a new one; a known key's line that is false is not passed over."""
    second = Signer.create("example/log", "ed25519")
    note = sign(SAID, [SIGNER, second])
    assert opened(note, [second.key]) == SAID
    forged = SAID.text + "\n" + SIGNER.line(SAID.text) + second.line("other\n")
    assert opened(forged, [SIGNER.key]) == SAID
    with pytest.raises(Invalid, match="checkpoint-not-signed"):
        opened(forged, [SIGNER.key, second.key])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_changed_byte_anywhere_is_refused(data) -> None:
    """No byte of a note is idle: not even the unused bits of its Base64."""
    raw = NOTE.encode()
    place = data.draw(st.integers(0, len(raw) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = raw[:place] + bytes([raw[place] ^ (1 << bit)]) + raw[place + 1 :]
    with pytest.raises(Invalid):
        opened(changed.decode(errors="replace"), [SIGNER.key])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "name",
        "name+c74f20a3",
        FOREIGN_KEY.replace("c74f20a3", "c74f20a4"),
        FOREIGN_KEY.replace("Peter", "Paul"),
        "name+00000000+" + base64.b64encode(b"\x09" + bytes(32)).decode(),
    ],
)
def test_a_key_line_that_is_none_is_refused(line) -> None:
    """Parts missing, another hash, another name, an algorithm nobody knows."""
    with pytest.raises(Invalid, match="key-unreadable"):
        VerifierKey.from_line(line)


@pytest.mark.parametrize(
    "text",
    [
        "example/log\n12345\n",
        SAID.text.replace("12345", "012345"),
        SAID.text.replace("12345", "-1"),
        SAID.text + "more\n",
        SAID.text.replace("at ", "am "),
    ],
)
def test_a_signed_text_in_another_form_is_refused(text) -> None:
    """Even with our signature: a line too few or too many, a number spelt otherwise."""
    with pytest.raises(Invalid, match="checkpoint-unreadable"):
        opened(text + "\n" + SIGNER.line(text), [SIGNER.key])
