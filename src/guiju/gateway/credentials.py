# SPDX-License-Identifier: Apache-2.0
"""Content credentials (C2PA) on what leaves: who signs them, as policy and settings say (Art. 12).

The policy says whether, and names the key; the settings say where the chain of certificates is,
which an operator renews without asking two people. Where the policy wants them and one of both is
not here, or does not sign, the door stays closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Invalid, Text, Unavailable
from guiju.labelling import Credential, Profile, credential_from, expires, vouched_for

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63680000008200814c17d7df0000000049454e44ae426082"
)
"""One pixel, to try a credential on."""

_LARGEST = 100_000  # bytes of a chain


class Chain(NamedTuple):
    """Where the certificates are that vouch for the key, in PEM, and who stamps the time."""

    file: Path | None = None
    time_stamps: str | None = None

    def mark(self) -> tuple[int, int] | None:
        """What changes when the file does."""
        try:
            seen = None if self.file is None else self.file.stat()
        except OSError:
            return None
        return None if seen is None else (seen.st_mtime_ns, seen.st_size)

    def text(self) -> bytes:
        """The certificates; empty: there are none."""
        try:
            return b"" if self.file is None else self.file.read_bytes()[:_LARGEST]
        except OSError:
            return b""


class Vouching(msgspec.Struct, frozen=True):
    """Which marks media get, and who signs; `required`: what cannot hold one does not leave."""

    profile: Profile
    credential: Credential
    required: bool


def vouching_of(
    labels: Mapping[str, Any], chain: Chain, secret: Callable[[str], str | None], now: datetime
) -> Vouching | None:
    """What the policy says of content credentials; None: nothing, and there are none.

    Raises:
        Unavailable: `credential-missing`, when key and chain are not here or do not fit;
            `credential-expired`; `credential-unfit`, when nothing can be signed by them;
            `c2pa-not-installed`.
    """
    said = labels.get("credentials")
    if said is None or not (profile := Profile(said["profile"])).signs:
        return None
    credential = credential_from(chain.text(), secret(said["key"]) or "", chain.time_stamps)
    if credential is None:
        raise _missing(said["key"])
    if expires(credential) <= now:
        raise _expired(expires(credential))
    _try(credential)
    return Vouching(profile, credential, said["required"])


def _try(credential: Credential) -> None:
    """Sign one pixel, so that a chain that the library refuses is told now, not by each picture."""
    try:
        vouched_for(_PNG, "image/png", msgspec.structs.replace(credential, time_stamps=None))
    except Invalid as error:
        raise Unavailable(
            "credential-unfit",
            Text(
                zh=f"证书链不能用于内容凭证：{error.what.zh}",
                en=f"The chain of certificates cannot sign content credentials: {error.what.en}",
            ),
            Text(
                zh="请向签发机构索取 C2PA 签名证书。",
                en="Ask your authority for a certificate to sign content credentials.",
            ),
            article=12,
        ) from error


def _missing(key: str) -> Unavailable:
    return Unavailable(
        "credential-missing",
        Text(
            zh=f"规则要求内容凭证，但私钥 {key} 或证书链不在此处，或两者不配（P-256，PEM）。",
            en=f"The policy wants content credentials, and the key {key} or the chain of its"
            " certificates is not here, or they do not fit (P-256, PEM).",
        ),
        Text(
            zh=f"请在设置 c2pa_certificates 中给出证书链文件，"
            f"并密封私钥：guiju upstream key {key} < key.pem。",
            en="Name the file of the chain in the setting c2pa_certificates, and seal the key:"
            f" guiju upstream key {key} < key.pem.",
        ),
        article=12,
    )


def _expired(when: datetime) -> Unavailable:
    return Unavailable(
        "credential-expired",
        Text(
            zh=f"内容凭证的证书已于 {when:%Y-%m-%d} 到期。",
            en=f"The certificate of the content credentials expired on {when:%Y-%m-%d}.",
        ),
        Text(
            zh="请更换 c2pa_certificates 所指的证书链。",
            en="Renew the chain that c2pa_certificates names.",
        ),
        article=12,
    )
