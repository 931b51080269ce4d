# SPDX-License-Identifier: Apache-2.0
"""Whose records may be used for training: what `accounts` and `minors` know, as `records` asks.

Article 11; PIPL, Articles 14, 15 and 31; CAC Order 21, article 16.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from guiju import accounts, minors
from guiju.accounts import Consent, Purpose
from guiju.records import Standing, TrainingConsent
from guiju.storage import Tx


class Agreed:
    """The answers of people to use for training; whoever was not asked did not agree.

    A minor's yes counts once a guardian has said yes too. That is stricter than the law, which asks
    for a guardian below fourteen: nobody is held to have grown up who may not have. What was said
    to a companion takes the consent to sensitive information besides, by the words that are asked
    now: an answer to others did not speak of that.
    """

    def training(self, tx: Tx, person: str) -> Standing:
        """What this person's records may be used for now."""
        history = accounts.consent_history(tx, person)
        guardian = _last(history, Purpose.GUARDIAN)
        agreed = guardian is not None and guardian.given
        ward = minors.ward_of(tx, person)
        is_child = ward is not None and ward.stage is not None and ward.stage.is_minor
        return Standing(
            training_consent(history, guardian=agreed),
            under_14=is_child,
            sensitive=sensitive_consent(history),
        )


def training_consent(history: Iterable[Consent], *, guardian: bool) -> TrainingConsent | None:
    """The last yes among the answers, and when it was taken back; None: no yes was ever said."""
    found = _last_yes(history, Purpose.TRAINING)
    if found is None:
        return None
    one, until = found
    return TrainingConsent(f"consent/{one.number}", one.number, one.at, until, guardian)


def sensitive_consent(history: Iterable[Consent]) -> TrainingConsent | None:
    """The same of sensitive information, as far as it was asked for companions."""
    found = _last_yes(history, Purpose.SENSITIVE)
    if found is None or found[0].asked != Purpose.SENSITIVE.asked_digest:
        return None
    one, until = found
    return TrainingConsent(f"sensitive/{one.number}", one.number, one.at, until)


def _last_yes(
    history: Iterable[Consent], purpose: Purpose
) -> tuple[Consent, datetime | None] | None:
    """The last yes, and the moment of the no that followed it."""
    until = None
    said = [one for one in history if one.purpose is purpose]
    for one in sorted(said, key=lambda one: one.number, reverse=True):
        if one.given:
            return one, until
        until = one.at
    return None


def _last(history: Iterable[Consent], purpose: Purpose) -> Consent | None:
    found = [one for one in history if one.purpose is purpose]
    return max(found, key=lambda one: one.number, default=None)
