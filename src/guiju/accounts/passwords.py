# SPDX-License-Identifier: Apache-2.0
"""Passwords: which are too weak, and how they are kept (Argon2id, RFC 9106).

Their length and the absence of rules about kinds of characters follow NIST SP 800-63B-4, section
3.1.1: at least 15 characters where a password is all that is asked for.
"""

from __future__ import annotations

import threading
import unicodedata
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from guiju.accounts.guessable import is_guessable
from guiju.accounts.names import folded
from guiju.kernel import Invalid, Text

LEAST = 15
MOST = 200
_LEAST_DIFFERENT = 4
# RFC 9106, section 4, the second recommended option: 64 MiB, three passes, four lanes.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
# Each check takes 64 MiB: a flood of sign-ins must wait in line and not eat the memory.
_TURNS = threading.BoundedSemaphore(2)
# Checked for names that nobody has, so that an unknown name takes as long as a wrong password.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$Z3VpanUtbm9ib2R5LTAwMQ"
    "$0000000000000000000000000000000000000000000"
)


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password that passed the rules, hashed; make it before a transaction is opened."""

    text: str = field(repr=False)


def hash_password(name: str, password: str) -> Hashed:
    """Hash `password` for whoever signs in as `name`; takes tens of milliseconds.

    Raises:
        Invalid: `password-weak`.
    """
    _check(name, password)
    with _TURNS:
        return Hashed(_HASHER.hash(_plain(password)))


def ready(name: str, password: str | Hashed) -> Hashed:
    """The password hashed, if that was not done before."""
    return password if isinstance(password, Hashed) else hash_password(name, password)


def holds(stored: str | None, password: str) -> bool:
    """Whether `password` is the one behind `stored`; as slow for nobody (None) as for somebody."""
    with _TURNS:
        try:
            _HASHER.verify(stored or _NOBODY, _plain(password[:MOST]))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None and len(password) <= MOST


def _plain(password: str) -> bytes:
    """The same bytes from every keyboard that writes the same characters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace")


def _check(name: str, password: str) -> None:
    if not LEAST <= len(password) <= MOST:
        raise _weak(
            f"密码须为 {LEAST} 至 {MOST} 个字符。",
            f"A password has {LEAST} to {MOST} characters.",
        )
    if any(unicodedata.category(one) == "Cs" for one in password):
        raise _weak("密码含有无法表示的字符。", "The password holds a character that is none.")
    if folded(password.strip()) == folded(name.strip()):
        raise _weak("密码不得与登录名相同。", "The password must not be the login name.")
    if len(set(folded(password))) < _LEAST_DIFFERENT:
        raise _weak(
            f"密码须有至少 {_LEAST_DIFFERENT} 种不同字符。",
            f"A password has at least {_LEAST_DIFFERENT} different characters.",
        )
    if is_guessable(folded(password), folded(name.strip())):
        raise _weak(
            "此密码太容易猜到：常见词、连续字符、重复片段或登录名占了大部分。",
            "This password is easy to guess: most of it is a common word, a run of characters, a "
            "repeated part or the login name.",
        )


def _weak(zh: str, en: str) -> Invalid:
    remedy = Text(zh="请换一个更长的密码。", en="Choose a longer one, such as a few words.")
    return Invalid("password-weak", Text(zh=zh, en=en), remedy, param="password")
