# SPDX-License-Identifier: Apache-2.0
"""Receipt codes: the only key of somebody who left no name. Shown once; a slow digest is kept.

One salt for all of one purpose, from the master key: so a code alone finds its case, and whoever
has only the database cannot try codes at all. 53 random bits, and whoever looks codes up counts the
wrong ones.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata

from argon2.low_level import Type, hash_secret_raw

from guiju.kernel import Invalid, Keyring, Text

DIGITS = 16
_GROUP = 4
# The first of the least that OWASP names for Argon2id: a random code needs no more.
_MEMORY, _PASSES = 19_456, 2
# So much memory twice at once, however many ask; the others wait for their turn.
_TURNS = threading.BoundedSemaphore(2)


def draw_receipt() -> str:
    """A new code, in groups as it is shown and read out."""
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return " ".join(code[at : at + _GROUP] for at in range(0, DIGITS, _GROUP))


def read_receipt(typed: str) -> str:
    """The digits of a code as somebody typed it, full width or with signs between.

    Raises:
        Invalid: `receipt-unreadable`.
    """
    plain = unicodedata.normalize("NFKC", typed[:100])
    digits = "".join(one for one in plain if one in "0123456789")
    rest = set(plain) - set("0123456789 -\t.")
    if len(digits) != DIGITS or rest:
        raise Invalid(
            "receipt-unreadable",
            Text(zh="这不是查询码。", en="This is no receipt code."),
            Text(
                zh=f"查询码是 {DIGITS} 位数字，中间可以有空格。",
                en=f"A receipt code has {DIGITS} digits; spaces do not matter.",
            ),
            param="receipt",
        )
    return digits


def receipt_digest(keys: Keyring, code: str, purpose: str) -> str:
    """The slow digest of a code; takes tens of milliseconds, so call it outside transactions.

    Raises:
        Invalid: `receipt-unreadable`.
    """
    digits = read_receipt(code)
    salt = keys.service_key(purpose)
    with _TURNS:
        raw = hash_secret_raw(
            digits.encode(),
            salt,
            time_cost=_PASSES,
            memory_cost=_MEMORY,
            parallelism=1,
            hash_len=32,
            type=Type.ID,
        )
    return raw.hex()
