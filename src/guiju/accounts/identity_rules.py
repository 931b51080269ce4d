# SPDX-License-Identifier: Apache-2.0
"""The `identity` part of the policy in force, asked often and read once for each version."""

from __future__ import annotations

from guiju import policies
from guiju.policies import IdentityRules
from guiju.storage import Tx

# By digest, so that it is true for every database of this process; one is enough.
_LAST: dict[str, IdentityRules] = {}


def rules_now(tx: Tx) -> IdentityRules:
    """The rules in force; those of no policy ask for nothing."""
    head = policies.active_head(tx)
    if head is None:
        return IdentityRules()
    found = _LAST.get(head.digest)
    if found is None:
        policy = policies.active(tx)
        found = policies.identity_rules({} if policy is None else policy.body)
        _LAST.clear()
        _LAST[head.digest] = found
    return found
