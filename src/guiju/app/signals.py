# SPDX-License-Identifier: Apache-2.0
"""What is measured live beside the evidence, and counts in the standing of an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from guiju import policies, privacy, profile, records
from guiju.app.verification import read_verification
from guiju.gateway import reaches_minors
from guiju.measures import Signal
from guiju.storage import Tx

if TYPE_CHECKING:
    from guiju.app.house import House


def signals_of(house: House) -> dict[str, Signal]:
    """What can be measured now; a measurement that says nothing yet is left out."""
    with house.database.read() as tx:
        found = {
            "ledger-verified": read_verification(house.settings.folder),
            "probe:coverage-incidents": _coverage(tx),
            "probe:minors-content": _kept_from_minors(tx),
            "filing-drift": _drift(house, tx),
            "probe:erasure-proved": _erased(house, tx),
        }
    return {name: one for name, one in found.items() if one is not None}


def _coverage(tx: Tx) -> Signal | None:
    """Whether every answer has its record; None before the first."""
    waiting = records.open_gaps(tx)
    if not waiting and not records.recent(tx, limit=1):
        return None
    return Signal(waiting == 0, tx.now, detail=f"{waiting} gaps in coverage are open.")


def _kept_from_minors(tx: Tx) -> Signal | None:
    """Whether the policy stops what is kept from minors; None without a policy."""
    policy = policies.active(tx)
    if policy is None:
        return None
    through = reaches_minors(policy.body)
    detail = f"{len(through)} harms that are kept from minors would reach them."
    return Signal(not through, tx.now, detail=detail)


def _drift(house: House, tx: Tx) -> Signal | None:
    """Whether what was filed is what runs; None while nothing was filed."""
    if not profile.filed(tx):
        return None
    compared = profile.compare(tx, house.running(tx))
    count = len(compared.drifts)
    detail = f"{count} differences between what was filed and what runs."
    return Signal(count == 0, tx.now, len(compared.filed), detail)


def _erased(house: House, tx: Tx) -> Signal | None:
    """Whether stores have nothing of people who were erased; None before anybody was."""
    probed = privacy.probe(tx, house.stores)
    if probed is None:
        return None
    said = f"{probed.asked} people who were erased were asked for."
    if probed.found:
        said += f" Found in: {', '.join(probed.found)}."
    return Signal(not probed.found, probed.at, probed.asked, said)
