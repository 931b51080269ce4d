# SPDX-License-Identifier: Apache-2.0
"""RFC 3161: have a time-stamp authority say that a checkpoint existed at a time (Article 19).

Few ledgers are stamped, and what reads certificates takes long to load: enter by this module.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from guiju.kernel import Actor, Invalid, Refused, Text, Unavailable, digest, isoformat
from guiju.ledger import proving, store
from guiju.ledger.notes import encode
from guiju.ledger.service import append, checkpoint
from guiju.storage import Database

# Sends a request to the authority at an address and gives back its answer.
Post = Callable[[str, bytes], bytes]
_SECONDS = 20
_ANSWER_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time that an authority gave to a checkpoint."""

    size: int
    tsa: str
    at: datetime
    evidence: str


def certificates(path: Path) -> list[x509.Certificate]:
    """The certificates in a PEM file; raises Invalid `certificate-unreadable`."""
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise Invalid(
            "certificate-unreadable",
            Text(zh=f"{path} 不是 PEM 证书。", en=f"{path} holds no PEM certificate."),
            Text(zh="请给出 PEM 格式的根证书。", en="Give root certificates in PEM form."),
            param="tsa-root",
        ) from error


def stamp(
    db: Database,
    tsa: str,
    actor: Actor,
    *,
    roots: Sequence[x509.Certificate] = (),
    post: Post | None = None,
) -> Stamp:
    """Have the newest checkpoint stamped by the authority at `tsa`, and put that on record.

    With `roots` the authority's signature is checked up to one of them; without, only that the
    answer is for this request.

    Raises:
        NotFound: there is no checkpoint yet.
        Unavailable: the authority does not answer.
        Refused: the answer is none, or not for this checkpoint.
    """
    with db.read() as tx:
        newest = checkpoint(tx)
    if newest is None:
        raise proving.no_checkpoint()
    note = newest.note.encode()
    # The request waits on a network, so no transaction is open meanwhile.
    token, at = _stamped(note, tsa, roots, post or _post)
    with db.write() as tx:
        row = {"size": newest.size, "tsa": tsa, "at": at, "token": token}
        if not store.add_stamp(tx, row):
            raise _stamped_already(newest.size)
        evidence = append(
            tx,
            "checkpoint-stamped",
            controls=("evidence-ledger",),
            actor=actor,
            facts={
                "size": newest.size,
                "root": encode(newest.root),
                "tsa": tsa,
                "time": isoformat(at),
                "token": digest(token),
            },
        )
    return Stamp(newest.size, tsa, at, evidence)


def _stamped(
    note: bytes, tsa: str, roots: Sequence[x509.Certificate], post: Post
) -> tuple[bytes, datetime]:
    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    answer = post(tsa, request.as_bytes())
    try:
        response = decode_timestamp_response(answer)
        holds = response.status in {0, 1} and _answers(response, request, note)
        if holds and roots:
            verifier = VerifierBuilder.from_request(request)
            for root in roots:
                verifier = verifier.add_root_certificate(root)
            holds = verifier.build().verify_message(response, note)
        if holds:
            return answer, response.tst_info.gen_time.astimezone(UTC)
    except (ValueError, VerificationError, InvalidSignature) as error:
        raise _wrong_answer(tsa) from error
    raise _wrong_answer(tsa)


def _answers(response: TimeStampResponse, request: TimeStampRequest, note: bytes) -> bool:
    info = response.tst_info
    return (
        info.nonce == request.nonce
        and info.message_imprint.hash_algorithm == x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
        and info.message_imprint.message == hashlib.sha256(note).digest()
    )


def _post(tsa: str, request: bytes) -> bytes:
    if urlsplit(tsa).scheme not in {"http", "https"}:
        raise Invalid(
            "tsa-address",
            Text(zh=f"{tsa} 不是时间戳机构的网址。", en=f"{tsa} is no address of an authority."),
            Text(zh="请给出 http 或 https 网址。", en="Give an http or https address."),
            param="tsa",
        )
    headers = {"Content-Type": "application/timestamp-query"}
    question = Request(tsa, data=request, headers=headers)  # noqa: S310 - the scheme is checked above
    try:
        with urlopen(question, timeout=_SECONDS) as answer:  # noqa: S310 - as above
            data: bytes = answer.read(_ANSWER_LIMIT)
    except (OSError, HTTPException) as error:
        raise Unavailable(
            "tsa-unavailable",
            Text(zh=f"时间戳机构 {tsa} 没有应答。", en=f"The authority {tsa} does not answer."),
            Text(
                zh="请稍后重试；账本不受影响。", en="Try again later; the ledger is not affected."
            ),
        ) from error
    return data


def _wrong_answer(tsa: str) -> Refused:
    return Refused(
        "stamp-wrong",
        Text(
            zh=f"时间戳机构 {tsa} 的应答与此检查点不符，未保存。",
            en=f"The answer of {tsa} is not a stamp of this checkpoint; it was not kept.",
        ),
        Text(
            zh="请核对网址与根证书，或换一家机构。",
            en="Check the address and the root certificate, or ask another authority.",
        ),
    )


def _stamped_already(size: int) -> Refused:
    return Refused(
        "stamped-already",
        Text(
            zh=f"该机构已为检查点 {size} 加盖时间戳。",
            en=f"This authority has stamped checkpoint {size} already.",
        ),
        Text(zh="有新的检查点后再试。", en="Try again once there is a newer checkpoint."),
    )
