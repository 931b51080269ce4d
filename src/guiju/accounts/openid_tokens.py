# SPDX-License-Identifier: Apache-2.0
"""Is an ID token true, for us, now and for this very sign-in (OpenID Connect Core 1.0, 3.1.3.7)?

Pure: keys, token and time come in. A key is only ever one that the provider published, whatever the
head of a token says of others, and the algorithm only one that takes a private key to sign.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from guiju.accounts import openid_refusing as refusing
from guiju.measures import enforces

# None of these can be verified with a secret that both sides know, nor with nothing at all.
ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
LEEWAY = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
_LONGEST = 16_384
_LONGEST_SUBJECT = 255
# What a head could say to be verified by a key that its sender chose.
_FOREIGN = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})
_ASYMMETRIC = frozenset({"RSA", "EC", "OKP"})


class Expected(NamedTuple):
    """What a token must say to be for us."""

    issuer: str
    client: str
    nonce: str
    now: datetime


def keys_of(published: Mapping[str, Any]) -> KeySet:
    """The keys of a provider that may sign; raises ValueError when it publishes none."""
    given = published.get("keys")
    usable = [
        one
        for one in (given if isinstance(given, list) else [])
        if isinstance(one, dict)
        and one.get("kty") in _ASYMMETRIC
        and one.get("use", "sig") == "sig"
        and "d" not in one
    ]
    if not usable:
        raise ValueError("no key that could sign")
    try:
        return KeySet.import_key_set({"keys": usable})
    except JoseError as error:
        raise ValueError("a key that cannot be read") from error


def head_of(token: str) -> Mapping[str, Any]:
    """The head of a token, which is believed in nothing but which published key it names.

    Raises:
        Refused: `openid-token-refused`.
    """
    try:
        if len(token) > _LONGEST or token.count(".") != 2:  # noqa: PLR2004 - head, claims, signature
            raise refusing.token_refused("form")
        head = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, UnicodeError) as error:
        raise refusing.token_refused("form") from error
    if head.get("alg") not in ALGORITHMS:
        raise refusing.token_refused("alg")
    if _FOREIGN & head.keys() or not isinstance(head.get("kid", ""), str):
        raise refusing.token_refused("head")
    return head


@enforces("federated-sign-in")
def subject_of(token: str, keys: KeySet, expected: Expected) -> str:
    """The name the provider has for whoever signed in.

    Raises:
        Refused: `openid-token-refused`, whatever does not hold.
    """
    head = head_of(token)
    try:
        claims = jwt.decode(token, _only(keys, head), algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise refusing.token_refused("signature") from error
    _check(claims, expected)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise refusing.token_refused("sub")
    return subject


def _only(keys: KeySet, head: Mapping[str, Any]) -> KeySet:
    """The one key that the head names; a head that names none fits a provider that has only one."""
    kid = head.get("kid")
    found = list(keys.keys) if kid is None else [one for one in keys.keys if one.kid == kid]
    if len(found) != 1:
        raise ValueError("no such key, or several")
    return KeySet(found)


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    nonce = claims.get("nonce")
    if claims.get("iss") != expected.issuer:
        raise refusing.token_refused("iss")
    if expected.client not in audiences:
        raise refusing.token_refused("aud")
    if party not in {None, expected.client} or (len(audiences) > 1 and party is None):
        raise refusing.token_refused("azp")
    if not isinstance(nonce, str) or not hmac.compare_digest(
        nonce.encode(errors="replace"), expected.nonce.encode()
    ):
        raise refusing.token_refused("nonce")
    _check_times(claims, expected.now)


def _check_times(claims: Mapping[str, Any], now: datetime) -> None:
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    ends, issued = _time(claims, "exp"), _time(claims, "iat")
    if moment >= ends + leeway:
        raise refusing.token_refused("exp")
    if issued > moment + leeway or moment - issued > OLDEST.total_seconds() + leeway:
        raise refusing.token_refused("iat")
    if "nbf" in claims and _time(claims, "nbf") > moment + leeway:
        raise refusing.token_refused("nbf")


def _time(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refusing.token_refused(name)
    return float(value)
