# SPDX-License-Identifier: Apache-2.0
"""Who signs a manifest: a chain of certificates and the key of its first one (C2PA, part 14)."""

from __future__ import annotations

import base64
import datetime as dt
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from guiju.kernel import Invalid, Text
from guiju.labelling.key_files import contents, secret

_SIZE = 32


class Credential(msgspec.Struct, frozen=True):
    """A chain in PEM, the certificate of the key first, and who signs with it (ES256).

    `time_stamps` is the address of an authority of RFC 3161; without one a signature counts only as
    long as its certificate does.
    """

    chain: str
    key: EllipticCurvePrivateKey
    time_stamps: str | None = None

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` as C2PA wants it: both numbers, 32 bytes each."""
        r, s = decode_dss_signature(self.key.sign(data, ECDSA(hashes.SHA256())))
        return r.to_bytes(_SIZE, "big") + s.to_bytes(_SIZE, "big")


def read_credential(chain: Path, key: Path, time_stamps: str | None = None) -> Credential:
    """The chain and the key in two PEM files.

    Raises:
        Invalid: `file-unreadable`; `key-open`, when others may read the key; `credential-invalid`,
            when the key is not on P-256, or not that of the first certificate.
    """
    text, held = contents(chain), secret(key)
    try:
        return _fitting(text, serialization.load_pem_private_key(held, None), time_stamps)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _invalid(chain, key) from error


def credential_from(chain: bytes, key: str, time_stamps: str | None = None) -> Credential | None:
    """The same from the text of a chain and the Base64 of a key; None: they do not fit."""
    try:
        private = serialization.load_der_private_key(base64.b64decode(key, validate=True), None)
        return _fitting(chain, private, time_stamps)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def expires(credential: Credential) -> dt.datetime:
    """Until when the certificate of the key counts, in UTC."""
    (own, *_) = x509.load_pem_x509_certificates(credential.chain.encode())
    return own.not_valid_after_utc


def _fitting(chain: bytes, private: object, time_stamps: str | None) -> Credential:
    """Chain and key, if they belong together; raises ValueError or TypeError."""
    certificates = x509.load_pem_x509_certificates(chain)
    if not isinstance(private, EllipticCurvePrivateKey):
        raise TypeError("the key is not on an elliptic curve")
    if private.curve.name != SECP256R1.name:
        raise ValueError("the key is not on P-256")
    if certificates[0].public_key() != private.public_key():
        raise ValueError("the key is not that of the first certificate")
    return Credential(chain.decode(), private, time_stamps)


def read_anchors(path: Path) -> str:
    """The certificates that are trusted, in PEM.

    Raises:
        Invalid: `file-unreadable`, `credential-invalid`.
    """
    text = contents(path)
    try:
        x509.load_pem_x509_certificates(text)
    except ValueError as error:
        raise _invalid(path, path) from error
    return text.decode()


def _invalid(chain: Path, key: Path) -> Invalid:
    files = str(chain) if chain == key else f"{chain}, {key}"
    return Invalid(
        "credential-invalid",
        Text(
            zh=f"{files} 不是可用的证书链与私钥（P-256，PEM，首张证书与私钥相配）。",
            en=f"{files}: no chain in PEM with the P-256 key of its first certificate.",
        ),
        Text(
            zh="请向签发机构索取 C2PA 签名证书。",
            en="Ask your authority for a certificate to sign content credentials.",
        ),
    )
