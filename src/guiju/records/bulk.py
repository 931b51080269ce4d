# SPDX-License-Identifier: Apache-2.0
"""Opening many records at once, for a stated purpose and never without a trace (Article 11).

Two steps, so that the trace is durable before the first record is opened: `announce` in a
transaction of its own, then `opened`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from guiju.kernel import Actor, NotFound, Refused, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import store
from guiju.storage import Tx

_READERS = ("safety-officer", "privacy-officer")
_LONGEST_REASON = 500
_PURPOSE = "rule-testing"
"""What many records are opened for; `announce` names the occasion."""


class BulkReading(msgspec.Struct, frozen=True):
    """A reading that was put on record: who may now open what was there at that moment."""

    id: str
    reader: str
    since: datetime
    until: datetime
    most: int


@enforces("records-sealed")
def announce(
    tx: Tx, actor: Actor, purpose: str, reason: str, *, since: datetime, most: int
) -> BulkReading:
    """Put on record that up to `most` of the newest records since then will be opened.

    `purpose` is a word such as `dry-run`; it stands where a single reading names its request.

    Raises:
        Refused: `role-needed`, or `reason-needed`.
    """
    if not actor.has(*_READERS):
        raise Refused("role-needed", _NOT_YOURS, _ASK, article=11)
    if not reason.strip():
        raise Refused("reason-needed", _NO_REASON, _GIVE_REASON, article=11)
    made = BulkReading(new_id("rd"), actor.id, since, tx.now, most)
    what = f"many:{purpose}"
    store.add_reading(tx, made.id, what, actor.id, reason.strip()[:_LONGEST_REASON])
    append(
        tx,
        "record-read",
        controls=("records-sealed",),
        actor=actor,
        facts={"request": what, "reading": made.id, "most": most, "purpose": _PURPOSE},
    )
    return made


def opened(tx: Tx, reading: BulkReading) -> Iterator[tuple[bytes, bytes]]:
    """Input and output of each record of an announced reading; erased people's are passed over.

    Raises:
        Refused: `reading-not-announced`, when it is not on record.
    """
    if not store.reading_exists(tx, reading.id, reading.reader):
        raise Refused("reading-not-announced", _NOT_ANNOUNCED, _ANNOUNCE, article=11)
    for row in store.bodies(tx, reading.since, reading.until, reading.most):
        try:
            content = tx.unseal(row.person, row.content, store.context(row.request))
        except NotFound:
            continue
        yield store.unpacked(content)


_NOT_YOURS = Text(
    zh="只有内容安全负责人和个人信息保护负责人可以成批读取记录。",
    en="Only a safety officer or a privacy officer may have many records opened.",
)
_ASK = Text(zh="请由这些岗位的人员操作。", en="Ask one of them.")
_NO_REASON = Text(zh="读取内容必须说明理由。", en="Reading content needs a reason.")
_GIVE_REASON = Text(zh="请填写理由后重试。", en="State the reason and try again.")
_NOT_ANNOUNCED = Text(zh="此次读取未登记。", en="This reading is not on record.")
_ANNOUNCE = Text(zh="请先登记再读取。", en="Announce it before opening anything.")
