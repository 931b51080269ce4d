# SPDX-License-Identifier: Apache-2.0
"""Whose records may be used for training: what `accounts` and `minors` know, as `records` asks.

Article 11; PIPL, Articles 14, 15 and 31.
"""

from __future__ import annotations

from collections.abc import Iterable

from guiju import accounts, minors
from guiju.accounts import Consent, Purpose
from guiju.records import Standing, TrainingConsent
from guiju.storage import Tx


class Agreed:
    """The answers of people to use for training; whoever was not asked did not agree.

    A minor's yes counts once a guardian has said yes too. That is stricter than the law, which asks
    for a guardian below fourteen: nobody is held to have grown up who may not have.
    """

    def training(self, tx: Tx, person: str) -> Standing:
        """What this person's records may be used for now."""
        history = accounts.consent_history(tx, person)
        guardian = _last(history, Purpose.GUARDIAN)
        agreed = guardian is not None and guardian.given
        ward = minors.ward_of(tx, person)
        is_child = ward is not None and ward.stage is not None and ward.stage.is_minor
        return Standing(training_consent(history, guardian=agreed), under_14=is_child)


def training_consent(history: Iterable[Consent], *, guardian: bool) -> TrainingConsent | None:
    """The last yes among the answers, and when it was taken back; None: no yes was ever said."""
    said = [one for one in history if one.purpose is Purpose.TRAINING]
    until = None
    for one in sorted(said, key=lambda one: one.number, reverse=True):
        if one.given:
            return TrainingConsent(f"consent/{one.number}", one.number, one.at, until, guardian)
        until = one.at
    return None


def _last(history: Iterable[Consent], purpose: Purpose) -> Consent | None:
    found = [one for one in history if one.purpose is purpose]
    return max(found, key=lambda one: one.number, default=None)
