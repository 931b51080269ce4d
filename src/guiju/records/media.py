# SPDX-License-Identifier: Apache-2.0
"""Pictures, sound and films that were delivered, by the number in their label (Article 12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from guiju.kernel import NotFound, Text, Unavailable, digest, software
from guiju.ledger import Evidence
from guiju.records import media_store
from guiju.records.model import Exchange
from guiju.storage import RowDigest, Tx

_GATEWAY = software("gateway")
_OF_A_MEDIUM = ("media-label",)


class MadeMedium(NamedTuple):
    """What was delivered under a number; `kind` is its media type, `digest` that of its bytes."""

    produce_id: str
    request: str
    kind: str
    digest: str
    size: int


def made(tx: Tx, produce_id: str) -> MadeMedium | None:
    """What was delivered under the number of a label; None: nothing was, here."""
    row = media_store.find(tx, produce_id)
    if row is None:
        return None
    return MadeMedium(row.produce_id, row.request, row.kind, row.digest, row.size)


def made_with_mark(tx: Tx, mark: str) -> list[MadeMedium]:
    """What was delivered here with this watermark, given in hexadecimal."""
    rows = media_store.with_mark(tx, mark)
    return [MadeMedium(one.produce_id, one.request, one.kind, one.digest, one.size) for one in rows]


def made_in(tx: Tx, request: str) -> list[MadeMedium]:
    """What one exchange delivered."""
    rows = media_store.of_request(tx, request)
    return [MadeMedium(one.produce_id, one.request, one.kind, one.digest, one.size) for one in rows]


def kept(tx: Tx, produce_id: str) -> bool:
    """Whether the bytes of this number are here to be fetched."""
    return media_store.body(tx, produce_id) is not None


def fetched(tx: Tx, produce_id: str) -> tuple[MadeMedium, bytes]:
    """A medium that was kept to be fetched, as it was labelled.

    Raises:
        NotFound: `medium-not-found`, or `key-destroyed` after an erasure.
        Unavailable: `medium-altered`, when the bytes are not those that were labelled.
    """
    found, row = made(tx, produce_id), media_store.body(tx, produce_id)
    if found is None or row is None:
        raise _not_found()
    data = tx.unseal(row.person, row.content, media_store.context(produce_id))
    if digest(data) != found.digest:
        raise _altered(produce_id)
    return found, data


def drop_kept(tx: Tx, produce_id: str) -> None:
    """Destroy the bytes that were kept to be fetched; what is known of them stays.

    Whoever does appends the evidence of it.
    """
    media_store.drop_body(tx, produce_id)


def evidence_of(one: Exchange, rows: dict[str, list[RowDigest]]) -> Iterator[Evidence]:
    """A leaf for each medium that left, with its row."""
    for medium in one.media:
        yield Evidence(
            kind="media-labelled",
            controls=_OF_A_MEDIUM,
            actor=_GATEWAY,
            subject=one.person,
            facts={"request": one.request, **medium.as_facts()},
            rows=tuple(rows.pop(medium.produce_id, ())),
        )


def mismatches(tx: Tx, one: Exchange) -> Iterator[Evidence]:
    """A leaf for each label that came back on other bytes than were delivered under its number.

    The picture was changed, or the label was put on another one: who looks into it decides.
    """
    for carried in one.carried:
        for number in carried.numbers:
            found = made(tx, number)
            if found is not None and found.digest != carried.digest:
                yield Evidence(
                    kind="label-mismatched",
                    controls=("media-label",),
                    actor=_GATEWAY,
                    subject=one.person,
                    facts={
                        "request": one.request,
                        "produce_id": number,
                        "delivered": found.digest,
                        "given": carried.digest,
                    },
                    rows=(),
                )


def _not_found() -> NotFound:
    return NotFound(
        "medium-not-found",
        Text(zh="没有这个文件。", en="There is no such file."),
        Text(
            zh="请核对链接；文件可能已过保存期。", en="Check the link; it may not be kept any more."
        ),
    )


def _altered(produce_id: str) -> Unavailable:
    return Unavailable(
        "medium-altered",
        Text(
            zh=f"文件 {produce_id} 与加标识时不一致，不予交付。",
            en=f"The file {produce_id} is not what was labelled, so it is not delivered.",
        ),
        Text(zh="请联系服务方并提供编号。", en="Contact the provider with this number."),
        article=12,
    )
