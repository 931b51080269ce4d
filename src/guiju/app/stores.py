# SPDX-License-Identifier: Apache-2.0
"""Every store of people's data that a request reaches, gathered from the rooms that keep some."""

from __future__ import annotations

from pathlib import Path

from guiju import privacy
from guiju.accounts import stores as accounts
from guiju.app.cases import KINDS
from guiju.casework import stores as casework
from guiju.dispositions import stores as dispositions
from guiju.incidents import stores as incidents
from guiju.minors import stores as minors
from guiju.records import stores as records
from guiju.storage import PersonStore


def person_stores(spill: Path, copies: Path) -> tuple[PersonStore, ...]:
    """The stores; `spill` is where records wait on this machine, `copies` where copies are."""
    return (
        *accounts.STORES,
        records.waiting_store(spill),
        records.RECORDS,
        casework.store_of(KINDS),
        *dispositions.STORES,
        *minors.STORES,
        *incidents.STORES,
        privacy.copies(copies),
    )
