# SPDX-License-Identifier: Apache-2.0
"""The ledger's own keys: made with the first checkpoint, kept sealed, opened to sign."""

from __future__ import annotations

from functools import lru_cache

from guiju.kernel import Text, new_id, seal, unseal
from guiju.ledger import store
from guiju.ledger.model import broken
from guiju.ledger.notes import Signer, VerifierKey
from guiju.storage import Tx

_ALGORITHM = "ed25519"
_PURPOSE = "ledger"


def verifier_keys(tx: Tx) -> list[VerifierKey]:
    """The public keys by which this ledger's checkpoints can be checked."""
    return [VerifierKey(row.name, row.algorithm, row.public) for row in store.keys(tx)]


def signers(tx: Tx) -> list[Signer]:
    """Every key of this ledger, opened; all of them sign, so that an old one vouches for a new."""
    seal_key = tx.keys.service_key(_PURPOSE)
    return [
        _opened(seal_key, row.id, VerifierKey(row.name, row.algorithm, row.public), row.private)
        for row in store.keys(tx)
    ]


@lru_cache(maxsize=8)
def _opened(seal_key: bytes, name: str, key: VerifierKey, sealed: bytes) -> Signer:
    """A signer, opened once for each row that reads the same: a checkpoint is signed each second.

    It stays open in this process, which may sign at any time anyway.

    Raises:
        Invalid: `seal-broken`.
    """
    return Signer(key, unseal(seal_key, sealed, name.encode()))


def signers_or_first(tx: Tx, *, fresh: bool) -> list[Signer]:
    """The keys; the first is made for a `fresh` ledger only, never in place of one that is gone."""
    found = signers(tx)
    if found:
        return found
    if not fresh:
        raise broken(Text(zh="账本的签名密钥不见了。", en="The ledger's signing key is gone."))
    return [_make(tx)]


def _make(tx: Tx) -> Signer:
    # The origin names this one ledger; its random part keeps two installations apart.
    signer = Signer.create(f"guiju/{new_id('ledger')}", _ALGORITHM)
    name = signer.key.hash.hex()
    store.add_key(
        tx,
        {
            "id": name,
            "name": signer.key.name,
            "algorithm": signer.key.algorithm,
            "public": signer.key.public,
            "private": seal(tx.keys.service_key(_PURPOSE), signer.private, name.encode()),
            "made_at": tx.now,
        },
    )
    return signer
