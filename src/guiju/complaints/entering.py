# SPDX-License-Identifier: Apache-2.0
"""What every face of complaints does around the service: limits, slow digests, transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guiju.casework import Case
from guiju.complaints import flood, receipts, refusing, service
from guiju.complaints.model import Filing
from guiju.kernel import Actor
from guiju.storage import Database, Tx


class Filed(NamedTuple):
    """A complaint that was just taken in, with the code that nobody will see again."""

    case: Case
    code: str


def file_from(database: Database, address: str, read: Callable[[], Filing]) -> Filed:
    """Take in what somebody at `address` hands in; `read` reads it once a flood is ruled out.

    Raises:
        Refused: `complaints-too-many`.
        Invalid: as `reading.filing`.
        Unavailable: `attachments-paused`.
    """
    with database.read() as tx:
        flood.admit_filing(tx, address, 0)
    filing = read()
    attached = sum(len(one.data) for one in filing.attached)
    code = receipts.draw()
    receipt = receipts.fingerprint(database.keys, code)
    with database.write() as tx:
        flood.admit_filing(tx, address, attached)
        flood.count_filing(tx, address, attached)
        case = service.file_complaint(tx, service.COMPLAINANT, filing, receipt)
    return Filed(case, code)


def file_by(database: Database, actor: Actor, filing: Filing) -> Filed:
    """Take in what reached a member of staff: by telephone, mail, in person or from an authority.

    Raises:
        Refused: `role-needed`.
    """
    service.check_handler(actor)
    code = receipts.draw()
    receipt = receipts.fingerprint(database.keys, code)
    with database.write() as tx:
        return Filed(service.file_complaint(tx, actor, filing, receipt), code)


def look_up(database: Database, address: str, code: str) -> str:
    """The id of the case of a receipt code.

    Raises:
        Refused: `receipts-too-many`.
        Invalid: `receipt-unreadable`.
        NotFound: `receipt-unknown`.
    """
    with database.read() as tx:
        flood.admit_look_up(tx, address)
    receipt = receipts.fingerprint(database.keys, code)
    with database.read() as tx:
        case = service.by_receipt(tx, receipt)
    if case is not None:
        return case.id
    with database.write() as tx:
        flood.count_wrong_code(tx, address)
    raise refusing.receipt_unknown()


def act_by_receipt(database: Database, case: str, act: Callable[[Tx, Case], Case]) -> Case:
    """Let the complainant do something about their complaint as it is now."""
    with database.write() as tx:
        found, _ = service.get_complaint(tx, case)
        return act(tx, found)
