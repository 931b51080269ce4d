# SPDX-License-Identifier: Apache-2.0
"""What may be used for training: an agreed yes, then and now, and nothing else about the record.

The rule is pure; who agreed to what is asked of whoever keeps consents.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from guiju.storage import Tx

MAKERS = ("privacy-officer", "safety-officer")
CONTROLS = ("training-pool",)


class TrainingConsent(msgspec.Struct, frozen=True):
    """A yes to use for training: which version of the words, from when, until when if withdrawn.

    `record` names it for the lineage. `guardian`: a guardian said it for a child.
    """

    record: str
    version: int
    since: datetime
    until: datetime | None = None
    guardian: bool = False

    def stands(self, at: datetime, now: datetime) -> bool:
        """Whether it was given when the record was made, and has not been withdrawn since."""
        return self.since <= at and (self.until is None or self.until > now)


class Standing(msgspec.Struct, frozen=True):
    """What a person's records may be used for now. `consent` None: no yes was ever said.

    `under_14`: their information is all sensitive, and a guardian agrees for them. `sensitive`: the
    yes to sensitive information, without which nothing that was said to a companion may be used.
    """

    consent: TrainingConsent | None
    under_14: bool
    sensitive: TrainingConsent | None = None


class Consents(Protocol):
    """Whoever keeps what people agreed to."""

    def training(self, tx: Tx, person: str) -> Standing:
        """What this person's records may be used for now."""
        ...


class LeftOut(StrEnum):
    """Why a record is in no pool."""

    NO_CONSENT = "no-consent"
    EARLIER = "from-before-consent"
    WITHDRAWN = "withdrawn"
    CHILD = "child-without-guardian"
    COMPANION = "companion-without-consent"
    ERASED = "erased"
    HELD = "held"
    CONDEMNED = "stopped-by-screening"
    KEPT_BACK = "kept-back-by-a-case"
    PERSONAL = "personal-information"
    EMPTY = "nothing-said"


def refused(
    standing: Standing, at: datetime, now: datetime, *, companion: bool = False
) -> LeftOut | None:
    """Why a record of this person and time is left out; None: it may be used.

    `companion`: whether it was said to one, which takes the consent to sensitive information too
    (CAC Order 21, article 16).
    """
    consent = standing.consent
    if consent is None:
        return LeftOut.NO_CONSENT
    if consent.until is not None and consent.until <= now:
        return LeftOut.WITHDRAWN
    if at < consent.since:
        return LeftOut.EARLIER
    if standing.under_14 and not consent.guardian:
        return LeftOut.CHILD
    sensitive = standing.sensitive
    if companion and (sensitive is None or not sensitive.stands(at, now)):
        return LeftOut.COMPANION
    return None


class Line(msgspec.Struct, frozen=True):
    """One line of a pool: the texts, and beside them what names their origin."""

    request: str
    person: str
    consent: str
    digest: str
    input: str
    output: str
    companion: bool = False
    """Whether it was said to a companion."""


class Pool(msgspec.Struct, frozen=True):
    """What was made: how many records were looked at, how many are in, why others are not.

    `digest`: SHA-256 over the manifest, whose lines name record, consent and digest of the texts.
    """

    id: str
    lines: int
    looked_at: int
    left_out: dict[str, int]
    digest: str
    made_by: str
    made_at: datetime


class NobodyAgreed:
    """Where no consents are kept: no record of anybody may be used."""

    def training(self, tx: Tx, person: str) -> Standing:  # noqa: ARG002 - as whoever keeps some is asked
        """No yes was ever said."""
        return Standing(None, under_14=False)
