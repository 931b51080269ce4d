# SPDX-License-Identifier: Apache-2.0
"""Evidence as pages: the list, and one leaf with its proof (Article 19: what an inspector asks)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import ledger, measures
from guiju.kernel import NotFound, Text, canonical
from guiju.storage import Database, Tx
from guiju.supervision import reading
from guiju.supervision.service import StandingBoard
from guiju.web import Paging, Site

_LONGEST_PLACE = 18
# RFC 6962, section 2.1: what stands before a leaf when it is hashed.
_LEAF = b"\x00"
_FEW = 100_000
"""Up to so many leaves a proof may be made from all of them while the files are behind."""


class EvidencePages:
    """What is on record, newest first, and each leaf with what proves it."""

    def __init__(
        self, site: Site, board: StandingBoard, database: Database, tiles: Path | None
    ) -> None:
        """`board` knows where evidence of a kind or control stands, `tiles` is the public tree."""
        self._site = site
        self._board = board
        self._database = database
        self._tiles = tiles
        self._law = measures.law()

    def listed(
        self,
        request: Request,
        kind: Annotated[str, Query()] = "",
        control: Annotated[str, Query()] = "",
        page: Annotated[int, Query(ge=1, le=10**9)] = 1,
    ) -> Response:
        """All evidence, or that of one kind or control."""
        self._site.require(request)
        kind = kind if kind in self._law.kinds else ""
        control = control if control in self._law.controls else ""
        size = self._board.size()
        places = self._board.find(kind, control) if kind or control else range(size)[::-1]
        paging = Paging.of(page, len(places), "/console/evidence", kind=kind, control=control)
        shown = places[paging.start : paging.stop]
        return self._site.page(
            request,
            "supervision/evidence-list.html",
            leaves=reading.leaves_at(self._database, shown),
            paging=paging,
            kind=kind,
            control=control,
            size=size,
            law=self._law,
            reading=reading,
        )

    def leaf(self, request: Request, place: str) -> Response:
        """One leaf by its position or id: what it says, what it attests, and its proof."""
        self._site.require(request)
        with self._database.read() as tx:
            leaf = _find(tx, place)
            proof = _proof(tx, leaf["index"], self._tiles)
        plain = canonical({key: value for key, value in leaf.items() if key != "index"})
        return self._site.page(
            request,
            "supervision/evidence.html",
            leaf=leaf,
            proof=proof,
            leaf_hash=sha256(_LEAF + plain).hexdigest(),
            plain=plain.decode(),
            kind=self._law.kinds.get(leaf["kind"]),
            law=self._law,
            reading=reading,
        )


def _find(tx: Tx, place: str) -> dict[str, Any]:
    """The leaf at a position, or with an id."""
    if place.isascii() and place.isdigit() and len(place) <= _LONGEST_PLACE:
        found = ledger.leaves(tx, int(place), 1)
        leaf = found[0] if found and found[0]["index"] == int(place) else None
    else:
        leaf = ledger.entry(tx, place)
    if leaf is None:
        raise _no_evidence(place)
    return leaf


def _proof(tx: Tx, index: int | None, tiles: Path | None) -> ledger.Proof | None:
    """The proof under the published checkpoint, else the newest; None while neither has it."""
    if index is None:
        return None
    for folder in (tiles, None) if ledger.size(tx) <= _FEW else (tiles,):
        try:
            return ledger.prove(tx, index, folder)
        except NotFound:
            continue
    return None


def _no_evidence(place: str) -> NotFound:
    return NotFound(
        "unknown-evidence",
        Text(zh=f"账本中没有 {place[:60]}。", en=f"The ledger holds no {place[:60]}."),
        Text(zh="请从凭证列表进入。", en="Start from the list of evidence."),
    )
