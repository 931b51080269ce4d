# SPDX-License-Identifier: Apache-2.0
"""SM2 signatures over SM3 (GB/T 32918.2 and .5), for the security data of labels (Article 12).

Ours, because no library that the default install may carry signs with SM2. Points are kept in
Jacobian coordinates, so that a whole multiplication takes one inversion; multiples of the base
point come from a table that is made at first use. Python's integers do not take constant time:
who can time many signatures to the microsecond must not be let near the key.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from cryptography.hazmat.primitives import hashes

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_A = P - 3
_B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
SIZE = 32
"""Bytes of a coordinate, of a scalar and of a digest."""
USER = b"1234567812345678"
"""The user id that the standard takes where none was agreed on."""

_WINDOW = 6
_SHORT = 5  # bits of a digit in the recoding of an arbitrary scalar
_Jacobian: TypeAlias = tuple[int, int, int]
_NOWHERE: _Jacobian = (1, 1, 0)


class Point(NamedTuple):
    """A point of the curve other than the one at infinity."""

    x: int
    y: int

    def on_curve(self) -> bool:
        """Whether both coordinates are reduced and fulfil the equation."""
        x, y = self
        return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - _A * x - _B) % P == 0


class Signature(NamedTuple):
    """The two numbers of a signature, each from 1 to N - 1."""

    r: int
    s: int


BASE = Point(
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)


def sm3(data: bytes) -> bytes:
    """The SM3 digest of `data`, 32 bytes (GB/T 32905)."""
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return made.finalize()


def new_private() -> int:
    """A private key, from 1 to N - 2."""
    return secrets.randbelow(N - 2) + 1


@lru_cache(maxsize=64)
def public_of(private: int) -> Point:
    """The public key; raises ValueError for a private key out of its range."""
    if not 0 < private < N - 1:
        raise ValueError("an SM2 private key lies between 0 and N - 1")
    return _affine(_times_base(private))


def sign(private: int, message: bytes, user: bytes = USER) -> Signature:
    """A signature over `message`; raises ValueError for a private key out of its range."""
    hashed = _hashed(public_of(private), message, user)
    while True:
        made = _signed(private, hashed, secrets.randbelow(N - 1) + 1)
        if made is not None:
            return made


def verify(public: Point, message: bytes, signature: Signature, user: bytes = USER) -> bool:
    """Whether whoever holds the private key of `public` has signed `message`."""
    r, s = signature
    if not (0 < r < N and 0 < s < N and public.on_curve()):
        return False
    t = (r + s) % N
    if t == 0:
        return False
    x, _, z = _add(_times_base(s), _times(t, public))
    if z == 0:
        return False
    found = x * pow(z, -2, P) % P
    return (_hashed(public, message, user) + found) % N == r


def _signed(private: int, hashed: int, drawn: int) -> Signature | None:
    """The signature with this random number; None where the standard asks for another one."""
    r = (hashed + _affine(_times_base(drawn)).x) % N
    s = pow(1 + private, -1, N) * (drawn - r * private) % N
    return None if r == 0 or r + drawn == N or s == 0 else Signature(r, s)


def _hashed(public: Point, message: bytes, user: bytes) -> int:
    """The number that is signed: it depends on curve, user and key as well as on the message."""
    known = (_A, _B, *BASE, *public)
    parts = b"".join(one.to_bytes(SIZE, "big") for one in known)
    identity = sm3((len(user) * 8).to_bytes(2, "big") + user + parts)
    return int.from_bytes(sm3(identity + message), "big")


# -- the curve -------------------------------------------------------------------------------------


def _double(point: _Jacobian) -> _Jacobian:
    """Twice a point, for a curve whose `a` is -3."""
    x, y, z = point
    zz, yy = z * z % P, y * y % P
    m = 3 * (x - zz) * (x + zz) % P
    s = 4 * x * yy % P
    to = (m * m - 2 * s) % P
    return to, (m * (s - to) - 8 * yy * yy) % P, 2 * y * z % P


def _add(one: _Jacobian, other: _Jacobian) -> _Jacobian:
    if one[2] == 0:
        return other
    if other[2] == 0:
        return one
    x1, y1, z1 = one
    x2, y2, z2 = other
    zz1, zz2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * zz2 % P, x2 * zz1 % P
    s1, s2 = y1 * zz2 * z2 % P, y2 * zz1 * z1 % P
    h, r = (u2 - u1) % P, (s2 - s1) % P
    if h == 0:
        return _double(one) if r == 0 else _NOWHERE
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P


def _add_affine(one: _Jacobian, x2: int, y2: int) -> _Jacobian:
    """As `_add` with a point whose third coordinate is one, for two thirds of the price."""
    x1, y1, z1 = one
    if z1 == 0:
        return x2, y2, 1
    zz = z1 * z1 % P
    h, r = (x2 * zz - x1) % P, (y2 * zz * z1 - y1) % P
    if h == 0:
        return _double(one) if r == 0 else _NOWHERE
    hh = h * h % P
    hhh, v = h * hh % P, x1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - y1 * hhh) % P, z1 * h % P


def _affine(point: _Jacobian) -> Point:
    x, y, z = point
    inverse = pow(z, -1, P)
    square = inverse * inverse % P
    return Point(x * square % P, y * square * inverse % P)


@cache
def _multiples() -> Sequence[Sequence[Point]]:
    """For each window of a scalar the base point times each of its digits."""
    table = []
    start: _Jacobian = (*BASE, 1)
    for _ in range(0, SIZE * 8, _WINDOW):
        row = [_NOWHERE]
        for _ in range((1 << _WINDOW) - 1):
            row.append(_add(row[-1], start))
        table.append([_affine(one) for one in row[1:]])
        start = _add(row[-1], start)
    return table


def _times_base(scalar: int) -> _Jacobian:
    found = _NOWHERE
    for row in _multiples():
        digit = scalar & ((1 << _WINDOW) - 1)
        if digit:
            found = _add_affine(found, *row[digit - 1])
        scalar >>= _WINDOW
    return found


def _times(scalar: int, point: Point) -> _Jacobian:
    """`scalar` times any point, by signed digits that are odd or zero."""
    once: _Jacobian = (*point, 1)
    twice, odd = _double(once), [once]
    for _ in range((1 << (_SHORT - 2)) - 1):
        odd.append(_add(odd[-1], twice))
    found = _NOWHERE
    for digit in reversed(_digits(scalar)):
        found = _double(found)
        if digit > 0:
            found = _add(found, odd[digit >> 1])
        elif digit:
            x, y, z = odd[-digit >> 1]
            found = _add(found, (x, P - y, z))
    return found


def _digits(scalar: int) -> list[int]:
    """The non-adjacent form of `scalar`, the lowest digit first."""
    found = []
    while scalar:
        digit = 0
        if scalar & 1:
            digit = scalar & ((1 << _SHORT) - 1)
            if digit >> (_SHORT - 1):
                digit -= 1 << _SHORT
            scalar -= digit
        found.append(digit)
        scalar >>= 1
    return found
