# SPDX-License-Identifier: Apache-2.0
"""The provider's rules about dispositions that are in force, and how limits name them.

The policy says what is counted and what follows; the tier of the service may make that stricter
(`[tiers.…]`), as soon as a statement with another tier is public.
"""

from __future__ import annotations

from typing import NamedTuple

from guiju import policies, profile
from guiju.casework import Limit, Unit
from guiju.kernel import Unavailable
from guiju.policies import DispositionRules
from guiju.profile import Tier
from guiju.storage import Tx

_NO_POLICY = "built-in"


class Now(NamedTuple):
    """The rules in force for the tier, and the digest of their policy; None while none does."""

    rules: DispositionRules
    policy: str | None
    tier: Tier = Tier.LOW

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


def tier_of(tx: Tx) -> Tier:
    """How much is at stake by the public statement; the most where nobody can tell any more."""
    try:
        said = profile.current(tx)
    except Unavailable:
        return Tier.HIGH
    return Tier.LOW if said is None else said.statement.tier


def now(tx: Tx) -> Now:
    """What the policy in force says; the usual limits, and no holds, while there is none."""
    return _at(policies.active(tx), tier_of(tx))


def pinned(tx: Tx, digest: str | None) -> Now:
    """What was in force when a case was opened; what is now, where the case names no policy.

    The tier is that of now: it is a fact about the service and no rule that somebody was told.
    """
    found = None if digest is None else policies.with_digest(tx, digest)
    return now(tx) if found is None else _at(found, tier_of(tx))


def _at(found: policies.Policy | None, tier: Tier) -> Now:
    body = {} if found is None else found.body
    digest = None if found is None else found.digest
    return Now(policies.dispositions_at(body, tier.value), digest, tier)


class Watched:
    """The rules in force for who asks often: read again only when policy or tier is another."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: Now | None = None

    def now(self, tx: Tx) -> Now:
        """As `now`, for the price of looking which policy and which tier it is."""
        head, tier = policies.active_head(tx), tier_of(tx)
        known, digest = self._known, None if head is None else head.digest
        if known is None or digest is None or (digest, tier) != (known.policy, known.tier):
            known = self._known = now(tx)
        return known
