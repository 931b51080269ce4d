# SPDX-License-Identifier: Apache-2.0
"""Answers in words, by the number in their label (Article 12).

The number of an answer is made of the id of its exchange (`kernel.uuid_of`), so no table has to be
kept for it: it leads to the few ids that can be meant, and the head says whether it is the one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import NotFound, ids_of, software
from guiju.records import service, store
from guiju.records.media import made
from guiju.storage import Tx

_CHECKING = software("labelling")
_PURPOSE = "label-check"
_REASON = "a text with the number of its label was sent to be checked"


class Answered(NamedTuple):
    """An exchange that delivered words under this number, and when."""

    produce_id: str
    request: str
    at: datetime


def answered(tx: Tx, produce_id: str) -> Answered | None:
    """The exchange whose answer has this number in its label; None: none has, here."""
    span = ids_of(produce_id, "req")
    if span is None:
        return None
    for row in store.between(tx, *span):
        if row.detail.get("label", {}).get("produce_id") == produce_id:
            return Answered(produce_id, row.request, row.at)
    return None


def request_of(tx: Tx, named: str) -> str:
    """The request that is meant: by its id, or by a number in a label of what it delivered."""
    if service.find(tx, named) is not None:
        return named
    found = made(tx, named) or answered(tx, named)
    return named if found is None else found.request


def words_delivered(tx: Tx, one: Answered) -> tuple[str, ...] | None:
    """What an answer said, to be held against what somebody has; None: it is not kept any more.

    Software opens the record for it, which goes on record as every reading does.
    """
    try:
        _, output = service.opened_by_software(tx, _CHECKING, one.request, _REASON, _PURPOSE)
    except NotFound:
        return None
    return tuple(_texts(msgspec.json.decode(output).get("delivered")))


def _texts(value: Any) -> Iterator[str]:
    """Every text in what was kept of an answer."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
