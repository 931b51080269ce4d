# SPDX-License-Identifier: Apache-2.0
"""Standing: a suspended or closed account is not served, and is told how to appeal (Article 14)."""

from __future__ import annotations

from guiju.accounts import require_standing
from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work


def standing(work: Work) -> tuple[Command, ...]:
    """Raise Refused 403 `account-suspended` unless the person may use the service."""
    require_standing(known(work))
    return ()
