# SPDX-License-Identifier: Apache-2.0
"""The provider's rules about dispositions that are in force, and how limits name them."""

from __future__ import annotations

from typing import NamedTuple

from guiju import policies
from guiju.casework import Limit, Unit
from guiju.policies import DispositionRules
from guiju.storage import Tx

_NO_POLICY = "built-in"


class Now(NamedTuple):
    """The rules in force, and the digest of the policy that says them; None while none does."""

    rules: DispositionRules
    policy: str | None

    def published(self, amount: int, unit: Unit) -> Limit:
        """A limit that this policy publishes."""
        return Limit.published(amount, unit, f"policy:{self.policy or _NO_POLICY}")

    @property
    def to_confirm(self) -> Limit:
        """How long a hold stands that nobody confirms."""
        return self.published(self.rules.hold_hours, Unit.HOURS)

    @property
    def to_appeal(self) -> Limit:
        """How long one can appeal."""
        return self.published(self.rules.appeal_days, Unit.DAYS)

    @property
    def to_decide(self) -> Limit:
        """Within which an appeal is decided."""
        return self.published(self.rules.appeal_working_days, Unit.WORKING_DAYS)

    @property
    def to_explain(self) -> Limit:
        """Within which the person answers what is asked in an appeal."""
        return self.published(self.rules.appeal_answer_working_days, Unit.WORKING_DAYS)

    @property
    def to_cure(self) -> Limit:
        """Within which a cause is put right: the provider's own, told to nobody."""
        return self._internal(self.rules.cure_days)

    @property
    def to_retest(self) -> Limit:
        """Within which it is tried once more."""
        return self._internal(self.rules.retest_days)

    def _internal(self, days: int) -> Limit:
        return Limit.internal(days, Unit.DAYS, f"policy:{self.policy or _NO_POLICY}")

    def measure_ends(self, days: int | None) -> Limit | None:
        """How long a measure lasts; None: until it is lifted."""
        return None if days is None else self.published(days, Unit.DAYS)


def now(tx: Tx) -> Now:
    """What the policy in force says; the usual limits, and no holds, while there is none."""
    found = policies.active(tx)
    if found is None:
        return Now(policies.disposition_rules({}), None)
    return Now(policies.disposition_rules(found.body), found.digest)


def pinned(tx: Tx, digest: str | None) -> Now:
    """What was in force when a case was opened; what is now, where the case names no policy."""
    found = None if digest is None else policies.with_digest(tx, digest)
    return now(tx) if found is None else Now(policies.disposition_rules(found.body), found.digest)


class Watched:
    """The rules in force for who asks often: read again only when another policy is in force."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: Now | None = None

    def now(self, tx: Tx) -> Now:
        """As `now`, for the price of looking which policy it is."""
        head = policies.active_head(tx)
        known = self._known
        if known is None or head is None or head.digest != known.policy:
            known = self._known = now(tx)
        return known
